"""What the tickets that both sets scored say in one part, in whole numbers, and in two together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.types import NONE, BoolArray, IntArray, ScoreTable
from ticketbench.measure.kinds import TicketMetric, registered
from ticketbench.measure.metrics import METRICS as METRICS
from ticketbench.measure.pairs.pairing import rows_in_common
from ticketbench.measure.parts.codes import Fields, confidence_codes
from ticketbench.measure.parts.keys import ALONE, keys, shuffled
from ticketbench.measure.parts.metric_sums import population
from ticketbench.measure.parts.one_of_group import Drawn, drawn, drawn_of_both
from ticketbench.measure.parts.pairs.moves import Moves, moves, moves_of_both
from ticketbench.measure.parts.statistics import (
    Answered,
    answered,
    keys_of_groups,
    refuse,
    refuse_others,
    renumbered,
    within_limits,
)
from ticketbench.measure.parts.tally import Tally, tally, together
from ticketbench.measure.routing.outcomes import missed_by, needs_two


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """The tickets of a part, or several, that base and candidate both scored.

    answered  of base and candidate, under one policy and seed
    outside   gold labels that the base lacks, sorted; in cells they follow its labels
    unpaired  tickets with a gold label that one of the two alone scored
    cells     tickets by `joint_cells_of`
    shares    of each share of tickets over those with a gold label: by 2 · base + candidate
    means     of each other ticket metric, how it moves from base to candidate
    scores    tickets by `CONFIDENCE` of codes.py, of base and of candidate
    drawn     of each named group one ticket: top label of base · labels of candidate + its own
    """

    answered: tuple[Answered, Answered]
    outside: tuple[str, ...]
    all_labels: bool
    unpaired: int
    cells: Tally
    shares: tuple[tuple[str, Tally], ...]
    means: tuple[Moves, ...]
    scores: tuple[Tally, Tally]
    drawn: Drawn

    @property
    def pair(self) -> tuple[str, str]:
        """The rubric sets of base and candidate."""
        return self.answered[0].rubric_set, self.answered[1].rubric_set


def joint_cells_of(n_base: int, n_candidate: int) -> Fields:
    """What metrics see of both sides: `gold` is 0 for `__none__`, else its index + 1.

    same_score  whether both gave the top label the same score
    """
    sides = (("base", max(1, n_base)), ("candidate", max(1, n_candidate)))
    own = [
        field
        for side, k in sides
        for field in (
            (f"top_{side}", k),
            (f"outcome_{side}", 3),
            (f"missed_{side}", 2),
            (f"needs_two_{side}", 2),
        )
    ]
    fields = (("gold", 0), *own, ("same_score", 2))
    return Fields(tuple(name for name, _ in fields), tuple(size for _, size in fields))


def joint_statistics(
    base: ScoreTable,
    candidate: ScoreTable,
    policy: Policy,
    *,
    seed: int,
    groups: Sequence[str | None] | None = None,
) -> Joint:
    """The joint statistics of one part, of which both tables hold the same tickets.

    `groups` names the group of each ticket of `base`, as in `part_statistics`, and the same tables
    are refused. Raises InputError for tables of different datasets.
    """
    for table in (base, candidate):
        refuse(table)
    if base.provenance.dataset_fingerprint != candidate.provenance.dataset_fingerprint:
        what = "the two tables of a part come from different datasets"
        raise InputError(what, help="compare rubric sets on the same tickets")
    first, second = rows_in_common(base.ids, candidate.ids)
    a, b = base.rows(first), candidate.rows(second)
    named = np.full(base.n_scored, ALONE) if groups is None else keys_of_groups(groups)
    group, own = named[first], keys(a.ids)
    tied = np.flatnonzero(group != ALONE)
    tops = a.top * max(1, len(b.labels)) + b.top
    n_labelled = [int((table.truth != NONE).sum()) for table in (base, candidate, a, a)]
    outside = a.gold_labels[len(a.labels) :]
    metrics = registered(TicketMetric)
    found = Joint(
        answered=(answered(a, policy, seed), answered(b, policy, seed)),
        outside=tuple(outside),
        all_labels=a.wanted is not None,
        unpaired=n_labelled[0] + n_labelled[1] - 2 * n_labelled[2],
        cells=tally(group, _codes(a, b, policy)),
        shares=tuple((m.name, _share(m, a, b, group)) for m in metrics if m.share),
        means=tuple(moves(m, a, b, group) for m in metrics if not m.share),
        scores=(_scores(a, group), _scores(b, group)),
        drawn=drawn(group[tied], shuffled(own[tied], seed=seed), tops[tied]),
    )
    return _under(found, sorted(outside))


def merge_joint(one: Joint, other: Joint) -> Joint:
    """Both parts as one, in any order; raises InputError as `merge` of statistics.py does."""
    refuse_others(one.answered, other.answered)
    outside = sorted({*one.outside, *other.outside})
    one, other = _under(one, outside), _under(other, outside)
    pairs = zip(one.shares, other.shares, strict=True)
    return replace(
        one,
        all_labels=one.all_labels or other.all_labels,
        unpaired=one.unpaired + other.unpaired,
        cells=within_limits(together(one.cells, other.cells)),
        shares=tuple((name, together(left, right)) for (name, left), (_, right) in pairs),
        means=tuple(map(moves_of_both, one.means, other.means)),
        scores=(
            together(one.scores[0], other.scores[0]),
            together(one.scores[1], other.scores[1]),
        ),
        drawn=drawn_of_both(one.drawn, other.drawn),
    )


def _codes(a: ScoreTable, b: ScoreTable, policy: Policy) -> IntArray:
    outcomes = [policy.decide(table.scores, table.labels).outcome for table in (a, b)]
    return joint_cells_of(len(a.labels), len(b.labels)).packed(
        gold=a.truth + 1,
        top_base=a.top,
        outcome_base=outcomes[0],
        missed_base=missed_by(a, policy),
        needs_two_base=_needs_two(a),
        top_candidate=b.top,
        outcome_candidate=outcomes[1],
        missed_candidate=missed_by(b, policy),
        needs_two_candidate=_needs_two(b),
        same_score=a.top_score == b.top_score,
    )


def _needs_two(table: ScoreTable) -> BoolArray:
    needed = needs_two(table)
    return np.zeros(table.n_scored, dtype=np.bool_) if needed is None else needed


def _share(metric: TicketMetric, a: ScoreTable, b: ScoreTable, group: IntArray) -> Tally:
    keep = population(metric, a)
    first, second = (
        metric.values(table.scores[keep], table.truth[keep]).astype(np.int64) for table in (a, b)
    )
    return tally(group[keep], 2 * first + second)


def _scores(table: ScoreTable, group: IntArray) -> Tally:
    return tally(np.zeros_like(group), confidence_codes(table, group == ALONE))


def _under(of: Joint, outside: list[str]) -> Joint:
    """The same with the gold labels that the base lacks numbered as they stand in `outside`."""
    base, candidate = of.answered
    stride = joint_cells_of(len(base.labels), len(candidate.labels)).stride("gold")
    cells = renumbered(of.cells, base.labels, of.outside, outside, stride=stride)
    return replace(of, outside=tuple(outside), cells=within_limits(cells))
