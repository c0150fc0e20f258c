"""May a release ship? Judged on fresh tickets against the pin, and noted in the ledger."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ticketbench.core.errors import IncompleteError, InputError, Problem
from ticketbench.core.rubrics import RubricSet
from ticketbench.edge.files.checkout import in_checkout
from ticketbench.edge.labels.state import LabelState, SideOf, read_state
from ticketbench.edge.results.baseline import Baseline
from ticketbench.edge.results.baseline_file import baseline_bytes
from ticketbench.edge.results.ledger import DIGITS, Asked, Ledger, Look, signs_of
from ticketbench.flow.gates.baseline import named_baseline
from ticketbench.flow.gates.judge import GateRun
from ticketbench.flow.gates.ledger import pin_at
from ticketbench.flow.labels.judge import labelled_part, sides_of
from ticketbench.flow.labels.people import decided
from ticketbench.flow.labels.sets import asked_at_pin
from ticketbench.flow.labels.used import refuse_used
from ticketbench.flow.steps.inputs import Inputs, read_inputs
from ticketbench.flow.steps.tables import rubric_set
from ticketbench.measure.gates.judge import fresh_gate
from ticketbench.measure.gates.results import GateReport, OnFresh
from ticketbench.measure.results import DatasetSummary
from ticketbench.report.gates.places import Places


@dataclass(frozen=True, slots=True)
class NotedLook:
    """A look at a release as the ledger keeps it, and which of those since the pin it is.

    same  whether the ledger had it before
    """

    path: str
    look: Look
    number: int
    same: bool


@dataclass(frozen=True, slots=True)
class Noting:
    """A look that is ready to be written into the ledger of the baseline at `path`.

    now    the baseline with it
    gate   how the release came out
    shown  what is noted
    """

    path: Path
    now: Baseline
    gate: OnFresh
    shown: NotedLook


def judge_release(
    config: Path, labels: Path, *, disagree: str = "leave-out", overrides: Sequence[str] = ()
) -> GateRun:
    """Judge the release that `labels`, a state of `label next`, is about; nothing is sent.

    Raises InputError where the labels are of another pin, other rubrics or another question, where
    their tickets were judged before, and where all planned releases were.
    """
    inputs = read_inputs(config, overrides=overrides)
    _, kept = named_baseline(inputs)
    state, result = _judged(inputs, kept, labels, disagree)
    report = GateReport(
        name=inputs.config.name,
        dataset=_summary(state),
        answered=(),
        allowed=0,
        undecided="fail",
        results=(result,),
        evaluations=(),
        comparisons=(),
    )
    places = Places(config=in_checkout(inputs.config.path, os.environ))
    return GateRun(report, places, {}, (), baseline=kept.rubric_set)


def prepare_note(
    config: Path, labels: Path, *, disagree: str = "leave-out", overrides: Sequence[str] = ()
) -> Noting:
    """The look at a release, whatever came of it, as the ledger would keep it; writes nothing.

    Raises IncompleteError while labels are missing, and InputError as `judge_release` does.
    """
    inputs = read_inputs(config, overrides=overrides)
    path, kept = named_baseline(inputs)
    state, result = _judged(inputs, kept, labels, disagree)
    if result.outcome == "inconclusive":
        what = (
            f"{result.n_labelled:,} of the {result.n_wanted:,} labels that are asked for are there"
        )
        help_ = "label the others first; nothing was written"
        raise IncompleteError.of([Problem(what, str(labels), help_)])
    look = _look(state, result)
    shown = NotedLook(str(path), look, result.look, same=result.noted)
    if result.noted:
        return Noting(path, kept, result, shown)
    ledger = kept.ledger or Ledger((pin_at(kept.origin),))
    ledger = replace(ledger, pinned=asked_at_pin(kept, inputs), looks=(*ledger.looks, look))
    return Noting(path, replace(kept, ledger=ledger), result, shown)


def note(noting: Noting) -> None:
    """Write it, unless the ledger has it."""
    if noting.shown.same:
        return
    from ticketbench.edge.files.atomic import write_file

    write_file(noting.path, baseline_bytes(noting.now))


def _judged(
    inputs: Inputs, kept: Baseline, labels: Path, disagree: str
) -> tuple[LabelState, OnFresh]:
    state, pin = read_state(labels), asked_at_pin(kept, inputs)
    _refuse_other_question(state, labels)
    _refuse_other_pin(state, pin, labels)
    own = _release(state, inputs, labels)
    looks = kept.ledger.looks if kept.ledger is not None else ()
    about = own.fingerprint, inputs.url_of(own), state.log.fingerprint
    same = next((one for one in looks if one.about(*about)), None)
    refuse_used(state.log.ids, state.log.hashes, kept, but=same)
    planned = inputs.config.file.baseline_releases
    if same is None and len(looks) >= planned:
        _refuse_one_more(len(looks), inputs)
    people = decided(state, disagree=disagree)
    return state, fresh_gate(
        own.name,
        labelled_part(state, sides_of(state), people),
        against=pin.rubric_set,
        budget=inputs.config.file.baseline_budget,
        planned=planned,
        look=len(looks) + 1 if same is None else looks.index(same) + 1,
        noted=same is not None,
    )


def _refuse_other_question(state: LabelState, labels: Path) -> None:
    if state.target != "accuracy":
        what = f"{labels} is about {state.target}, and a release is judged by its accuracy"
    elif state.log.n_first:
        what = (
            f"{labels} begins with one ticket a customer, which is not what a release is judged on"
        )
    else:
        return
    raise InputError(what, help="begin anew: ticketbench label next --a pin --b SET")


def _refuse_other_pin(state: LabelState, pin: Asked, labels: Path) -> None:
    if not _is(state.base, pin.questions, pin.endpoint):
        what = f"{labels} is of labels against {state.base.name}, which is not what was pinned"
        help_ = "begin anew on fresh tickets: ticketbench label next --a pin --b SET"
        raise InputError(what, help=help_)


def _release(state: LabelState, inputs: Inputs, labels: Path) -> RubricSet:
    """The set of the config that was labelled for. InputError where it is another one now."""
    own = rubric_set(inputs, state.candidate.name)
    if not _is(state.candidate, own, inputs.url_of(own)):
        what = (
            f"{own.name} is not what {labels} was labelled for: its questions or endpoint changed"
        )
        help_ = "ship what was judged, or judge what is there now on fresh tickets"
        raise InputError(what, where=str(inputs.config.path), help=help_)
    return own


def _is(side: SideOf, rubrics: RubricSet, url: str) -> bool:
    return (side.rubrics, side.url) == (rubrics.fingerprint, url)


def _refuse_one_more(n: int, inputs: Inputs) -> None:
    what = f"{n} releases were judged since the pin, as many as were planned (baseline_releases)"
    help_ = f"decide where you stand: ticketbench baseline pin {inputs.config.path} --reason WHY"
    raise InputError(what, where=str(inputs.config.path), help=help_)


def _summary(state: LabelState) -> DatasetSummary:
    """Nobody has labels of all these tickets, so none are counted."""
    log = state.log
    name = Path(state.source.tickets).stem
    n_groups = len(set(log.groups))
    return DatasetSummary(name, log.fingerprint, log.n, (), n_groups, log.grouped_by)


def _look(state: LabelState, result: OnFresh) -> Look:
    return Look(
        rubric_set=result.rubric_set,
        rubrics=state.candidate.rubrics,
        endpoint=state.candidate.url,
        log=state.log.fingerprint,
        n=result.n,
        n_labelled=result.n_labelled,
        change=round(result.change.value, DIGITS) + 0.0,
        low=round(result.change.low, DIGITS) + 0.0,
        ships=result.outcome == "pass",
        tickets=signs_of(state.log.hashes),
    )
