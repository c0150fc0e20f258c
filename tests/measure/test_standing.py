from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import table
from ticketbench.core.policy import Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.compare import compare
from ticketbench.measure.pairs.change import Change, no_change, undefined
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.verdict import verdict
from ticketbench.measure.standing import (
    PairVerdict,
    Standing,
    gains,
    read_together,
    standing,
    unbeaten,
    verdicts,
)

SEARCH = settings(max_examples=100, deadline=None, derandomize=True, database=None)
RIGHT, WRONG = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]
COUNTS = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(2, 200), st.integers(1, 4))


def change(gained: int, lost: int, same: int = 200, size: int = 1) -> Change:
    """Tickets that one side gets right alone, in groups of `size`."""
    d = np.array([1.0] * gained + [-1.0] * lost + [0.0] * same)
    return of_means(np.zeros(len(d)), d, np.arange(len(d)) // size)


def answered(name: str, right: Sequence[int], n: int = 200) -> ScoreTable:
    """A set that has the tickets at `right` right."""
    hits = set(right)
    scores = [RIGHT if i in hits else WRONG for i in range(n)]
    return table(scores, ["a"] * n, rubric_set=name)


def of(*tables: ScoreTable) -> Standing:
    compared = read_together(tables, [compare(tables[0], one) for one in tables[1:]])
    return standing(tables, compared, policy=Policy())


# Verdicts read together


@SEARCH
@given(st.lists(COUNTS, min_size=1, max_size=6))
def test_better_or_worse_exactly_where_the_interval_excludes_0_and_the_adjusted_p_is_small(
    counts: list[tuple[int, int, int, int]],
) -> None:
    for found in verdicts([change(*one) for one in counts]):
        excludes = found.difference.low > 0 or found.difference.high < 0
        assert (found.outcome in ("better", "worse")) == excludes == (found.p < 0.05)


@SEARCH
@given(st.lists(COUNTS, min_size=2, max_size=6))
def test_the_order_of_the_candidates_does_not_matter(
    counts: list[tuple[int, int, int, int]],
) -> None:
    changes = [change(*one) for one in counts]
    assert verdicts(changes[::-1]) == verdicts(changes)[::-1]


def test_one_candidate_is_read_as_if_it_were_alone() -> None:
    assert verdicts([change(20, 5)]) == (verdict(change(20, 5)),)
    assert verdicts([]) == ()


def test_of_two_candidates_the_first_step_is_read_at_97_5_percent() -> None:
    first, second = verdicts([change(30, 5), change(20, 5)])
    assert (first.confidence, second.confidence) == (0.975, 0.95)
    assert first.p == pytest.approx(2 * change(30, 5).p())
    assert second.p == change(20, 5).p()


def test_what_decides_alone_may_not_decide_among_three() -> None:
    assert verdict(change(12, 3)).outcome == "better"
    assert verdicts([change(12, 3), change(5, 5), change(6, 5)])[0].outcome == "cannot tell"


def test_more_tickets_are_needed_where_the_interval_is_wider() -> None:
    alone, among = verdict(change(8, 5)), verdicts([change(8, 5), change(5, 5)])[0]
    assert alone.tickets_needed < among.tickets_needed < 1.5 * alone.tickets_needed


def test_a_candidate_without_an_interval_does_not_count() -> None:
    unknown, known = verdicts([undefined(0.1, 3, "no interval"), change(20, 5)])
    assert unknown.outcome == "cannot tell"
    assert known == verdict(change(20, 5))


def test_identical_answers_stay_without_doubt_among_others() -> None:
    same, _ = verdicts([no_change(100, 100), change(20, 5)])
    assert (same.outcome, same.difference.low, same.difference.high) == (
        "no relevant difference", 0.0, 0.0,
    )  # fmt: skip


# Gains


def test_the_interval_of_a_gain_allows_for_all_candidates() -> None:
    changes = [change(20, 5), change(8, 5)]
    for gain, one in zip(gains(["v2", "v3"], changes), changes, strict=True):
        assert gain.confidence == 0.975
        ends = one.bounds(0.975)
        assert (gain.seen.low, gain.seen.high) == (ends.low, ends.high)


def test_with_fewer_than_four_candidates_nothing_is_expected() -> None:
    found = gains(["a", "b", "c"], [change(20, 5), change(8, 5), change(2, 5)])
    assert all(math.isnan(gain.expected) for gain in found)
    unknown = undefined(0.1, 3, "no interval")
    found = gains(list("abcd"), [change(20, 5), change(8, 5), change(2, 5), unknown])
    assert all(math.isnan(gain.expected) for gain in found)


def test_gains_no_further_apart_than_by_chance_are_expected_to_be_equal() -> None:
    changes = [change(10, 8), change(9, 8), change(8, 9), change(11, 9)]
    expected = [gain.expected for gain in gains(list("abcd"), changes)]
    assert expected == pytest.approx([np.mean([c.value for c in changes])] * 4)


def test_gains_far_apart_are_drawn_together_by_the_share_that_is_chance() -> None:
    changes = [change(90, 5), change(8, 5), change(2, 5), change(50, 5)]
    seen = np.array([c.value for c in changes])
    kept = 1 - np.mean([c.se**2 for c in changes]) / seen.var(ddof=1)
    assert 0.5 < kept < 1
    expected = [gain.expected for gain in gains(list("abcd"), changes)]
    assert expected == pytest.approx(seen.mean() + kept * (seen - seen.mean()))


def test_equal_gains_without_any_doubt_stay_what_they_are() -> None:
    assert [g.expected for g in gains(list("abcd"), [no_change(9, 9)] * 4)] == [0.0] * 4


# Which set to use


def test_one_set_or_two_have_no_pairs_of_candidates() -> None:
    assert of(answered("v1", range(80))) == Standing((), (), ())
    found = of(answered("v1", range(80)), answered("v2", range(120)))
    assert found.leaders == ("v2",)
    assert [(p.base, p.candidate) for p in found.pairs] == [("v1", "v2")]


def test_the_winner_beats_the_others_that_are_better() -> None:
    found = of(*(answered(f"v{i}", range(80 + 30 * i)) for i in range(1, 4)))
    assert found.leaders == ("v3",)
    assert found.pair("v2", "v3").outcome == found.pair("v3", "v2").outcome == "better"


def test_better_sets_that_do_not_beat_each_other_lead_together_the_best_seen_first() -> None:
    v2, v3 = range(110), [*range(80), *range(82, 113)]
    found = of(answered("v1", range(80)), answered("v2", v2), answered("v3", v3))
    assert found.leaders == ("v3", "v2")
    assert found.pair("v2", "v3").outcome == "cannot tell"


def test_no_set_found_better_leaves_the_first() -> None:
    found = of(answered("v1", range(80)), answered("v2", range(82)), answered("v3", range(20)))
    assert found.leaders == ()
    assert found.gain("v2").seen.value == pytest.approx(0.01)


def test_every_pair_is_told_once_those_with_the_first_set_before_those_found_better() -> None:
    names = ["v1", "v2", "v3", "v4"]
    sets = [answered(n, range(k)) for n, k in zip(names, (80, 82, 150, 170), strict=True)]
    pairs = [(p.base, p.candidate) for p in of(*sets).pairs]
    assert pairs[:4] == [("v1", "v2"), ("v1", "v3"), ("v1", "v4"), ("v3", "v4")]
    assert sorted(pairs) == sorted(combinations(names, 2))


def test_a_pair_of_sets_found_better_is_adjusted_among_these_alone() -> None:
    sets = [answered(f"v{i}", range(k)) for i, k in enumerate((80, 82, 150, 170), start=1)]
    assert of(*sets).pair("v3", "v4").confidence == 0.95


def pair(base: str, candidate: str, *, better: bool) -> PairVerdict:
    return PairVerdict(base, candidate, verdict(change(*((20, 0) if better else (0, 20)))))


def test_a_set_is_beaten_as_base_and_as_candidate() -> None:
    assert unbeaten(["a", "b"], [pair("a", "b", better=True)]) == ("b",)
    assert unbeaten(["a", "b"], [pair("a", "b", better=False)]) == ("a",)
    assert unbeaten(["a", "b"], []) == ("a", "b")


def test_where_sets_beat_each_other_in_a_circle_all_lead() -> None:
    circle = [
        pair("a", "b", better=True),
        pair("b", "c", better=True),
        pair("a", "c", better=False),
    ]
    assert unbeaten(["a", "b", "c"], circle) == ("a", "b", "c")


# How often it is wrong


def equal_sets(rng: np.random.Generator, k: int, n: int) -> list[Change]:
    """k candidates that are as good as the base; each changes 12 % of the tickets."""
    base = rng.random(n) < 0.8
    changed = np.where(base, 0.06 / 0.8, 0.06 / 0.2)
    found = []
    for _ in range(k):
        right = base ^ (rng.random(n) < changed)
        found.append(of_means(base.astype(float), right.astype(float), np.arange(n)))
    return found


@pytest.mark.evidence
@pytest.mark.parametrize("k", [5, 10, 20])
@pytest.mark.parametrize("n", [200, 500])
def test_of_equal_candidates_one_is_rarely_called_better_and_the_best_is_not_overrated(
    n: int, k: int
) -> None:
    rng, runs = np.random.default_rng([20261213, n, k]), 400
    called = covered = 0
    expected = []
    for _ in range(runs):
        changes = equal_sets(rng, k, n)
        called += any(v.outcome == "better" for v in verdicts(changes))
        best = max(gains([str(i) for i in range(k)], changes), key=lambda gain: gain.seen.value)
        covered += best.seen.low <= 0 <= best.seen.high
        expected.append(best.expected)
    two_errors = 2 * math.sqrt(0.05 * 0.95 / runs)
    assert called / runs <= 0.05 + two_errors
    assert covered / runs >= 0.95 - two_errors
    assert abs(float(np.mean(expected))) <= 0.004


def test_the_fragility_is_found_anew_only_where_the_verdict_is_read_at_another_level() -> None:
    tables = [answered(f"v{i}", range(100 + 30 * i)) for i in range(3)]
    alone = [compare(tables[0], one, policy=Policy()) for one in tables[1:]]
    first, second = read_together(tables, alone)
    assert (first.verdict.confidence, second.verdict.confidence) == (0.95, 0.975)
    assert first.fragility is alone[0].fragility
    assert second.fragility.undo < alone[1].fragility.undo
