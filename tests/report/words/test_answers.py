"""The four answers: hand-made cases, and that no sentence contradicts another or the numbers."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_runs import small_run
from tables import random_table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import Estimate
from ticketbench.measure.counts.mixed_pairs import FEW as FEW_MIXED
from ticketbench.measure.counts.mixed_pairs import MixedPair
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.pairs.label_outcomes import FEW, LabelMove, LabelOutcome
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.verdict import Verdict, verdict
from ticketbench.measure.recommendation import Recommendation, Today
from ticketbench.measure.results import DatasetSummary, RunResults, run_results
from ticketbench.measure.statistics.intervals import share
from ticketbench.measure.thresholds.saving import saving
from ticketbench.report.words import numbers
from ticketbench.report.words.answers import (
    Answer,
    answers,
    sureness,
    worst_pair,
)
from ticketbench.report.words.setting import setting_text

BASE = small_run("better")
NUMBER = r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?"


def advice(results: RunResults = BASE) -> Recommendation:
    assert results.recommendation is not None
    return results.recommendation


def told(found: Recommendation, results: RunResults = BASE) -> dict[str, Answer]:
    said = answers(replace(results, recommendation=found))
    assert [one.id for one in said] == ["better", "pays", "hurt", "fix"]
    return {one.id: one for one in said}


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, 100, "by hand")


# Numbers


@pytest.mark.parametrize(
    ("ends", "word"),
    [((0.24, 0.18, 0.30), "clearly"), ((0.24, 0.12, 0.36), "clearly"),
     ((0.24, 0.11, 0.37), "narrowly"), ((-0.24, -0.30, -0.18), "clearly"),
     ((-0.24, -0.47, -0.01), "narrowly"), ((0.24, -0.01, 0.5), "narrowly")],
)  # fmt: skip
def test_clearly_keeps_half_of_the_value_at_the_nearer_end(
    ends: tuple[float, float, float], word: str
) -> None:
    assert sureness(*ends) == word


# Is it better


def test_a_loss_near_the_margin_is_left_to_a_person_and_a_gain_asks_for_tickets() -> None:
    loss = told(advice(small_run("cannot tell, a loss is seen")),
                small_run("cannot tell, a loss is seen"))["better"]  # fmt: skip
    assert loss.answer == "Cannot tell: 72 of 100 right, v1 73; you decide"
    gain = told(advice(small_run("cannot tell, more tickets help")),
                small_run("cannot tell, more tickets help"))["better"]  # fmt: skip
    assert gain.answer.endswith("; about 8,900 tickets would")
    assert (gain.head, gain.tone) == ("cannot tell", "unknown")


def test_without_an_interval_no_number_of_tickets_is_promised() -> None:
    was = advice()
    assert was.versus is not None
    none = estimate(0.24, math.nan, math.nan)
    open_ = replace(was.versus, outcome="cannot tell", difference=none, tickets_needed=0)
    kept = replace(was, rubric_set="v1", versus=open_)
    assert told(kept)["better"].answer == "Cannot tell: 73 of 100 right, v1 49"


# Does it pay


@pytest.mark.parametrize(
    ("cost", "by_hand", "shown"),
    [
        ((0.86, 0.765, 0.956), 1.0, "0.86 a ticket [0.77, 0.96], by hand 1.00"),
        ((0.9987, 0.998, 0.9994), 1.0, "0.999 a ticket [0.998, 0.999], by hand 1.00"),
        ((0.0035, 0.003, 0.0038), 0.004, "0.0035 a ticket [0.0030, 0.0038], by hand 0.004"),
        ((86.0, 76.5, 95.6), 100.0, "86.00 a ticket [76.50, 95.60], by hand 100.00"),
    ],
)
def test_a_cost_shows_that_it_is_not_that_of_a_reading_and_a_small_one_its_digits(
    cost: tuple[float, float, float], by_hand: float, shown: str
) -> None:
    was = advice()
    assert was.setting is not None
    value, low, high = cost
    per_ticket = estimate(by_hand - value, by_hand - high, by_hand - low)
    paid = replace(was.setting.saving, cost=estimate(*cost), per_ticket=per_ticket, by_hand=by_hand)
    found = told(replace(was, setting=replace(was.setting, saving=paid)))["pays"]
    assert shown in found.row
    assert found.answer.endswith(shown.partition(" [")[0] + f", by hand {shown.split()[-1]}")


def test_prices_that_are_examples_are_told_beside_the_cost() -> None:
    told_ = told(advice(small_run("no prices")), small_run("no prices"))["pays"]
    assert told_.row.endswith(", today 0.51 (example prices: a wrong route 5, a reading 1)")
    assert "example" not in told(advice())["pays"].row


# Who is hurt


def move(
    today: tuple[int, int, int], then: tuple[int, int, int], *, label: str = "billing"
) -> LabelMove:
    """A label whose tickets are right alone, wrong and with a person; its loss is beyond doubt."""
    n, sides = sum(today), []
    for right, away, person in (today, then):
        hits = np.arange(n) < right
        sides.append(LabelOutcome(right, away, person, 0, share(hits, np.arange(n))))
    lost = (then[0] - today[0]) / n
    return LabelMove(label, n, *sides, estimate(lost, 1.5 * lost, 0.5 * lost), 0.001)


@pytest.mark.parametrize(
    ("of", "answer", "row"),
    [
        (
            move((54, 6, 39), (37, 1, 61)), "billing: of 100, 22 more to a person, 5 fewer wrong",
            "billing: right alone -17 [-26, -9] of 100, to a person +22, wrong -5",
        ),
        (
            move((60, 0, 40), (50, 5, 45)), "billing: of 100, 5 more to a person, 5 more wrong",
            "billing: right alone -10 [-15, -5] of 100, to a person +5, wrong +5",
        ),
        (
            move((60, 0, 40), (50, 40, 10)), "billing: of 100, 40 more wrong, 30 fewer to a person",
            "billing: right alone -10 [-15, -5] of 100, to a person -30, wrong +40",
        ),
        (
            move((60, 10, 30), (50, 20, 30)), "billing: of 100, 10 more wrong",
            "billing: right alone -10 [-15, -5] of 100, to a person 0, wrong +10",
        ),
        (
            move((12, 0, 3), (4, 2, 9)), "billing: of its 15 tickets, 6 more to a person, 2 more "
            "wrong", "billing: right alone -8 of 15, to a person +6, wrong +2",
        ),
        (
            move((600, 0, 400), (596, 0, 404)),
            "billing: of 100, fewer than 1 more to a person",
            "billing: right alone -0.4 [-0.6, -0.2] of 100, to a person 0, wrong 0",
        ),
    ],
)  # fmt: skip
def test_a_label_that_loses_is_told_with_more_work_or_more_mistakes(
    of: LabelMove, answer: str, row: str
) -> None:
    found = told(replace(advice(), moves=(of,)))["hurt"]
    assert (found.answer, found.row, found.head, found.tone) == (answer, row, "billing", "bad")


def test_a_loss_found_by_a_test_of_one_side_shows_no_interval_that_reaches_zero() -> None:
    of = move((60, 0, 40), (50, 0, 50))
    of = replace(of, change=estimate(-0.1, -0.21, 0.01))
    assert told(replace(advice(), moves=(of,)))["hurt"].row == (
        "billing: right alone -10 of 100, to a person +10, wrong 0"
    )


def test_where_a_person_reads_every_ticket_no_label_is_hurt_by_a_setting_nobody_sets() -> None:
    kept = replace(advice(), kind="review", moves=(move((60, 0, 40), (50, 0, 50)),))
    assert told(kept)["hurt"].answer == "No team: a person reads every ticket"


# What to fix next


def pair(first: str, second: str, there: int, back: int) -> MixedPair:
    return MixedPair(first, second, there, back, 0, 216)


@pytest.mark.parametrize(
    ("of", "row"),
    [
        (pair("a", "b", 26, 2), "a and b: 28 of 216 tickets mixed up, 26 to b"),
        (pair("a", "b", 2, 26), "a and b: 28 of 216 tickets mixed up, 26 to a"),
        (pair("a", "b", 9, 0), "a and b: 9 of 216 tickets mixed up, all to b"),
        (pair("a", "b", 2, 2), "a and b: 4 of 216 tickets mixed up, 2 to b"),
        (pair("a", "b", 1, 2), "No pair has more than three tickets"),
    ],
)
def test_a_pair_is_told_with_its_direction(of: MixedPair, row: str) -> None:
    assert told(replace(advice(), mixed=(of,)))["fix"].row == row
    assert FEW_MIXED == 3


def test_a_pair_with_a_label_of_few_tickets_is_fixed_first_only_where_there_is_no_other() -> None:
    few, many = pair("a", "rare", 12, 0), pair("a", "b", 5, 0)
    moves = tuple(move((n - 5, 0, 5), (n - 5, 0, 5), label=label)
                  for label, n in (("a", 90), ("b", FEW), ("rare", FEW - 1)))  # fmt: skip
    of = replace(advice(), moves=moves)
    assert worst_pair(replace(of, mixed=(few, many))) == many
    assert worst_pair(replace(of, mixed=(few,))) == few
    assert worst_pair(replace(of, mixed=())) is None


# What always holds


SEEN = st.integers(0, 60)
PARTS = st.tuples(*[st.integers(0, 90)] * 3)


@st.composite
def advised(draw: st.DrawFn) -> Recommendation:
    """A recommendation for the two sets, with verdict, routing, saving and moves drawn freely."""
    was = advice()
    assert was.setting is not None
    d = np.array([1.0] * draw(SEEN) + [-1.0] * draw(SEEN) + [0.0] * draw(SEEN))
    seen = verdict(of_means(np.zeros(len(d)), d, np.arange(len(d))))
    costs = draw(st.sampled_from([Costs(), Costs(20, 1, 1.5), Costs(0.02, 0.004, 0.01)]))
    right, wrong, reviewed, escalated = (draw(st.integers(0, 80)) for _ in range(4))
    spent = [0.0] * right + [costs.misroute] * wrong + [costs.review] * (reviewed + 1)
    saved = costs.review - np.array([*spent, *[costs.escalate] * escalated])
    of = saving(saved, np.arange(len(saved)), costs, wrong=wrong, held_out=True)
    routing = replace(
        was.setting.routing, n=len(saved), routed=right + wrong, right=right, wrong=wrong,
        reviewed=reviewed + 1, escalated=escalated,
    )  # fmt: skip
    threshold = draw(st.integers(0, 101)) / 100
    limit = draw(st.sampled_from([0.2, 0.35, 1.0]))
    setting = replace(
        was.setting, threshold=threshold, escalate_above=limit, routing=routing, saving=of
    )
    moves = [move((a + 1, b, c), shuffled(draw, a + 1 + b + c), label=f"l{i}")
             for i, (a, b, c) in enumerate(draw(st.lists(PARTS, max_size=3)))]  # fmt: skip
    better = seen.outcome == "better"
    return replace(
        was,
        kind="money" if of.pays == "yes" else "review",
        rubric_set="v2" if better else "v1",
        versus=seen,
        setting=setting,
        moves=tuple(one for one in moves if one.change.value < 0),
        n_failed=draw(st.integers(0, 3)),
        costs=costs,
        prices_stated=draw(st.booleans()),
        target_stated=False,
    )


def shuffled(draw: st.DrawFn, n: int) -> tuple[int, int, int]:
    """n tickets in three parts."""
    right = draw(st.integers(0, n))
    away = draw(st.integers(0, n - right))
    return right, away, n - right - away


MANY = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@MANY
@given(advised())
def test_no_sentence_contradicts_another(found: Recommendation) -> None:
    words, said = setting_text(found, BASE.evaluations), told(found)
    better, outcome = said["better"], found.versus and found.versus.outcome
    assert better.answer.startswith("Yes") == (outcome == "better")
    assert better.answer.startswith("No, ") == (outcome == "worse")
    routing = "keep people routing" in words.headline.lower()
    assert routing == (found.kind == "review") == (said["pays"].tone != "good")
    assert ("is better" in words.headline) == (routing and outcome == "better")
    if not routing:
        assert words.headline.startswith(("Use v2", "At example prices: use v2")) == (
            outcome == "better"
        )
        assert ("v1" in words.headline) == (outcome != "better")
    assert ("it costs more" in words.headline) == (said["pays"].answer.startswith("No"))
    assert ("no clear saving" in words.headline) == said["pays"].answer.startswith("Cannot tell")
    for one in said.values():
        assert one.row.startswith(one.head)
        assert not re.search(r"[][(){}]", one.answer)


@MANY
@given(advised())
def test_every_number_that_is_told_is_one_of_the_recommendation(found: Recommendation) -> None:
    words, said = setting_text(found, BASE.evaluations), told(found)
    assert found.setting is not None
    setting = found.setting
    first = f"{words.headline}. {words.of_100}"
    thresholds = [float(x) for x in re.findall(rf"threshold ({NUMBER})", first)]
    assert thresholds in ([setting.threshold], [])
    assert thresholds or "No threshold with two decimals" in first
    assert (f"escalating above {setting.escalate_above:.2f}" in first) == bool(
        thresholds and setting.escalate_above < 1
    )
    right = [numbers.of_100(e.metric("accuracy").value) for e in BASE.evaluations]
    if "of 100 answers right" in said["better"].answer:
        assert f"{right[1]} of 100 answers right, v1 {right[0]}" in said["better"].answer
    cost = re.search(rf"costs ({NUMBER}) a ticket, by hand ({NUMBER})", said["pays"].answer)
    if cost:
        shown, by_hand = (float(cost[i]) for i in (1, 2))
        assert shown == pytest.approx(setting.saving.cost.value, rel=0.01, abs=0.0051)
        assert by_hand == found.costs.review
        assert (shown == by_hand) == (setting.saving.cost.value == by_hand)
        assert f"{cost[1]} a ticket" in said["pays"].row


@MANY
@given(advised())
def test_what_moves_for_a_label_sums_to_nothing(found: Recommendation) -> None:
    one = told(found)["hurt"]
    lost = found.hurt
    if found.kind == "review" or lost is None:
        assert one.answer.startswith("No team" if found.moves else "Not known")
        return
    assert one.head == lost.label
    right, person, wrong = (
        float(found[1])
        for found in (re.search(rf"{name} ({NUMBER})", one.row)
                      for name in ("right alone", "to a person", "wrong")) if found
    )  # fmt: skip
    assert right < 0
    if right == round(right):
        assert right + person + wrong == 0
    numbers = [int(n) for n in re.findall(r"(\d+) (?:more|fewer)", one.answer)]
    assert sorted(numbers) == sorted(abs(int(n)) for n in (person, wrong) if n) or (
        "fewer than 1" in one.answer and numbers in ([], [1])
    )


@settings(max_examples=4, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([None, 25]))
def test_the_sentences_of_random_tables_agree_with_what_is_recommended(
    seed: int, sets: int, n_groups: int | None
) -> None:
    tables = [
        random_table(90, k=3, seed=seed, sharpness=1.5 + i, n_groups=n_groups, rubric_set=f"v{i}")
        for i in range(sets)
    ]
    asked = Settings(prices_stated=True, policy=Policy(0.6, 1.0))
    today = Today(f"v{seed % sets}", asked.policy)
    results = run_results("r", DatasetSummary("d", "f", 90, ()), (), tables, asked, (), today=today)
    found = advice(results)
    said = answers(results)
    assert found.setting is not None
    versus: Verdict | None = found.versus
    assert (versus is None) == (sets == 1)
    if versus is not None:
        assert (found.rubric_set != today.rubric_set) == (versus.outcome == "better")
        assert said[0].answer.startswith("Yes") == (versus.outcome == "better")
    assert (found.kind == "review") == (said[1].tone != "good")


def test_nothing_is_answered_where_nothing_is_recommended() -> None:
    assert answers(small_run("too few tickets")) == ()
    assert answers(small_run("incomplete")) == ()
    assert answers(replace(BASE, recommendation=None)) == ()
