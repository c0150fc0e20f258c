"""The request body, the key of an answer, and what a valid answer is."""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fault_server import BAD_ANSWERS, LABELS
from ticketbench.core.classify import (
    Answer,
    ContractViolation,
    Refused,
    check_sum,
    decimals_of,
    other_rubrics,
    parse_answer,
)
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.contract import (
    KEY_VERSION,
    answer_key,
    as_stored,
    request_body,
)

URL = "https://api.example.com/classify"
MONEY, FAULT = Rubric("billing", "Is it about money?"), Rubric("technical", "Is it about a fault?")
RUBRICS = RubricSet("v1", (MONEY, FAULT))

SETTINGS = settings(deadline=None, database=None, derandomize=True, max_examples=150)


def answer(scores: dict[str, Any], top: Any, **more: Any) -> bytes:
    return json.dumps({"top_label": top, "scores": scores, **more}).encode()


# --- the request body


def test_a_request_body_has_fixed_bytes() -> None:
    assert request_body("Refund, please", RUBRICS) == (
        b'{"text":"Refund, please","labels":['
        b'{"name":"billing","rubric":"Is it about money?"},'
        b'{"name":"technical","rubric":"Is it about a fault?"}]}'
    )


def test_a_request_body_keeps_the_order_of_the_rubrics() -> None:
    body = json.loads(request_body("x", RubricSet("v1", (FAULT, MONEY))))
    assert [entry["name"] for entry in body["labels"]] == ["technical", "billing"]


@pytest.mark.parametrize(
    "text",
    [" blanks ", "line\r\nend", 'quote " \\', "Grüße 😀", "\u2028", "\x00", "null"],
    ids=["blanks", "crlf", "quote", "unicode", "line_separator", "nul", "word_null"],
)
def test_a_request_body_keeps_the_text_exactly(text: str) -> None:
    assert json.loads(request_body(text, RUBRICS))["text"] == text


def test_the_name_of_the_rubric_set_is_not_in_the_body() -> None:
    other = RubricSet("another-name", RUBRICS.rubrics)
    assert request_body("x", other) == request_body("x", RUBRICS)


# --- the key of an answer


def test_a_key_is_the_sha256_of_version_url_and_body() -> None:
    digest = hashlib.sha256()
    for part in (KEY_VERSION.encode(), URL.encode(), b"body"):
        digest.update(len(part).to_bytes(8, "big") + part)
    assert answer_key(URL, b"body") == digest.hexdigest()


def test_a_key_is_the_same_in_every_release() -> None:
    # Recordings in git hold keys: a change of this value loses them all.
    found = answer_key("local://lexical/v1/classify", request_body("Refund, please", RUBRICS))
    assert found == "3ceb272133f8058f6a6b3d6317155bf3b7719fdea330f27c770f0fcc17876337"


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("http://api.example.com/classify", request_body("é x", RUBRICS)),
        ("https://other.example.com/classify", request_body("é x", RUBRICS)),
        ("https://api.example.com:444/classify", request_body("é x", RUBRICS)),
        ("https://api.example.com/v2/classify", request_body("é x", RUBRICS)),
        (URL + "/", request_body("é x", RUBRICS)),
        (URL + "?model=2", request_body("é x", RUBRICS)),
        ("local://lexical/v1/classify", request_body("é x", RUBRICS)),
        (URL, request_body("é x", RubricSet("v1", (FAULT, MONEY)))),
        (URL, request_body("é x", RubricSet("v1", (MONEY, Rubric("technical", "Other?"))))),
        (URL, request_body("é x", RubricSet("v1", (MONEY, Rubric("faults", FAULT.text))))),
        (URL, request_body(unicodedata.normalize("NFD", "é x"), RUBRICS)),
        (URL, request_body("é x ", RUBRICS)),
        (URL, request_body(" é x", RUBRICS)),
        (URL, request_body("é X", RUBRICS)),
        (URL, request_body("é x\n", RUBRICS)),
    ],
    ids=[
        "scheme", "host", "port", "path", "trailing_slash", "query", "engine", "label_order",
        "rubric", "label", "nfd", "trailing_blank", "leading_blank", "case", "line_end",
    ],
)  # fmt: skip
def test_another_question_has_another_key(url: str, body: bytes) -> None:
    assert answer_key(url, body) != answer_key(URL, request_body("é x", RUBRICS))


def test_bytes_moved_from_url_to_body_change_the_key() -> None:
    assert answer_key("http://h/c", b"d1") != answer_key("http://h/cd", b"1")


# --- valid answers


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
    [(0.25, 2), (0.5, 1), (1e-7, 7), (0.123456789, 9), (2.5e-10, 11)],
)
def test_decimals_are_counted_as_printed(score: float, decimals: int) -> None:
    assert decimals_of(repr(score)) == decimals


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


# --- answers that break the contract


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


# --- asking again, stored answers, echoed rubrics


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


def test_rubrics_are_compared_only_where_they_come_back() -> None:
    asked = [("a", "Is it a?"), ("b", "Is it b?")]
    without = json.dumps({"scores": {"a": 1, "b": 0}}).encode()
    assert other_rubrics(without, asked) == ""
    listing = [{"label": "b", "score": 0, "rubric": "Is it c?"}]
    echo = json.dumps({"labels": listing})
    escaped = echo.replace('"rubric"', '"\\u0072ubric"')
    for content in (echo, escaped):
        assert "'b'" in other_rubrics(content.encode(), asked)


@pytest.mark.parametrize(
    ("more", "model", "truncated"),
    [
        ({}, None, False),
        ({"model": "slm-2.1"}, "slm-2.1", False),
        ({"model": "my card 4711 was charged"}, None, False),
        ({"model": "m" * 129}, None, False),
        ({"model": ["slm"]}, None, False),
        ({"usage": {"truncated": True}}, None, True),
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


@pytest.mark.parametrize("zero", ["-0.0", "-0", "-0.000", "-0e5", "-0.0E-3"])
def test_a_negative_zero_is_zero(zero: str) -> None:
    content = f'{{"scores": {{"a": {zero}, "b": 1.0}}, "top_label": "b"}}'.encode()
    (score, _) = parse_answer(content, ["a", "b"]).scores
    assert math.copysign(1, score) == 1
    assert as_stored(content) == content.replace(zero.encode(), zero[1:].encode())


@pytest.mark.parametrize(
    "content", [b'{"a-0": "x-0.0, -0 ]", "b": [-0.1, -1, 1e-0, "\\"-0,"]}', b"x"]
)
def test_nothing_but_a_zero_loses_its_sign(content: bytes) -> None:
    assert as_stored(content) == content


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (rb'"caf\ud83d"', rb'"caf\ufffd"'),
        (rb'"\uDE00 \uD83D\uD83D\uDE00"', rb'"\ufffd \ufffd\uD83D\uDE00"'),
        (rb'"\\ud83d \\\ud83d"', rb'"\\ud83d \\\ufffd"'),
        (rb'"\u00e9 \n"', rb'"\u00e9 \n"'),
    ],
)
def test_half_a_character_is_kept_as_a_sign_for_it(sent: bytes, kept: bytes) -> None:
    assert as_stored(sent) == kept


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("exponent", [18, 19, 30, 5000])
def test_an_exponent_of_any_length_is_read(exponent: int, sign: str) -> None:
    number = f"0e{sign}{'9' * exponent}"
    content = f'{{"scores": {{"a": {number}, "b": 1.0}}, "top_label": "b", "tokens": {number}}}'
    assert parse_answer(content.encode(), ["a", "b"]).scores == (0.0, 1.0)
