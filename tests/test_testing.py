"""`ticketbench.testing` and its fixture, as a user meets them in a folder of their own."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from ticketbench.core.classify import Answer, parse_answer, question
from ticketbench.testing import classify_server

pytestmark = pytest.mark.loopback

LABELS = [("billing", "Is it about money?"), ("technical", "Is it?"), ("account", "Is it?")]


def asked(url: str, text: str = "I was charged twice", **headers: str) -> Answer:
    sent = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, question(text, LABELS), sent)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return parse_answer(answer.read(), [name for name, _ in LABELS])


def refused(url: str, **headers: str) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as raised:
        asked(url, **headers)
    with raised.value as answer:
        return answer.code, json.loads(answer.read())["detail"]


def test_labels_without_a_score_share_what_is_left() -> None:
    with classify_server(scores={"billing": 0.9}) as url:
        assert asked(url).scores == pytest.approx((0.9, 0.05, 0.05))


def test_scores_of_all_labels_are_divided_by_their_sum() -> None:
    with classify_server({"billing": 0.2, "technical": 0.1, "account": 0.1, "other": 0.6}) as url:
        assert asked(url).scores == pytest.approx((0.5, 0.25, 0.25))


def test_labels_that_are_all_zero_get_the_same_score() -> None:
    with classify_server({"billing": 0, "technical": 0, "account": 0}) as url:
        assert asked(url).scores == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_scores_may_be_made_of_the_text() -> None:
    with classify_server(lambda text: {"technical" if "bug" in text else "billing": 1}) as url:
        assert [asked(url, one).top_label for one in ("a bug", "a bill")] == [
            "technical",
            "billing",
        ]


def test_scores_that_cannot_be_any_are_an_error_at_once() -> None:
    for scores in ({"a": 1.5}, {"a": -0.1}, {"a": 0.9, "b": 0.2}, {"a": float("nan")}):
        with pytest.raises(ValueError, match="at most 1 in all"), classify_server(scores):
            pass


def test_settings_of_batches_that_cannot_be_any_are_an_error_at_once() -> None:
    for setting in ({"batch_delay_s": -1.0}, {"batch_order": "reversed"}, {"batch_fail": 5.0}):
        with pytest.raises(ValueError, match=r"seconds|one of|share"):
            classify_server({"billing": 0.9}, **setting).__enter__()  # type: ignore[arg-type]


def test_a_function_that_fails_is_answered_with_500_and_its_reason() -> None:
    with classify_server(lambda text: {text: 2}) as url:
        assert refused(url) == (
            500,
            "no scores: ValueError: scores are within [0, 1], and at most 1 in all",
        )


def test_another_status_is_what_every_answer_has() -> None:
    with classify_server({"billing": 0.9}, status=503) as url:
        assert refused(url)[0] == 503


def test_a_key_is_wanted_where_one_is_named() -> None:
    with classify_server({"billing": 0.9}, key="k-12345678") as url:
        assert refused(url)[0] == 401
        assert asked(url, **{"x-api-key": "k-12345678"}).top_label == "billing"


def test_it_speaks_the_other_shapes() -> None:
    body = {
        "model": "test-v1",
        "state": "x",
        "questions": {"q": {"type": "choice", "criteria": {"billing": None, "technical": None}}},
    }
    with classify_server({"billing": 0.9}) as url:
        where = url.removesuffix("/classify") + "/v1/systemone"
        sent = urllib.request.Request(
            where, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(sent, timeout=5) as answer:
            found = json.loads(answer.read())
    assert found["answers"]["q"]["probabilities"] == pytest.approx(
        {"billing": 0.9, "technical": 0.1}
    )


def test_the_server_is_gone_behind_the_block() -> None:
    with classify_server({"billing": 0.9}) as url:
        pass
    with pytest.raises(OSError):  # noqa: PT011 - refused, or reset where the system is slow
        asked(url)
