"""A question and a valid answer: what is sent, what is taken, and why the rest is refused."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fault_server import BAD_ANSWERS, LABELS
from ticketbench.core.classify import (
    MOST_ANSWER_BYTES,
    Answer,
    ContractViolation,
    Refused,
    check_scores,
    check_sum,
    decimals_of,
    other_rubrics,
    parse_answer,
    question,
)
from ticketbench.core.rubrics import Rubric, RubricSet

URL = "https://api.example.com/classify"
MONEY, FAULT = Rubric("billing", "Is it about money?"), Rubric("technical", "Is it about a fault?")
RUBRICS = RubricSet("v1", (MONEY, FAULT))

SETTINGS = settings(deadline=None, database=None, derandomize=True, max_examples=150)


def answer(scores: dict[str, Any], top: Any, **more: Any) -> bytes:
    return json.dumps({"top_label": top, "scores": scores, **more}).encode()


# --- the request body


def test_scores_come_in_the_order_asked_for() -> None:
    content = answer({"technical": 0.4, "billing": 0.6}, "billing")
    assert parse_answer(content, LABELS) == Answer((0.6, 0.4), "billing")


def test_scores_are_not_renormalised() -> None:
    content = answer({"billing": 0.601, "technical": 0.4}, "billing")
    assert parse_answer(content, LABELS).scores == (0.601, 0.4)


@pytest.mark.parametrize(
    "content",
    [
        answer({"billing": 0.5, "technical": 0.5}, "billing"),
        answer({"billing": 0.5, "technical": 0.5}, "technical"),
        answer({"billing": 1, "technical": 0}, "billing"),
        answer({"billing": 1.0, "technical": 1e-12}, "billing"),
        answer({"billing": 0.6, "technical": 0.4}, "billing", labels=None, ocr_text=None),
        answer({"billing": 0.6, "technical": 0.4}, "billing", model="x", usage={"tokens": 3}),
        answer(
            {"billing": 0.6, "technical": 0.4},
            "billing",
            labels=[
                {"label": "billing", "score": 0.6, "rubric": "?"},
                {"label": "technical", "score": 0.4, "rubric": "?"},
            ],
        ),
        b'\n{"scores" : {"billing": 6e-1, "technical": 0.40},\r\n "top_label": "billing"}\n',
        rb'{"scores": {"b\u0069lling": 0.6, "technical": 0.4}, "top_label": "billing"}',
    ],
    ids=[
        "tie_first", "tie_second", "integers", "tiny", "null_fields", "unknown_fields", "listing",
        "blanks_and_exponents", "escaped_label",
    ],
)  # fmt: skip
def test_a_valid_answer_is_taken(content: bytes) -> None:
    assert sum(parse_answer(content, LABELS).scores) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    "scores",
    [
        (0.333, 0.333, 0.333),
        (0.334, 0.334, 0.333),
        (0.5, 0.49),
        (0.5, 0.51),
        (0.3, 0.3, 0.399),
        (0.5000001, 0.4999991),
        (0.2, 0.3, 0.5),
        (1 / 3, 1 / 3, 1 / 3),
    ],
    ids=["low_3", "high_3", "low_2", "high_2", "edge_3", "edge_1e-6", "exact", "full_precision"],
)
def test_a_sum_within_what_the_printed_digits_allow_is_taken(scores: tuple[float, ...]) -> None:
    check_sum(scores, decimals=max(decimals_of(repr(score)) for score in scores))


@pytest.mark.parametrize(
    "scores",
    [
        (0.5, 0.48),
        (0.5, 0.52),
        (0.5, 0.6),
        (0.333, 0.333, 0.332),
        (0.5001, 0.4997),
        (0.3, 0.3, 0.3985),
        (0.5000001, 0.4999981),
        (1 / 3, 1 / 3, 1 / 3 - 2e-6),
        (1.0, 1.0),
    ],
    ids=[
        "low_2",
        "high_2",
        "one_digit",
        "low_3",
        "low_4",
        "edge_4",
        "low_7",
        "full_precision",
        "two_ones",
    ],
)
def test_a_sum_beyond_what_the_printed_digits_allow_is_refused(scores: tuple[float, ...]) -> None:
    with pytest.raises(ContractViolation, match="sum"):
        check_sum(scores, decimals=max(decimals_of(repr(score)) for score in scores))


@pytest.mark.parametrize(
    ("score", "decimals"),
    [(0.25, 2), (0.5, 1), (1e-7, 7), (0.123456789, 9), (2.5e-10, 11), (1e30, 0), (math.nan, 0)],
)
def test_decimals_are_counted_as_printed(score: float, decimals: int) -> None:
    assert decimals_of(repr(score)) == decimals


@pytest.mark.parametrize("text", ["1", "120", "7e2", f"1e-{'9' * 19}", f"1e{'9' * 19}"])
def test_a_number_without_decimals_or_beyond_all_numbers_has_none(text: str) -> None:
    assert decimals_of(text) == 0


@SETTINGS
@given(
    weights=st.lists(st.floats(0.001, 1000), min_size=2, max_size=8),
    decimals=st.integers(2, 16),
)
def test_every_rounded_distribution_is_taken_as_printed(
    weights: list[float], decimals: int
) -> None:
    labels = [f"label {i}" for i in range(len(weights))]
    printed = [f"{weight / sum(weights):.{decimals}f}" for weight in weights]
    pairs = zip(labels, printed, strict=True)
    top = max(zip(map(float, printed), labels, strict=True))[1]
    scores = ", ".join(f'"{label}": {number}' for label, number in pairs)
    content = f'{{"scores": {{{scores}}}, "top_label": "{top}"}}'.encode()
    assert parse_answer(content, labels) == Answer(tuple(map(float, printed)), top)


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_answer_that_breaks_the_contract_is_refused(name: str) -> None:
    with pytest.raises(ContractViolation):
        parse_answer(BAD_ANSWERS[name], LABELS)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("extra_label", "'account'"),
        ("true_score", "'billing' is not a number"),
        ("negative_score", "within"),
        ("nan_score", "NaN"),
        ("label_twice", "twice"),
        ("sum_too_low", "sum to 0.98"),
        ("top_label_not_arg_max", "another label scores higher"),
        ("list_disagrees", "'labels'"),
        ("not_json", "not valid UTF-8 JSON"),
        ("too_large", "1 MB"),
    ],
)
def test_a_refusal_says_why(name: str, reason: str) -> None:
    with pytest.raises(ContractViolation) as refused:
        parse_answer(BAD_ANSWERS[name], LABELS)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (answer({"billing": 0.6}, "billing"), "no score for 'technical'"),
        (answer({"billing": 0.6, "technical": 0.4, "x": 0}, "billing"), "not asked for: 'x'"),
        (answer({"billing": 0.6, "technical": 0.4}, "x"), "top_label is not one of the labels"),
        (answer({"billing": 0.6, "technical": 0.4}, None), "top_label is not one of the labels"),
        (
            answer({"billing": 1.1, "technical": 0.4}, "billing"),
            r"'billing' is not within \[0, 1\]",
        ),
        (answer({"billing": 0.5, "technical": 0.4995}, "billing"), "sum to 0.9995, not to 1"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[]", "no object 'scores'"),
        (b'{"scores": -Infinity}', "holds -Infinity"),
        (b'{"a": 1, "a": 1}', "holds a key twice"),
    ],
    ids=[
        "missing", "extra", "other_top", "no_top", "above_1", "sum", "deep",
        "list", "infinity", "twice",
    ],
)  # fmt: skip
def test_a_refusal_names_what_is_wrong_and_where(content: bytes, reason: str) -> None:
    with pytest.raises(ContractViolation, match=reason):
        parse_answer(content, LABELS)


@pytest.mark.parametrize(("half", "taken"), [(4e-7, True), (8e-7, False)])
def test_a_top_label_that_trails_by_a_millionth_is_a_tie(*, half: float, taken: bool) -> None:
    scores = {"billing": 0.5 + half, "technical": 0.5 - half}
    content = answer(scores, "technical")
    if taken:
        check_scores(scores, "technical")
        assert parse_answer(content, LABELS).top_label == "technical"
    else:
        with pytest.raises(ContractViolation, match="'technical', but another label scores higher"):
            parse_answer(content, LABELS)
        with pytest.raises(ContractViolation, match="not the label with the highest score"):
            check_scores(scores, "technical")


@pytest.mark.parametrize(("listed", "taken"), [(0.0, True), (2.5e-6, False), (1e-6, True)])
def test_a_listed_score_may_lie_a_millionth_apart(*, listed: float, taken: bool) -> None:
    listing = [{"label": "billing", "score": 0.999999}, {"label": "technical", "score": listed}]
    content = answer({"billing": 0.999999, "technical": 1e-6}, "billing", labels=listing)
    if taken:
        assert parse_answer(content, LABELS).scores == (0.999999, 1e-6)
    else:
        with pytest.raises(ContractViolation, match="'labels' does not match 'scores'"):
            parse_answer(content, LABELS)


def test_an_answer_of_a_million_bytes_is_read_and_no_larger_one() -> None:
    content = answer({"billing": 0.6, "technical": 0.4}, "billing").ljust(1_000_000)
    assert len(content) == MOST_ANSWER_BYTES
    assert parse_answer(content, LABELS).scores == (0.6, 0.4)
    with pytest.raises(ContractViolation, match="larger than 1 MB"):
        parse_answer(content + b" ", LABELS)


@pytest.mark.parametrize(
    ("scores", "top"),
    [
        ({"a": 0.6, "b": 0.4}, "a"),
        ({"a": 0.5, "b": 0.5}, "b"),
        ({"a": 1.0, "b": 0.0}, "a"),
        ({"a": 0.334, "b": 0.333, "c": 0.332}, "a"),
    ],
)
def test_numbers_that_can_be_an_answer_are_taken(scores: dict[str, float], top: str) -> None:
    check_scores(scores, top)


@pytest.mark.parametrize(
    ("scores", "top", "reason"),
    [
        ({}, "a", r"within \[0, 1\]"),
        ({"a": 1.004, "b": 0.0}, "a", r"within \[0, 1\]"),
        ({"a": 1.0, "b": -0.004}, "a", r"within \[0, 1\]"),
        ({"a": 0.5, "b": 0.4995}, "a", "sum to 0.9995, not to 1"),
        ({"a": 0.0, "b": 0.0}, "a", "sum to 0, not to 1"),
        ({"a": 1.0, "b": 1.0}, "a", "sum to 2, not to 1"),
        ({"a": 0.6, "b": 0.4}, "b", "highest score"),
        ({"a": 0.6, "b": 0.4}, "c", "highest score"),
    ],
)
def test_numbers_that_cannot_be_an_answer_are_refused(
    scores: dict[str, float], top: str, reason: str
) -> None:
    with pytest.raises(ContractViolation, match=reason):
        check_scores(scores, top)


def test_a_refusal_shows_little_of_a_long_label() -> None:
    content = answer({"billing": 0.6, "technical": 0.4, "x" * 10_000: 0.0}, "billing")
    with pytest.raises(ContractViolation) as refused:
        parse_answer(content, LABELS)
    assert len(str(refused.value)) < 300


def test_a_refusal_names_the_missing_label() -> None:
    with pytest.raises(ContractViolation, match="'technical'"):
        parse_answer(BAD_ANSWERS["missing_label"], LABELS)


def test_a_refusal_lists_at_most_three_labels() -> None:
    extra = {f"x{i}": 0.0 for i in range(50)}
    content = answer({"billing": 1.0, "technical": 0.0} | extra, "billing")
    with pytest.raises(ContractViolation, match="'x2' and 47 more"):
        parse_answer(content, LABELS)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(LABELS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@SETTINGS
@example(scores={"billing": 0.5, "technical": 0.5}, top=[], listing=None)
@example(scores={"billing": 10**400, "technical": 0.5}, top="billing", listing=None)
@given(
    scores=st.fixed_dictionaries({"billing": JSON_VALUES, "technical": JSON_VALUES}) | JSON_VALUES,
    top=JSON_VALUES,
    listing=JSON_VALUES,
)
def test_any_json_is_an_answer_or_a_violation(scores: Any, top: Any, listing: Any) -> None:
    content = json.dumps({"scores": scores, "top_label": top, "labels": listing}).encode()
    try:
        parsed = parse_answer(content, LABELS)
    except ContractViolation:
        return
    assert parsed.top_label in LABELS


@SETTINGS
@given(content=st.binary(max_size=60))
def test_bytes_that_are_no_json_object_are_a_violation(content: bytes) -> None:
    with pytest.raises(ContractViolation):
        parse_answer(content, LABELS)


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_only_what_may_come_right_is_worth_asking_again(name: str) -> None:
    with pytest.raises(ContractViolation) as refused:
        parse_answer(BAD_ANSWERS[name], LABELS)
    passing = {
        "no_scores", "scores_is_a_list", "scores_is_null", "root_is_a_list", "root_is_a_number",
        "root_is_null", "byte_order_mark", "utf_16", "utf_32", "not_utf_8", "not_json", "empty",
        "half_an_answer", "two_answers", "error_object",
    }  # fmt: skip
    assert refused.value.passing == (name in passing)


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("exponent", [18, 19, 30, 5000])
def test_an_exponent_of_any_length_is_read(exponent: int, sign: str) -> None:
    number = f"0e{sign}{'9' * exponent}"
    content = f'{{"scores": {{"a": {number}, "b": 1.0}}, "top_label": "b", "tokens": {number}}}'
    assert parse_answer(content.encode(), ["a", "b"]).scores == (0.0, 1.0)


def _echoing(first: object, second: object, *, escaped: bool = False) -> Answer:
    """A valid answer whose entries for a and b hold these besides."""
    told = {"a": first, "b": second}
    listing = [
        {"label": label, "score": score, **({} if told[label] is None else {"rubric": told[label]})}
        for label, score in (("a", 1), ("b", 0))
    ]
    content = json.dumps({"scores": {"a": 1, "b": 0}, "top_label": "a", "labels": listing})
    content = content.replace('"rubric"', '"\\u0072ubric"') if escaped else content
    return parse_answer(content.encode(), ["a", "b"])


def test_rubrics_are_compared_only_where_they_come_back() -> None:
    asked = [("a", "Is it a?"), ("b", "Is it b?")]
    without = parse_answer(b'{"scores": {"a": 1, "b": 0}, "top_label": "a"}', ["a", "b"])
    assert other_rubrics(without, asked) == ""
    for escaped in (False, True):
        assert other_rubrics(_echoing(None, "Is it c?", escaped=escaped), asked) == (
            "the server answered for another rubric of 'b' than was sent"
        )
    assert other_rubrics(_echoing(" Is  it a?", None), asked) == ""
    assert other_rubrics(_echoing(None, 3), asked) == ""


def test_what_an_answer_repeats_makes_no_other_answer() -> None:
    assert _echoing("Is it a?", None) == _echoing(None, None)


@pytest.mark.parametrize(
    ("more", "model", "truncated"),
    [
        ({}, None, False),
        ({"model": "slm-2.1"}, "slm-2.1", False),
        ({"model": "my card 4711 was charged"}, None, False),
        ({"model": "m" * 129}, None, False),
        ({"model": ["slm"]}, None, False),
        ({"usage": {"truncated": True}}, None, True),
        ({"usage": {"truncated": 1}}, None, True),  # a translated answer has counts alone
        ({"usage": {"truncated": "no", "state_tokens_dropped": 12}}, None, True),
        ({"usage": {"truncated": False, "state_tokens_dropped": 0}}, None, False),
        ({"usage": [1]}, None, False),
    ],
    ids=str,
)
def test_an_answer_says_its_model_by_name_and_whether_the_text_was_cut(
    more: dict[str, object], model: str | None, truncated: bool
) -> None:
    answer = {"scores": {"a": 1.0, "b": 0.0}, "top_label": "a", **more}
    found = parse_answer(json.dumps(answer).encode(), ["a", "b"])
    assert (found.model, found.truncated) == (model, truncated)
    assert found == Answer((1.0, 0.0), "a")


@pytest.mark.parametrize(
    "content", [b'{"type":"refusal"}', b'{"refusal":"not this"}', b'{"type":"refusal","name":"a"}']
)
def test_a_refusal_is_told_from_a_broken_answer(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        parse_answer(content, ["a", "b"])
    assert not refused.value.passing


def test_a_question_has_fixed_bytes() -> None:
    assert (
        question('Größe "L"?', [("billing", "Is it money?"), ("b", "b?")])
        == (
            '{"text":"Größe \\"L\\"?","labels":[{"name":"billing","rubric":"Is it money?"},'
            '{"name":"b","rubric":"b?"}]}'
        ).encode()
    )


def test_an_answer_is_taken_for_whole_unless_it_says_that_the_text_was_cut() -> None:
    assert not Answer((1.0, 0.0), "a").truncated
    cut = b'{"scores":{"a":1.0,"b":0.0},"top_label":"a","usage":{"state_tokens_dropped":1}}'
    assert parse_answer(cut, ["a", "b"]).truncated


def test_a_refusal_says_that_it_is_one() -> None:
    with pytest.raises(Refused, match="refused to judge this text"):
        parse_answer(b'{"type":"refusal"}', ["a", "b"])


def test_a_score_of_minus_zero_is_zero() -> None:
    (score, _) = parse_answer(b'{"scores":{"a":-0.0,"b":1.0},"top_label":"b"}', ["a", "b"]).scores
    assert str(score) == "0.0"


def test_an_exponent_of_18_digits_is_the_longest_that_counts() -> None:
    assert decimals_of("1e-" + "1" + "0" * 17) == 10**17
    assert decimals_of("1e-" + "1" + "0" * 18) == 0
