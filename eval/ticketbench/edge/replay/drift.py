"""Does the endpoint still answer as it did? A few questions asked again say so.

No field of an answer announces a new model, and an evaluation over two models describes neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ticketbench.edge.asking.pacing import Unanswered
from ticketbench.edge.contract import ContractViolation, parse_answer
from ticketbench.edge.endpoints import Reply, Unreached

MOST_ASKED_AGAIN = 3
_NOISE = 1e-6


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
    """What asking `known` again finds: request bodies with the answers they got before.

    Scores that differ by more than 1e-6 count as changed.
    """
    found = Drift()
    for body, before in known.items():
        try:
            old = parse_answer(before, labels).scores
            reply = ask(body)
            new = parse_answer(reply.body, labels).scores if reply.status == 200 else None
        except (Unreached, Unanswered, ContractViolation):
            new = None
        if new is None:
            found += Drift(asked=1, unanswered=1)
            continue
        largest = max(abs(a - b) for a, b in zip(old, new, strict=True))
        found += Drift(1, int(largest > _NOISE), largest)
    return found


def same_answer(one: bytes, other: bytes, labels: tuple[str, ...]) -> bool:
    """Whether two stored answers say the same, as far as `drift` tells: scores within 1e-6.

    One that cannot be read is the same only to the byte.
    """
    if one == other:
        return True
    try:
        pair = [parse_answer(answer, labels).scores for answer in (one, other)]
    except ContractViolation:
        return False
    return all(abs(a - b) <= _NOISE for a, b in zip(*pair, strict=True))
