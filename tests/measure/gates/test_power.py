"""What the tickets of a gate can see, beside gates judged on simulated candidates."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.gates.metrics import gate_metric
from ticketbench.measure.gates.power import ASSUMED, TIMES, Chance, assumed, chances, step_of
from ticketbench.measure.gates.rule import Demand, Undecided, outcomes
from ticketbench.measure.pairs.change import Change, no_change, undefined
from ticketbench.measure.pairs.of_means import of_means

MARGIN = 0.02
WITHIN = 0.04
ROLES: list[tuple[Undecided, bool, int]] = [
    ("warn", True, 1), ("warn", False, 10), ("fail", True, 1), ("pass", True, 1),
]  # fmt: skip


def is_green(one: Change, rule: Undecided, *, primary: bool, n_demands: int) -> bool:
    rest = [Demand(no_change(9, 9), MARGIN, primary=False)] * (n_demands - 1)
    found = outcomes([Demand(one, MARGIN, primary), *rest], undecided=rule)[0]
    return found == "pass" if rule == "fail" else found != "fail"


def told(spread: Change, rule: Undecided, *, primary: bool, n_demands: int) -> tuple[Chance, ...]:
    return chances(
        spread, MARGIN, undecided=rule, primary=primary, n_demands=n_demands, step=1 / spread.n
    )


@cache
def turned(lost: int, gained: int, n: int) -> Change:
    """So many of n independent tickets turned wrong, and right."""
    candidate = np.zeros(n)
    candidate[:lost], candidate[n - gained :] = -1, 1
    return of_means(np.zeros(n), candidate, np.arange(n))


def spread_of(n: int, share: float) -> Change:
    """What so large a share of turned tickets spreads by; that of the next pair may be another."""
    return Change(0.0, n, n, round(share * n), share / n, 1 / n, n - 1.0, (0.0, 0.0), "by hand")


@pytest.mark.parametrize(("n", "share"), [(200, 0.20), (400, 0.12), (1000, 0.12), (1500, 0.06)])
@pytest.mark.parametrize(("rule", "primary", "n_demands"), ROLES)
def test_the_chance_of_green_is_that_of_simulated_candidates(
    n: int, share: float, rule: Undecided, primary: bool, n_demands: int
) -> None:
    rng = np.random.default_rng([7, n])
    for one in told(spread_of(n, share), rule, primary=primary, n_demands=n_demands):
        wide = max(share, one.loss)
        odds = [(wide + one.loss) / 2, (wide - one.loss) / 2, 1 - wide]
        drawn, times = np.unique(rng.multinomial(n, odds, 2_000), axis=0, return_counts=True)
        green = [
            is_green(turned(int(lost), int(gained), n), rule, primary=primary, n_demands=n_demands)
            for lost, gained, _ in drawn
        ]
        assert one.green == pytest.approx(times @ np.array(green) / 2_000, abs=WITHIN)


def grouped(rng: np.random.Generator, groups: IntArray, loss: float, *, whole: bool) -> FloatArray:
    """An eighth of the tickets turns, each alone or with its group."""
    u = rng.random(int(groups.max()) + 1)[groups] if whole else rng.random(len(groups))
    wide = max(ASSUMED, loss)
    return np.where(u < (wide + loss) / 2, -1.0, np.where(u < wide, 1.0, 0.0))


@pytest.mark.parametrize("whole", [True, False])
def test_groups_are_seen_in_the_answers_and_else_assumed_to_turn_as_a_whole(whole: bool) -> None:
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(200), rng.choice([1, 1, 2, 3, 6], 200))
    base = np.zeros(len(groups))
    spread = assumed(groups)
    if not whole:
        drawn = [of_means(base, grouped(rng, groups, 0.0, whole=False), groups) for _ in range(20)]
        spread = sorted(drawn, key=lambda one: one.variance)[10]
    for one in told(spread, "warn", primary=True, n_demands=1):
        changes = [
            of_means(base, grouped(rng, groups, one.loss, whole=whole), groups) for _ in range(500)
        ]
        green = [is_green(c, "warn", primary=True, n_demands=1) for c in changes]
        assert one.green == pytest.approx(np.mean(green), abs=WITHIN + 0.03)


def test_the_losses_looked_at_are_none_and_one_two_three_margins() -> None:
    found = told(spread_of(400, 0.12), "warn", primary=True, n_demands=1)
    assert [one.loss for one in found] == [times * MARGIN for times in TIMES]
    assert [round(one.green, 2) for one in found] == [0.89, 0.53, 0.14, 0.01]


def test_a_larger_loss_is_never_green_more_often_and_a_stricter_rule_never_either() -> None:
    for n, share in ((60, 0.1), (400, 0.02), (3000, 0.3)):
        found = [
            [one.green for one in told(spread_of(n, share), rule, primary=True, n_demands=1)]
            for rule in ("pass", "warn", "fail")
        ]
        for of_rule in found:
            assert of_rule == sorted(of_rule, reverse=True)
        for old, warn, strict in zip(*found, strict=True):
            assert old >= warn >= strict - 1e-9


def test_few_changed_tickets_do_not_hide_a_loss_that_would_take_more() -> None:
    found = told(spread_of(400, 0.0025), "warn", primary=True, n_demands=1)
    assert found[0].green > 0.99
    assert found[1].green == pytest.approx(0.57, abs=0.05)


def test_an_eighth_of_the_groups_is_assumed_and_needs_two_of_them() -> None:
    alone = assumed(np.arange(400))
    assert (alone.n, alone.n_groups, alone.n_changed) == (400, 400, 50)
    assert (alone.variance, alone.imagined) == (pytest.approx(ASSUMED / 400), 1 / 400)
    tied = assumed(np.repeat(np.arange(40), 10))
    assert (tied.n_groups, tied.variance) == (40, pytest.approx(ASSUMED / 40))
    assert tied.imagined == pytest.approx(1 / 40)
    for groups in (np.zeros(0, np.int64), np.zeros(9, np.int64)):
        assert not assumed(groups).defined


def test_without_a_spread_nothing_is_told() -> None:
    unknown = undefined(math.nan, 0, "no tickets")
    assert chances(unknown, MARGIN, undecided="warn", primary=True, n_demands=1) == ()


@pytest.mark.parametrize(
    ("metric", "step"),
    [("accuracy", 0.01), ("recall", 0.01), ("coverage", 0.01), ("precision", 0.0),
     ("macro_f1", 0.0), ("cost", 0.0), ("log_loss", 0.0), ("augrc", 0.0)],
)  # fmt: skip
def test_only_a_share_of_tickets_both_sides_have_moves_by_whole_tickets(
    metric: str, step: float
) -> None:
    assert step_of(gate_metric(metric), 100) == step
    assert step_of(gate_metric(metric), 0) == 0.0
