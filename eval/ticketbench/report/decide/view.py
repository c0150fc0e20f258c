"""What every part of the upper layer sees: tickets in one order, sets by place, one setting."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ticketbench.core.policy import Costs, Policy, exceeds, reaches
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import BoolArray, FloatArray, IntArray, ScoreTable
from ticketbench.measure.recommendation import Recommendation
from ticketbench.measure.results import RunResults
from ticketbench.measure.thresholds.tickets import Tickets
from ticketbench.report.rendering import Report

MANY = 12
"""With more labels the page shows the worst pairs in place of a matrix."""

NO_ANSWER = -1

SCALE = 100_000
"""Scores are whole hundred-thousandths, rounded down: every comparison with a threshold of five
decimals or fewer is that of all digits."""
_HUNDREDTH = SCALE // 100


@dataclass(frozen=True, slots=True, eq=False)
class SetView:
    """One rubric set.

    tickets  those it answered, on the scale that runs today
    rows     where each of them stands in the order of the page
    labels   where each label of the set stands among the labels of the page
    style    how its line is drawn: new (solid), old (dashed) or other (dotted)
    """

    name: str
    table: ScoreTable
    tickets: Tickets
    rows: IntArray
    labels: IntArray
    style: str


class View:
    """The tickets, labels and sets of a report, and the setting that the page opens with.

    Tickets stand in the order of their ids. `use` is the set that the setting is for, `other` the
    one it is held against (None with one set); `old` and `new` are the same two, today's first.
    """

    def __init__(self, report: Report, found: Recommendation) -> None:
        self.report = report
        self.results: RunResults = report.results
        self.found = found
        self.policy: Policy = (found.setting or found.today).policy
        self.costs: Costs = found.costs
        self.word = self.results.evaluations[0].settings.label_word
        names = [table.provenance.rubric_set for table in report.tables]
        self.use = names.index(found.rubric_set)
        today = names.index(found.today.rubric_set)
        self.old = today
        self.new = names.index(found.challenger) if found.challenger else today
        self.other = None if not found.challenger else self.old + self.new - self.use

    @classmethod
    def of(cls, report: Report, found: Recommendation, rubric_set: str, against: str) -> View:
        """The same tickets and setting for another set, held against `against`, the older one.

        An empty `against` leaves it alone.
        """
        view = cls(report, found)
        names = [table.provenance.rubric_set for table in report.tables]
        view.use = view.new = view.old = names.index(rubric_set)
        view.other = names.index(against) if against else None
        if view.other is not None:
            view.old = view.other
        return view

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Every ticket asked for, also those without an answer."""
        return tuple(
            sorted(
                {i for table in self.report.tables for i in table.ids}
                | {f.ticket_id for table in self.report.tables for f in table.failures}
            )
        )

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each ticket stands."""
        return {ticket: row for row, ticket in enumerate(self.ids)}

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Every label of a set or a ticket: those of the set in use first."""
        tables = [self.report.tables[self.use], *self.report.tables]
        names = [name for table in tables for name in table.labels]
        gold = [name for table in tables for name in table.gold_labels]
        more = sorted(name for name in self.report.gold.values() if name != NONE_LABEL)
        return tuple(dict.fromkeys((*names, *gold, *more)))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What rows of gold labels are called; the last one is that of no label."""
        return (*self.labels, f"no {self.word}")

    @cached_property
    def outcomes(self) -> tuple[str, str]:
        """What the columns behind the labels are called; in brackets beside a label so called."""
        called = {"review", "escalate"} & set(self.labels)
        return ("(review)", "(escalate)") if called else ("review", "escalate")

    @cached_property
    def gold(self) -> IntArray:
        """The gold label of each ticket by its place in `names`; NO_ANSWER where not known."""
        at = {name: i for i, name in enumerate((*self.labels, NONE_LABEL))}
        known = {i: at[label] for i, label in self.report.gold.items() if label in at}
        for table in self.report.tables:
            names = [*(at[name] for name in table.gold_labels), at[NONE_LABEL]]
            known |= {i: names[t] for i, t in zip(table.ids, table.truth.tolist(), strict=True)}
        return np.array([known.get(i, NO_ANSWER) for i in self.ids], dtype=np.int64)

    @cached_property
    def groups(self) -> IntArray:
        """Which tickets are not independent; one without any answer stands alone.

        Each table numbers its groups by itself; one ticket in common ties two of them.
        """
        found: dict[str, int] = {}
        count = 0
        for table in self.report.tables:
            number: dict[int, int] = {}
            own = list(zip(table.ids, table.groups.tolist(), strict=True))
            number |= {g: found[i] for i, g in own if i in found}
            for i, g in own:
                if g not in number:
                    number[g], count = count, count + 1
                found[i] = number[g]
        alone = iter(range(count, count + len(self.ids)))
        numbers = [found[i] if i in found else next(alone) for i in self.ids]
        return np.unique(numbers, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def sets(self) -> tuple[SetView, ...]:
        """The rubric sets in the order of the config."""
        column = {name: i for i, name in enumerate(self.labels)}
        return tuple(
            SetView(
                name=table.provenance.rubric_set,
                table=table,
                tickets=Tickets.of(table, self.policy),
                rows=np.array([self.place[i] for i in table.ids], dtype=np.int64),
                labels=np.array([column[name] for name in table.labels], dtype=np.int64),
                style=self._style(k),
            )
            for k, table in enumerate(self.report.tables)
        )

    @cached_property
    def tops(self) -> tuple[IntArray, ...]:
        """For each set the top label of every ticket, by its place in `labels`, or NO_ANSWER."""
        found = []
        for one in self.sets:
            top = np.full(len(self.ids), NO_ANSWER)
            top[one.rows] = one.labels[one.tickets.top]
            found.append(top)
        return tuple(found)

    def order(self, k: int) -> IntArray:
        """Tickets by the score of set `k`, surest first; those without an answer last.

        By the code of the score, as the script has no other: ties are the same ones there.
        """
        score = np.full(len(self.ids), -1)
        score[self.sets[k].rows] = self.codes(k)
        return np.argsort(-score, kind="stable")

    def codes(self, k: int) -> IntArray:
        """The top scores of set `k` as the script has them, in the order of its rows."""
        policies = self._policies
        own = [t for policy in policies for _, t in policy.label_thresholds]
        at = [*(policy.threshold for policy in policies), *own]
        score = self.sets[k].tickets.score
        return _apart(at_least_code(score), score, at, over=False)

    def codes_above(self, scores: FloatArray) -> IntArray:
        """Scores that are held against a limit of escalation, as the script has them."""
        limits = [policy.escalate_above for policy in self._policies]
        return _apart(above_code(scores), scores, limits, over=True)

    @property
    def _policies(self) -> tuple[Policy, ...]:
        return self.policy, self.found.today.policy

    def shown_id(self, i: int) -> str:
        """The id of a ticket as people see it."""
        return self.report.masked.shown_id(self.ids[i])

    def right(self, k: int) -> BoolArray:
        """Which tickets set `k` answers right, over all of the page."""
        return np.asarray(self.tops[k] == self.gold)

    def _style(self, k: int) -> str:
        if k == self.use:
            return "new"
        return "old" if k in (self.old, self.new) else "other"


def at_least_code(scores: FloatArray) -> IntArray:
    """A score reaches a t of five decimals exactly where this is at least t times the scale."""
    code = np.floor(scores * SCALE).astype(np.int64)
    code = np.where(reaches(scores, (code + 1) / SCALE), code + 1, code)
    return np.where(reaches(scores, code / SCALE), code, code - 1)


def above_code(scores: FloatArray) -> IntArray:
    """A score exceeds a t of five decimals exactly where this is at least t times the scale."""
    code = at_least_code(scores)
    return np.where(exceeds(scores, code / SCALE), code, code - 1)


def _apart(code: IntArray, scores: FloatArray, at: Iterable[float], *, over: bool) -> IntArray:
    """The codes, true also at these thresholds, which may have more than five decimals.

    What lies on the other side of one moves to the next code; never off a hundredth, where the
    curves are drawn. `code` of script/model.js has the same rule.
    """
    for t in at:
        near = math.floor(t * SCALE + 1e-6)
        if t * SCALE - near <= 1e-6:
            continue
        passes, here = (exceeds if over else reaches)(scores, t), code == near
        if near % _HUNDREDTH:
            code = np.where(here & ~passes, near - 1, code)
        else:
            code = np.where(here & passes, near + 1, code)
    return code


def view_of(report: Report) -> View | None:
    """What the parts see; None where nothing follows the first screen."""
    found = report.results.recommendation
    return View(report, found) if found and report.followed else None
