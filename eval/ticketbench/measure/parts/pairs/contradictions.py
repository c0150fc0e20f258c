"""Rows whose stated top label is not that of their scores: counts of a part, which add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass

from ticketbench.core.types import NONE, Finding, ScoreTable
from ticketbench.measure.findings import contradicted


@dataclass(frozen=True, slots=True)
class Contradictions:
    """How many of `n` answers state another top label than their scores have; and how many of those
    with a gold label, `n_labelled`, are right by either.
    """

    n: int = 0
    n_otherwise: int = 0
    n_labelled: int = 0
    right: int = 0
    right_stated: int = 0

    def __add__(self, other: Contradictions) -> Contradictions:
        """Of both together."""
        return Contradictions(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def findings(self) -> Iterator[Finding]:
        """TB213 where there is one, as of a table."""
        if self.n_otherwise:
            yield from contradicted(
                self.n,
                self.n_otherwise,
                n_labelled=self.n_labelled,
                right=self.right,
                right_stated=self.right_stated,
            )


def contradictions(table: ScoreTable) -> Contradictions:
    """Those of the answers of a table."""
    labelled = table.truth != NONE
    stated = table.top if table.stated is None else table.stated
    return Contradictions(
        n=table.n_scored,
        n_otherwise=int((stated != table.top).sum()),
        n_labelled=int(labelled.sum()),
        right=int(table.right[labelled].sum()),
        right_stated=int((stated == table.truth)[labelled].sum()),
    )
