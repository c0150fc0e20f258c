"""Evaluate a table of predictions from anywhere: the measuring half without the replaying half."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.quantities.of_one import quantities


@dataclass(frozen=True, slots=True)
class Score:
    """The flat quantities (no policy) and the evaluation under a policy."""

    quantities: dict[str, Any]
    evaluation: Evaluation


def score(file: Path, *, rubric_set: str | None = None, settings: Settings | None = None) -> Score:
    """Measure the predictions in `file`; raises InputError with file and line of bad rows."""
    from ticketbench.edge.results.predictions import read_score_table

    table = read_score_table(file, rubric_set).in_order_of_ids()
    return Score(quantities(table), evaluate(table, settings or Settings()))
