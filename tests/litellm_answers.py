"""Asks `serve` through litellm, in an environment of its own that has it, and prints the answers.

python litellm_answers.py ROOT KEY < questions.json
"""

from __future__ import annotations

import json
import os
import sys

os.environ |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
root, key = sys.argv[1:]
asked = json.load(sys.stdin)


def main() -> None:
    import litellm

    litellm.suppress_debug_info = True
    message = {"messages": [{"role": "user", "content": asked["text"]}]}
    there = {"api_base": root, "api_key": key}
    classified = litellm.completion(
        model="scaledown/classify", labels=asked["labels"], **message, **there
    )
    scaledown = litellm.completion(
        model="scaledown/decisions", questions=asked["questions"], **message, **there
    )
    systemone = litellm.systemone(
        model="typesafe/lexical-v1", state=asked["text"], questions=asked["questions"], **there
    )
    openai = {"api_base": f"{root}/v1", "api_key": key}
    decisions = litellm.decisions(
        model="openai/gpt-6-luna", input=asked["text"], questions=asked["list"], **openai
    )
    found = {
        "classify": json.loads(classified.choices[0].message.content),
        "scaledown": json.loads(scaledown.choices[0].message.content),
        "systemone": systemone.model_dump(),
        "decisions": decisions.model_dump(),
    }
    json.dump(found, sys.stdout)


main()
