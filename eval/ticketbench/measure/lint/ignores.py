"""Remarks that somebody has looked at and does not want to see again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ticketbench.core.quotes import clipped, quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.types import Finding
from ticketbench.measure.lint.rule import Remark


@dataclass(frozen=True, slots=True)
class Ignore:
    """A code that is to be ignored, of one label or, where that is None, of the whole set.

    `where` is the place where that is written.
    """

    code: str
    label: str | None
    where: str

    def covers(self, remark: Remark) -> bool:
        """Whether it hides a remark: one of its code about the label, among others or alone."""
        of_label = self.label is None or self.label in remark.labels
        return self.code == remark.finding.code and of_label


@dataclass(frozen=True, slots=True)
class Sifted:
    """The remarks that stay, in their order, how many are hidden, and what has hidden any."""

    kept: tuple[Remark, ...]
    n_ignored: int
    used: tuple[Ignore, ...]


def sifted(found: Sequence[Remark], ignores: Sequence[Ignore]) -> Sifted:
    """Remarks without the ignored ones. Of two ignores that cover one remark both are used."""
    used = tuple(one for one in ignores if any(one.covers(remark) for remark in found))
    kept = tuple(remark for remark in found if not any(one.covers(remark) for one in ignores))
    return Sifted(kept, len(found) - len(kept), used)


def unused_finding(ignore: Ignore, known: Collection[str]) -> Finding:
    """What is said of an ignore that hides nothing; `known` are the codes that lint has."""
    of = "" if ignore.label is None else f" about {quoted(ignore.label)}"
    nothing = f"lint says nothing of the kind{of}: take it out"
    return Finding(
        code="TB134",
        severity="warning",
        title=f"{clipped(ignore.code)} is ignored and never found",
        evidence="it would hide the next one" if ignore.code in known else "lint has no such code",
        action=nothing if ignore.code in known else suggestion(ignore.code, known),
    )
