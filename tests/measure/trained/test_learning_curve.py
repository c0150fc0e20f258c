from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.types import NONE, FloatArray, IntArray, ScoreTable
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.thresholds.choose import fold_of_ticket
from ticketbench.measure.trained.classifier import on_vectors, out_of_fold, trained_classifier
from ticketbench.measure.trained.learning_curve import (
    Draw,
    LearningCurve,
    TicketsNeeded,
    curve_points,
    learning_curve,
    tickets_needed,
)

SEARCH = settings(max_examples=25, deadline=None, derandomize=True)


class Scripted:
    """A learner that keeps its rows and is right on every ticket at the sizes it is told."""

    def __init__(self, truth: IntArray, right_at: Sequence[int] = ()) -> None:
        self.truth, self.right_at = truth, right_at
        self.calls: list[tuple[IntArray, IntArray]] = []

    def __call__(self, train: IntArray, test: IntArray) -> FloatArray:
        self.calls.append((train, test))
        shift = 0 if len(train) in self.right_at else 1
        return np.asarray(np.eye(3)[(self.truth[test] + shift) % 3])


def tickets(n: int, *, n_groups: int | None = None, none_every: int = 0) -> ScoreTable:
    """Tickets without scores of their own; every so many has no label that fits."""
    groups = None if n_groups is None else random_table(n, n_groups=n_groups).groups.tolist()
    gold = ["__none__" if none_every and i % none_every == 0 else "abc"[i % 3] for i in range(n)]
    return table([[0.4, 0.3, 0.3]] * n, gold, groups=groups)


def draws(t: ScoreTable, *, seed: int = 0, right: bool = False) -> list[Draw]:
    """Five draws, each with folds of its own; all tickets came right or none did."""
    return [
        Draw(fold_of_ticket(t.groups, n_folds=5, seed=at), at, np.full(t.n_scored, right))
        for at in range(seed, seed + 5)
    ]


def sizes(n: int, *, enough: float = 1.0, right_at: Sequence[int] = (), **shape: int) -> list[int]:
    t = tickets(n, **shape)
    learner = Scripted(t.truth, right_at)
    return learning_curve(learner, t, draws(t), enough=enough).sizes.tolist()


def sizes_of_groups(*members: int, enough: float = 1.0, right_at: Sequence[int] = ()) -> list[int]:
    """The sizes for tickets in groups with so many members."""
    groups = np.repeat(np.arange(len(members)), members)
    t = replace(tickets(len(groups)), groups=groups)
    learner = Scripted(t.truth, right_at)
    return learning_curve(learner, t, draws(t), enough=enough).sizes.tolist()


def test_sizes_double_from_twenty_to_the_mean_number_of_training_tickets() -> None:
    # 203 tickets in five folds leave 162 or 163 to train on, 162.4 on average.
    assert sizes(203) == [20, 40, 80, 160, 162]


def test_sizes_count_labelled_tickets_only() -> None:
    assert sizes(203, none_every=2)[-1] == 81


@pytest.mark.parametrize(("n", "expected"), [(10, [8]), (25, [20]), (30, [20, 24])])
def test_a_small_dataset_has_few_sizes(n: int, expected: list[int]) -> None:
    assert sizes(n) == expected


def test_doubling_ends_after_two_sizes_above_enough() -> None:
    assert sizes(800, enough=0.5, right_at=(20, 40, 80)) == [20, 40, 640]


def test_a_size_below_enough_starts_the_count_again() -> None:
    assert sizes(800, enough=0.5, right_at=(20, 80, 160)) == [20, 40, 80, 160, 640]


def test_as_right_as_enough_is_not_above_it() -> None:
    assert sizes(203, enough=1.0, right_at=range(1, 200)) == [20, 40, 80, 160, 162]


def test_two_groups_of_a_hundred_have_one_size_and_no_smaller_one() -> None:
    assert sizes_of_groups(100, 100) == [100]


