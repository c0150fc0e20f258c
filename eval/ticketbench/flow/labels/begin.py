"""Both sets on the same tickets, and the order of labels, fixed before the first one is given."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.core.policy import ESCALATE
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.types import IntArray, ScoreTable
from ticketbench.edge.inputs.config import read_config
from ticketbench.edge.labels.state import LabelState, LogOf, SideOf, Source, order_digest
from ticketbench.edge.results.baseline import ticket_hash
from ticketbench.flow.labels.sets import PIN, OneSet, kept_baseline, set_called
from ticketbench.flow.labels.tickets import Fresh, fresh_tickets
from ticketbench.flow.labels.used import refuse_used
from ticketbench.flow.plan import RunPlan, plan_of
from ticketbench.flow.steps.completeness import missing_error
from ticketbench.flow.steps.inputs import Inputs, inputs_on
from ticketbench.flow.steps.settings import SEED
from ticketbench.flow.steps.tables import answers_of
from ticketbench.measure.labelled.order import Order, order_of
from ticketbench.measure.labelled.targets import TARGETS, Sides, Target, sides, stakes
from ticketbench.measure.pairs.pairing import Pair, judged, paired
from ticketbench.measure.pairs.verdict import MARGIN

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.edge.replay.together import ProgressOf

UNANSWERED = "tickets that a set has no answer for"


@dataclass(frozen=True, slots=True)
class Begin:
    """What two sets are to be compared by; see `LabelState`.

    margin     None: 2 points of a share; a cost has no usual one
    customers  whether the verdict is to speak of the average customer
    """

    base: str
    candidate: str
    source: Source
    target: str = "accuracy"
    margin: float | None = None
    seed: int = SEED
    customers: bool = False


@dataclass(frozen=True, slots=True)
class Ear:
    """Who hears of asking: the plan before it, which key goes where, and how far it is."""

    plan: Callable[[RunPlan], None] | None = None
    key: Callable[[str], None] | None = None
    progress: ProgressOf | None = None


def inputs_for(source: Source) -> tuple[Inputs, Fresh]:
    """The rubric sets of the config, on the tickets that nobody labelled."""
    config = read_config(Path(source.config), overrides=source.overrides, environment=os.environ)
    fresh = fresh_tickets(config, source)
    return inputs_on(config, fresh.loaded), fresh


def begun(asked: Begin, *, mode: Mode, ear: Ear) -> tuple[LabelState, Inputs]:
    """Both sets on all tickets, in a random order that is fixed now; the labels are still to come.

    What is not stored is asked, unless `mode` is replay. Raises InputError for an unknown set or
    target, and IncompleteError where answers are missing.
    """
    target = _target(asked.target)
    margin = _margin(asked, target)
    if asked.base == asked.candidate:
        raise InputError(f"{asked.base} stands on both sides", help="name two rubric sets")
    inputs, fresh = inputs_for(asked.source)
    if asked.customers and not fresh.grouped_by:
        help_ = "name the column: `dataset: {columns: {group: COLUMN}}` in the config"
        raise InputError("--customers needs to know whose a ticket is", help=help_)
    both = set_called(inputs, asked.base), set_called(inputs, asked.candidate)
    if asked.base == PIN and PIN not in inputs.config.file.sets:
        _refuse_for_release(asked, inputs)
    pair, left_out = _answers(inputs, both, fresh, mode=mode, ear=ear)
    costs = inputs.config.costs
    of = sides(pair, policies=(both[0].policy, both[1].policy))
    order = order_of(of.groups, about="customers" if asked.customers else "log", seed=asked.seed)
    differs = stakes(of, target, costs=costs).differs[order.rows]
    base, candidate = (
        _side(one, i, pair, of, order, priced=costs.missed is not None)
        for i, one in enumerate(both)
    )
    state = LabelState(
        source=asked.source,
        target=target.name,
        margin=margin,
        seed=asked.seed,
        costs=costs,
        labels=of.labels,
        log=_log(inputs, fresh, left_out, pair, order),
        base=base,
        candidate=candidate,
        to_label=_ints(np.flatnonzero(differs) + 1),
    )
    return state, inputs


def _refuse_for_release(asked: Begin, inputs: Inputs) -> None:
    """What a release could not be judged on is said before anything is asked."""
    if asked.target != "accuracy":
        what = f"against the pin the target is accuracy, not {asked.target}"
        raise InputError(what, where="--target", help="the budget of a release is one of accuracy")
    if asked.customers:
        help_ = "begin without --customers: its interval allows for customers"
        raise InputError(
            "a release is judged on tickets like these, not on one a customer", help=help_
        )
    tickets = inputs.dataset.tickets
    hashes = [ticket_hash(one) for one in tickets]
    refuse_used([one.id for one in tickets], hashes, kept_baseline(inputs))


def refuse_changed(state: LabelState, inputs: Inputs) -> None:
    """Raise InputError where tickets or rubrics are not those that the labels began with."""
    if inputs.dataset.fingerprint != state.log.fingerprint:
        where = state.source.texts or state.source.tickets
        what = "these are not the tickets that the labels began with"
        raise InputError(what, where=where, help="take the file back, or name another --state")
    for side in (state.base, state.candidate):
        if set_called(inputs, side.name).rubrics.fingerprint != side.rubrics:
            what = f"{side.name} asks other questions than when the labels began"
            help_ = "name another --state: labels are of the tickets on which two sets differ"
            raise InputError(what, where=state.source.config, help=help_)


def _target(name: str) -> Target:
    if name not in TARGETS:
        what = f"no verdict with few labels is about {quoted(name)}"
        raise InputError(what, where="--target", help=suggestion(name, TARGETS))
    return TARGETS[name]


def _margin(asked: Begin, target: Target) -> float:
    if asked.margin is None and not target.share:
        what = "a cost has no usual margin"
        help_ = "say which difference does not matter, in your unit: --margin 0.05"
        raise InputError(what, help=help_)
    margin = MARGIN if asked.margin is None else asked.margin
    if not 0 < margin < (1 if target.share else np.inf):
        help_ = "a share such as 0.02" if target.share else "a price above 0"
        raise InputError(f"a margin cannot be {margin}", where="--margin", help=help_)
    return margin


def _answers(
    inputs: Inputs, both: tuple[OneSet, OneSet], fresh: Fresh, *, mode: Mode, ear: Ear
) -> tuple[Pair, Mapping[str, int]]:
    """Both sides on the tickets that both answered, and how many are left out by reason."""
    sets = [one.rubrics for one in both]
    if mode != "replay" and ear.plan is not None:
        ear.plan(plan_of(inputs, sets, mode=mode))
    tables = answers_of(inputs, sets, mode=mode, tell=ear.key, progress=ear.progress)
    _refuse_missing(dict(zip((one.name for one in both), tables, strict=True)), inputs)
    base, candidate = (judged(t, one.policy) for t, one in zip(tables, both, strict=True))
    pair = paired(base, candidate)
    left_out = Counter(fresh.left_out)
    unanswered = len(inputs.dataset.tickets) - len(pair[0].table.ids)
    if unanswered:
        left_out[UNANSWERED] += unanswered
    return pair, dict(left_out)


def _refuse_missing(tables: Mapping[str, ScoreTable], inputs: Inputs) -> None:
    """A refusal of the endpoint is an answer of its kind; what asking would mend is missing."""
    failed = {
        name: tuple(one for one in table.failures if one.kind != "refused")
        for name, table in tables.items()
    }
    failed = {name: failures for name, failures in failed.items() if failures}
    if not failed:
        return
    error = missing_error(failed, inputs, shown=str(inputs.config.path))
    help_ = "the same command without --mode replay asks for them; finished answers are kept"
    raise IncompleteError.of([replace(p, help=help_) for p in error.problems])


def _log(
    inputs: Inputs, fresh: Fresh, left_out: Mapping[str, int], pair: Pair, order: Order
) -> LogOf:
    table, rows = pair[0].table, order.rows
    ids = tuple(table.ids[row] for row in rows.tolist())
    hash_of = {ticket.id: ticket_hash(ticket) for ticket in inputs.dataset.tickets}
    return LogOf(
        fingerprint=inputs.dataset.fingerprint,
        order=order_digest(ids),
        left_out=left_out,
        grouped_by=fresh.grouped_by,
        n_first=order.n_first,
        ids=ids,
        groups=_ints(table.groups[rows]),
        hashes=tuple(hash_of[name] for name in ids),
    )


def _side(one: OneSet, i: int, pair: Pair, of: Sides, order: Order, *, priced: bool) -> SideOf:
    rows = order.rows
    asked = of.asked[i][rows] if of.asked is not None and priced else None
    escalated = np.flatnonzero(of.outcomes[i][rows] == ESCALATE).tolist()
    return SideOf(
        name=one.name,
        rubrics=one.rubrics.fingerprint,
        url=pair[i].table.provenance.endpoint,
        policy=one.policy,
        tops=_ints(of.tops[i][rows]),
        outcomes=_ints(of.outcomes[i][rows]),
        asked={} if asked is None else {r: _ints(np.flatnonzero(asked[r])) for r in escalated},
    )


def _ints(of: IntArray) -> tuple[int, ...]:
    return tuple(of.tolist())
