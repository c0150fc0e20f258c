"""Judge the gates of a config whose tickets lie in parts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import words
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Finding
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.gates.parts.sides import CountedSides
from ticketbench.flow.gates.rules import refuse_no_gates
from ticketbench.flow.gates.sides import (
    answered_on,
    judged_on,
    needed_sets,
    refuse_absent_recording,
    unseen_sets,
)
from ticketbench.flow.parts.tickets.whole import CountedRun, counted_run
from ticketbench.flow.steps.gate_checks import refuse_untold_gates
from ticketbench.flow.steps.inputs import PartInputs
from ticketbench.flow.steps.settings import settings_of
from ticketbench.measure.gates.results import GateReport
from ticketbench.measure.parts.evaluation import counted_in_parts

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.flow.parts.engine import Where
    from ticketbench.measure.gates.rule import Undecided

_LEFT_OUT = ("which tickets turned", "which rubrics changed")
"""What a report of gates has of single tickets beside its evaluations."""


def counted_report(
    inputs: PartInputs,
    *,
    mode: Mode,
    undecided: Undecided | None,
    allowed: int,
    where: Where | None,
    counted: Callable[[int, int], None],
    tell: Callable[[str], None] | None,
) -> GateReport:
    """How the gates come out on tickets in parts, which are counted once for all of them.

    Raises InputError for gates that compare two sets both ways, and for those that the tickets
    themselves show to be wrong.
    """
    config = inputs.config
    refuse_no_gates(config)
    run = counted_run(
        replace(inputs, rubric_sets=_bases_first(inputs)),
        mode=mode,
        where=where,
        allow_failures=sys.maxsize,  # what is missing is the report's to say
        told=counted,
        tell=tell,
    )
    names = needed_sets(inputs, config.file.gates)
    answers = {one.rubric_set: one for one in run.answers}
    report = GateReport(
        name=config.name,
        dataset=run.dataset,
        answered=tuple(answered_on(name, answers[name], inputs) for name in names),
        allowed=allowed,
        undecided=undecided or config.file.undecided,
        results=(),
        evaluations=(),
        comparisons=(),
        findings=unseen_sets(config, config.file.gates),
    )
    refuse_absent_recording(report, inputs, answers)
    return _judged(report, inputs, run) if report.complete else report


def parts_note(inputs: PartInputs) -> Finding:
    """What the report does not say, since the tickets lie in parts."""
    return counted_in_parts(settings_of(inputs), more=_LEFT_OUT)


def refuse_against(inputs: PartInputs, against: str) -> None:
    """Raise InputError where the rules of before should decide: they look at single tickets."""
    if against:
        what = "--against looks at single tickets, and these lie in parts and are only counted"
        where = inputs.config.document.where(("dataset", "path"))
        raise InputError(what, where=where, help="leave it out, or put them into one file")


def _judged(report: GateReport, inputs: PartInputs, run: CountedRun) -> GateReport:
    sums_in_one_order()
    gated = {gate.on for gate in inputs.config.file.gates}
    names = (one.rubric_set for one in report.answered)
    sides = CountedSides(run, inputs, evaluated=[name for name in names if name in gated])
    labels = {
        name: [one.label for one in found.by_label.results]
        for name, found in sides.evaluations.items()
    }
    refuse_untold_gates(inputs.config, labels, all_labels=run.sets[0].all_labels)
    return judged_on(report, inputs.config, sides)


def _bases_first(inputs: PartInputs) -> tuple[RubricSet, ...]:
    """The sets that gates need, those that others are compared with before these: a pair is counted
    in the order of its sets.
    """
    gates = inputs.config.file.gates
    before: dict[str, set[str]] = {name: set() for name in needed_sets(inputs, gates)}
    for gate in gates:
        if gate.not_worse_than is not None:
            before[gate.on].add(gate.not_worse_than)
    try:
        order = list(TopologicalSorter(before).static_order())
    except CycleError as error:
        what = f"gates compare {words(error.args[1][1:])} both ways, and parts are counted one way"
        where = inputs.config.document.where(("gates",))
        help_ = "leave one out, or put it into a config of its own"
        raise InputError(what, where=where, help=help_) from None
    by_name = {one.name: one for one in inputs.rubric_sets}
    return tuple(by_name[name] for name in order)
