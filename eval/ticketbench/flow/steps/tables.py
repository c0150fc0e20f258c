"""Score tables of chosen rubric sets of a config, for the commands that judge them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Failure, ScoreTable
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.steps.completeness import missing_of
from ticketbench.measure.gates.completeness import Answered

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.edge.replay.together import ProgressOf
    from ticketbench.flow.steps.inputs import Inputs

MISSING = ("miss", "cache")
"""Kinds of failure that asking would mend: nothing usable is stored."""


def scored(
    inputs: Inputs,
    names: Sequence[str],
    *,
    mode: Mode = "replay",
    remembers: bool = True,
    tell: Callable[[str], None] | None = None,
) -> dict[str, ScoreTable]:
    """The answers of the rubric sets `names`, by name; see `answers_of`."""
    chosen = [rubric_set(inputs, name) for name in dict.fromkeys(names)]
    tables = answers_of(inputs, chosen, mode=mode, remembers=remembers, tell=tell)
    return {own.name: table for own, table in zip(chosen, tables, strict=True)}


def answers_of(
    inputs: Inputs,
    rubric_sets: Sequence[RubricSet],
    *,
    mode: Mode = "replay",
    remembers: bool = True,
    tell: Callable[[str], None] | None = None,
    progress: ProgressOf | None = None,
) -> list[ScoreTable]:
    """The answers of rubric sets, each asked where the set of its name is asked; tickets in order
    of id. By default nothing is sent.

    `tell` hears which key goes where before anything is sent, `remembers` is what it is in
    `answer_source`, `progress` says by the name of a set who hears how far it is. Missing answers
    are failures. Raises what replaying raises.
    """
    from ticketbench.edge.replay.together import replay_each
    from ticketbench.flow.steps.sources.answers import answer_source

    reads_only = mode == "replay"
    with answer_source(
        inputs, mode=mode, reads_only=reads_only, remembers=remembers, tell=tell
    ) as sources:
        replayed = replay_each(inputs.dataset, rubric_sets, sources, progress=progress)
    sums_in_one_order()
    return [one.table.in_order_of_ids() for one in replayed]


def rubric_set(inputs: Inputs, name: str) -> RubricSet:
    """The rubric set called `name`; InputError with the nearest known one when there is none."""
    from ticketbench.core.errors import InputError

    for rubrics in inputs.rubric_sets:
        if rubrics.name == name:
            return rubrics
    known = [rubrics.name for rubrics in inputs.rubric_sets]
    what = f"{inputs.config.path} has no rubric set {name!r}"
    raise InputError(what, help=suggestion(name, known))


def answered(name: str, n_scored: int, failures: Sequence[Failure]) -> Answered:
    """How many tickets of a side were asked for and answered; the others are `failures`."""
    missing = missing_of(missing_failures(failures))
    return Answered(
        rubric_set=name,
        n_requested=n_scored + len(failures),
        n_scored=n_scored,
        n_failed=len(failures),
        n_missing=sum(one.n for one in missing),
        missing=missing,
        n_refused=sum(failure.kind == "refused" for failure in failures),
    )


def missing_failures(failures: Sequence[Failure]) -> list[Failure]:
    """Those of the failures that asking would mend."""
    return [failure for failure in failures if failure.kind in MISSING]