def test_groups_of_a_hundred_have_sizes_of_whole_hundreds() -> None:
    # 20, 40 and 80 wanted draw one group, 160 two, 320 four, 640 seven; the folds leave eight.
    assert sizes_of_groups(*[100] * 10) == [100, 200, 400, 700, 800]


def test_sizes_that_round_to_all_tickets_are_one_point() -> None:
    assert sizes_of_groups(50, 51) == [50]


def test_one_size_drawn_twice_counts_once_above_enough() -> None:
    at = sizes_of_groups(*[100] * 10, enough=0.5, right_at=(100,))
    assert at == [100, 200, 400, 700, 800]


def recorded(t: ScoreTable, *, seed: int = 0) -> list[tuple[IntArray, IntArray]]:
    learner = Scripted(t.truth)
    learning_curve(learner, t, draws(t, seed=seed), enough=1.0)
    return learner.calls


GROUPED = tickets(240, n_groups=60, none_every=8)


def test_each_size_is_drawn_five_times_from_five_folds() -> None:
    calls = recorded(tickets(60))  # sizes 20 and 40; the last comes from the scores
    assert [len(train) for train, _ in calls] == [20] * 25 + [40] * 25
    assert len({tuple(train) for train, _ in calls[:25]}) == 25


def test_a_size_is_the_mean_number_of_tickets_really_trained_on() -> None:
    found = learning_curve(Scripted(GROUPED.truth), GROUPED, draws(GROUPED), enough=1.0).sizes
    trained = [len(train) for train, _ in recorded(GROUPED)]
    assert [round(np.mean(trained[at : at + 25])) for at in (0, 25, 50)] == found[:3].tolist()
    assert all(real > wanted for real, wanted in zip(found, (20, 40, 80), strict=False))


def test_each_draw_judges_on_folds_of_its_own() -> None:
    judged_on = [tuple(test) for _, test in recorded(GROUPED)[:25]]
    assert len(set(judged_on)) == 25
    for at in range(0, 25, 5):
        assert sorted(sum(judged_on[at : at + 5], ())) == list(range(240))


def test_groups_are_drawn_whole_and_never_from_the_fold_that_is_judged() -> None:
    labelled = GROUPED.truth != NONE
    for train, test in recorded(GROUPED):
        drawn = np.isin(GROUPED.groups, GROUPED.groups[train])
        assert np.flatnonzero(drawn & labelled).tolist() == train.tolist()
        assert not drawn[test].any()


