"""Does the endpoint still answer as it did? A few questions asked again say so.

No field of an answer announces a new model, and an evaluation over two models describes neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ticketbench.edge.asking.pacing import Unanswered
from ticketbench.edge.contract import Answer, ContractViolation, parse_answer
from ticketbench.edge.endpoints import Reply, Unreached

MOST_ASKED_AGAIN = 3
SAME_WITHIN = 1e-6
"""Scores that differ by no more are the same; endpoints print six decimals or fewer."""


@dataclass(frozen=True, slots=True)
class Again:
    """Two answers to one question."""

    before: Answer
    now: Answer

    @property
    def difference(self) -> float:
        """The largest difference of a score."""
        pairs = zip(self.before.scores, self.now.scores, strict=True)
        return max(abs(a - b) for a, b in pairs)

    @property
    def changed(self) -> bool:
        """Whether a score is another one."""
        return self.difference > SAME_WITHIN


@dataclass(frozen=True, slots=True)
class Drift:
    """Questions asked again, how many got other scores, and the largest difference of a score.

    `unanswered` got no valid answer this time and say nothing.
    """

    asked: int = 0
    changed: int = 0
    largest: float = 0.0
    unanswered: int = 0

    def __add__(self, other: Drift) -> Drift:
        return Drift(
            self.asked + other.asked,
            self.changed + other.changed,
            max(self.largest, other.largest),
            self.unanswered + other.unanswered,
        )


def questions_to_check(sent: int) -> int:
    """How many questions a run asks again on its own: never more than one of a hundred sent."""
    return min(MOST_ASKED_AGAIN, sent // 100)


def drift(
    known: Mapping[bytes, bytes], labels: tuple[str, ...], ask: Callable[[bytes], Reply]
) -> Drift:
    """What asking `known` again finds: request bodies with the answers they got before."""
    found = Drift()
    for body, before in known.items():
        again = ask_again(body, before, labels, ask)
        if again is None:
            found += Drift(asked=1, unanswered=1)
        else:
            found += Drift(1, int(again.changed), again.difference)
    return found


def ask_again(
    body: bytes, before: bytes, labels: tuple[str, ...], ask: Callable[[bytes], Reply]
) -> Again | None:
    """One question asked again that got `before`; None where one of the two is no valid answer."""
    try:
        old = parse_answer(before, labels)
        reply = ask(body)
        return Again(old, parse_answer(reply.body, labels)) if reply.status == 200 else None
    except (Unreached, Unanswered, ContractViolation):
        return None


def same_answer(one: bytes, other: bytes, labels: tuple[str, ...]) -> bool:
    """Whether two stored answers say the same, as far as `drift` tells: scores within 1e-6.

    One that cannot be read is the same only to the byte.
    """
    if one == other:
        return True
    try:
        return not Again(*(parse_answer(answer, labels) for answer in (one, other))).changed
    except ContractViolation:
        return False
