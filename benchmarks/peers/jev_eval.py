"""jev-eval on a saved run: the same answers as rows of its own, compared offline."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from cost import Command

PROGRAM = Path("bin/jev-eval")


def command(job: Path, peers: Path) -> Command | str:
    """`jev-eval compare` of both rubric sets of a saved run, or why there is none."""
    if not (peers / PROGRAM).exists():
        return "is not installed"
    rows = [str(_rows(job, name)) for name in ("v1", "v2")]
    return Command((str(peers / PROGRAM), "compare", *rows), job)


def _rows(job: Path, name: str) -> Path:
    """The answers of one rubric set of a saved run as jev-eval keeps them."""
    file = job / f"{name}.jsonl"
    with (job / "saved/predictions.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["rubric_set"] == name]
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(_row(i, row, name)) + "\n" for i, row in enumerate(rows))
    return file


def _row(number: int, row: Mapping[str, str], name: str) -> dict[str, object]:
    """One answer; the ticket's id stands for its text."""
    scores = {k.removeprefix("score_"): float(v) for k, v in row.items() if k[:6] == "score_"}
    top = max(scores, key=lambda label: scores[label])
    answer = {"choice": top, "confidence": scores[top], "probabilities": scores}
    question = {"type": "choice", "options": list(scores), "text": name}
    return {
        "model": "made up", "row": number, "state_hash": row["ticket_id"], "id": "label",
        "type": "choice", "question_hash": name, "question": question, "answer": answer,
        "gold": row["label"], "meta": {}, "state_chars": 0, "call": None, "input_tokens": None,
    }  # fmt: skip


def versions(peers: Path) -> dict[str, str]:
    """Of jev-eval; a dash where it is not installed."""
    if not (peers / PROGRAM).exists():
        return {"jev-eval": "-"}
    words = (str(peers / PROGRAM), "--version")
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return {"jev-eval": done.stdout.split()[-1]}
