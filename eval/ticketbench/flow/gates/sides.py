"""What gates are judged on: rubric sets and the baseline as sides, and two of them compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from ticketbench.core.errors import InputError
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import ScoreTable
from ticketbench.edge.inputs.gate_config import BASELINE, GateConfig
from ticketbench.edge.results.baseline import Baseline, baseline_table
from ticketbench.edge.results.baseline_file import read_baseline
from ticketbench.flow.gates.baseline import bless_command, changed_since
from ticketbench.flow.parts.tickets.whole import CountedRun
from ticketbench.flow.steps.inputs import Inputs, PartInputs
from ticketbench.flow.steps.settings import SEED, settings_of
from ticketbench.flow.steps.tables import rubric_set
from ticketbench.measure.compare import Comparison, compare, still_wrong
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.gates.metrics import gate_metric, held_by_baseline
from ticketbench.measure.gates.results import Against
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.changes import MetricChange, metric_change
from ticketbench.measure.parts.evaluation import evaluation
from ticketbench.measure.parts.pairs.comparison import comparison
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
        """The metric of a gate with `not_worse_than`, on the tickets that both of its sides have."""

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


class CountedSides:
    """Sides whose tickets lie in parts and were counted."""

    def __init__(self, run: CountedRun, inputs: PartInputs) -> None:
        self._inputs, settings = inputs, settings_of(inputs)
        self._joints = {joint.pair: joint for joint in run.joints}
        self.evaluations: Mapping[str, Evaluation] = {
            one.answered.rubric_set: evaluation(
                one, settings, dataset=run.dataset.name, fingerprint=run.dataset.fingerprint
            )
            for one in run.sets
        }

    def change(self, gate: GateConfig) -> MetricChange:
        """As `gate_change` has it, of the tickets that both sides scored."""
        assert gate.not_worse_than is not None
        metric = gate_metric(gate.metric or "")
        found = self._comparison(gate.not_worse_than, gate.on, MARGIN)
        if gate.label is None:
            return found.change(metric.name)
        return next(one for one in found.of_labels(metric.name) if one.label == gate.label)

    def against(self, base: str, on: str, *, margin: float) -> Against:
        """As `against` has it, without what needs the tickets that turned: rubrics that changed,
        and what is wrong in both.
        """
        found = self._comparison(base, on, margin)
        return Against(base, found, changed=(), n_new=0, rubrics=(), still_wrong=())

    def _comparison(self, base: str, on: str, margin: float) -> Comparison:
        costs = self._inputs.config.costs
        return comparison(self._joints[base, on], costs=costs, margin=margin)


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
