"""Missing answers in words."""

from __future__ import annotations

from ticketbench.core.types import Missing
from ticketbench.measure.gates.completeness import Answered
from ticketbench.report.words.missing import answered_text, missing_text


def test_reasons_are_counted_the_commonest_first() -> None:
    missing = Missing.counted(["it is new", "a.jsonl is not there", "a.jsonl is not there"])
    assert missing_text(missing) == (
        "3 answers missing: 2 because a.jsonl is not there, 1 because it is new"
    )


def test_one_answer_of_a_rubric_set() -> None:
    text = missing_text((Missing(1, "it is new"),), of="v1")
    assert text == "1 answer missing for rubric set 'v1': 1 because it is new"


def test_the_reasons_after_the_fifth_are_counted_together() -> None:
    found = missing_text([Missing(2, str(i)) for i in range(7)])
    assert found.endswith("2 because 4, 4 for other reasons")


def test_nothing_missing_has_no_reason() -> None:
    assert missing_text(()) == "0 answers missing"


def test_requested_is_scored_plus_failed() -> None:
    text = answered_text(Answered("v2", 1408, 1400, 8, 0))
    assert text == "v2: 1,408 requested = 1,400 scored + 8 failed"
