"""A strict replay of stored answers holds keys and scores, and no answers."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.replay.every_ticket import replay
from ticketbench.edge.replay.questions import questions
from ticketbench.edge.replay.source import Source

URL = "https://api.example.com/classify"
N = 5_000
LABELS = ("billing", "delivery", "technical", "account", "returns", "order")
RUBRICS = RubricSet("v1", tuple(Rubric(label, f"Is it about {label}?") for label in LABELS))
MOST_BYTES_A_TICKET = 600
"""Of a key with its place in a dictionary, six scores and what becomes of them; an answer and its
row have 1,500."""


def test_a_strict_replay_of_5000_tickets_holds_at_most_600_bytes_a_ticket(tmp_path: Path) -> None:
    tickets = tuple(Ticket(f"t{i}", f"Text number {i}", LABELS[i % 6]) for i in range(N))
    data = Dataset("d", tickets)
    scores = np.round(np.random.default_rng(1).dirichlet(np.ones(6), N), 6).tolist()
    now = datetime.now(UTC)
    with AnswerCache(tmp_path / "a.sqlite") as cache:
        stored = (Stored(_answer(row), URL, now) for row in scores)
        cache.save(dict(zip(questions(data, RUBRICS, URL).keys, stored, strict=True)))
        source = Source(URL, cache, {}, mode="replay")
        tracemalloc.start()
        try:
            found = replay(data, RUBRICS, source)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert found.table.scores.tolist() == scores
    assert peak / N < MOST_BYTES_A_TICKET


def _answer(row: list[float]) -> bytes:
    known = dict(zip(LABELS, row, strict=True))
    listed = [
        {"label": one.label, "score": known[one.label], "rubric": one.text}
        for one in RUBRICS.rubrics
    ]
    answer = {"top_label": max(known, key=known.__getitem__), "scores": known, "labels": listed}
    return json.dumps(answer).encode()
