"""Clients of others read from one server what our readers of chat and zero-shot read from it.

They are installed with the dependency group `wire`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from shaped_server import ShapedServer
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.shapes.address import address
from ticketbench.core.shapes.contract import Asked
from ticketbench.edge.contract import request_body
from ticketbench.edge.endpoints import Connection, connect

pytestmark = pytest.mark.loopback

LABELS = {"billing": "Is this about a charge?", "환불 Grüße": "A greeting?", "tech": "About a bug?"}
BODY = request_body(
    "I was charged twice ``` and 😡", RubricSet("v1", tuple(Rubric(*p) for p in LABELS.items()))
)
ASKED = Asked.of(BODY)


def wire(name: str) -> Any:
    """A package of the group `wire`, or the test is skipped."""
    return pytest.importorskip(name, reason=f"{name} is not installed: pip install --group wire")


@pytest.fixture(scope="module")
def server() -> Iterator[ShapedServer]:
    with ShapedServer({rubric: name for name, rubric in LABELS.items()}) as running:
        yield running


def read_by_us(url: str) -> dict[str, float]:
    reply = connect(url, Connection()).ask(url, BODY)
    scores: dict[str, float] = json.loads(reply.body)["scores"]
    return scores


def test_openais_client_reads_the_logprobs_of_our_prompt(server: ShapedServer) -> None:
    openai, url = wire("openai"), server.url("chat")
    (question,) = address(url).shape.questions(ASKED)
    with openai.OpenAI(api_key="k", base_url=f"{server.base}/v1", max_retries=0) as client:
        found = client.chat.completions.create(**json.loads(question))
    assert json.loads(server.seen[-1].body) == json.loads(question)
    (first,) = found.choices[0].logprobs.content
    p = {one.token: math.exp(one.logprob) for one in first.top_logprobs}
    mass = sum(p.values())
    shares = dict(zip(LABELS, (p[letter] / mass for letter in "ABC"), strict=True))
    assert shares == pytest.approx(read_by_us(url), abs=1e-9)


def test_the_client_of_hugging_face_reads_zero_shot(server: ShapedServer) -> None:
    hub, url = wire("huggingface_hub"), server.url("zeroshot")
    (question,) = address(url).shape.questions(ASKED)
    client = hub.InferenceClient(model=f"{server.base}/models/org/lexical", token="k")
    found = client.zero_shot_classification(
        ASKED.text, list(LABELS.values()), multi_label=False, hypothesis_template="{}"
    )
    assert json.loads(server.seen[-1].body) == json.loads(question)
    rubrics = {one.label: one.score for one in found}
    assert {name: rubrics[rubric] for name, rubric in LABELS.items()} == read_by_us(url)
