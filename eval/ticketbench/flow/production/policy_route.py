"""Tickets of a pipe by a policy: a line in, a decision out; no handler is called."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ticketbench.core.errors import EndpointError, InputError
from ticketbench.edge.endpoints import Connection, connect, is_local
from ticketbench.edge.redaction import note_key
from ticketbench.production import Decision, Policy, Router
from ticketbench.production.decision import line_of

_KEY_REFUSED = (401, 403)


@dataclass(slots=True)
class Routed:
    """What became of the tickets so far, by outcome, and by reason where one was not answered.

    n_unread     lines that are no ticket
    first_unread its number, from 1; 0 where there is none
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    n_unread: int = 0
    first_unread: int = 0


def refuse_read_file(log: Path, read: Path | int, said: str) -> None:
    """Raise InputError where a log would be appended to the file, by path or descriptor, that is
    read: a router that reads its own decisions comes to no end.
    """
    with suppress(OSError):  # one of them is not there, so they are two
        if os.path.samestat(os.stat(log), os.stat(read)):
            what = f"the decision log would be written into {said}"
            raise InputError(what, where=str(log), help="name another file behind --log")


class PolicyPipe:
    """Decides about lines by the policy of a file. An engine that the policy names runs in this
    process. Raises InputError for a policy, a key or a log that cannot be used.
    """

    def __init__(self, policy: Path, *, log: Path | None, key_env: str | None) -> None:
        if key_env is not None:
            note_key(key_env)
        self.policy = Policy.load(policy)
        self.routed = Routed()
        post = _in_process(self.policy.url) if is_local(self.policy.url) else None
        self._router = Router(self.policy, log=log, key_env=key_env, post=post)

    def decisions(self, lines: Iterable[bytes]) -> Iterator[Decision]:
        """A decision for each line, in their order.

        Where the first line is a JSON object with `text`, each is one, with `id` where there is
        one; else a line is a text. What is no ticket goes to review. Raises EndpointError behind
        the decision for which the endpoint refused the key.
        """
        in_json: bool | None = None
        for number, line in enumerate(lines, start=1):
            content = line.rstrip(b"\r\n")
            in_json = _ticket(content) is not None if in_json is None else in_json
            text, ticket_id = (_ticket(content) or (None, None)) if in_json else _plain(content)
            decision = self._router.decide(text, ticket_id=ticket_id)  # type: ignore[arg-type]
            self._count(decision, number)
            yield decision
            if decision.error_status in _KEY_REFUSED:
                help_ = "check the key that was sent; lines that came before have their decisions"
                what = f"the endpoint refused the key (status {decision.error_status})"
                raise EndpointError(what, where=f"line {number}", help=help_)

    def line(self, decision: Decision) -> str:
        """The decision as JSON, as the log has it."""
        value = line_of(decision, self.policy)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def _count(self, decision: Decision, number: int) -> None:
        self.routed.outcomes[decision.outcome] += 1
        if decision.reason == "input":
            self.routed.n_unread += 1
            self.routed.first_unread = self.routed.first_unread or number
        elif decision.label is None:
            self.routed.failures[str(decision.reason)] += 1


def _ticket(content: bytes) -> tuple[object, str | None] | None:
    """Text and id of a JSON line; None where it is no object with a text."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or "text" not in value:
        return None
    ticket_id = value.get("id")
    return value["text"], None if ticket_id is None else str(ticket_id)


def _plain(content: bytes) -> tuple[str | None, None]:
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError:
        return None, None


def _in_process(url: str) -> Callable[[bytes, float], tuple[int, bytes]]:
    engine = connect(url, Connection())

    def post(body: bytes, seconds: float) -> tuple[int, bytes]:
        reply = engine.ask(url, body)
        return reply.status, reply.body

    return post
