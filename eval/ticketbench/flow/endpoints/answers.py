"""How many tickets of a rubric set have an answer, from where, and why the others have none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ticketbench.core.types import Failure
from ticketbench.edge.replay.drift import Drift

if TYPE_CHECKING:
    from ticketbench.edge.replay.every_ticket import Replayed

_MOST_NAMED = 4
"""Tickets that a message may name: three, and one more that tells whether there are others."""


@dataclass(frozen=True, slots=True)
class SetAnswers:
    """The answers of one rubric set to the tickets of a part, or of several: no ticket is held but
    the first that failed.

    recorded, cached, sent, damaged, refused_before  different questions, counted anew where another
             part asks the same, so these hang on where parts end
    failed   how many tickets have no answer, by kind, status and detail; no ids
    first    the first of them
    drift, stopped  as `Replayed` has them
    """

    rubric_set: str
    n_scored: int = 0
    recorded: int = 0
    cached: int = 0
    sent: int = 0
    damaged: int = 0
    refused_before: int = 0
    failed: Counter[Failure] = field(default_factory=Counter)
    first: tuple[Failure, ...] = ()
    drift: Drift = Drift()  # noqa: RUF009 - frozen, so sharing the default is safe
    stopped: str = ""

    @classmethod
    def of(cls, one: Replayed) -> SetAnswers:
        """Of tickets that were answered together."""
        table = one.table
        return cls(
            rubric_set=table.provenance.rubric_set,
            n_scored=table.n_scored,
            recorded=one.recorded,
            cached=one.cached,
            sent=one.sent,
            damaged=one.damaged,
            refused_before=one.refused_before,
            failed=Counter(replace(failure, ticket_id="") for failure in table.failures),
            first=table.failures[:_MOST_NAMED],
            drift=one.drift,
            stopped=one.stopped,
        )

    def __add__(self, later: SetAnswers) -> SetAnswers:
        """With those of tickets that come after these."""
        return SetAnswers(
            rubric_set=self.rubric_set,
            n_scored=self.n_scored + later.n_scored,
            recorded=self.recorded + later.recorded,
            cached=self.cached + later.cached,
            sent=self.sent + later.sent,
            damaged=self.damaged + later.damaged,
            refused_before=self.refused_before + later.refused_before,
            failed=self.failed + later.failed,
            first=(*self.first, *later.first)[:_MOST_NAMED],
            drift=self.drift + later.drift,
            stopped=self.stopped or later.stopped,
        )

    @property
    def n_failed(self) -> int:
        """Tickets without an answer."""
        return self.failed.total()

    @property
    def n_requested(self) -> int:
        """All tickets: always scored + failed."""
        return self.n_scored + self.n_failed

    @property
    def failures(self) -> Sequence[Failure]:
        """One for each ticket without an answer; only the first have the ids of their tickets."""
        rest = self.failed - Counter(replace(failure, ticket_id="") for failure in self.first)
        return (*self.first, *rest.elements())

    @property
    def asked(self) -> int:
        """Questions that were sent and answered."""
        failed = sum(n for one, n in self.failed.items() if one.kind != "not_run")
        return max(0, self.sent - failed)

    @property
    def in_words(self) -> str:
        """Where the answers came from, such as "v2: 400 recorded, 8 asked"."""
        counts = {"recorded": self.recorded, "cached": self.cached, "asked": self.sent}
        parts = [f"{n} {how}" for how, n in counts.items() if n] or ["none"]
        return f"{self.rubric_set}: {', '.join(parts)}"


@dataclass(frozen=True, slots=True, eq=False)
class AnsweredSets:
    """How each set of a run was answered: counts, and why tickets have no answer."""

    answers: tuple[SetAnswers, ...]

    @property
    def asked(self) -> int:
        """Questions that this run sent and that were answered, over all sets."""
        return sum(one.asked for one in self.answers)

    @property
    def refused_before(self) -> int:
        """Questions that this run sent although they were refused before, over all sets."""
        return sum(one.refused_before for one in self.answers)

    @property
    def sources(self) -> tuple[str, ...]:
        """Where each set's answers came from, such as "v2: 400 recorded, 8 asked"."""
        return tuple(one.in_words for one in self.answers)


def in_numbers(answers: Sequence[SetAnswers]) -> dict[str, Any]:
    """The same of every set for the manifest, with what was asked again."""
    return {
        "answers": {
            one.rubric_set: {
                "recorded": one.recorded,
                "cached": one.cached,
                "sent": one.sent,
                "damaged": one.damaged,
                "refused_before": one.refused_before,
            }
            for one in answers
        },
        "asked_again": asdict(sum((one.drift for one in answers), Drift())),
    }
