"""The page on labelling: the demo, and a week of its tickets as a log without texts."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

from given import given


@given("labels.md")
def a_log(folder: Path) -> None:
    """`decisions.jsonl`, what the first set of the demo's run said, and the texts in a table."""
    shutil.copy(folder / "datasets/support_tickets.csv", folder / "tickets.csv")
    predictions = folder / "reports/quickstart/predictions.csv"
    with predictions.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["rubric_set"] == "v1"]
    lines = [
        {"ticket_id": one["ticket_id"], "top_label": one["top_label"], "score": float(one["score"])}
        for one in rows
    ]
    log = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "decisions.jsonl").write_text(log, encoding="utf-8")
