"""A whole job to measure: config, tickets, two rubric sets, a cache with every answer, predictions.

python benchmarks/made_job.py TICKETS FOLDER [predictions]

Tickets are of real sentences (real_texts.py), six labels. Scores are random, the gold label stands
out a little: what is measured on them speaks of time alone. `predictions` makes only the tables
that `score` reads, which need no texts.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from real_texts import texts

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.replay.questions import questions

URL = "http://127.0.0.1:9/classify"
"""Nothing listens there: a question that is not answered from the cache fails."""
LABELS = ("account", "billing", "delivery", "order", "returns", "technical")
WORDINGS = {"v1": "roughly", "v2": "and about nothing else"}
SIGNAL = {"v1": 1.4, "v2": 1.7}
"""By how much the gold label stands out under each."""
AT_ONCE = 20_000
"""Answers in memory at a time."""
CONFIG = f"""\
version: 1
endpoint: {{url: "{URL}"}}
dataset: {{path: tickets.csv}}
rubric_sets: {{v1: v1.yaml, v2: v2.yaml}}
cache: answers.sqlite
choose: {{min_precision: 0.9}}
"""


def rubric_set(name: str) -> RubricSet:
    """One question a label."""
    asked = f"Is the customer asking about {{}}, {WORDINGS[name]}?"
    return RubricSet(name, tuple(Rubric(label, asked.format(label)) for label in LABELS))


def gold(n: int) -> np.ndarray:
    """The number of each ticket's label."""
    return np.random.default_rng(5).integers(0, len(LABELS), n)


def scores(truth: np.ndarray, name: str) -> np.ndarray:
    """A row a ticket that sums to about 1, with six decimals."""
    rng = np.random.default_rng([6, *name.encode()])
    logits = 1.5 * rng.normal(size=(len(truth), len(LABELS)))
    logits[np.arange(len(truth)), truth] += SIGNAL[name]
    weights = np.exp(logits)
    return np.round(weights / weights.sum(axis=1, keepdims=True), 6)


def answer(row: Sequence[float], rubrics: RubricSet) -> bytes:
    """The body of an answer with these scores, as the contract lists it."""
    found = dict(zip(rubrics.labels, row, strict=True))
    listing = [
        {"label": rubric.label, "score": found[rubric.label], "rubric": rubric.text}
        for rubric in rubrics.rubrics
    ]
    top = max(found, key=lambda label: found[label])
    return json.dumps({"top_label": top, "scores": found, "labels": listing}).encode()


def write_predictions(file: Path, truth: np.ndarray, name: str) -> None:
    """A table that `score` and `compare` read."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(["ticket_id", "label", *(f"score_{label}" for label in LABELS)])
        found = zip(truth.tolist(), scores(truth, name).tolist(), strict=True)
        table.writerows([f"t{i}", LABELS[gold], *row] for i, (gold, row) in enumerate(found))


def write_rubrics(file: Path, rubrics: RubricSet) -> None:
    """A rubric file."""
    entries = (f"- name: {r.label}\n  rubric: {json.dumps(r.text)}\n" for r in rubrics.rubrics)
    file.write_text("".join(entries), encoding="utf-8")


def write_tickets(file: Path, dataset: Dataset) -> None:
    """The dataset of the config."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(["id", "text", "label"])
        table.writerows((ticket.id, ticket.text, ticket.label) for ticket in dataset.tickets)


def stored(dataset: Dataset, rubrics: RubricSet, truth: np.ndarray) -> Iterator[dict[str, Stored]]:
    """The answers to all different questions by their keys, some at a time."""
    asked = questions(dataset, rubrics, URL)
    keys, now = asked.keys, datetime.now(UTC)
    rows = scores(truth, rubrics.name)[asked.first]
    for start in range(0, len(keys), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        answers = (answer(row, rubrics) for row in rows[part].tolist())
        yield {key: Stored(a, URL, now) for key, a in zip(keys[part], answers, strict=True)}


def ticket_texts(n: int) -> list[str]:
    """Real sentences without the braces of some sets, which are variables to promptfoo."""
    return [text.replace("{{", "").replace("}}", "") for text in texts(n)]


def make(n: int, folder: Path) -> None:
    """The job of `n` tickets in `folder`."""
    truth = gold(n)
    tickets = zip(ticket_texts(n), truth.tolist(), strict=True)
    dataset = Dataset(
        "made up", tuple(Ticket(f"t{i}", text, LABELS[g]) for i, (text, g) in enumerate(tickets))
    )
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    write_tickets(folder / "tickets.csv", dataset)
    with AnswerCache(folder / "answers.sqlite") as cache:
        for name in WORDINGS:
            rubrics = rubric_set(name)
            write_rubrics(folder / f"{name}.yaml", rubrics)
            for some in stored(dataset, rubrics, truth):
                cache.save(some)


def main() -> None:
    """Make what the arguments ask for."""
    n, folder, only = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    folder.mkdir(parents=True, exist_ok=True)
    for name in WORDINGS:
        write_predictions(folder / f"{name}.csv", gold(n), name)
    if only != ["predictions"]:
        make(n, folder)


if __name__ == "__main__":
    main()
