"""Pages that read the log of a router: a policy of the demo, and three weeks of its decisions."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from forked import ticketbench_in
from given import given
from guide_steps import steps
from ticketbench.measure.categories.found import FEWEST
from ticketbench.production import Policy, Router

BEGIN = datetime(2026, 11, 2, tzinfo=UTC)
"""A Monday."""

Row = dict[str, str]


@given("logs.md")
def a_log_of_a_router(folder: Path) -> None:
    """policy.json, decisions.jsonl by it, the first week of that as last.jsonl.gz, and tickets.csv.

    Every ticket of the demo is decided in the first two weeks by its recorded answer; in the third
    half of them came again, and the first draft of the rubrics answered.
    """
    export = ("policy", "export", "configs/quickstart.yaml", "--on", "v2", "-o", "policy.json")
    done = ticketbench_in(folder, *export)
    assert done.returncode == 0, done.stderr
    rows = [*_rows(folder, "v2"), *_rows(folder, "v1")[::2]]
    Spread(folder / "decisions.jsonl", len(rows)).decided(folder / "policy.json", rows)
    lines = (folder / "decisions.jsonl").read_text(encoding="utf-8").splitlines(True)
    first = "".join(lines[: len(lines) // 3])
    (folder / "last.jsonl.gz").write_bytes(gzip.compress(first.encode()))
    _write_texts(folder, n=FEWEST - 1)


@given("rubrics.md")
def a_log_with_texts(folder: Path) -> None:
    """The same with as many texts as new categories are looked for in, and the guide's list."""
    a_log_of_a_router(folder)
    _write_texts(folder, n=FEWEST)
    listed = next(step for step in steps("guide.md") if step.name == "app.py")
    (folder / "app.py").write_text(listed.text, encoding="utf-8")


def _write_texts(folder: Path, *, n: int) -> None:
    """Texts of the first n tickets; looking for categories among all would take long."""
    with (folder / "datasets/support_tickets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:n]
    with (folder / "tickets.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "text"), *((row["id"], row["text"]) for row in rows)])


class Spread:
    """A log whose decisions lie evenly in three weeks."""

    def __init__(self, path: Path, n: int) -> None:
        self.path, self.between, self.written = path, timedelta(weeks=3) / n, 0

    def decided(self, policy: Path, rows: list[Row]) -> None:
        """A router decides each ticket by the scores that it once got."""
        answers = _answers(rows)
        router = Router(Policy.load(policy), log=self, post=lambda body, seconds: next(answers))
        for row in rows:
            name = row["ticket_id"] if row["rubric_set"] == "v2" else f"again-{row['ticket_id']}"
            router.decide(name, ticket_id=name)

    def write(self, line: dict[str, Any]) -> None:
        """Appends the line, with a moment and an id that are the same each time."""
        moment = BEGIN + self.written * self.between
        name = {"decision_id": f"d{self.written}", "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line | name) + "\n")
        self.written += 1


def _rows(folder: Path, rubric_set: str) -> list[Row]:
    """What the run of the demo says of each ticket."""
    path = folder / "reports/quickstart/predictions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["rubric_set"] == rubric_set]


def _answers(rows: list[Row]) -> Iterator[tuple[int, bytes]]:
    for row in rows:
        scores = {
            name.removeprefix("score_"): float(score)
            for name, score in row.items()
            if name.startswith("score_")
        }
        yield 200, json.dumps({"scores": scores, "top_label": row["top_label"]}).encode()
