"""Assertions for test suites: a comparison that must not show a loss."""

from __future__ import annotations

import warnings
from typing import Protocol

from ticketbench.measure.compare import Comparison
from ticketbench.measure.gates.rule import Demand, Undecided, loss_left, loss_shown, outcomes
from ticketbench.measure.pairs.verdict import MARGIN

_MOST_TOLD = 5


class Compared(Protocol):
    """What `compare` of the package gives: its numbers stand in a comparison."""

    @property
    def comparison(self) -> Comparison:
        """Every change with its interval."""
        ...


def assert_no_regression(
    comparison: Comparison | Compared, *, margin: float = MARGIN, undecided: Undecided = "pass"
) -> None:
    """Raise AssertionError when the candidate is right less often than the base.

    It is a primary gate on the accuracy with `margin`, a share, and `undecided` means what it does
    there: `pass` raises only where a loss is shown and the one seen is over the margin, `warn` and
    `fail` where it is seen. When the tickets cannot tell, `warn` warns and `fail` raises, too. The
    message names the bounds, the largest loss not excluded, n, and the most confidently broken
    tickets.
    """
    __tracebackhide__ = True
    from ticketbench.report.words import commands

    if not isinstance(comparison, Comparison):
        comparison = comparison.comparison
    demand = Demand(comparison.change("accuracy").gain, margin, primary=True)
    (outcome,) = outcomes([demand], undecided=undecided)
    if outcome == "pass" or (outcome == "inconclusive" and undecided == "pass"):
        return
    told = commands.broken("\n".join(_told(comparison, demand, failed=outcome == "fail")))
    if outcome == "fail" or undecided == "fail":
        raise AssertionError(told)
    warnings.warn(told, stacklevel=2)


def _told(comparison: Comparison, demand: Demand, *, failed: bool) -> list[str]:
    from ticketbench.report.masking.texts import masked_id
    from ticketbench.report.words.losses import left_text, seen_text
    from ticketbench.report.words.verdict import not_worse_text

    counts = comparison.contingency
    broken = [flip for flip in comparison.flips if flip.kind == "broken"]
    left = left_text(loss_left(demand.gain), demand.margin, share=True)
    lines = ["; ".join(p for p in (not_worse_text(comparison, margin=demand.margin), left) if p)]
    if failed and not loss_shown(demand.gain):
        lines.append(seen_text(-demand.gain.value, demand.margin, share=True))
    lines += [
        f"{counts.only_candidate} fixed, {counts.only_base} broken on {comparison.n_paired} "
        "paired tickets",
    ]
    lines += [
        f"  {masked_id(flip.ticket_id)}: {flip.gold}, now {flip.candidate_label} "
        f"{flip.candidate_score:.2f}"
        for flip in broken[:_MOST_TOLD]
    ]
    return lines
