"""What `ticketbench run --dry-run` prints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.cli.output import show, show_json, show_table, show_wrapped

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.flow.plan import Edit, RunPlan, SetPlan


def show_plan(
    config: Path,
    mode: Mode,
    overrides: Sequence[str],
    *,
    most_requests: int | None,
    as_json: bool,
) -> None:
    """Print where every rubric set's answers would come from, why some are new, time and cost."""
    from ticketbench.flow.plan import plan_run

    plan = plan_run(config, mode=mode, overrides=overrides)
    if as_json:
        show_json("plan", plan)
        return
    header = ("rubric set", "tickets", "duplicate", "recorded", "cached", "to ask")
    show_table(header, [_row(one) for one in plan.rubric_sets])
    for one in plan.rubric_sets:
        _show_reason(one)
    show()
    if mode == "replay":
        show("requests: 0 (strict replay sends nothing: what is to be asked would fail)")
        return
    show(f"requests: {plan.requests}{_time(plan)}")
    if plan.key:
        show(plan.key)
    if plan.rechecks:
        show(f"and {plan.rechecks} again at the end, to see whether the model changed")
    if most_requests is not None and plan.requests > most_requests:
        show(f"--max-requests {most_requests} stops before {plan.requests - most_requests} of them")
    if plan.requests:
        show_wrapped(_cost(plan), indent="")


def _row(one: SetPlan) -> tuple[str, ...]:
    numbers = (one.tickets, one.duplicates, one.recorded, one.cached, one.missing)
    return (one.rubric_set, *(str(number) for number in numbers))


def _show_reason(one: SetPlan) -> None:
    if not one.reason:
        return
    show_wrapped(f"{one.rubric_set}: {one.reason}", indent="")
    for edit in one.edits:
        _show_edit(edit)


def _show_edit(edit: Edit) -> None:
    if not edit.before or not edit.after:
        show_wrapped(f"{edit.label}: {'new' if edit.after else 'removed'}")
        return
    show(f"  {edit.label}:")
    show_wrapped(f"- {edit.before}", indent="    ")
    show_wrapped(f"+ {edit.after}", indent="    ")


def _time(plan: RunPlan) -> str:
    if not plan.requests or math.isnan(plan.seconds):
        return ""
    seconds = math.ceil(plan.seconds)
    long = f"{seconds} s" if seconds < 120 else f"{math.ceil(seconds / 60)} min"
    return f", at least {long} at {plan.rate}"


def _cost(plan: RunPlan) -> str:
    about = f"about {plan.tokens:,.0f} tokens (characters / {plan.characters_per_token:g})"
    if math.isnan(plan.cost):
        return f"{about}; set endpoint.price_per_million_tokens to see the cost"
    price = f"{plan.price_per_million_tokens:g} per million tokens"
    return f"{about}, cost about {plan.cost:.2g} at {price}"
