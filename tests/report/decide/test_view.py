"""Tickets, labels and groups of a page, put together from several tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reports import improved, report_of, view
from tables import random_table, table
from ticketbench.core.policy import Policy
from ticketbench.core.types import Failure, ScoreTable
from ticketbench.measure.recommendation import Today
from ticketbench.report.decide.view import NO_ANSWER, view_of


def failing(of: ScoreTable, k: int, rubric_set: str) -> ScoreTable:
    """The table without its first k answers."""
    kept = of.rows(np.arange(k, of.n_scored))
    lost = tuple(Failure(i, "timeout") for i in of.ids[:k])
    return replace(
        kept, failures=lost, provenance=replace(of.provenance, rubric_set=rubric_set)
    ).in_order_of_ids()


def test_tickets_without_an_answer_under_one_set_keep_their_place() -> None:
    whole = random_table(100)
    seen = view(whole, failing(whole, 3, "v2"))
    assert len(seen.ids) == 100
    assert seen.ids == tuple(sorted(whole.ids))
    lost = [seen.ids.index(i) for i in whole.ids[:3]]
    assert (seen.tops[1][lost] == NO_ANSWER).all()
    assert (seen.tops[0] != NO_ANSWER).all()


def test_groups_are_one_over_sets_that_lost_other_tickets() -> None:
    whole = random_table(120, n_groups=30).in_order_of_ids()
    other = failing(whole, 7, "v2")
    seen = view(whole, other)
    group = dict(zip(whole.ids, whole.groups.tolist(), strict=True))
    pairs = {(int(g), group[i]) for g, i in zip(seen.groups, seen.ids, strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def test_the_set_to_use_is_held_against_what_runs_today() -> None:
    base = random_table(300)
    seen = view(base, improved(base, share=0.5))
    assert (seen.use, seen.other, seen.old, seen.new) == (1, 0, 0, 1)
    kept = view(improved(base, share=0.5, rubric_set="v1"), replace(base, provenance=replace(
        base.provenance, rubric_set="v2")))  # fmt: skip
    assert (kept.use, kept.other, kept.old, kept.new) == (0, 1, 0, 1)


def test_what_runs_today_may_be_the_later_set() -> None:
    base = random_table(300)
    seen = view(base, improved(base, share=0.5), today=Today("v2", Policy()))
    assert (seen.use, seen.other, seen.old, seen.new) == (1, 0, 1, 0)


def test_one_set_is_held_against_nothing() -> None:
    seen = view(random_table(100))
    assert (seen.use, seen.other) == (0, None)


def test_labels_that_only_tickets_have_come_last() -> None:
    seen = view(table([[0.6, 0.3, 0.1]] * 60, ["a"] * 30 + ["z"] * 20 + ["__none__"] * 10))
    assert seen.labels == ("a", "b", "c", "z")
    assert seen.names[-1] == "no label"
    assert (seen.gold == 4).sum() == 10


def test_without_scores_or_a_recommendation_there_is_nothing_to_follow() -> None:
    found = report_of(random_table(60))
    assert view_of(replace(found, tables=())) is None
    assert view_of(replace(found, results=replace(found.results, recommendation=None))) is None
