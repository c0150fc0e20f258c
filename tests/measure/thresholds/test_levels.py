from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from ticketbench.measure.thresholds.levels import (
    Levels,
    fewest_tickets,
    levels,
    most_wrong,
    reach,
)

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)
RISKS = st.sampled_from([0.02, 0.05, 0.1, 0.2, 0.35])
DELTAS = st.sampled_from([0.01, 0.05, 0.1, 0.25])

# n, risk; number of ranks; the first eight with the most wrong to walk on; where it opens, with
# the most wrong; opening level; lowest and highest walking level.
GOLDEN = [
    (300, 0.10, 21,
     "38:1 52:2 65:3 78:4 91:5 104:6 116:7 128:8", "", 0, (0.1, 0.1)),
    (1000, 0.10, 41,
     "108:6 120:7 132:8 145:9 157:10 169:11 181:12 192:13", "108:3 216:11 432:29 901:70",
     0.01259, (0.0763, 0.0996)),
    (1000, 0.05, 29,
     "111:2 139:3 166:4 192:5 217:6 242:7 267:8 292:9", "111:0 242:5 505:14",
     0.01701, (0.0784, 0.0800)),
    (3000, 0.05, 46,
     "316:10 340:11 364:12 388:13 411:14 435:15 458:16 482:17",
     "316:7 643:19 1331:48 2706:109", 0.00983, (0.0787, 0.0988)),
]  # fmt: skip


def of(n: int, *, risk: float, delta: float = 0.1, n_all: int | None = None) -> Levels:
    found = levels(n, n if n_all is None else n_all, risk=risk, delta=delta)
    assert found is not None
    return found


def counts(found: Levels, level: np.ndarray, risk: float) -> list[str]:
    most = most_wrong(found.ranks, risk=risk, level=level)
    return [f"{k}:{e}" for k, e in zip(found.ranks, most, strict=True) if e >= 0]


@pytest.mark.parametrize(("n", "risk", "ranks", "walks", "opens", "o", "w"), GOLDEN)
def test_ranks_and_levels_are_the_golden_ones(
    n: int, risk: float, ranks: int, walks: str, opens: str, o: float, w: tuple[float, float]
) -> None:
    found = of(n, risk=risk)
    assert len(found.ranks) == len(found.opens) == len(found.walks) == ranks
    assert counts(found, found.walks, risk)[:8] == walks.split()
    assert counts(found, found.opens, risk) == opens.split()
    assert found.opens.max() == pytest.approx(o, abs=5e-6)
    assert (found.walks.min(), found.walks.max()) == pytest.approx(w, abs=5e-5)


@pytest.mark.parametrize(
    ("risk", "delta", "fewest"),
    [(0.02, 0.1, 114), (0.05, 0.05, 59), (0.05, 0.1, 45), (0.1, 0.1, 22), (0.5, 0.25, 2)],
)
def test_the_fewest_tickets_without_an_error(risk: float, delta: float, fewest: int) -> None:
    assert fewest_tickets(risk=risk, delta=delta) == fewest
    assert (1 - risk) ** fewest <= delta < (1 - risk) ** (fewest - 1)


@pytest.mark.parametrize(("risk", "delta"), [(0.0, 0.1), (0.1, 0.0)])
def test_no_number_of_tickets_is_enough_without_any_risk(risk: float, delta: float) -> None:
    assert fewest_tickets(risk=risk, delta=delta) is None
    assert levels(1000, 1000, risk=risk, delta=delta) is None


@pytest.mark.parametrize(("risk", "delta"), [(1.0, 0.1), (0.1, 1.0)])
def test_where_nothing_is_promised_one_ticket_is_enough(risk: float, delta: float) -> None:
    assert fewest_tickets(risk=risk, delta=delta) == 1


def test_fewer_tickets_than_certify_without_an_error_have_no_levels() -> None:
    assert levels(21, 21, risk=0.1, delta=0.1) is None
    assert of(22, risk=0.1).ranks.tolist() == [22]


