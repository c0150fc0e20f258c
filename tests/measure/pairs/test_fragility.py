"""How many wrong labels undo a verdict, against trying every set of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, product

import numpy as np
import pytest

from ticketbench.core.types import BoolArray, IntArray
from ticketbench.measure.pairs import fragility as module
from ticketbench.measure.pairs.change import Change, no_change
from ticketbench.measure.pairs.fragility import Fragility, fragility
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.verdict import Outcome, not_worse, outcome_of
from ticketbench.measure.statistics.groups import ALONE, Counted

Sides = tuple[BoolArray, BoolArray]


def sides(gained: int, lost: int, n: int, right: int = 0) -> Sides:
    """`right` tickets are right in both sets, the rest in none."""
    gain = np.array([1] * gained + [-1] * lost + [0] * (n - gained - lost))
    both = np.zeros(n, dtype=np.bool_)
    both[gained + lost : gained + lost + right] = True
    return both | (gain == -1), both | (gain == 1)


def change_of(pair: Sides, groups: IntArray) -> Change:
    return of_means(pair[0].astype(float), pair[1].astype(float), groups)


def found(pair: Sides, groups: IntArray | None = None, **how: float) -> Fragility:
    own = np.arange(len(pair[0])) if groups is None else groups
    return fragility(change_of(pair, own), *pair, own, **how)


def random_sides(rng: np.random.Generator, n: int, changed: int) -> Sides:
    gain = np.zeros(n, dtype=np.int64)
    share = rng.random()
    gain[rng.permutation(n)[:changed]] = rng.choice([1, -1], changed, p=[share, 1 - share])
    both = (gain == 0) & (rng.random(n) < 0.15)
    return both | (gain == -1), both | (gain == 1)


def relabelled(pair: Sides, rows: list[int]) -> Sides:
    a, b = pair[0].copy(), pair[1].copy()
    a[rows], b[rows] = pair[1][rows], pair[0][rows]
    return a, b


def lost(pair: Sides, rows: list[int]) -> Sides:
    a, b = pair[0].copy(), pair[1].copy()
    a[rows], b[rows] = True, False
    return a, b


def every_relabelling(
    pair: Sides, groups: IntArray, *, margin: float, confidence: float
) -> dict[int, set[Outcome]]:
    """Wrong labels -> what the verdict may be with so many of them. Labels of one group and side
    are as good as one another, of independent tickets all of one side.
    """
    alike: dict[tuple[int, int], list[int]] = defaultdict(list)
    single = len(set(groups.tolist())) == len(groups)
    for i in np.flatnonzero(pair[0] != pair[1]).tolist():
        alike[0 if single else int(groups[i]), int(pair[1][i])].append(i)
    outcomes: dict[int, set[Outcome]] = defaultdict(set)
    for counts in product(*(range(len(rows) + 1) for rows in alike.values())):
        taken = [i for rows, k in zip(alike.values(), counts, strict=True) for i in rows[:k]]
        change = change_of(relabelled(pair, taken), groups)
        outcomes[len(taken)].add(outcome_of(change, margin=margin, confidence=confidence))
    return outcomes


def test_wrong_labels_that_undo_a_verdict_are_those_that_trying_all_finds() -> None:
    rng = np.random.default_rng(8)
    counts: Counter[str] = Counter()
    for table in range(1_000):
        n = int(rng.integers(4, 40))
        pair = random_sides(rng, n, int(rng.integers(0, min(n, 6 if table % 4 == 0 else 10))))
        groups = rng.integers(0, max(3, n // 2), n) if table % 4 == 0 else np.arange(n)
        margin, confidence = (float(rng.choice(of)) for of in ((0.05, 0.2, 0.5), (0.5, 0.8, 0.95)))
        one = found(pair, groups, margin=margin, confidence=confidence)
        outcomes = every_relabelling(pair, groups, margin=margin, confidence=confidence)
        (now,) = outcomes[0]
        fewest = min((k for k, said in outcomes.items() if said != {now}), default=0)
        assert one.n_changed == max(outcomes)
        assert one.outcome in outcomes[one.undo]
        assert (one.outcome == now) == (one.undo == 0)
        if one.exact:
            assert one.undo == fewest
            counts["exact"] += fewest > 0
        else:
            assert one.undo >= fewest or one.undo == 0
            counts["at most"] += fewest > 0
            counts["fewer do"] += one.undo != fewest
    assert counts["exact"] > 200
    assert counts["at most"] > 40
    assert counts["fewer do"] < 0.05 * counts["at most"]


def test_lost_tickets_that_end_a_pass_are_those_that_trying_all_finds() -> None:
    rng = np.random.default_rng(9)
    passing = 0
    for table in range(80):
        n = int(rng.integers(8, 40))
        pair = random_sides(rng, n, int(rng.integers(0, 6)))
        groups = np.arange(n) if table % 2 else rng.integers(0, max(3, n // 2), n)
        margin = float(rng.choice([0.2, 0.3, 0.5]))
        one = found(pair, groups, margin=margin)
        if not_worse(change_of(pair, groups), margin=margin) != "pass":
            assert one.losses == 0
            continue
        rows = np.flatnonzero(pair[1]).tolist()[:7]
        if len(rows) < int(pair[1].sum()):
            continue
        ended = (
            k
            for k in range(1, len(rows) + 1)
            for taken in combinations(rows, k)
            if not_worse(change_of(lost(pair, list(taken)), groups), margin=margin) != "pass"
        )
        fewest = next(ended, 0)
        assert one.losses == fewest if one.exact else one.losses >= fewest
        assert (one.losses == 0) == (fewest == 0)
        passing += fewest > 0
    assert passing > 8


def test_the_interval_of_every_step_is_that_of_the_tickets_relabelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 7)
    rng = np.random.default_rng(10)
    for n_groups in (300, 40):
        pair = random_sides(rng, 300, 40)
        groups = np.arange(300) if n_groups == 300 else rng.integers(0, n_groups, 300)
        tickets = module._Tickets.of(*pair, groups)
        for steps in module._relabelled(tickets):
            low, high = np.concatenate(list(module._ends(tickets, steps, 0.95)), axis=1)
            for i in range(len(steps.rows)):
                ends = change_of(relabelled(pair, steps.rows[: i + 1].tolist()), groups).bounds()
                assert (low[i], high[i]) == pytest.approx((ends.low, ends.high), abs=1e-13)
        for steps in module._lost(tickets):
            low, _ = np.concatenate(list(module._ends(tickets, steps, 0.90)), axis=1)
            for i in range(0, len(steps.rows), 5):
                ends = change_of(lost(pair, steps.rows[: i + 1].tolist()), groups).bounds(0.90)
                assert low[i] == pytest.approx(ends.low, abs=1e-13)


def test_counted_tickets_are_as_fragile_as_single_ones() -> None:
    rng = np.random.default_rng(13)
    for table in range(60):
        n = int(rng.integers(4, 120))
        pair = random_sides(rng, n, int(rng.integers(0, n // 3 + 1)))
        named = rng.integers(0, max(1, n // 4), n)
        named[rng.random(n) < (0.0, 0.4, 1.0)[table % 3]] = ALONE
        kinds, of = np.unique(np.stack([named, *pair]), axis=1, return_inverse=True)
        rows = Counted(kinds[0], np.bincount(of.ravel()))
        groups = np.where(named == ALONE, n + np.arange(n), named)
        change, margin = change_of(pair, groups), float(rng.choice([0.02, 0.1, 0.3]))
        marks = kinds[1:].astype(np.bool_)
        counted = fragility(change, *marks, rows, margin=margin)
        assert counted == fragility(change, *pair, groups, margin=margin)


def test_a_verdict_by_a_hair_rests_on_one_label() -> None:
    assert found(sides(6, 0, 200)) == Fragility(6, 1, "cannot tell", exact=True, losses=3)


def test_a_wrong_label_may_also_turn_doubt_into_a_verdict() -> None:
    one = found(sides(14, 5, 400))
    assert (one.undo, one.outcome) == (1, "better")
    other = found(sides(5, 14, 400))
    assert (other.undo, other.outcome) == (1, "worse")


def test_a_stricter_confidence_is_undone_by_other_labels() -> None:
    pair = sides(30, 10, 400)
    assert found(pair).undo > found(pair, confidence=0.99).undo >= 1


def test_where_no_ticket_changed_no_changed_ticket_can_undo_it() -> None:
    one = found(sides(0, 0, 200, right=150))
    assert (one.n_changed, one.undo, one.outcome) == (0, 0, "no relevant difference")
    assert one.losses == 1, "a 151st unchanged ticket is needed for the rule of three"


def test_few_changed_among_many_stay_whatever_their_labels_are() -> None:
    one = found(sides(3, 2, 1_000, right=500))
    assert (one.n_changed, one.undo, one.outcome) == (5, 0, "no relevant difference")


def test_identical_answers_pass_until_a_ticket_is_lost() -> None:
    same = sides(0, 0, 50, right=50)
    one = fragility(no_change(50, 50), *same, np.arange(50))
    assert one == Fragility(0, 0, "no relevant difference", True, 1)


def test_one_group_or_no_ticket_leaves_nothing_to_undo() -> None:
    one = found(sides(5, 2, 20), np.zeros(20, dtype=np.int64))
    assert one == Fragility(7, 0, "cannot tell", False, 0)
    assert found(sides(0, 0, 0)) == Fragility(0, 0, "cannot tell", True, 0)


def test_the_order_of_tickets_and_the_numbers_of_groups_change_nothing() -> None:
    rng = np.random.default_rng(11)
    for _ in range(30):
        pair = random_sides(rng, 120, 25)
        groups = rng.integers(0, 25, 120)
        order, names = rng.permutation(120), rng.permutation(25)
        again = found((pair[0][order], pair[1][order]), names[groups[order]], margin=0.2)
        assert again == found(pair, groups, margin=0.2)


def test_with_the_sides_exchanged_the_verdict_is_undone_by_as_many() -> None:
    rng = np.random.default_rng(12)
    mirror = {"better": "worse", "worse": "better"}
    for _ in range(30):
        pair = random_sides(rng, 90, 20)
        one, other = found(pair), found(pair[::-1])
        assert one.undo == other.undo
        up_and_down = {one.outcome, mirror.get(other.outcome, other.outcome)}
        assert len(up_and_down) == 1 or one.undo
