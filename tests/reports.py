"""Reports made of score tables, as a run makes them, for tests of pages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ticketbench.core.rubrics import NONE_LABEL, Rubric, RubricSet
from ticketbench.core.types import NONE, ScoreTable
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.recommendation import Today
from ticketbench.measure.results import DatasetSummary, run_results
from ticketbench.report.decide.view import View, view_of
from ticketbench.report.rendering import Report

STATED = Settings(target_stated=True, prices_stated=True, min_precision=0.9)


def report_of(
    *tables: ScoreTable, settings: Settings = STATED, today: Today | None = None, text: str = ""
) -> Report:
    """A report on these tables; with `text` every ticket has that text behind its id."""
    tables = tuple(table.in_order_of_ids() for table in tables)
    summary = DatasetSummary("d", "f", tables[0].n_requested, ())
    rubrics = [_rubrics(table) for table in tables]
    results = run_results("r", summary, rubrics, tables, settings, (), today=today)
    gold = {i: label for table in tables for i, label in _gold(table).items()}
    texts = {i: f"{i} {text}" for i in gold} if text else {}
    return Report(results, texts, "0.1.0", tables=tables, gold=gold)


def view(*tables: ScoreTable, settings: Settings = STATED, today: Today | None = None) -> View:
    """What the parts of the upper layer see of these tables."""
    found = view_of(report_of(*tables, settings=settings, today=today, text="says so"))
    assert found is not None
    return found


def improved(
    table: ScoreTable, *, share: float, rubric_set: str = "v2", seed: int = 1
) -> ScoreTable:
    """The same tickets, a `share` of them answered right and surely."""
    rng = np.random.default_rng(seed)
    scores, k = table.scores.copy(), len(table.labels)
    for i in np.flatnonzero((rng.random(table.n_scored) < share) & (table.truth != NONE)):
        scores[i] = 0.02 / (k - 1)
        scores[i, table.truth[i]] = 0.98
    return replace(
        table, scores=scores, provenance=replace(table.provenance, rubric_set=rubric_set)
    )


def _rubrics(table: ScoreTable) -> RubricSet:
    name = table.provenance.rubric_set
    asked = tuple(Rubric(label, f"Is this about {label}, says {name}?") for label in table.labels)
    return RubricSet(name, asked)


def _gold(table: ScoreTable) -> dict[str, str]:
    names = (*table.gold_labels, NONE_LABEL)
    return {i: names[t] for i, t in zip(table.ids, table.truth.tolist(), strict=True)}
