"""Evaluate a table of predictions from anywhere: the measuring half without the replaying half."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ticketbench.core.types import ScoreTable
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.recommendation import Recommendation, Today, recommend
from ticketbench.measure.reference.of_one import reference_values
from ticketbench.measure.standing import Standing


@dataclass(frozen=True, slots=True)
class Score:
    """The evaluation under a policy, and what to set; `reference` holds values under other
    libraries' names.

    Those are for checks against them, without a policy, and only there when asked for.
    """

    recommendation: Recommendation
    evaluation: Evaluation
    reference: dict[str, Any]


def score(
    file: Path,
    *,
    rubric_set: str | None = None,
    settings: Settings | None = None,
    reference: bool = False,
) -> Score:
    """Measure the predictions in `file`; raises InputError with file and line of bad rows."""
    from ticketbench.edge.results.predictions import read_score_table

    return score_of(read_score_table(file, rubric_set), settings=settings, reference=reference)


def score_of(
    table: ScoreTable, *, settings: Settings | None = None, reference: bool = False
) -> Score:
    """Measure a table that is at hand; the order of its tickets changes nothing."""
    table = table.in_order_of_ids()
    settings = settings or Settings()
    found = evaluate(table, settings)
    today = Today(table.provenance.rubric_set, settings.policy)
    advice = recommend([table], [found], Standing((), (), ()), today)
    return Score(advice, found, reference_values(table) if reference else {})