def test_it_opens_where_a_tenth_of_the_tickets_is_twice_the_fewest() -> None:
    # 22 certify without an error.
    assert not of(439, risk=0.1).opens.any()
    assert of(440, risk=0.1).opens.any()
    # Escalated tickets count for that.
    assert of(300, risk=0.1, n_all=440).opens.any()


def test_where_it_does_not_open_every_test_has_the_whole_level() -> None:
    assert set(of(439, risk=0.1).walks.tolist()) == {0.1}


def test_where_a_tenth_is_more_than_there_are_the_largest_rank_is_kept() -> None:
    found = of(60, risk=0.1, n_all=1000)
    assert len(found.ranks) == 1
    (rank,) = found.ranks.tolist()
    assert rank == max(least(0.1, 0.08, 60))


def least(risk: float, level: float, n: int) -> list[int]:
    """For 0, 1, 2 ... errors the least number of tickets with a chance of `level` at most."""
    found, errors = [], 0
    for k in range(1, n + 1):
        if binom.cdf(errors, k, risk) <= level:
            found.append(k)
            errors += 1
    return found


@pytest.mark.parametrize(
    ("n", "risk", "delta"), [(300, 0.1, 0.1), (700, 0.2, 0.05), (90, 0.3, 0.2)]
)
def test_ranks_are_where_the_exact_test_wastes_nothing(n: int, risk: float, delta: float) -> None:
    opening = n / 10 >= 2 * (fewest_tickets(risk=risk, delta=delta) or 0)
    expected: list[int] = []
    for k in least(risk, 0.8 * delta if opening else delta, n):
        if not expected or k >= 1.04 * expected[-1]:
            expected.append(k)
    expected = [k for k in expected if k >= n / 10]
    assert of(n, risk=risk, delta=delta).ranks.tolist() == expected


def chance_of_passing(ranks: list[int], most: list[int], risk: float, errors: np.ndarray) -> float:
    """Flat-law chance that any of `ranks` has at most so many errors, by one pass forwards.

    `errors` holds the chances of 0, 1 ... errors before the first of them, at `ranks[0]`.
    """
    alive, passed, before = errors, 0.0, ranks[0]
    for rank, c in zip(ranks, most, strict=True):
        if rank > before:
            steps = binom.pmf(np.arange(rank - before + 1), rank - before, risk)
            alive, before = np.convolve(alive, steps), rank
        passed += float(alive[: c + 1].sum())
        alive = np.where(np.arange(len(alive)) <= c, 0.0, alive)
    return passed


@pytest.mark.parametrize(
    ("n", "risk", "delta"), [(1000, 0.1, 0.1), (1000, 0.05, 0.1), (500, 0.2, 0.04)]
)
def test_beyond_the_last_good_rank_something_is_accepted_with_chance_delta_at_most(
    n: int, risk: float, delta: float
) -> None:
    found = of(n, risk=risk, delta=delta)
    ranks = found.ranks.tolist()
    walks = most_wrong(found.ranks, risk=risk, level=found.walks).tolist()
    opens = most_wrong(found.ranks, risk=risk, level=found.opens).tolist()
    for at, rank in enumerate(ranks):
        start = binom.pmf(np.arange(rank + 1), rank, risk)
        one, more = (
            chance_of_passing(ranks[at:], [walks[at] + plus, *opens[at + 1 :]], risk, start)
            for plus in (0, 1)
        )
        assert one <= delta * (1 + 1e-6) < more


@pytest.mark.parametrize(
    ("n", "risk", "delta"), [(1000, 0.1, 0.1), (3000, 0.05, 0.1), (500, 0.2, 0.04)]
)
def test_it_opens_too_low_with_three_tenths_of_delta_at_most(
    n: int, risk: float, delta: float
) -> None:
    found = of(n, risk=risk, delta=delta)
    at = np.flatnonzero(found.opens > 0)
    probes = found.ranks[at]
    assert at[0] == 0
    for one, following in zip(probes[:-1].tolist(), probes[1:].tolist(), strict=True):
        between = [k for k in found.ranks.tolist() if 2 * one <= k < following]
        assert not between
        assert following >= 2 * one

    def chance(level: float) -> float:
        most = most_wrong(probes, risk=risk, level=level)
        start = binom.pmf(np.arange(probes[0] + 1), probes[0], risk)
        return chance_of_passing(probes.tolist(), most.tolist(), risk, start)

    most = most_wrong(probes, risk=risk, level=found.opens.max())
    assert most.tolist() == most_wrong(probes, risk=risk, level=found.opens[at]).tolist()
    assert chance(found.opens.max()) <= 0.3 * delta
    # The next higher level at which one more error passes somewhere is too much.
    higher = min(float(binom.cdf(c + 1, k, risk)) for c, k in zip(most, probes, strict=True))
    assert chance(higher) > 0.3 * delta