def test_a_draw_stops_at_the_group_that_reaches_its_size() -> None:
    largest = int(np.bincount(GROUPED.groups).max())
    for at, (train, _) in enumerate(recorded(GROUPED)):
        size = 20 * 2 ** (at // 25)
        assert size <= len(train) < size + largest


def test_a_larger_draw_contains_the_smaller() -> None:
    calls = recorded(GROUPED)  # size by size, draw by draw, fold by fold
    assert len(calls) > 50
    for (smaller, test), (larger, same) in zip(calls[:-25], calls[25:], strict=True):
        assert test.tolist() == same.tolist()
        assert set(smaller) < set(larger)


def test_equal_seeds_give_equal_draws_and_others_do_not() -> None:
    def rows(seed: int) -> list[list[int]]:
        return [train.tolist() for train, _ in recorded(GROUPED, seed=seed)]

    assert rows(3) == rows(3)
    assert rows(3) != rows(90)


def test_the_last_point_is_the_mean_accuracy_out_of_fold_of_five_repeats() -> None:
    t = tickets(150, n_groups=50, none_every=9)
    rng = np.random.default_rng(0)
    learner = on_vectors(rng.normal(size=(150, 3)) + np.eye(3)[np.maximum(t.truth, 0)], t.truth, 3)
    baseline = trained_classifier("v", "V", learner, [t], Settings())
    labelled = t.truth != NONE
    accuracies = []
    for draw in draws(t):
        best = np.argmax(out_of_fold(learner, t.truth, draw.folds), axis=1)
        accuracies.append(float((best == t.truth)[labelled].mean()))
    assert len(set(accuracies)) > 1
    assert 0.4 < baseline.curve[-1].accuracy < 1
    assert baseline.curve[-1].accuracy == pytest.approx(np.mean(accuracies))
    assert baseline.metric("accuracy").value == pytest.approx(np.median(accuracies))
    assert baseline.curve[-1].n == baseline.n_trained


def test_the_curve_holds_which_labelled_tickets_came_right_in_each_draw() -> None:
    t = tickets(80, none_every=4)
    labelled = t.truth != NONE
    made = [replace(draw, right=np.arange(80) % 5 == i) for i, draw in enumerate(draws(t))]

    def learner(train: IntArray, test: IntArray) -> FloatArray:
        return np.asarray(np.eye(3)[(t.truth[test] + test % 2) % 3])  # right on even tickets

    found = learning_curve(learner, t, made, enough=1.0)
    assert found.right.shape == (5, len(found.sizes), 60)
    assert found.right.dtype == np.bool_
    even = (np.arange(80) % 2 == 0)[labelled]
    assert (found.right[:, :-1] == even).all()
    assert found.right[:, -1].tolist() == [draw.right[labelled].tolist() for draw in made]
    assert found.groups.tolist() == t.groups[labelled].tolist()


def test_enough_is_judged_on_the_mean_of_the_draws() -> None:
    t = tickets(800)
    seen: list[int] = []

    def learner(train: IntArray, test: IntArray) -> FloatArray:  # two of five draws are right
        seen.append(len(train))
        shift = 0 if len(seen) % 25 in range(1, 11) else 1
        return np.asarray(np.eye(3)[(t.truth[test] + shift) % 3])

    def found(enough: float) -> list[int]:
        seen.clear()
        return learning_curve(learner, t, draws(t), enough=enough).sizes.tolist()

    assert found(0.3) == [20, 40, 640]
    assert found(0.5) == [20, 40, 80, 160, 320, 640]


def test_equal_inputs_give_equal_curves() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(240, 3)) + np.eye(3)[np.maximum(GROUPED.truth, 0)]
    learner = on_vectors(vectors, GROUPED.truth, 3)
    one, other = (learning_curve(learner, GROUPED, draws(GROUPED), enough=1.0) for _ in range(2))
    assert one.sizes.tolist() == other.sizes.tolist()
    assert one.right.tolist() == other.right.tolist()


def curve(
    *steps: tuple[int, int],
    n: int = 10,
    groups: Sequence[int] | None = None,
    shifts: Sequence[int] = (0,),
) -> LearningCurve:
    """A curve by hand: at each size, the first so many of n tickets come right.

    There is a draw for each shift, with so many more tickets right at every size.
    """
    right = np.array([[[i < k + shift for i in range(n)] for _, k in steps] for shift in shifts])
    at = np.array([size for size, _ in steps])
    return LearningCurve(at, right, np.arange(n) if groups is None else np.array(groups))


def judged(right: Sequence[bool] | int, n: int = 10, *, name: str = "v1") -> ScoreTable:
    """A rubric set that is right on these tickets, or on the last so many of n."""
    flags = [i >= n - right for i in range(n)] if isinstance(right, int) else right
    rows = [[1.0, 0, 0] if flag else [0, 1.0, 0] for flag in flags]
    return table(rows, ["a"] * len(rows), rubric_set=name)


def needed(of: LearningCurve, right: Sequence[bool] | int) -> TicketsNeeded:
    n = of.right.shape[2]
    return tickets_needed(of, judged(right, n), seed=0)


def ordered(found: TicketsNeeded) -> bool:
    low, value, high = values(found)
    return low <= value <= high


