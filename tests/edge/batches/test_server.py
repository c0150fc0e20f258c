"""One batch API as it is asked, against a server that does not take what it gets."""

from __future__ import annotations

import json

import pytest

from batch_server import FaultyBatches
from fault_server import Step
from ticketbench.core.errors import EndpointError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.shapes.batch import question_line
from ticketbench.edge.batches.output import checked_answer
from ticketbench.edge.batches.server import Later, NotSeen, batch_server
from ticketbench.edge.contract import request_body
from ticketbench.edge.endpoints import Connection

pytestmark = pytest.mark.loopback

TICKET = 'My "Büro" key of 12 May was charged twice'
RUBRICS = RubricSet("v", (Rubric("billing", "Is it about money?"),))
BODY = request_body(TICKET, RUBRICS)


@pytest.mark.parametrize("part", [TICKET, TICKET[5:30]])
@pytest.mark.parametrize(
    ("status", "error"), [(422, EndpointError), (401, EndpointError), (503, Later), (500, NotSeen)]
)
def test_an_upload_that_is_not_taken_shows_no_ticket(
    status: int, error: type[Exception], part: str
) -> None:
    with FaultyBatches() as faulty:
        faulty.turn("upload", Step(status, json.dumps({"detail": part}).encode()))
        server = batch_server(faulty.url, Connection())
        assert server is not None
        with pytest.raises(error, match=r"\[text\]") as caught:
            server.submit(question_line("c1", BODY))
    assert part[:16] not in str(caught.value)


def test_a_refused_upload_that_repeats_nothing_is_shown_as_it_is_told() -> None:
    with FaultyBatches() as faulty:
        faulty.turn("upload", Step(422, b"line 1 has no text"))
        server = batch_server(faulty.url, Connection())
        assert server is not None
        with pytest.raises(EndpointError, match="status 422: line 1 has no text"):
            server.submit(question_line("c1", BODY))


def test_an_answer_that_breaks_the_contract_shows_no_ticket() -> None:
    content = json.dumps({"top_label": TICKET, "scores": {TICKET: 1.0}}).encode()
    found = checked_answer(content, "https://host/classify", BODY)
    assert TICKET[:16] not in str(found)
