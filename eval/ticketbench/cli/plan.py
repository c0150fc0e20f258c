"""What `ticketbench run --dry-run` and `ticketbench gate --dry-run` print."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.cli.output import show, show_json, show_table, show_wrapped

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.flow.gates.plan import GatePlan
    from ticketbench.flow.plan import Edit, EndpointPlan, RunPlan, SetPlan
    from ticketbench.flow.steps.sources.batches import BatchPlan, BatchWishes
    from ticketbench.measure.gates.power import Chance
    from ticketbench.measure.gates.rule import Undecided


def show_plan(
    config: Path,
    mode: Mode,
    overrides: Sequence[str],
    wishes: BatchWishes,
    *,
    most_requests: int | None,
    as_json: bool,
) -> None:
    """Print where every rubric set's answers would come from, why some are new, time and cost."""
    from ticketbench.flow.plan import plan_run

    plan = plan_run(config, mode=mode, overrides=overrides, wishes=wishes)
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
    for batches in plan.batches:
        _show_batches(batches)
    if plan.endpoints:
        header = ("endpoint", "to ask", "rate", "at least", "tokens", "cost")
        show_table(header, [_of_endpoint(one) for one in plan.endpoints])
    if plan.key:
        show(plan.key)
    if plan.rechecks:
        show(f"and {plan.rechecks} again at the end, to see whether the model changed")
    if most_requests is not None and plan.requests > most_requests:
        show(f"--max-requests {most_requests} stops before {plan.requests - most_requests} of them")
    if plan.requests:
        show_wrapped(_cost(plan), indent="")
    for longest in plan.longest:
        show_wrapped(longest.words, indent="")


def _show_batches(plan: BatchPlan) -> None:
    """What one endpoint would get in batches, and what it has already."""
    at = f"{plan.endpoint}: " if plan.endpoint else ""
    if plan.batches:
        show_wrapped(f"{at}in {plan.text}; its answers may take hours", indent="")
    for batch in plan.open:
        show_wrapped(f"{at}{batch}, is open: it is waited for, not asked again", indent="")


def show_gates_plan(
    config: Path,
    overrides: Sequence[str],
    *,
    undecided: Undecided | None,
    against: str,
    as_json: bool,
) -> None:
    """Print how often each gate on a change would let a new version through, by its true loss."""
    from ticketbench.flow.gates.plan import plan_gates

    plan = plan_gates(config, overrides=overrides, undecided=undecided, against=against)
    if as_json:
        show_json("gate-plan", plan)
        return
    what = f"what the gates can see, undecided: {plan.undecided}; nothing is judged"
    show_wrapped(f"{plan.name}: {what}", indent="")
    if not plan.gates:
        show("no gate compares with anything: a limit is met or not")
    elif plan.undecided == "fail":
        show("let through means passed")
    else:
        show("let through means not failed: passed or inconclusive")
    for one in plan.gates:
        _show_gate(one)
    for found in plan.findings:
        show()
        show_wrapped(f"{found.severity}: {found.title}", indent="")
        show_wrapped(f"{found.evidence}; {found.action}")


def _show_gate(one: GatePlan) -> None:
    from ticketbench.report.gates.verdict import subject
    from ticketbench.report.words.losses import allowed_text

    share = one.metric.share
    margin = allowed_text(one.margin, share=share)
    demand = f"{subject(one.metric)} ({one.rubric_set}) not worse than {one.against} by {margin}"
    show()
    show_wrapped(demand + (", primary" if one.primary else ""), indent="")
    if not one.chances:
        show_wrapped(f"nobody can tell: {one.reason}")
        return
    show_wrapped(f"on these {_tickets(one)}")
    for chance in one.chances:
        show_wrapped(_let_through(chance, one.rubric_set, share=share))


def _tickets(one: GatePlan) -> str:
    """Such as "400 tickets in 38 groups, with another answer for 9 groups, as now"."""
    from ticketbench.report.words import numbers

    tickets = numbers.count(one.n, "ticket")
    grouped = one.n_groups < one.n
    groups = f" in {numbers.count(one.n_groups, 'group')}" if grouped else ""
    if one.answered:
        changed = numbers.count(one.n_changed, "group" if grouped else "ticket")
        return f"{tickets}{groups}, with another answer for {changed}, as now"
    who = "groups, each as a whole" if grouped else "tickets"
    return f"{tickets}{groups}, assuming another answer for 1 in 8 {who}"


def _let_through(chance: Chance, rubric_set: str, *, share: bool) -> str:
    """Such as "if v2 were exactly as good, it would be let through in about 75 of 100 checks"."""
    from ticketbench.report.words.losses import allowed_text

    if not chance.loss:
        often = f"{_often(chance)} checks"
        return f"if {rubric_set} were exactly as good, it would be let through in {often}"
    return f"if it were worse by {allowed_text(chance.loss, share=share)}, in {_often(chance)}"


def _often(chance: Chance) -> str:
    """In runs of 100; what is not quite always or never does not become so."""
    of_hundred = round(100 * chance.green)
    if chance.green < 0.005:
        return "less than 1 of 100"
    if chance.green > 0.995:
        return "more than 99 of 100"
    return f"about {of_hundred} of 100"


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


def _of_endpoint(one: EndpointPlan) -> tuple[str, ...]:
    cost = "-" if math.isnan(one.cost) else f"{one.cost:.2g}"
    return (
        one.endpoint,
        str(one.requests),
        one.rate or "none",
        "-" if math.isnan(one.seconds) else _long(one.seconds),
        f"{one.tokens:,.0f}",
        cost,
    )


def _time(plan: RunPlan) -> str:
    if not plan.requests or math.isnan(plan.seconds) or not plan.seconds:
        return ""
    at = f" at {plan.rate}" if plan.rate else ""
    return f", at least {_long(plan.seconds)}{at}"


def _long(seconds: float) -> str:
    whole = math.ceil(seconds)
    return f"{whole} s" if whole < 120 else f"{math.ceil(whole / 60)} min"


def _cost(plan: RunPlan) -> str:
    if plan.endpoints:
        about = f"about {plan.tokens:,.0f} tokens"
        known = f", cost about {plan.cost:.2g} where a price is written"
        return about if math.isnan(plan.cost) else about + known
    about = f"about {plan.tokens:,.0f} tokens (characters / {plan.characters_per_token:g})"
    if math.isnan(plan.cost):
        write = "`endpoint: {price_per_million_tokens: 0.5}`"
        return f"{about}; write {write} into the config to see the cost"
    price = plan.price_per_million_tokens
    at = f" at {price:g} per million tokens" if price else ""
    return f"{about}, cost about {plan.cost:.2g}{at}"
