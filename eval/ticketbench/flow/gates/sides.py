"""What gates are judged on: rubric sets and the baseline as sides, and two of them compared."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import some
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Finding, ScoreTable
from ticketbench.edge.inputs.config import Config
from ticketbench.edge.inputs.endpoint_config import rubric_set_of
from ticketbench.edge.inputs.gate_config import BASELINE, GateConfig, primary_gates
from ticketbench.edge.results.baseline import Baseline, baseline_table
from ticketbench.edge.results.baseline_file import read_baseline
from ticketbench.flow.gates.baseline import bless_command, changed_since
from ticketbench.flow.steps.completeness import Answers, counting, missing_error
from ticketbench.flow.steps.gate_checks import against_baseline
from ticketbench.flow.steps.inputs import ConfigInputs, Inputs
from ticketbench.flow.steps.settings import SEED, settings_of
from ticketbench.flow.steps.tables import answered, missing_failures, rubric_set
from ticketbench.measure.compare import Comparison, compare, still_wrong
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.gates.completeness import Answered
from ticketbench.measure.gates.judge import OnChange, limit_gate, not_worse_gates
from ticketbench.measure.gates.metrics import gate_metric, held_by_baseline
from ticketbench.measure.gates.results import (
    Against,
    GateReport,
    GateResult,
    Limit,
    MustPass,
    NotWorse,
)
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.changes import MetricChange, metric_change
from ticketbench.measure.pairs.pairing import Judged, judged, paired
from ticketbench.measure.pairs.verdict import MARGIN
from ticketbench.measure.rubrics.changes import rubric_changes


@dataclass(frozen=True, slots=True)
class Sides:
    """What gates are judged on: every side by name, and the evaluations of gated sets.

    A baseline is the side called `baseline`; its rubrics are those that were blessed.
    """

    judged: Mapping[str, Judged]
    rubrics: Mapping[str, RubricSet]
    evaluations: Mapping[str, Evaluation]


def gate_baseline(inputs: Inputs) -> Baseline | None:
    """The baseline of the config; None where there is none and no gate compares with it.

    Raises InputError, at the gate, when one does.
    """
    path = inputs.config.baseline_path
    if path is None:
        return None
    wanted = [i for i, g in enumerate(inputs.config.file.gates) if g.not_worse_than == BASELINE]
    if path.exists():
        return read_baseline(path)
    if not wanted:
        return None
    raise InputError(
        f"there is no baseline {path} yet",
        where=inputs.config.document.where(("gates", wanted[0], "not_worse_than")),
        help=bless_command(inputs),
    )


def sides_of(
    inputs: Inputs,
    tables: Mapping[str, ScoreTable],
    baseline: Baseline | None,
    *,
    evaluated: Collection[str] = (),
) -> Sides:
    """The sides of `tables` and of the baseline; the sets in `evaluated` are measured, too."""
    settings = settings_of(inputs)
    sides = {name: judged(table, settings.policy) for name, table in tables.items()}
    rubrics = {name: rubric_set(inputs, name) for name in tables}
    if baseline is not None:
        table, outcome, missed = baseline_table(baseline, inputs.dataset)
        # One that was blessed before a missed escalation had a price does not say which missed.
        known = missed if baseline.origin.costs.missed is not None else None
        sides[BASELINE] = Judged(table, outcome, known).in_order_of_ids()
        rubrics[BASELINE] = baseline.rubric_texts
    evaluations = {name: evaluate(tables[name], settings) for name in tables if name in evaluated}
    return Sides(sides, rubrics, evaluations)


class GateSides(Protocol):
    """What gates on values and on changes are judged on."""

    @property
    def evaluations(self) -> Mapping[str, Evaluation]:
        """Of the gated sets, by name."""

    def change(self, gate: GateConfig) -> MetricChange:
        """The metric of a gate with `not_worse_than`, on the tickets of both of its sides."""

    def against(self, base: str, on: str, *, margin: float) -> Against:
        """Rubric set `on` compared with `base`; `margin` is the one of the verdict."""


@dataclass(frozen=True, slots=True)
class TableSides:
    """Sides whose single tickets are known."""

    inputs: Inputs
    baseline: Baseline | None
    known: Sides

    @property
    def evaluations(self) -> Mapping[str, Evaluation]:
        """Of the gated sets, by name."""
        return self.known.evaluations

    def change(self, gate: GateConfig) -> MetricChange:
        """See `gate_change`."""
        return gate_change(gate, self.inputs, self.known)

    def against(self, base: str, on: str, *, margin: float) -> Against:
        """See `against`."""
        return against(self.inputs, self.baseline, self.known, base, on, margin=margin)


def gate_change(gate: GateConfig, inputs: Inputs, known: Sides) -> MetricChange:
    """The metric of a gate with `not_worse_than`, on the tickets that both of its sides have."""
    assert gate.metric is not None
    assert gate.not_worse_than is not None
    pair = paired(known.judged[gate.not_worse_than], known.judged[gate.on])
    metric = gate_metric(gate.metric)
    return metric_change(metric, pair, label=gate.label or "", costs=inputs.config.costs)


def against(
    inputs: Inputs,
    baseline: Baseline | None,
    known: Sides,
    base: str,
    on: str,
    *,
    margin: float = MARGIN,
) -> Against:
    """Rubric set `on` compared with `base`, which is another one or the baseline.

    `margin` is the one of the verdict.
    """
    a, b = known.judged[base], known.judged[on]
    found = compare(
        a.table,
        b.table,
        margin=margin,
        seed=SEED,
        costs=inputs.config.costs,
        outcomes=(a.outcome, b.outcome),
        missed=(a.missed, b.missed),
    )
    changed: tuple[str, ...] = ()
    if baseline is not None and base == BASELINE:
        found = _of_top_labels(found)
        own = rubric_set(inputs, on)
        changed = changed_since(inputs, own, b.table, baseline.origin)
    return Against(
        base=base,
        comparison=found,
        changed=changed,
        n_new=len(set(b.table.ids) - set(a.table.ids)),
        rubrics=rubric_changes(known.rubrics[base], known.rubrics[on], found.flips),
        still_wrong=still_wrong(a.table, b.table),
    )


def _of_top_labels(found: Comparison) -> Comparison:
    """Without the metrics that need scores which a baseline does not hold."""
    unheld = {metric.name for metric in METRICS if not held_by_baseline(metric)}
    kept = tuple(d for d in found.differences if d.name not in unheld)
    return replace(found, differences=kept)


def needed_sets(inputs: ConfigInputs, gates: Sequence[GateConfig]) -> list[str]:
    """The rubric sets that gates are on or compare with, in the order of the config."""
    wanted = {gate.on for gate in gates}
    wanted |= {
        gate.not_worse_than
        for gate in gates
        if gate.not_worse_than and not against_baseline(gate, inputs.config)
    }
    return [rubrics.name for rubrics in inputs.rubric_sets if rubrics.name in wanted]


def unseen_sets(config: Config, gates: Sequence[GateConfig]) -> tuple[Finding, ...]:
    """A note on the rubric sets that `config` has after the last that `gates` are on or compare
    with: whoever edits one of them would take a green gate for an answer.

    Those before it are taken for older ones. A set at any endpoint stands for its rubric set; the
    one to be judged is named at the first.
    """
    names = [*config.file.rubric_sets]
    on = dict.fromkeys(rubric_set_of(gate.on) for gate in gates)
    seen = {*on, *(rubric_set_of(gate.not_worse_than or "") for gate in gates)}
    last = max((i for i, name in enumerate(names) if name in seen), default=-1)
    if not (unseen := names[last + 1 :]):
        return ()
    one = unseen[0] if len(unseen) == 1 else "one of them"
    newest = next(k for k, of in config.file.sets.items() if of.rubric_set == unseen[-1])
    return (
        Finding(
            code="TB314",
            severity="note",
            title=f"no gate looks at {some(unseen)}",
            evidence=f"the gates are on {some(on)} and do not see what an edit of {one} breaks",
            action=f"write `on: {newest}` at a gate, to have it judged",
        ),
    )


def answered_on(name: str, table: Answers, inputs: ConfigInputs) -> Answered:
    """How a set was answered, and how many of its refusals the config accepts."""
    accepted = table.n_failed - len(counting(table, inputs))
    return replace(answered(name, table.n_scored, table.failures), n_accepted=accepted)


def refuse_absent_recording(
    report: GateReport, inputs: ConfigInputs, tables: Mapping[str, Answers]
) -> None:
    """An answer is missing, and so is the file it should be in: the setup is wrong, not CI slow."""
    failed = {name: missing_failures(table.failures) for name, table in tables.items()}
    if inputs.recording.absent and not report.complete and any(failed.values()):
        raise missing_error(failed, inputs, shown=str(inputs.config.path))


def judged_on(
    report: GateReport,
    config: Config,
    sides: GateSides,
    *,
    must_pass: Sequence[MustPass] = (),
    complete: Sequence[GateResult] = (),
) -> GateReport:
    """The report with every gate of the config; those of `must_pass` and `complete` are judged."""
    gates = config.file.gates
    limits = [(i, g) for i, g in enumerate(gates) if g.min is not None or g.max is not None]
    found: list[NotWorse | Limit | MustPass] = [
        *not_worse_gates(_on_changes(gates, sides), undecided=report.undecided),
        *(_limit(number, gate, sides) for number, gate in limits),
        *must_pass,
    ]
    return replace(
        report,
        results=(*complete, *sorted(found, key=lambda one: one.number)),
        evaluations=tuple(sides.evaluations.values()),
        comparisons=tuple(_comparisons(gates, sides)),
    )


def _on_changes(gates: Sequence[GateConfig], sides: GateSides) -> list[OnChange]:
    """The gates with `not_worse_than`, to be judged together."""
    primary = primary_gates(gates)
    return [
        OnChange(
            number=number,
            metric=gate_metric(gate.metric or ""),
            evaluation=sides.evaluations[gate.on],
            found=sides.change(gate),
            against=gate.not_worse_than,
            margin=MARGIN if gate.margin is None else gate.margin,
            primary=number in primary,
            min_tickets=gate.min_tickets or 1,
        )
        for number, gate in enumerate(gates)
        if gate.not_worse_than is not None
    ]


def _limit(number: int, gate: GateConfig, sides: GateSides) -> Limit:
    return limit_gate(
        number,
        gate_metric(gate.metric or ""),
        sides.evaluations[gate.on],
        label=gate.label or "",
        bound=gate.bound or "value",
        minimum=math.nan if gate.min is None else gate.min,
        maximum=math.nan if gate.max is None else gate.max,
        min_tickets=gate.min_tickets or 1,
    )


def _comparisons(gates: Sequence[GateConfig], sides: GateSides) -> list[Against]:
    """Each pair of sides once; its verdict has the margin of the gate on its accuracy, if any."""
    margins: dict[tuple[str, str], float] = {}
    for gate in gates:
        if gate.not_worse_than is not None:
            own = gate.margin if gate.metric == "accuracy" else None
            margins.setdefault((gate.not_worse_than, gate.on), MARGIN)
            margins[gate.not_worse_than, gate.on] = own or margins[gate.not_worse_than, gate.on]
    return [sides.against(base, on, margin=margin) for (base, on), margin in margins.items()]
