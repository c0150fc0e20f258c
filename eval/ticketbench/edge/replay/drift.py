"""Does the endpoint still answer as it did? A few questions asked again say so.

No field of an answer announces a new model, and an evaluation over two models describes neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from msgspec import UNSET

from ticketbench.core.classify import Answer, ContractViolation, parse_answer
from ticketbench.core.shapes.contract import SAME_WITHIN
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.asking.pacing import Unanswered
from ticketbench.edge.endpoints import Reply, Unreached

MOST_ASKED_AGAIN = 3


@dataclass(frozen=True, slots=True)
class Again:
    """Two answers to one question; `noise` is the largest difference that is no change."""

    before: Answer
    now: Answer
    noise: float = SAME_WITHIN

    @property
    def difference(self) -> float:
        """The largest difference of a score."""
        pairs = zip(self.before.scores, self.now.scores, strict=True)
        return max(abs(a - b) for a, b in pairs)

    @property
    def changed(self) -> bool:
        """Whether a score is another one, or the top label."""
        return self.difference > self.noise or self.other_top

    @property
    def other_top(self) -> bool:
        """Whether the top label is another one, however small the difference."""
        return self.before.top_label != self.now.top_label and self.difference > SAME_WITHIN


@dataclass(frozen=True, slots=True)
class Drift:
    """Questions asked again, how many got other scores, and the largest difference of a score.

    `unanswered` got no valid answer this time and say nothing. `other_top` counts other top labels,
    and `models` holds each pair of model before and now that are not the same.
    """

    asked: int = 0
    changed: int = 0
    largest: float = 0.0
    unanswered: int = 0
    other_top: int = 0
    models: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: Drift) -> Drift:
        return Drift(
            self.asked + other.asked,
            self.changed + other.changed,
            max(self.largest, other.largest),
            self.unanswered + other.unanswered,
            self.other_top + other.other_top,
            tuple(dict.fromkeys((*self.models, *other.models))),
        )


def questions_to_check(sent: int) -> int:
    """How many questions a run asks again on its own: never more than one of a hundred sent."""
    return min(MOST_ASKED_AGAIN, sent // 100)


def drift(
    known: Mapping[bytes, Stored],
    labels: tuple[str, ...],
    ask: Callable[[bytes], Reply],
    *,
    noise: float = SAME_WITHIN,
) -> Drift:
    """What asking `known` again finds: request bodies with the answers they got before."""
    found = Drift()
    for body, before in known.items():
        again = ask_again(body, before.content, labels, ask, noise=noise)
        if again is None:
            found += Drift(asked=1, unanswered=1)
        else:
            named = before.details.model
            was, now = None if named is UNSET else named, again.now.model
            models = ((was, now),) if was and now and was != now else ()
            top = int(again.other_top)
            found += Drift(1, int(again.changed), again.difference, 0, top, models)
    return found


def ask_again(
    body: bytes,
    before: bytes,
    labels: tuple[str, ...],
    ask: Callable[[bytes], Reply],
    *,
    noise: float = SAME_WITHIN,
) -> Again | None:
    """One question asked again that got `before`; None where one of the two is no valid answer."""
    try:
        old = parse_answer(before, labels)
        reply = ask(body)
        return Again(old, parse_answer(reply.body, labels), noise) if reply.status == 200 else None
    except (Unreached, Unanswered, ContractViolation):
        return None


def same_answer(one: bytes, other: bytes, labels: tuple[str, ...]) -> bool:
    """Whether two stored answers say the same, as far as `drift` tells: scores within 1e-6.

    One that cannot be read is the same only to the byte.
    """
    if one == other:
        return True
    try:
        return not Again(parse_answer(one, labels), parse_answer(other, labels)).changed
    except ContractViolation:
        return False
