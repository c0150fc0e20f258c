#!/bin/bash
# No answer that nobody asked for is ever stored as the answer to another question.
. "$(dirname "$0")/../lib.sh"
cp "$CASES/rubrics.yaml" "$WORK/"; tickets 300 "$WORK/t.csv"; cd "$WORK"
for case in 1:100:1 4:100:4 4:5:8 20:100:8 early:100:4; do
  IFS=: read -r delay share concurrency <<<"$case"
  export STRAY_MS=${delay/early/0}; fault_server
  [ "$delay" = early ] && behaviour=stray-early || behaviour=stray-late
  cat >c.yaml <<Y
version: 1
endpoint: {url: "$BASE/$behaviour/$share/classify", rate: none, timeout_s: 5, concurrency: $concurrency}
dataset: {path: t.csv}
rubric_sets: {v1: rubrics.yaml}
cache: cache-$delay-$share.sqlite
report: {figures: false}
Y
  timeout 120 "$TB" run c.yaml --out r >out 2>err; code=$?
  kill $SERVER; SERVER=
  timeout 60 "$TB" cache export c.yaml --to "rec-$delay-$share.jsonl" >/dev/null 2>&1
  # Every stored answer is the one that truth() computes, or there is none: a stop (exit 4) with fewer is right.
  wrong=$("$PY" - "$CASES" "rec-$delay-$share.jsonl" <<'P'
import csv, json, pathlib, sys
sys.path.insert(0, sys.argv[1] + "/endpoint")
from fault_server import truth
import re
rubrics = re.findall(r'name: (\S+)\s+rubric: "(.*)"', pathlib.Path("rubrics.yaml").read_text())
labels = [{"name": n, "rubric": r} for n, r in rubrics]
right = [truth(json.dumps({"text": t["text"], "labels": labels}))["scores"] for t in csv.DictReader(open("t.csv"))]
file = pathlib.Path(sys.argv[2])
lines = [json.loads(l) for l in file.read_text().splitlines()] if file.exists() else []
lines = [l for l in lines if "answer" in l]  # the first line names the version
print(sum(l["answer"]["scores"] not in right for l in lines), len(lines))
P
)
  read -r wrong stored <<<"$wrong"
  check "strays ($delay ms late) after $share % of the answers, concurrency $concurrency: $wrong wrong of $stored stored (exit $code)" [ "$wrong" = 0 ]
done
finish
