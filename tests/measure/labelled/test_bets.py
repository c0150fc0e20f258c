"""Evidence that may be looked at after every label."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from paths_of_evidence import chance_to_reach, evidence_at, lattice, log_rarity, most_common_path
from ticketbench.core.types import FloatArray
from ticketbench.measure.labelled.bets import BETS, log_evidence, tally

ONE_ZERO = (1.0, -1.0)
SIGNS = (1.0, -1.0, 0.0)


def after(y: ArrayLike, looks: ArrayLike, null: float) -> FloatArray:
    return log_evidence(tally(np.asarray(y, dtype=np.float64), np.asarray(looks)), null)


def evidence(y: list[float], null: float = 0.0) -> float:
    return math.exp(after(y, [len(y)], null)[0])


def test_hand_made_numbers() -> None:
    assert len(BETS) == 25
    assert evidence([]) == pytest.approx(1.0)
    assert evidence([0.0, 0.0]) == pytest.approx(1.0)
    assert evidence([1.0]) == pytest.approx(1.5)
    assert evidence([-1.0]) == pytest.approx(0.5)
    squares = float((BETS**2).mean())
    assert evidence([1.0, -1.0]) == pytest.approx(1 - squares)
    assert evidence([0.0], null=-0.02) == pytest.approx(1.01)
    assert evidence([1.0], null=0.25) == pytest.approx(1 + 0.5 * 0.75 / 1.25)
    assert evidence([-1.0], null=0.25) == pytest.approx(0.5)


def test_eight_gains_in_a_row_are_enough_for_a_verdict_and_seven_for_a_gate() -> None:
    for n, level in ((8, 40.0), (7, 20.0)):
        assert evidence([1.0] * n) == pytest.approx(float(((1 + BETS) ** n).mean()))
        assert evidence([1.0] * (n - 1)) < level <= evidence([1.0] * n)


def test_swapping_the_sides_mirrors_a_tally() -> None:
    y = np.array([1.0, 0.0, -0.2, 1.0])
    one, other = tally(y, np.array([2, 4])).mirrored(), tally(-y, np.array([2, 4]))
    assert log_evidence(one, 0.1) == pytest.approx(log_evidence(other, 0.1))


def test_every_look_is_the_evidence_up_to_it() -> None:
    rng = np.random.default_rng(1)
    y = rng.choice([-1.0, -0.2, 0.0, 0.8, 1.0], 60)
    looks = np.array([0, 3, 17, 60])
    found = after(y, looks, -0.02)
    assert np.exp(found) == pytest.approx([evidence(y[:t].tolist(), -0.02) for t in looks])
    assert len(after(y, looks[:0], 0.0)) == 0


def test_only_how_often_each_value_came_counts() -> None:
    rng = np.random.default_rng(2)
    y = rng.choice([-1.0, 0.0, 0.3, 1.0], 200)
    for null in (-0.05, 0.0, 0.05):
        end = after(y, [200], null)
        assert after(rng.permutation(y), [200], null) == pytest.approx(end)


def test_thousands_of_tickets_leave_no_number_behind() -> None:
    for sign in (1.0, -1.0):
        found = after(np.full(50_000, sign), [50_000], 0.0)[0]
        assert math.isfinite(found)
    assert after(np.full(50_000, -1.0), [50_000], 0.0)[0] < -1_000


@pytest.mark.parametrize(
    ("y", "null"),
    [
        ([1.0, -1.0, 0.0, 1.0, -1.0], 0.0),
        ([1.0, -1.0, -1.0, 0.0, 0.0], 0.0),
        ([0.25, -1.0, 0.5, 0.25, 0.0], 0.0),
        ([1.0, 1.0, -1.0, 0.0, 0.0, 0.0], 1 / 6),
        ([-1.0, 0.0, 0.0, 0.0, 0.0], -0.2),
        ([0.2, -0.8, -0.2, 0.6, -0.2], -0.08),
    ],
)
def test_in_a_log_without_more_gain_than_the_null_evidence_is_at_most_one_on_average(
    y: list[float], null: float
) -> None:
    assert sum(y) / len(y) <= null + 1e-12
    looks = np.arange(len(y) + 1)
    mean = np.mean([np.exp(after(order, looks, null)) for order in permutations(y)], axis=0)
    assert (mean <= 1 + 1e-12).all(), mean


def test_in_a_log_with_more_gain_than_the_null_evidence_is_above_one_on_average() -> None:
    y = [1.0, 1.0, -1.0, 0.0, 0.5]
    looks = np.arange(len(y) + 1)
    each = [np.exp(after(order, looks, 0.0)) for order in permutations(y)]
    assert (np.mean(each, axis=0)[1:] > 1).all()


def test_the_lattice_of_the_tests_has_the_evidence_of_the_product() -> None:
    states = lattice((2, 3, 4))
    for state, found in zip(states, evidence_at(states, SIGNS, -0.02), strict=True):
        y = np.repeat(SIGNS, state)
        assert after(y, [len(y)], -0.02)[0] == pytest.approx(found, abs=1e-12)


def test_in_a_log_without_gain_no_path_to_much_evidence_is_likelier_than_with_putting_back() -> (
    None
):
    """The lemma of docs/statistics.md, on every log of up to 120 tickets turned either way."""
    for k in range(1, 61):
        states = lattice((k, k))
        gained, lost = states.T
        rarity = log_rarity(states, (k, k))
        ahead = (gained > lost) & ((gained - lost) ** 2 >= gained + lost)
        assert rarity[ahead].max(initial=-1.0) <= 1e-12
        reached = evidence_at(states, ONE_ZERO, 0.0) >= math.log(2)
        assert not (reached & ~ahead).any()


@pytest.mark.parametrize(
    ("counts", "null"),
    [((10, 12, 78), -0.02), ((2, 6, 192), -0.02), ((0, 8, 392), -0.02), ((10, 18, 372), -0.02),
     ((20, 30, 50), -0.1), ((30, 10, 60), 0.2), ((20, 16, 164), 0.02)],
)  # fmt: skip
def test_on_logs_that_lie_on_a_border_ville_holds_without_putting_back(
    counts: tuple[int, int, int], null: float
) -> None:
    for level in (20.0, 40.0):
        assert most_common_path(counts, SIGNS, null, level) <= 0


def test_evidence_for_a_gain_that_a_log_has_not_is_exactly_rare_enough() -> None:
    for counts in ((5, 5), (20, 20), (60, 60), (18, 22)):
        for level in (2.0, 20.0, 40.0):
            assert chance_to_reach(counts, ONE_ZERO, 0.0, level) <= 1 / level
    assert chance_to_reach((60, 60), ONE_ZERO, 0.0, 20.0) > 0.01
    assert chance_to_reach((10, 18, 72), SIGNS, -0.08, 20.0) <= 0.05
    costs = (1.0, -0.8, -0.2, 0.2)
    assert chance_to_reach((8, 6, 10, 4), costs, (8 - 4.8 - 2 + 0.8) / 28, 20.0) <= 0.05


def test_a_gain_that_is_there_is_found() -> None:
    assert chance_to_reach((60, 10), ONE_ZERO, 0.0, 40.0) > 0.99
