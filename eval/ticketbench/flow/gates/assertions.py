"""Assertions for test suites: a comparison that must not show a loss."""

from __future__ import annotations

from typing import Literal

from ticketbench.measure.compare import Comparison
from ticketbench.measure.pairs.verdict import MARGIN, not_worse

_MOST_TOLD = 5


def assert_no_regression(
    comparison: Comparison,
    *,
    margin: float = MARGIN,
    undecided: Literal["pass", "fail"] = "pass",
) -> None:
    """Raise AssertionError when the candidate is shown to be right less often than the base.

    Judged by non-inferiority at `margin`, a share. When the tickets cannot tell, `undecided` says
    what happens; the message names the bounds, n, how many tickets are needed, and the most
    confidently broken tickets.
    """
    __tracebackhide__ = True
    from ticketbench.report.words import commands
    from ticketbench.report.words.verdict import not_worse_text

    outcome = not_worse(comparison.change("accuracy").change, margin=margin)
    if outcome == "pass" or (outcome == "inconclusive" and undecided == "pass"):
        return
    counts = comparison.contingency
    broken = [flip for flip in comparison.flips if flip.kind == "broken"]
    lines = [
        not_worse_text(comparison, margin=margin),
        f"{counts.only_candidate} fixed, {counts.only_base} broken on {comparison.n_paired} "
        "paired tickets",
    ]
    lines += [
        f"  {flip.ticket_id}: {flip.gold}, now {flip.candidate_label} {flip.candidate_score:.2f}"
        for flip in broken[:_MOST_TOLD]
    ]
    raise AssertionError(commands.broken("\n".join(lines)))
