"""Evaluate predictions in parts: those of a folder, or of a pattern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.edge.parts.files import parts_of
from ticketbench.edge.parts.scores import Asked, head_of, refuse_repeats
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.task import Task, statistics_of_part
from ticketbench.flow.parts.which_engine import engine_of
from ticketbench.flow.parts.whole import whole
from ticketbench.flow.score import Score
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.parts.evaluation import evaluation
from ticketbench.measure.parts.pairs.results import recommend_parts
from ticketbench.measure.standing import Standing


@dataclass(frozen=True, slots=True)
class PartScore:
    """What `score` finds, the same however the tickets are cut; and what hangs on that.

    n_parts  in how many parts they lay
    notes    what was decided in reading them
    """

    score: Score
    n_parts: int
    notes: tuple[str, ...]


def score_parts(
    path: Path,
    *,
    rubric_set: str | None = None,
    settings: Settings | None = None,
    form: Form = AS_OURS,
    chosen_by: str = "--rubric-set",
    where: Where | None = None,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> PartScore:
    """Measure the predictions in the parts of `path`, written as `form` says.

    `told` hears how many of how many parts are counted.

    Part by part, so memory does not grow with their number; the counts of all are the same for any
    number and order of parts, and for any engine. Raises InputError that names the part for what is
    wrong in one, and for what cannot be told of parts.
    """
    settings, where = settings or Settings(), where or Where()
    refuse_repeats(form)
    _refuse_missed(settings)
    count, parts = engine_of(where), parts_of(path)
    asked = Asked(parts.name, rubric_set, form, chosen_by)
    head = head_of(parts.files, asked)
    tasks = [Task(one, asked, head, settings.policy, settings.seed) for one in parts.files]
    n = len(tasks)
    sums_in_one_order()
    found = whole(
        count(statistics_of_part, tasks, where), asked, head, told=lambda done: told(done, n)
    )
    told_of_all = evaluation(
        found.statistics, settings, dataset=parts.name, fingerprint=found.fingerprint
    )
    advice = recommend_parts([found.statistics], [told_of_all], Standing((), (), ()))
    return PartScore(Score(advice, told_of_all, {}), n, found.notes)


def _refuse_missed(settings: Settings) -> None:
    if settings.costs.missed is not None:
        what = "a price of missed_escalation cannot be judged in parts: it needs every score"
        raise InputError(what, help="leave it out, or put the tickets into one file")
