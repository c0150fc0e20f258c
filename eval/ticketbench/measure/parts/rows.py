"""The counted tickets as columns, as metrics and thresholds see them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import ROUTE, Costs, Decisions, Policy
from ticketbench.core.types import BoolArray, IntArray
from ticketbench.measure.calibration.corp import ScoreCells
from ticketbench.measure.kinds import LabelTickets, RoutedTickets
from ticketbench.measure.parts.codes import (
    CONFIDENCE,
    DRAWN,
    SCORES,
    Fields,
    cells_of,
    score_at,
)
from ticketbench.measure.parts.statistics import Statistics
from ticketbench.measure.parts.tally import Tally, tally
from ticketbench.measure.statistics.groups import ALONE, Counted
from ticketbench.measure.thresholds.tickets import Tickets


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Rows of tickets with what was decided on them.

    fits, needs_two  whether the top label fits, and whether two labels do; without all_labels the
                     gold label alone fits
    missed           whose gold label an escalation does not ask
    """

    outcome: IntArray
    right: BoolArray
    collision: BoolArray
    missed: BoolArray
    needs_two: BoolArray
    fits: BoolArray
    groups: Counted

    def rows(self, keep: BoolArray) -> Outcomes:
        """Only the rows in `keep`."""
        return Outcomes(
            outcome=self.outcome[keep],
            right=self.right[keep],
            collision=self.collision[keep],
            missed=self.missed[keep],
            needs_two=self.needs_two[keep],
            fits=self.fits[keep],
            groups=self.groups[keep],
        )

    def n(self, keep: BoolArray) -> int:
        """Number of tickets in the rows of `keep`."""
        return int(self.groups.times[keep].sum())

    def routed_tickets(self, costs: Costs, *, all_labels: bool) -> RoutedTickets:
        """The rows as routing metrics see them."""
        needs_two = self.needs_two if all_labels else None
        return RoutedTickets(self.outcome, self.right, costs, needs_two, self.missed)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Rows of tickets with gold label (NONE for `__none__`), top label and outcome."""

    gold_labels: tuple[str, ...]
    gold: IntArray
    top: IntArray
    outcomes: Outcomes

    @property
    def groups(self) -> Counted:
        """The groups and numbers of the tickets."""
        return self.outcomes.groups

    def rows(self, keep: BoolArray) -> Cells:
        """Only the rows in `keep`."""
        outcomes = self.outcomes.rows(keep)
        return Cells(self.gold_labels, self.gold[keep], self.top[keep], outcomes)

    def label_tickets(self, label: int) -> LabelTickets:
        """The rows, whose gold is a label, as the one with this index sees them."""
        routed = self.outcomes.outcome == ROUTE
        return LabelTickets(self.gold == label, self.top == label, routed)


def cell_rows(of: Statistics) -> Cells:
    """The cells of all tickets."""
    fields, code = cells_of(max(1, len(of.answered.labels))), of.cells.code
    gold, top = fields.column(code, "gold") - 1, fields.column(code, "top")
    outcomes = Outcomes(
        outcome=fields.column(code, "outcome"),
        right=gold == top,
        collision=fields.mark(code, "collision"),
        missed=fields.mark(code, "missed"),
        needs_two=fields.mark(code, "needs_two"),
        fits=fields.mark(code, "fits"),
        groups=of.cells.counted,
    )
    return Cells((*of.answered.labels, *of.outside), gold, top, outcomes)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Rows of tickets by score.

    tickets  as threshold rules see them; an escalation limit is that of the policy in use, or 1
    code     by `SCORES`, of which the other columns are made when they are asked for
    groups   those of the tickets
    """

    tickets: Tickets
    code: IntArray
    groups: Counted

    @property
    def own(self) -> IntArray:
        """What the thresholds of single labels of the policy in use say of them."""
        return SCORES.column(self.code, "own")

    @property
    def fold(self) -> IntArray:
        """0 .. 4, the same for all tickets of a group."""
        return SCORES.column(self.code, "fold")

    def without_groups(self) -> Scores:
        """The same tickets as if each stood alone, in far fewer rows."""
        alone = tally(np.zeros_like(self.code), self.code, self.groups.times)
        found = _tickets(self.tickets.labels, SCORES, alone.code, alone.counted, _found(alone.code))
        return Scores(found, alone.code, alone.counted)

    def outcomes(self, policy: Policy) -> Outcomes:
        """What a policy without thresholds of single labels does to them."""
        return self.with_decisions(self.tickets.decided(policy), self.tickets.missed(policy))

    def with_decisions(self, decisions: Decisions, missed: BoolArray) -> Outcomes:
        """The rows with what was decided on them."""
        return Outcomes(
            outcome=decisions.outcome,
            right=self.tickets.right,
            collision=decisions.collision,
            missed=missed,
            needs_two=SCORES.mark(self.code, "needs_two"),
            fits=SCORES.mark(self.code, "fits"),
            groups=self.groups,
        )


