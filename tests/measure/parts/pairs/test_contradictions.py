"""Stated top labels that are not those of the scores: parts add up to the finding of the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tables import random_table
from ticketbench.core.types import ELSEWHERE
from ticketbench.measure.findings import of_answers
from ticketbench.measure.parts.pairs.contradictions import Contradictions, contradictions


def test_parts_add_up_to_the_finding_of_the_table() -> None:
    whole = random_table(30, seed=3)
    stated = whole.top.copy()
    stated[:7], stated[9] = (stated[:7] + 1) % len(whole.labels), ELSEWHERE
    odd = replace(whole, stated=stated)
    parts = [odd.rows(np.arange(i, 30, 3)) for i in range(3)]
    told = sum(map(contradictions, parts), start=Contradictions())
    assert told == contradictions(odd)
    assert told.n_otherwise == 8
    assert tuple(told.findings) == of_answers(odd)


def test_without_contradictions_there_is_no_finding() -> None:
    assert list(contradictions(random_table(5, seed=1)).findings) == []
    assert list(Contradictions().findings) == []
