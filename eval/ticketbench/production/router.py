"""The router: decides about tickets as the evaluation did, and always has somewhere to put one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from ticketbench.core.errors import InputError
from ticketbench.core.keys.value import HEADER, HEADERS
from ticketbench.core.policy import ESCALATE, OUTCOMES, ROUTE, reaches
from ticketbench.production.asking.circuit import PAUSE_S, Circuit, CircuitState
from ticketbench.production.asking.key import key_for, plain_endpoint, shape_of
from ticketbench.production.asking.question import Asked, Questions
from ticketbench.production.asking.transport import Transport
from ticketbench.production.decision import Decision, Ids, moment, new_id
from ticketbench.production.handlers import Handlers
from ticketbench.production.log import Log
from ticketbench.production.policy_file import ANY_LABEL, PolicyFile

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Any, Literal

    from ticketbench.core.classify import Answer
    from ticketbench.production.asking.question import Post
    from ticketbench.production.log import Sink


_LONGEST_BUDGET_S = 86_400
"""A day: the timers of some systems end not far above."""


class Router:
    """Decides about tickets by a policy; one may be shared by any number of threads.

    policy           from `Policy.load`
    handlers         by label: called with the text of a ticket that is routed there
    fallback         called with (text, decision) for review, every failure, and escalation
    escalate         called with (text, decision) for escalation instead
    missing          "error": every label needs a handler; "fallback": a label without one goes
                     to the fallback, with the reason no_handler
    log              a path, or anything with write(dict)
    key_env          the variable of the key; None: SCALEDOWN_API_KEY, where it may go to the
                     endpoint; empty: no key is sent
    key_header       x-api-key or authorization, where not the one that is usual for the endpoint
    host             where you say the endpoint is: the key may go there, and nowhere else
    ca_file          a PEM file of authorities to trust instead of this machine's
    budget_s         seconds that a decision may take, all in all; at most a day
    post             takes the question's bytes, in the shape of the endpoint, and seconds, returns
                     status and bytes: a transport of your own, which also keeps time and key
    on_model_change  "review": a ticket that another model judged than the policy's is not routed
    circuit_pause_s  seconds for which nothing is asked after five failures in a row

    Without handlers and fallback it decides, and `route` raises InputError. Raises InputError for
    whatever can be known to be wrong before the first ticket; nothing is sent.
    """

    def __init__(
        self,
        policy: PolicyFile,
        handlers: Mapping[str, Callable[[str], Any]] | None = None,
        fallback: Callable[[str, Decision], Any] | None = None,
        *,
        escalate: Callable[[str, Decision], Any] | None = None,
        missing: Literal["error", "fallback"] = "error",
        log: str | os.PathLike[str] | Sink | None = None,
        key_env: str | None = None,
        key_header: Literal["authorization", "x-api-key"] | None = None,
        host: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        budget_s: float = 2.0,
        post: Post | None = None,
        on_model_change: Literal["warn", "review"] = "warn",
        circuit_pause_s: float = PAUSE_S,
    ) -> None:
        if not isinstance(policy, PolicyFile):
            raise InputError("this is no policy", help="give Policy.load('policy.json')")
        _refuse_odd_times(budget_s, circuit_pause_s)
        if on_model_change not in ("warn", "review"):
            raise InputError("on_model_change must be 'warn' or 'review'")
        self.policy = policy
        self._handlers = Handlers(policy.labels, handlers, fallback, escalate, missing=missing)
        self._reviews_other_models = on_model_change == "review"
        if key_header is not None and key_header not in HEADERS:
            raise InputError(f"key_header must be one of {', '.join(HEADERS)}")
        key, shape = None, shape_of(policy.url)
        if post is None:
            endpoint = plain_endpoint(policy.url)
            key = key_for(endpoint, key_env, host, os.environ)
            usual = shape.header if shape else HEADER
            post = Transport(endpoint, key, ca_file, key_header=key_header or usual)
        self._circuit = Circuit(pause_s=circuit_pause_s)
        self._questions = Questions(
            policy.rubrics, post, self._circuit, budget_s=budget_s, key=key, shape=shape
        )
        self._log = Log(log, policy, os.environ)

    @property
    def circuit(self) -> CircuitState:
        """Whether the endpoint is asked at the moment."""
        return self._circuit.state

    @property
    def log_failures(self) -> int:
        """Decisions that could not be written into the log."""
        return self._log.failures

    def decide(
        self,
        text: str,
        *,
        ticket_id: str | None = None,
        trace_id: str | None = None,
        span_id: str | None = None,
    ) -> Decision:
        """What happens to a ticket; no handler is called. Writes one line into the log.

        Nothing that the endpoint, the text or the log does is raised.
        """
        began = time.monotonic()
        asked = self._questions.ask(text)
        decision = replace(
            self._judged(asked),
            latency_ms=round((time.monotonic() - began) * 1000, 1),
            ids=Ids(ticket_id, trace_id, span_id),
        )
        if self._log.write(decision, text):
            return decision
        return replace(decision, warnings=(*decision.warnings, "log_failed"))

    def route(self, text: str, **ids: str | None) -> Any:
        """What the handler of a ticket returned, or the fallback, or `escalate`.

        Takes what `decide` takes. The log has its line before anything is called; what a handler
        raises is raised.
        """
        self._handlers.refuse_if_none()
        return self._handlers.call(text, self.decide(text, **ids))

    async def aroute(self, text: str, **ids: str | None) -> Any:
        """The same in a thread, so that nothing else waits for it; handlers run there, too."""
        import asyncio

        return await asyncio.to_thread(self.route, text, **ids)

    def prompt(self, text: str, **ids: str | None) -> str:
        """The system prompt of the label that a ticket is routed to; the one of `*` for every other
        ticket, and for a label without a prompt. Takes and logs what `decide` does.

        Raises InputError when the policy has no prompt for `*`.
        """
        prompts = self._prompts()
        decision = self.decide(text, **ids)
        routed = decision.outcome == OUTCOMES[ROUTE] and decision.label is not None
        return (
            prompts.get(decision.label or "", prompts[ANY_LABEL]) if routed else prompts[ANY_LABEL]
        )

    def mix(
        self, text: str, *, at_least: float = 0.2, **ids: str | None
    ) -> list[tuple[str, float, str]]:
        """Label, share and system prompt of every label with a score of at least `at_least`.

        The highest share comes first, ties in the order of the labels; shares sum to 1. Where no
        label has that much, or there is no answer, all of it goes to `*`. Takes and logs what
        `decide` does. Raises InputError when the policy has no prompt for `*`.
        """
        prompts = self._prompts()
        scores = self.decide(text, **ids).scores or {}
        above = {label: score for label, score in scores.items() if reaches(score, at_least)}
        total = sum(above.values())
        if not total > 0:
            return [(ANY_LABEL, 1.0, prompts[ANY_LABEL])]
        ranked = sorted(above.items(), key=lambda pair: -pair[1])
        return [
            (label, score / total, prompts.get(label, prompts[ANY_LABEL]))
            for label, score in ranked
        ]

    def _prompts(self) -> Mapping[str, str]:
        if ANY_LABEL not in self.policy.prompts:
            help_ = "export the policy with --prompts FILE, where * stands for anything else"
            raise InputError("the policy has no prompt for *", help=help_)
        return self.policy.prompts

    def _judged(self, asked: Asked) -> Decision:
        """The decision on what was asked, but for its time and its names."""
        now = time.time()
        empty = Decision(
            outcome="review",
            label=None,
            score=None,
            scores=None,
            reason=asked.reason,
            warnings=self._warnings(now),
            model=None,
            error_status=asked.status,
            latency_ms=0.0,
            attempts=asked.attempts,
            decision_id=new_id(),
            timestamp=moment(now),
        )
        return empty if asked.answer is None else self._with_scores(empty, asked.answer)

    def _with_scores(self, empty: Decision, answer: Answer) -> Decision:
        labels = self.policy.labels
        decided = self.policy.policy.decide_one(answer.scores, labels)
        label = labels[decided.top]
        outcome, reason = OUTCOMES[decided.outcome], None
        changed = answer.model is not None and answer.model != self.policy.model
        if changed and self._reviews_other_models:
            outcome, reason = "review", "model_changed"
        elif decided.outcome == ESCALATE:
            reason = "escalate"
        elif decided.outcome != ROUTE:
            reason = "low_confidence"
        elif not self._handlers.has(label):
            outcome, reason = "review", "no_handler"
        more = [*(["model_changed"] if changed else []), *empty.warnings]
        return replace(
            empty,
            outcome=outcome,
            label=label,
            score=answer.scores[decided.top],
            scores=dict(zip(labels, answer.scores, strict=True)),
            reason=reason,
            warnings=(*more, *(["input_truncated"] if answer.truncated else [])),
            model=answer.model,
            error_status=None,
        )

    def _warnings(self, now: float) -> tuple[str, ...]:
        from datetime import UTC, datetime

        return self.policy.warnings(datetime.fromtimestamp(now, UTC).date())


def _refuse_odd_times(budget_s: float, pause_s: float) -> None:
    """Raise InputError for times that a timer, or the circuit, would fail with much later."""
    if not (_is_number(budget_s) and 0 < budget_s <= _LONGEST_BUDGET_S):
        raise InputError("budget_s must be a number of seconds above 0, at most a day")
    if not (_is_number(pause_s) and pause_s >= 0):
        raise InputError("circuit_pause_s must be a number of seconds, 0 or more")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)
