"""Which threshold to set for one rubric set: chosen from tables, or as a run chose it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ticketbench.core.types import Known, ScoreTable, Value
from ticketbench.measure.advice.rows import Role, ThresholdRow, threshold_rows
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.recommendation import (
    Recommendation,
    Today,
    promises,
    recommend_setting,
)
from ticketbench.measure.thresholds.choose import ChosenThreshold, choose_thresholds
from ticketbench.measure.thresholds.rules import LabelThreshold

if TYPE_CHECKING:
    from ticketbench.measure.results import RunResults


@dataclass(frozen=True, slots=True, eq=False)
class SetThresholds(Value):
    """What every rule chose for a rubric set, under which settings, and on how many tickets.

    n_tickets  different ones among the answers
    n_refused  those of n_failed that the endpoint refused to judge
    known      what is known of each answer
    """

    rubric_set: str
    settings: Settings
    n_requested: int
    n_scored: int
    n_failed: int
    n_groups: int
    thresholds: tuple[ChosenThreshold, ...]
    n_tickets: int = 0
    known: Known = "every score"
    n_refused: int = 0

    @classmethod
    def of(cls, table: ScoreTable, settings: Settings) -> SetThresholds:
        """The thresholds of `table` under `settings`; none with fewer than 50 tickets."""
        thresholds = choose_thresholds(table, settings.asked)
        name = table.provenance.rubric_set
        n = table.n_requested, table.n_scored, table.n_failed, table.n_groups
        return cls(name, settings, *n, thresholds, table.n_tickets, table.known, table.n_refused)

    @classmethod
    def saved(cls, e: Evaluation) -> SetThresholds:
        """Those of an evaluation, which are not chosen again."""
        n = e.n_requested, e.n_scored, e.n_failed, e.n_groups
        return cls(e.rubric_set, e.settings, *n, e.thresholds, e.n_tickets, e.known, e.n_refused)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ThresholdAdvice(Value):
    """The threshold to set for `rubric_set`, and what stands beside it.

    recommendation  for this set, whichever set is the one to use
    rows            settings to weigh, the chosen one last; each stands once. Empty where nothing
                    is recommended: too few tickets, or too many without an answer
    by_set          of every rubric set the setting chosen for it, in their order; empty as above
    sets            what every rule chose for each of them
    source          the file or folder that the scores are from; empty where they are values
    notes           what was decided in reading a table of them
    """

    rubric_set: str
    recommendation: Recommendation
    rows: tuple[ThresholdRow, ...]
    by_set: tuple[ThresholdRow, ...]
    sets: tuple[SetThresholds, ...]
    source: str = ""
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Short, for a failed assertion: `v2: money, threshold 0.9`."""
        setting = self.recommendation.setting
        at = "" if setting is None else f", threshold {setting.threshold:g}"
        return f"{self.rubric_set}: {self.recommendation.kind}{at}"

    def without(self, *roles: Role) -> ThresholdAdvice:
        """The same without these roles, and without the rows that have no other."""
        rows = (
            replace(row, roles=tuple(one for one in row.roles if one not in roles))
            for row in self.rows
        )
        return replace(self, rows=tuple(row for row in rows if row.roles))

    @property
    def own(self) -> SetThresholds:
        """What is known of the rubric set itself."""
        return next(one for one in self.sets if one.rubric_set == self.rubric_set)

    @property
    def thresholds(self) -> tuple[ChosenThreshold, ...]:
        """What every rule chose, in the order of the rules; none with fewer than 50 tickets."""
        return self.own.thresholds

    @property
    def label_thresholds(self) -> tuple[LabelThreshold, ...]:
        """The certified threshold of each label, in their order; empty where none was asked for."""
        return next((t.label_thresholds for t in self.thresholds if t.label_thresholds), ())

    @property
    def advised(self) -> ThresholdRow | None:
        """The row to set: the chosen one, or all to a person; None where nothing is recommended."""
        role = "person" if self.recommendation.kind == "review" else "chosen"
        return next((row for row in self.rows if role in row.roles), None)


def advice(
    tables: Sequence[ScoreTable],
    rubric_set: str,
    settings: Settings,
    today: Today,
    *,
    certify: str = "",
) -> ThresholdAdvice:
    """Thresholds of every rule chosen from these tables, one a rubric set.

    The set of `today` is one of them. As in a run every set but today's shares what may go wrong
    with a promise, unless `certify` names the one set that has it alone.
    """
    names = [table.provenance.rubric_set for table in tables]
    shares = promises(names, today.rubric_set, certify=certify)
    sets = [
        SetThresholds.of(table, replace(settings, promises=share))
        for table, share in zip(tables, shares, strict=True)
    ]
    return _advice(
        rubric_set, tables, sets, recommend_setting(rubric_set, tables, sets, today), today
    )


def saved_advice(
    results: RunResults, tables: Sequence[ScoreTable], rubric_set: str
) -> ThresholdAdvice:
    """The same of a run, of which nothing is chosen again; it has a recommendation."""
    found = results.recommendation
    assert found is not None
    sets = [SetThresholds.saved(one) for one in results.evaluations]
    today = Today(found.today.rubric_set, found.today.policy)
    if found.rubric_set != rubric_set or found.kind == "incomplete":
        found = recommend_setting(rubric_set, tables, sets, today)
    return _advice(rubric_set, tables, sets, found, today)


def _advice(
    rubric_set: str,
    tables: Sequence[ScoreTable],
    sets: Sequence[SetThresholds],
    found: Recommendation,
    today: Today,
) -> ThresholdAdvice:
    nothing = found.setting is None
    return ThresholdAdvice(
        rubric_set=rubric_set,
        recommendation=found,
        rows=() if nothing else threshold_rows(tables, sets, found),
        by_set=() if nothing else tuple(_by_set(tables, sets, found, today)),
        sets=tuple(sets),
    )


def _by_set(
    tables: Sequence[ScoreTable],
    sets: Sequence[SetThresholds],
    found: Recommendation,
    today: Today,
) -> Iterator[ThresholdRow]:
    for one in sets:
        own = one.rubric_set == found.rubric_set
        setting = (found if own else recommend_setting(one.rubric_set, tables, sets, today)).setting
        if setting is not None:
            yield ThresholdRow(("chosen",), one.n_failed, setting)