def values(found: TicketsNeeded) -> tuple[float, float, float]:
    """Low, value and high, None as infinity."""
    low, value, high = (
        math.inf if one is None else one for one in (found.low, found.tickets, found.high)
    )
    return low, value, high


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        (5, 28),  # a quarter of the way from 4 to 8: 20 * 4 ** 0.25
        (6, 40),  # half: 20 * 4 ** 0.5
        (7, 57),  # three quarters: 20 * 4 ** 0.75
        (8, 80),  # all of it
        (4, 20),  # the smallest size itself
        (2, 20),  # below the smallest size
        (9, None),  # never reached
    ],
)
def test_a_crossing_is_read_linearly_in_log_n(right: int, expected: int | None) -> None:
    assert needed(curve((20, 4), (80, 8)), right).tickets == expected


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        (5, 25),  # 20 * 2 ** (1 / 3)
        (6, 32),  # 20 * 2 ** (2 / 3)
        (7, 40),  # where the flat part begins
        (8, 113),  # 80 * 2 ** 0.5
    ],
)
def test_a_curve_that_falls_is_pooled_first(right: int, expected: int) -> None:
    # 4 8 6 9 becomes 4 7 7 9.
    of = curve((20, 4), (40, 8), (80, 6), (160, 9))
    assert needed(of, right).tickets == expected


def test_a_curve_that_only_falls_is_reached_at_once_or_never() -> None:
    falling = curve((20, 8), (40, 6), (80, 4))  # pooled to 6 everywhere
    assert [needed(falling, right).tickets for right in (5, 6, 7)] == [20, 20, None]


def test_a_curve_of_one_size_is_reached_there_or_never() -> None:
    assert [needed(curve((8, 5)), right).tickets for right in (4, 5, 6)] == [8, 8, None]


@pytest.mark.parametrize("right", range(11))
def test_the_interval_contains_the_value(right: int) -> None:
    assert ordered(needed(curve((20, 3), (40, 5), (80, 8)), right))


def test_the_set_is_named_and_equal_seeds_give_equal_intervals() -> None:
    of = curve((20, 30), (40, 50), (80, 70), n=100, shifts=(-7, 0, 7))
    one, other = (tickets_needed(of, judged(55, 100, name="v9"), seed=5) for _ in range(2))
    assert one == other
    assert one.rubric_set == "v9"


def test_tickets_without_a_label_do_not_count_for_the_rubric_set() -> None:
    rows = [[0, 1.0, 0]] * 10 + [[1.0, 0, 0]] * 6
    t = table(rows, ["__none__"] * 6 + ["a"] * 10)
    assert tickets_needed(curve((20, 4), (80, 8)), t, seed=0).tickets == 40


STEPS = ((20, 40), (40, 60), (80, 80), (160, 100))


def width(found: TicketsNeeded) -> float:
    low, _, high = values(found)
    return math.log(high / low)


