"""How many tickets of a rubric set have an answer, and why the others have none."""

from __future__ import annotations

from dataclasses import dataclass

from ticketbench.core.types import Missing


@dataclass(frozen=True, slots=True)
class Answered:
    """How many tickets of a rubric set were asked for and answered, and why the others were not.

    `missing` counts the `n_missing` tickets that asking would mend, by reason. The endpoint refused
    `n_refused`; `n_accepted` of these are few enough for `endpoint.max_refused`: all or none.
    """

    rubric_set: str
    n_requested: int
    n_scored: int
    n_failed: int
    n_missing: int
    missing: tuple[Missing, ...] = ()
    n_refused: int = 0
    n_accepted: int = 0
