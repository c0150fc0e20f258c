"""Change a recording as a careless or hostile hand would. Usage: forge_recording.py swap|invent|move-url FILE

swap      two answers change places, each line keeps its own key (digests of answers stay right)
invent    every answer says the last label with all the weight; digests of the answers are made anew
move-url  the URL of every line names another host
"""

import hashlib
import json
import sys

how, path = sys.argv[1:]
lines = [json.loads(line) for line in open(path, encoding="utf-8")]
head = [line for line in lines if "key" not in line]  # the schema line of version 2
lines = [line for line in lines if "key" in line]
if how == "swap":
    other = next(line for line in lines if line["answer"] != lines[0]["answer"])
    for field in ("answer", "sha256"):
        lines[0][field], other[field] = other[field], lines[0][field]
for line in lines if how == "invent" else ():
    names = list(line["answer"]["scores"])
    line["answer"] = {"scores": {n: float(n == names[-1]) for n in names}, "top_label": names[-1]}
    covered = (
        {k: line[k] for k in ("key", "url", "recorded_at", "answer")} if head else line["answer"]
    )
    text = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    line["sha256"] = hashlib.sha256(text.encode()).hexdigest()
for line in lines if how == "move-url" else ():
    line["url"] = "https://elsewhere.example/classify"
with open(path, "w", encoding="utf-8") as file:
    file.writelines(
        json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
        for line in head + lines
    )