def test_groups_widen_the_interval() -> None:
    alone = curve(*STEPS, n=120)
    tied = replace(alone, groups=np.arange(120) // 4)
    narrow, wide = (needed(of, 70) for of in (alone, tied))
    assert narrow.tickets == wide.tickets
    assert width(wide) > 1.3 * width(narrow)


def test_draws_that_disagree_widen_the_interval() -> None:
    found = [
        needed(curve(*STEPS, n=120, shifts=[by * k for k in (-2, -1, 0, 1, 2)]), 70)
        for by in (0, 4, 8)
    ]
    assert len({one.tickets for one in found}) == 1
    assert 1.1 * width(found[0]) < width(found[1])
    assert 1.1 * width(found[1]) < width(found[2])


def test_draws_that_agree_are_worth_one() -> None:
    one, five = (needed(curve(*STEPS, n=120, shifts=[0] * k), 70) for k in (1, 5))
    assert one == five


def test_the_value_is_read_from_the_mean_of_the_draws() -> None:
    # 3 and 5 right at 20, 7 and 9 at 80: 4 and 8 on average.
    assert needed(curve((20, 4), (80, 8), shifts=(-1, 1)), 6).tickets == 40


def test_a_draw_that_never_gets_there_leaves_the_upper_end_open() -> None:
    found = needed(curve((20, 200), (40, 600), n=1000, shifts=(-200, 0, 200)), 500)
    low, value, high = values(found)
    assert low == pytest.approx(25, abs=3)
    assert (value, high) == (34, math.inf)


@pytest.mark.parametrize(
    ("trained", "zero_shot", "expected"),
    [
        (10, 10, (20, 20, 20)),
        (10, 0, (20, 20, 20)),
        (0, 0, (20, 20, 20)),
        (0, 10, (math.inf, math.inf, math.inf)),
    ],
)
def test_all_right_or_all_wrong_leaves_no_doubt(
    trained: int, zero_shot: int, expected: tuple[float, float, float]
) -> None:
    assert values(needed(curve((20, trained), (40, trained)), zero_shot)) == expected


def test_a_set_right_on_all_tickets_may_be_matched_in_a_resample() -> None:
    found = needed(curve((20, 50), (40, 99), n=100), 100)
    assert (found.tickets, found.high) == (None, None)
    assert found.low == 40


def test_the_points_of_a_curve_are_its_accuracies() -> None:
    points = curve_points(curve((20, 4), (40, 7)))
    assert [(point.n, point.accuracy) for point in points] == [(20, 0.4), (40, 0.7)]


def test_the_points_of_several_draws_are_their_means() -> None:
    points = curve_points(curve((20, 4), (40, 7), shifts=(-1, 0, 1, 2)))
    assert [(point.n, point.accuracy) for point in points] == [(20, 0.45), (40, 0.75)]


@st.composite
def judged_curves(draw: st.DrawFn) -> tuple[LearningCurve, list[bool], list[bool]]:
    """A curve of up to five draws, a rubric set, and one that is right wherever the first is."""
    n = draw(st.integers(1, 10))
    n_sizes = draw(st.integers(1, 5))
    n_draws = draw(st.integers(1, 5))
    cells = n_draws * n_sizes * n
    flags = draw(st.lists(st.booleans(), min_size=cells, max_size=cells))
    groups = draw(st.lists(st.integers(0, n - 1), min_size=n, max_size=n))
    right = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    more = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    trained = np.array(flags).reshape(n_draws, n_sizes, n)
    of = LearningCurve(20 * 2 ** np.arange(n_sizes), trained, np.array(groups))
    return of, right, [a or b for a, b in zip(right, more, strict=True)]


@SEARCH
@given(judged_curves())
def test_a_set_that_is_right_more_often_needs_no_fewer_tickets(
    drawn: tuple[LearningCurve, list[bool], list[bool]],
) -> None:
    of, right, more = drawn
    fewer, others = needed(of, right), needed(of, more)
    assert ordered(fewer)
    assert ordered(others)
    assert all(a <= b for a, b in zip(values(fewer), values(others), strict=True))
    assert values(fewer)[0] >= 20


def crossing(shift: float) -> float:
    """Where the true curve of the simulation, moved up by `shift`, reaches 0.65."""
    at = 20 * 2 ** ((0.65 - shift - 0.4) / 0.1)
    return float(max(at, 20)) if at <= 320 else math.inf


@pytest.mark.evidence
def test_the_interval_covers_the_crossing_of_the_mean_curve_and_of_a_new_draw() -> None:
    # Right with probability 0.4 at 20 tickets and 0.1 more at each doubling, harder tickets less
    # often; a draw moves the whole curve, for every ticket at once. A rubric set right with 0.65
    # is matched between 80 and 160, at their geometric mean, or elsewhere in a new draw.
    at, noise, n = 20 * 2 ** np.arange(5), 0.03, 500
    of_mean = of_new = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        hardness = 0.3 * (rng.random(n) - 0.5)
        shifts = rng.normal(0, noise, (5, 1, 1))
        probability = 0.4 + 0.1 * np.arange(5)[:, None] + hardness + shifts
        of = LearningCurve(at, rng.random(probability.shape) < probability, np.arange(n))
        low, _, high = values(needed(of, (rng.random(n) < 0.65).tolist()))
        of_mean += low <= crossing(0) <= high
        of_new += low <= crossing(rng.normal(0, noise)) <= high
    assert crossing(0) == pytest.approx(math.sqrt(80 * 160))
    assert min(of_mean, of_new) >= 85
