"""litellm, which wraps all four shapes, gets from `serve` what the engine says: `make litellm`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from served import LEVELS, NAMED, OPTIONS, TEXT, YES_NO, scores, served

PYTHON = os.environ.get("TICKETBENCH_LITELLM", "")
SCRIPT = Path(__file__).resolve().parents[2] / "litellm_answers.py"
pytestmark = [
    pytest.mark.loopback,
    pytest.mark.skipif(not PYTHON, reason="litellm is 380 MB: `make litellm` installs and asks it"),
]

KEY = "zq-right-key-1"
ASKED = {
    "text": TEXT,
    "labels": [{"name": name, "rubric": rubric} for name, rubric in NAMED],
    "questions": {
        "label": {"type": "choice", "instructions": "Which?", "criteria": OPTIONS},
        "refund": {"type": "noul", "instructions": YES_NO},
        "mood": {"type": "score", "instructions": "How?", "criteria": LEVELS},
    },
    "list": [
        {
            "type": "choice",
            "instructions": "Which?",
            "choices": [{"value": name, "description": rubric} for name, rubric in NAMED],
        },
        {"type": "predicate", "instructions": YES_NO},
        {"type": "score", "instructions": "How?", "levels": [{"label": one} for one in LEVELS]},
    ],
}


def test_every_shape_gives_the_scores_of_the_engine() -> None:
    choice = dict(zip(OPTIONS, scores(NAMED), strict=True))
    yes = scores([("true", YES_NO), ("false", "false")])[0]
    mood = scores([(level, level) for level in LEVELS])
    with served(KEY, aliases=("classify-1", "gpt-6-luna")) as server:
        command = [PYTHON, str(SCRIPT), server.root, KEY]
        env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        done = subprocess.run(
            command, input=json.dumps(ASKED), env=env, check=False, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["classify"]["scores"] == pytest.approx(choice, abs=1e-9)
    for answers in (found["scaledown"], found["systemone"]["answers"]):
        assert answers["label"]["probabilities"] == pytest.approx(choice, abs=1e-9)
        assert answers["refund"]["noul"] == pytest.approx(yes, abs=1e-9)
        assert list(answers["mood"]["probabilities"].values()) == pytest.approx(mood, abs=1e-9)
    label, refund, levels = found["decisions"]["answers"]
    assert {one["value"]: one["probability"] for one in label["probabilities"]} == pytest.approx(
        choice, abs=1e-9
    )
    assert refund["probability"] == pytest.approx(yes, abs=1e-9)
    assert [one["probability"] for one in levels["probabilities"]] == pytest.approx(mood, abs=1e-9)
