"""Why there is no estimate at the mix of production, and what to do instead."""

from __future__ import annotations

from ticketbench.measure.sample.production_mix import ProductionMix
from ticketbench.report.words import numbers


def refusal_text(mix: ProductionMix) -> str:
    """Two sentences on an estimate that is not usable; empty for any other mix."""
    if mix.usable:
        return ""
    tickets = numbers.count(mix.estimated_from, "unlabelled ticket")
    return (
        f"no estimate with {mix.rubric_set} from {tickets}: {mix.refused}. Label about 200 "
        "tickets of the log, drawn at random, and evaluate those: that needs no assumption."
    )