def score_rows(of: Statistics) -> Scores:
    """All tickets by score."""
    code, groups = of.scores.code, of.scores.counted
    found = _tickets(of.answered.labels[:1], SCORES, code, groups, _found(code))
    return Scores(found, code, groups)


def one_of_each_group(of: Statistics, scores: Scores) -> Tickets:
    """The ticket drawn from each group, and all that stand alone."""
    alone = scores.tickets.rows(scores.groups.group == ALONE)
    code = of.drawn.code
    ones = Counted(np.full(len(code), ALONE), np.ones(len(code), dtype=np.int64))
    nowhere = np.zeros(len(code), dtype=np.bool_)
    drawn = _tickets(of.answered.labels[:1], DRAWN, code, ones, nowhere)
    return _together(alone, drawn)


def confidence_cells(of: Statistics) -> tuple[ScoreCells, ScoreCells]:
    """The scores as they were answered: of all tickets, and of one of each group."""
    code, times = of.confidence.code, of.confidence.times
    score, right = CONFIDENCE.column(code, "score"), CONFIDENCE.mark(code, "right")
    alone = CONFIDENCE.mark(code, "alone")
    drawn = of.drawn.code
    ones = (
        np.concatenate([score[alone], DRAWN.column(drawn, "confidence")]),
        np.concatenate([right[alone], DRAWN.mark(drawn, "right")]),
        np.concatenate([times[alone], np.ones(len(drawn), dtype=np.int64)]),
    )
    return cells_by_score(of.confidence), _score_cells(*ones)


def cells_by_score(confidence: Tally) -> ScoreCells:
    """All tickets by their score as it was answered."""
    code = confidence.code
    score, right = CONFIDENCE.column(code, "score"), CONFIDENCE.mark(code, "right")
    return _score_cells(score, right, confidence.times)


def _found(code: IntArray) -> BoolArray:
    """Whose gold label an escalation asks."""
    return ~SCORES.mark(code, "missed")


def _tickets(
    labels: tuple[str, ...], fields: Fields, code: IntArray, groups: Counted, found: BoolArray
) -> Tickets:
    """Their second score, and that of the gold label where an escalation has `found` it, are 1: all
    that is known is whether they exceed the limit of the policy in use.
    """
    return Tickets(
        labels=labels,
        top=np.broadcast_to(np.int64(0), len(code)),
        score=score_at(fields.column(code, "score")),
        second=fields.column(code, "two_above").astype(np.float64),
        gold=found.astype(np.float64),
        right=fields.mark(code, "right"),
        groups=groups,
    )


def _together(one: Tickets, other: Tickets) -> Tickets:
    groups = [of.groups for of in (one, other) if isinstance(of.groups, Counted)]
    return Tickets(
        labels=one.labels,
        top=np.concatenate([one.top, other.top]),
        score=np.concatenate([one.score, other.score]),
        second=np.concatenate([one.second, other.second]),
        gold=np.concatenate([one.gold, other.gold]),
        right=np.concatenate([one.right, other.right]),
        groups=Counted(
            np.concatenate([of.group for of in groups]), np.concatenate([of.times for of in groups])
        ),
    )


def _score_cells(score: IntArray, right: BoolArray, times: IntArray) -> ScoreCells:
    at, index = np.unique(score, return_inverse=True)
    n = np.bincount(index, weights=times, minlength=len(at))
    hits = np.bincount(index, weights=times * right, minlength=len(at))
    return ScoreCells(score_at(at), np.rint(n).astype(np.int64), np.asarray(hits, dtype=np.float64))
