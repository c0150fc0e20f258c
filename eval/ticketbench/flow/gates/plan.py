"""What the tickets of a config let its gates see, before anything is judged; nothing is sent."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Finding, IntArray
from ticketbench.edge.inputs.gate_config import GateConfig, primary_gates
from ticketbench.edge.results.baseline import Baseline
from ticketbench.flow.gates.rules import judge_of, unseen_by
from ticketbench.flow.gates.sides import gate_change, needed_sets, sides_of
from ticketbench.flow.steps.completeness import counting
from ticketbench.flow.steps.inputs import Inputs, read_inputs
from ticketbench.flow.steps.tables import scored
from ticketbench.measure.gates.metrics import gate_metric
from ticketbench.measure.gates.power import Chance, assumed, chances, step_of
from ticketbench.measure.gates.results import JudgedMetric
from ticketbench.measure.gates.rule import Undecided
from ticketbench.measure.kinds import LabelMetric, Metric
from ticketbench.measure.pairs.change import Change, undefined
from ticketbench.measure.pairs.verdict import MARGIN

_UNANSWERED = "both sides have to be answered first"
_NO_SHARE = f"{_UNANSWERED}: it is no share of tickets"
_ALIKE = "both sides gave the same answers, and it is no share of tickets"


@dataclass(frozen=True, slots=True)
class GatePlan:
    """What one gate on a change can see.

    number     its place in the config, from 0
    n          tickets, in `n_groups` groups of which `n_changed` turned
    answered   whether that is seen in the answers of both sides; else an eighth is assumed
    chances    how often it would be green, by true loss; empty where nobody can tell, see `reason`
    """

    number: int
    rubric_set: str
    metric: JudgedMetric
    against: str
    margin: float
    primary: bool
    n: int
    n_groups: int
    n_changed: int
    answered: bool
    chances: tuple[Chance, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class GatesPlan:
    """What all gates on changes can see under the rule in force, and which sets none looks at."""

    name: str
    undecided: Undecided
    gates: tuple[GatePlan, ...]
    findings: tuple[Finding, ...]


def plan_gates(
    config: Path,
    *,
    overrides: Sequence[str] = (),
    undecided: Undecided | None = None,
    against: str = "",
) -> GatesPlan:
    """What each gate with `not_worse_than` can see; nothing is judged, sent or written.

    `undecided` is stronger than the config's; `against` is what it is in `gate`. Raises InputError
    as `gate` does, but for answers that are missing.
    """
    judge = judge_of(read_inputs(config, overrides=overrides), against=against, overrides=overrides)
    inputs = judge.inputs
    gates = inputs.config.file.gates
    rule = undecided or inputs.config.file.undecided
    on_changes = {i: gate for i, gate in enumerate(gates) if gate.not_worse_than is not None}
    seen = _seen(inputs, on_changes, judge.baseline)
    primary = primary_gates(gates)
    return GatesPlan(
        name=inputs.config.name,
        undecided=rule,
        gates=tuple(
            _plan(
                number,
                gate,
                seen.get(number),
                _spread_before(gate, inputs),
                rule=rule,
                primary=number in primary,
                n_demands=len(on_changes),
            )
            for number, gate in on_changes.items()
        ),
        findings=unseen_by(judge),
    )


def _plan(
    number: int,
    gate: GateConfig,
    seen: Change | None,
    before: Change,
    *,
    rule: Undecided,
    primary: bool,
    n_demands: int,
) -> GatePlan:
    """Where no answer differs, that tells nothing of the next candidate. What is skipped for want
    of tickets sees no loss, whatever these could show.
    """
    metric, margin = gate_metric(gate.metric or ""), gate.margin or MARGIN
    answered = seen is not None and seen.defined and seen.n_changed > 0
    spread = seen if seen is not None and answered else before
    n, asked = spread.n if seen is None else seen.n, gate.min_tickets or 1
    if n < asked:
        seen = None  # nothing of it tells why
        spread = undefined(math.nan, n, f"it is skipped: {n:,} of the {asked:,} tickets it needs")
    return GatePlan(
        number=number,
        rubric_set=gate.on,
        metric=JudgedMetric.of(metric, gate.label or ""),
        against=gate.not_worse_than or "",
        margin=margin,
        primary=primary,
        n=spread.n,
        n_groups=spread.n_groups,
        n_changed=spread.n_changed,
        answered=answered,
        chances=chances(
            spread,
            margin,
            undecided=rule,
            primary=primary,
            n_demands=n_demands,
            step=step_of(metric, spread.n),
            most=metric.high - metric.low,
        ),
        reason="" if spread.defined else _unknown(spread, seen),
    )


def _unknown(spread: Change, seen: Change | None) -> str:
    """Why nobody can tell: no answers, none that differ, or too few groups."""
    if seen is None:
        return spread.method
    return _ALIKE if seen.defined else seen.method


def _seen(
    inputs: Inputs, gates: Mapping[int, GateConfig], baseline: Baseline | None
) -> dict[int, Change]:
    """The gain of each gate whose sides are both answered to the last ticket, but for refusals that
    the config accepts.
    """
    names = needed_sets(inputs, list(gates.values()))
    tables = {n: table for n, table in scored(inputs, names).items() if not counting(table, inputs)}
    known = sides_of(inputs, tables, baseline)
    return {
        number: gate_change(gate, inputs, known).gain
        for number, gate in gates.items()
        if {gate.on, gate.not_worse_than} <= set(known.judged)
    }


def _spread_before(gate: GateConfig, inputs: Inputs) -> Change:
    """What is assumed of a share before both sides are answered."""
    metric = gate_metric(gate.metric or "")
    groups = _groups(inputs, metric, gate.label or "")
    if not metric.share:
        return undefined(math.nan, len(groups), _NO_SHARE)
    return assumed(groups)


def _groups(inputs: Inputs, metric: Metric, label: str) -> IntArray:
    """Of the tickets that the metric is about: those of its label, with a label, or all."""
    tickets = [
        ticket
        for ticket in inputs.dataset.tickets
        if (ticket.label == label if isinstance(metric, LabelMetric) else True)
        and (metric.over == "scored" or ticket.label != NONE_LABEL)
    ]
    return _numbered(
        [(ticket.group, ticket.id if ticket.group is None else "") for ticket in tickets]
    )


def _numbered(names: Collection[tuple[str | None, str]]) -> IntArray:
    numbers = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)
