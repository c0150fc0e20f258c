"""Judge the gates of a config on its stored answers."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.types import Finding, ScoreTable
from ticketbench.edge.files.checkout import in_checkout
from ticketbench.edge.inputs.config import Config
from ticketbench.edge.inputs.dataset_findings import reading_findings
from ticketbench.edge.inputs.gate_config import GateConfig
from ticketbench.edge.inputs.rubric_files import rubric_places
from ticketbench.edge.results.baseline import Baseline, missing_tickets
from ticketbench.flow.gates.kept import kept_answers
from ticketbench.flow.gates.ledger import ledger_findings
from ticketbench.flow.gates.rules import Judge, judge_of, own_judge, unseen_by
from ticketbench.flow.gates.sides import (
    Sides,
    TableSides,
    answered_on,
    judged_on,
    needed_sets,
    refuse_absent_recording,
    sides_of,
)
from ticketbench.flow.parts.engine import Where, refuse_engine
from ticketbench.flow.steps.completeness import version_finding
from ticketbench.flow.steps.gate_checks import against_baseline
from ticketbench.flow.steps.inputs import Inputs, PartInputs, either_inputs
from ticketbench.flow.steps.tables import scored
from ticketbench.flow.texts import texts_notes, texts_of
from ticketbench.measure.gates.judge import complete_gate, must_pass_gate
from ticketbench.measure.gates.results import GateReport, GateResult, Rules
from ticketbench.measure.gates.rule import Undecided
from ticketbench.measure.results import summarise_dataset
from ticketbench.report.gates.places import Places
from ticketbench.report.masking.texts import NO_TEXTS, Masking

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode


@dataclass(frozen=True, slots=True)
class GateRun:
    """The report of the gates, where things stand, ticket texts by id as they may be shown, what is
    worth knowing about the answers, what was masked in the texts, and what is worth knowing about
    them where some would stand. `baseline` is the rubric set that was blessed, if any was, `read`
    what was done to the dataset before it was judged.
    """

    report: GateReport
    places: Places
    texts: Mapping[str, str]
    findings: tuple[Finding, ...]
    masked: Masking = NO_TEXTS
    notes: tuple[Finding, ...] = ()
    baseline: str = ""
    read: tuple[Finding, ...] = ()


def gate(
    config: Path,
    *,
    mode: Mode = "replay",
    overrides: Sequence[str] = (),
    undecided: Undecided | None = None,
    allow_failures: int = 0,
    against: str = "",
    tell: Callable[[str], None] | None = None,
    where: Where | None = None,
    counted: Callable[[int, int], None] = lambda done, of: None,
) -> GateRun:
    """Judge every gate of `config`; by default nothing is sent. `tell` hears which key goes where.

    `undecided` is stronger than the config's. With more than `allow_failures` answers missing or
    failed no gate is judged: the report says how many are needed. `against` names a commit or a
    folder whose rules decide in place of those of the config. Tickets in parts are counted `where`
    that is said, and `counted` hears how many of how many parts are. Raises InputError when there
    are no gates, the baseline they compare with is not there, answers are missing and the recording
    is not there, nothing is there under `against`, or what is asked needs single tickets and they
    lie in parts.
    """
    asking = _Asking(mode, undecided, allow_failures, tell)
    now = either_inputs(config, overrides=overrides)
    if isinstance(now, PartInputs):
        return _of_parts(now, asking, against, where, counted)
    refuse_engine(where, config)
    judge = judge_of(now, against=against, overrides=overrides)
    report = _report(judge, asking)
    if judge.rules is not None:
        report = _by_rules(report, judge, judge.rules, asking)
    inputs = judge.inputs
    broken = any(f.kind == "broken" for one in report.comparisons for f in one.comparison.flips)
    shown = texts_of(inputs)
    return GateRun(
        report,
        _places_of(judge),
        shown.texts,
        version_finding(inputs.recording, config),
        shown.masking,
        texts_notes(inputs.config) if broken else (),
        judge.baseline.rubric_set if judge.baseline else "",
        reading_findings(inputs.loaded),
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    """What the caller of `gate` wants."""

    mode: Mode
    undecided: Undecided | None
    allowed: int
    tell: Callable[[str], None] | None


def _report(judge: Judge, asking: _Asking) -> GateReport:
    """How the gates come out by the rules of `judge`."""
    inputs, baseline = judge.inputs, judge.baseline
    names = needed_sets(inputs, inputs.config.file.gates)
    tables = _tables(judge, names, asking)
    report = GateReport(
        name=inputs.config.name,
        dataset=summarise_dataset(inputs.dataset, inputs.grouped_by, inputs.untied),
        answered=tuple(answered_on(name, table, inputs) for name, table in tables.items()),
        allowed=asking.allowed,
        undecided=asking.undecided or inputs.config.file.undecided,
        results=(),
        evaluations=(),
        comparisons=(),
        findings=(*_slid(judge), *unseen_by(judge)),
    )
    refuse_absent_recording(report, inputs, tables)
    if not report.complete:
        return report
    gates = inputs.config.file.gates
    known = sides_of(inputs, tables, baseline, evaluated={gate.on for gate in gates})
    must_pass = [
        must_pass_gate(number, known.judged[gate.on], gate.must_pass)
        for number, gate in enumerate(gates)
        if gate.must_pass is not None
    ]
    complete = [] if baseline is None else _complete(inputs, baseline, known)
    sides = TableSides(inputs, baseline, known)
    return judged_on(report, inputs.config, sides, must_pass=must_pass, complete=complete)


def _slid(judge: Judge) -> tuple[Finding, ...]:
    return ledger_findings(judge.baseline, judge.inputs.config) if judge.baseline else ()


def _of_parts(
    inputs: PartInputs,
    asking: _Asking,
    against: str,
    where: Where | None,
    counted: Callable[[int, int], None],
) -> GateRun:
    from ticketbench.flow.gates.parts.judge import counted_report, parts_note, refuse_against

    refuse_against(inputs, against)
    report = counted_report(
        inputs,
        mode=asking.mode,
        undecided=asking.undecided,
        allowed=asking.allowed,
        where=where,
        counted=counted,
        tell=asking.tell,
    )
    places = _places(inputs.config, inputs.config.file.gates, tickets={})
    found = version_finding(inputs.recording, inputs.config.path)
    return GateRun(report, places, {}, found, read=(parts_note(inputs),))


def _tables(judge: Judge, names: Sequence[str], asking: _Asking) -> dict[str, ScoreTable]:
    """The answers of each set. Where the rules of before decide, no matrix is trusted that a change
    may have brought beside its answers, and a changed bar has the answers of before.
    """
    inputs, mode, trusting = judge.inputs, asking.mode, judge.rules is None
    others = [name for name in names if name not in judge.bars]
    found = scored(inputs, others, mode=mode, remembers=trusting, tell=asking.tell)
    if judge.bars:
        then = replace(inputs, recording=judge.recording)
        bars = [name for name in names if name in judge.bars]
        found |= scored(then, bars, mode=mode, remembers=trusting)
    return {name: found[name] for name in names}


def _by_rules(report: GateReport, judge: Judge, rules: Rules, asking: _Asking) -> GateReport:
    """The report with what became of the rules of before, and how those of now would have it."""
    if rules.first:
        return replace(report, rules=rules)
    config = judge.inputs.config
    kept = kept_answers(judge, needed_sets(judge.inputs, config.file.gates))
    own: tuple[GateResult, ...] = ()
    if rules.changes and report.complete and judge.now.config.file.gates:
        own = _report(own_judge(judge.now), asking).results
    rules = replace(rules, own=own, n_answers=kept.n_answers, n_new=kept.n_new, n_gone=kept.n_gone)
    results = (*kept.gates, *report.results) if report.complete else ()
    return replace(report, results=results, rules=rules)


def _complete(inputs: Inputs, baseline: Baseline, known: Sides) -> list[GateResult]:
    """What the baseline has must be there, for every set compared with it, or else gated."""
    gates, config = inputs.config.file.gates, inputs.config
    compared = dict.fromkeys(gate.on for gate in gates if against_baseline(gate, config))
    on = compared or dict.fromkeys(gate.on for gate in gates)
    gone = missing_tickets(baseline, inputs.dataset)
    return [
        complete_gate(
            name,
            len(baseline.tickets),
            gone,
            sorted(set(baseline.labels) - set(known.rubrics[name].labels)),
        )
        for name in on
    ]


def _places_of(judge: Judge) -> Places:
    loaded = judge.now.loaded
    file = in_checkout(loaded.path, os.environ)
    lines = zip(judge.now.dataset.tickets, loaded.lines, strict=True)
    tickets = {ticket.id: f"{file}:{line}" for ticket, line in lines}
    return _places(judge.now.config, judge.inputs.config.file.gates, tickets=tickets)


def _places(config: Config, gates: Sequence[GateConfig], *, tickets: Mapping[str, str]) -> Places:
    own = in_checkout(config.path, os.environ)
    return Places(
        config=own,
        gates={i: _line_of(i, gate, config) or own for i, gate in enumerate(gates)},
        rubrics={
            (name, label): _place(where)
            for name, one in config.file.sets.items()
            for label, where in rubric_places(config.rubric_paths[one.rubric_set]).items()
        },
        tickets=tickets,
    )


def _line_of(number: int, gate: GateConfig, config: Config) -> str:
    """Where a gate stands in the config as it is now; empty where it does not any more."""
    same = [i for i, one in enumerate(config.file.gates) if one == gate]
    if not same:
        return ""
    return _place(config.document.where(("gates", number if number in same else same[0])))


def _place(where: str) -> str:
    """`file:line:column` from the root of the checkout; empty for what a flag or variable says."""
    match = re.fullmatch(r"(.+?)(:\d+:\d+)", where)
    return in_checkout(Path(match[1]), os.environ) + match[2] if match else ""
