"""A router asks an endpoint of every shape, and reads its answers as the evaluation does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from routed import RUBRICS, Desk, policy_at, router_at
from shaped_server import URLS, ShapedServer, Told
from ticketbench.core.errors import InputError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.engines import engines
from ticketbench.edge.replay.source import full_url
from ticketbench.production import Router
from ticketbench.production.policy_file import PolicyFile, policy_bytes

pytestmark = pytest.mark.loopback
TEXT = "I want a refund for this charge"
PAIRS = [(one.label, one.text) for one in RUBRICS.rubrics]
KEY = "sk-canary-7f3a9c1e"


@pytest.fixture
def server() -> Iterator[ShapedServer]:
    with ShapedServer({rubric: name for name, rubric in PAIRS}) as running:
        yield running


@pytest.mark.parametrize("shape", URLS)
def test_a_router_decides_by_the_scores_of_the_engine_behind_the_shape(
    server: ShapedServer, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_KEY", KEY)
    host = server.base.removeprefix("http://")
    router = router_at(full_url(server.url(shape)), key_env="SHOP_KEY", host=host)
    decision = router.decide(TEXT)
    scores = engines().get("lexical").classify(TEXT, PAIRS)
    assert decision.scores == pytest.approx(scores, abs=1e-9)
    (seen,) = server.seen
    header = "x-api-key" if shape == "scaledown" else "authorization"
    assert seen.headers[header].removeprefix("Bearer ") == KEY
    assert "via=" not in seen.path


def test_a_question_a_label_is_one_decision(server: ShapedServer) -> None:
    url = full_url(server.url("systemone", "&ask=yesno1"))
    decision = router_at(url, key_env="").decide(TEXT)
    assert decision.scores is not None
    assert sum(decision.scores.values()) == pytest.approx(1)
    assert (len(server.seen), decision.attempts) == (2, 1)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (Told({"model": "m", "answers": {}}), "refused"),
        (Told({"answers": {"label": {"type": "noul", "noul": 1}}}), "endpoint_contract"),
        (Told({"success": False, "errors": []}), "endpoint_contract"),
        (Told({}, status=404), "endpoint_http_404"),
        (Told({}, status=413), "endpoint_http_413"),
    ],
)
def test_what_is_no_answer_goes_to_review(server: ShapedServer, told: Told, reason: str) -> None:
    server.script(told)
    desk = Desk()
    url = full_url(server.url("systemone"))
    router = router_at(url, desk, key_env="")
    assert router.route(TEXT) == "a person"
    assert desk.fallen_back[0][1].reason == reason


def test_a_busy_service_is_asked_again_when_it_says(server: ShapedServer) -> None:
    server.script(Told({}, status=529, headers={"retry-after-ms": "20"}))
    decision = router_at(full_url(server.url("decisions")), key_env="").decide(TEXT)
    assert (decision.attempts, decision.error_status) == (2, None)


def test_a_policy_file_keeps_the_url_of_a_shape_and_refuses_a_secret_in_it() -> None:
    url = full_url("systemone+https://api.example/v1/systemone?model=typesafe/jev-1.13-20260917")
    assert PolicyFile.load(policy_bytes(policy_at(url))).url == url
    with pytest.raises(InputError, match="may hold a secret"):
        PolicyFile.load(policy_bytes(policy_at(f"{url}&sig=0123456789abcdef")))


def test_labels_that_the_shape_cannot_ask_about_are_refused_before_the_first_ticket() -> None:
    labels = RubricSet("v", tuple(Rubric(f"l{i}", f"r{i}") for i in range(27)))
    policy = replace(policy_at("chat+http://127.0.0.1:1/?model=m"), rubric_set=labels)
    with pytest.raises(InputError, match="26 labels"):
        Router(policy, key_env="")
