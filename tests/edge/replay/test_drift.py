"""Questions asked again: what counts as a change of the endpoint."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ticketbench.core.classify import ContractViolation
from ticketbench.edge.answers.details import Details
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.asking.pacing import Unanswered
from ticketbench.edge.endpoints import Reply, Unreached
from ticketbench.edge.replay.drift import Drift, drift, questions_to_check


def answer(a: float) -> bytes:
    scores = {"a": a, "b": round(1 - a, 9)}
    return json.dumps(
        {"top_label": max(scores, key=lambda x: scores[x]), "scores": scores}
    ).encode()


KNOWN = {b"q1": answer(0.6), b"q2": answer(0.9)}


def stored(known: dict[bytes, bytes], model: str = "m-1") -> dict[bytes, Stored]:
    now, details = datetime(2026, 11, 29, tzinfo=UTC), Details(model=model)
    return {body: Stored(content, "https://x/", now, details) for body, content in known.items()}


def asked(replies: dict[bytes, Reply | Exception], *, noise: float = 1e-6) -> Drift:
    def ask(body: bytes) -> Reply:
        reply = replies[body]
        if isinstance(reply, Exception):
            raise reply
        return reply

    return drift(stored(KNOWN), ("a", "b"), ask, noise=noise)


def test_equal_answers_are_no_drift() -> None:
    same = {body: Reply(200, content) for body, content in KNOWN.items()}
    assert asked(same) == Drift(asked=2)


def test_other_scores_are_counted_with_the_largest_difference() -> None:
    found = asked({b"q1": Reply(200, answer(0.7)), b"q2": Reply(200, answer(0.9))})
    assert (found.asked, found.changed, found.unanswered) == (2, 1, 0)
    assert found.largest == pytest.approx(0.1)


def test_noise_in_the_last_digit_is_no_change() -> None:
    found = asked({b"q1": Reply(200, answer(0.6000001)), b"q2": Reply(200, answer(0.9))})
    assert found.changed == 0


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, b""),
        Unreached("timeout", "late"),
        Unanswered("not_run", 0, "limit"),
        ContractViolation("no scores"),
    ],
    ids=["status", "unreached", "limit", "contract"],
)
def test_a_question_without_an_answer_says_nothing(reply: Reply | Exception) -> None:
    assert asked({b"q1": reply, b"q2": Reply(200, answer(0.9))}) == Drift(asked=2, unanswered=1)


def test_a_known_answer_that_is_not_valid_says_nothing() -> None:
    found = drift(stored({b"q": b"{}"}), ("a", "b"), lambda body: Reply(200, answer(0.5)))
    assert found == Drift(asked=1, unanswered=1)


def test_what_a_service_calls_noise_is_no_change_but_another_top_label_is() -> None:
    q2 = Reply(200, answer(0.9))
    assert asked({b"q1": Reply(200, answer(0.61)), b"q2": q2}, noise=0.02).changed == 0
    found = asked({b"q1": Reply(200, answer(0.49)), b"q2": q2}, noise=0.2)
    assert (found.changed, found.other_top) == (1, 1)


def test_another_model_is_named_though_the_scores_are_the_same() -> None:
    def ask(body: bytes) -> Reply:
        return Reply(200, KNOWN[body][:-1] + b',"model":"m-2"}')

    found = drift(stored(KNOWN), ("a", "b"), ask)
    assert (found.changed, found.models) == (0, (("m-1", "m-2"),))


def test_sums_keep_the_largest_difference() -> None:
    assert Drift(2, 1, 0.3, 1) + Drift(3, 2, 0.1, 0) == Drift(5, 3, 0.3, 1)


@pytest.mark.parametrize(("sent", "checked"), [(0, 0), (99, 0), (100, 1), (250, 2), (10**6, 3)])
def test_a_run_asks_at_most_one_in_a_hundred_again(sent: int, checked: int) -> None:
    assert questions_to_check(sent) == checked