@SEARCH
@given(st.integers(1, 3000), st.floats(0.3, 1), RISKS, DELTAS)
def test_levels_lie_between_0_and_delta_and_ranks_ascend(
    n_all: int, routable: float, risk: float, delta: float
) -> None:
    n = int(routable * n_all)
    found = levels(n, n_all, risk=risk, delta=delta)
    fewest = fewest_tickets(risk=risk, delta=delta)
    assert fewest is not None
    if found is None:
        assert n < fewest
        return
    assert np.all(found.ranks[1:] >= 1.04 * found.ranks[:-1])
    assert fewest <= found.ranks[0]
    assert found.ranks[-1] <= n
    assert len(found.ranks) == 1 or found.ranks[0] >= n_all / 10
    for level in (found.opens, found.walks):
        assert np.all((level >= 0) & (level <= delta * (1 + 1e-9)))
    assert np.all(found.opens <= 0.3 * delta)


@SEARCH
@given(st.integers(1, 400), RISKS, st.floats(0, 1))
def test_the_most_wrong_is_the_last_count_within_the_level(
    k: int, risk: float, level: float
) -> None:
    chances = binom.cdf(np.arange(k + 1), k, risk)
    expected = int((chances <= level).sum()) - 1 if level > 0 else -1
    assert most_wrong(np.array([k]), risk=risk, level=level).tolist() == [expected]


def test_a_level_that_is_met_exactly_is_met() -> None:
    k = np.array([3, 50, 216])
    for errors in (0, 1, 3):
        level = binom.cdf(errors, k, 0.1)
        assert most_wrong(k, risk=0.1, level=level).tolist() == [errors] * 3


def at_ranks(*ranks: int) -> Levels:
    none = np.zeros(len(ranks))
    return Levels(np.array(ranks), none, none)


@pytest.mark.parametrize(
    ("smallest", "chance"),
    [
        # Of a fair coin: 0 of 2 has .25, 0 of 4 .0625, at most 1 of 4 .3125.
        (0.0, 0.0),
        (0.0625, 1 / 16),
        (0.3, 1 / 4),
        (0.3125, 1 / 4 + 1 / 2 * 1 / 4),
        (1.0, 1.0),
    ],
)
def test_the_reach_by_hand(smallest: float, chance: float) -> None:
    found = reach(at_ranks(2, 4), risk=0.5, smallest=smallest)
    assert found == pytest.approx(chance, abs=1e-12)


@pytest.mark.parametrize(("n", "risk"), [(300, 0.1), (1000, 0.05), (3000, 0.1)])
@pytest.mark.parametrize("smallest", [1e-6, 0.004, 0.05, 0.3])
def test_the_reach_is_the_chance_of_one_pass_over_the_ranks(
    n: int, risk: float, smallest: float
) -> None:
    found = of(n, risk=risk)
    most = most_wrong(found.ranks, risk=risk, level=smallest).tolist()
    start = binom.pmf(np.arange(found.ranks[0] + 1), found.ranks[0], risk)
    expected = chance_of_passing(found.ranks.tolist(), most, risk, start)
    assert reach(found, risk=risk, smallest=smallest) == pytest.approx(expected, abs=1e-9)
    assert expected <= len(most) * smallest


def test_a_smaller_p_value_is_harder_to_reach() -> None:
    found = of(1000, risk=0.1)
    chances = [reach(found, risk=0.1, smallest=p) for p in (1e-9, 1e-4, 0.01, 0.1, 0.5)]
    assert chances == sorted(chances)
    assert chances[0] < 1e-7
