"""What the script reads: every code says what all digits say, and no text leaves its block."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import STATED, report_of, view
from tables import random_table, table
from ticketbench.core.policy import Policy, exceeds, reaches
from ticketbench.core.types import Failure
from ticketbench.report.decide.data import DIGITS, data, packed
from ticketbench.report.decide.tickets import MOST_TEXTS
from ticketbench.report.decide.view import SCALE, View, above_code, at_least_code, view_of

SCORES = st.floats(0, 1, allow_nan=False)
STEPS = st.integers(0, 101 * SCALE // 100)


def unpacked(text: str, digits: int) -> list[int]:
    values = [DIGITS.index(c) for c in text]
    return [
        sum(v << 6 * (digits - 1 - j) for j, v in enumerate(values[i : i + digits]))
        for i in range(0, len(values), digits)
    ]


@given(st.lists(st.integers(0, 64**3 - 1)))
def test_packed_numbers_come_back(numbers: list[int]) -> None:
    assert unpacked(packed(np.array(numbers, dtype=np.int64), 3), 3) == numbers


@given(SCORES, STEPS)
def test_a_score_passes_a_threshold_exactly_where_its_code_does(score: float, step: int) -> None:
    assert (at_least_code(np.array([score]))[0] >= step) == reaches(score, step / SCALE)


@given(st.integers(0, SCALE), STEPS)
def test_a_score_on_the_grid_is_at_its_own_threshold(at: int, step: int) -> None:
    score = np.array([at / SCALE])
    assert (at_least_code(score)[0] >= step) == (at >= step)
    assert (above_code(score)[0] >= step) == (at > step)


@given(SCORES, STEPS)
def test_a_score_is_above_a_limit_exactly_where_its_code_says_so(score: float, step: int) -> None:
    assert (above_code(np.array([score]))[0] >= step) == exceeds(score, step / SCALE)


def test_a_text_cannot_end_the_block_it_stands_in() -> None:
    found = report_of(random_table(60), text="</script><script>alert(1)</script>\u2028<!--")
    seen = view_of(found)
    assert seen is not None
    block = data(seen)
    assert "<" not in block
    assert "\u2028" not in block
    assert any("</script><script>" in text for text in json.loads(block)["texts"].values())


def test_characters_that_cannot_be_seen_are_written_out() -> None:
    seen = view_of(report_of(random_table(60), text="a\u202eb"))
    assert seen is not None
    assert "\u202e" not in data(seen)
    assert "⟨U+202E⟩" in data(seen)


def test_scores_come_back_as_the_tickets_have_them() -> None:
    seen = view(random_table(80))
    read = json.loads(data(seen))["sets"][0]
    one = seen.sets[0]
    assert unpacked(read["top"], 2) == (one.tickets.top + 1).tolist()
    assert unpacked(read["score"], 3) == at_least_code(one.tickets.score).tolist()


def test_a_ticket_without_an_answer_has_no_label() -> None:
    scored = random_table(60)
    failed = table(
        scored.scores.tolist(),
        [scored.gold_labels[t] for t in scored.truth],
        labels=scored.labels,
        failures=[Failure("z", "timeout")],
    )
    read = json.loads(data(view(failed)))
    assert read["ids"][-1] == "z"
    assert unpacked(read["sets"][0]["top"], 2)[-1] == 0
    assert read["sets"][0]["failed"] == {"60": "timeout"}


def test_prices_of_missed_escalations_need_the_score_of_the_gold_label() -> None:
    priced = replace(STATED, costs=replace(STATED.costs, missed=1.0))
    assert json.loads(data(view(random_table(60))))["sets"][0]["gold"] == ""
    assert len(json.loads(data(view(random_table(60), settings=priced)))["sets"][0]["gold"]) == 180


@pytest.mark.parametrize("n", [60])
def test_groups_are_left_out_where_every_ticket_stands_alone(n: int) -> None:
    assert json.loads(data(view(random_table(n))))["groups"] == ""
    grouped = json.loads(data(view(random_table(n, n_groups=20))))
    assert len(set(unpacked(grouped["groups"], 3))) <= 20


def test_a_page_keeps_no_more_than_its_most_texts() -> None:
    assert MOST_TEXTS == 5_000
    listed = json.loads(data(view(random_table(MOST_TEXTS + 200))))["texts"]
    assert len(listed) == MOST_TEXTS


@pytest.mark.parametrize("at", [0.6, 0.6000005, 0.5999995, 0.29, 0.3333333])
def test_scores_beside_a_threshold_of_many_digits_are_on_its_right_side(at: float) -> None:
    tops = [at - 3e-7, at, at + 3e-7, at - 2e-5, at + 2e-5, round(at, 2)] * 10
    of = table([[t, t, 0.0] for t in tops], ["a"] * 60)
    policy = Policy(threshold=at, escalate_above=at, label_thresholds=(("a", at),))
    seen = view(of, settings=replace(STATED, policy=policy))
    read = json.loads(data(seen))["sets"][0]
    score, second = unpacked(read["score"], 3), unpacked(read["second"], 3)
    for threshold in (at, round(at, 2)):
        code = code_of(threshold)
        assert [one >= code for one in score] == [t >= threshold for t in sorted_as(seen)]
        assert [one > code for one in second] == [t > threshold for t in sorted_as(seen)]


def code_of(threshold: float) -> int:
    """As the script has it."""
    near = math.floor(threshold * SCALE + 1e-6)
    return near + (threshold * SCALE - near > 1e-6 and near % 1000 == 0)


def test_scores_are_printed_as_all_their_digits_are() -> None:
    seen = view(table([[t / 1000, 0.0, 0.0] for t in range(1, 1001)], ["a"] * 1000))
    read = json.loads(data(seen))["sets"][0]
    codes = unpacked(read["score"], 3)
    printed = [read["printed"].get(str(i), (c + 500) // 1000) for i, c in enumerate(codes)]
    assert [f"{n / 100:.2f}" for n in printed] == [f"{t:.2f}" for t in sorted_as(seen)]
    assert read["printed"]


def sorted_as(seen: View) -> list[float]:
    """The top scores in the order of the page."""
    scores: list[float] = seen.sets[0].tickets.score.tolist()
    return scores
