"""The transport below the answer cache: refuses to send in replay mode, and lets only valid
answers through to be stored.

What must never be stored is stopped here: an invalid answer, a header, and the key, which only the
endpoint below knows.
"""

from __future__ import annotations

from ticketbench.core.classify import Answer, ContractViolation, other_rubrics, parse_answer
from ticketbench.core.errors import EndpointError, IncompleteError
from ticketbench.edge.contract import ValidReply, as_stored, asked_labels
from ticketbench.edge.endpoints import Endpoint, Reply
from ticketbench.edge.redaction import shown_url


class WrongPage(ContractViolation):
    """Status 200 with a web page: a portal, a proxy or a wrong URL."""


class Guard:
    """An endpoint whose answers are checked; without one every request is refused."""

    def __init__(self, endpoint: Endpoint | None) -> None:
        self._endpoint = endpoint

    def ask(self, url: str, body: bytes) -> Reply:
        """The endpoint's reply; one with status 200 is a ValidReply to `body`.

        Raises ContractViolation for any other answer with status 200, EndpointError when the
        server answered for other rubrics, IncompleteError without an endpoint, and what the
        endpoint raises.
        """
        if self._endpoint is None:
            raise IncompleteError("strict replay sends nothing, and this answer is not stored")
        return checked(self._endpoint.ask(url, body), url, body)


def checked(reply: Reply, url: str, body: bytes) -> Reply:
    """A ValidReply to `body` as it may be stored where its status is 200, any other as it came.

    Raises what `Guard.ask` raises of an answer.
    """
    if reply.status != 200:
        return reply
    _refuse_page(reply)
    content = as_stored(reply.body)
    headers = reply.retry_after, reply.content_type, reply.request_id
    return ValidReply(200, content, *headers, answer=_valid(content, url, body))


def _refuse_page(reply: Reply) -> None:
    media = reply.content_type.lower().partition(";")[0].strip()
    if "html" in media:
        raise WrongPage(f"the answer is a page ({media[:40]}), not JSON", passing=True)


def _valid(content: bytes, url: str, body: bytes) -> Answer:
    asked = asked_labels(body)
    answer = parse_answer(content, [label.name for label in asked])
    problem = other_rubrics(answer, ((label.name, label.rubric) for label in asked))
    if problem:
        help_ = "does a proxy rewrite the questions?"
        raise EndpointError(problem, where=shown_url(url), help=help_)
    return answer
