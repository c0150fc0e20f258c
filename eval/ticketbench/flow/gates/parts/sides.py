"""What gates are judged on where tickets lie in parts: sets that were counted, and their pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ticketbench.edge.inputs.gate_config import GateConfig
from ticketbench.flow.parts.tickets.whole import CountedRun
from ticketbench.flow.steps.inputs import PartInputs
from ticketbench.flow.steps.settings import settings_of
from ticketbench.measure.compare import Comparison
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.gates.metrics import gate_metric
from ticketbench.measure.gates.results import Against
from ticketbench.measure.pairs.changes import MetricChange
from ticketbench.measure.pairs.verdict import MARGIN
from ticketbench.measure.parts.evaluation import evaluation
from ticketbench.measure.parts.pairs.comparison import comparison


class CountedSides:
    """Sides whose tickets were counted; those of `evaluated` are measured."""

    def __init__(self, run: CountedRun, inputs: PartInputs, *, evaluated: Sequence[str]) -> None:
        self._costs, settings = inputs.config.costs, settings_of(inputs)
        by_name = {one.answered.rubric_set: one for one in run.sets}
        self._joints = {joint.pair: joint for joint in run.joints}
        who = {"dataset": run.dataset.name, "fingerprint": run.dataset.fingerprint}
        self._evaluations = {name: evaluation(by_name[name], settings, **who) for name in evaluated}

    @property
    def evaluations(self) -> Mapping[str, Evaluation]:
        """Of the gated sets, by name."""
        return self._evaluations

    def change(self, gate: GateConfig) -> MetricChange:
        """As `gate_change` has it, of the tickets that both sides scored."""
        assert gate.not_worse_than is not None
        metric = gate_metric(gate.metric or "")
        found = self._comparison(gate.not_worse_than, gate.on, MARGIN)
        if gate.label is None:
            return found.change(metric.name)
        return next(one for one in found.of_labels(metric.name) if one.label == gate.label)

    def against(self, base: str, on: str, *, margin: float) -> Against:
        """As `against` has it, without what needs the tickets that turned."""
        found = self._comparison(base, on, margin)
        return Against(base, found, changed=(), n_new=0, rubrics=(), still_wrong=())

    def _comparison(self, base: str, on: str, margin: float) -> Comparison:
        return comparison(self._joints[base, on], costs=self._costs, margin=margin)
