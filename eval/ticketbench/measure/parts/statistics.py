"""What one part of a dataset says, in whole numbers, and what two parts say together.

Whatever the number and order of parts, and whichever tickets lie in them, what they say together is
the same to the bit. Nothing names a ticket.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.types import NONE, FailureKind, IntArray, ScoreTable
from ticketbench.measure.calibration.bins import printed_decimals
from ticketbench.measure.findings import SUM_NOISE
from ticketbench.measure.kinds import TicketMetric, registered
from ticketbench.measure.metrics import METRICS as METRICS
from ticketbench.measure.parts.codes import (
    N_FOLDS,
    cell_codes,
    cells_of,
    confidence_codes,
    drawn_codes,
    score_codes,
)
from ticketbench.measure.parts.fixed_point import BITS, fixed, sums
from ticketbench.measure.parts.keys import ALONE, keys, shuffled
from ticketbench.measure.parts.metric_sums import MetricSums, both, metric_sums
from ticketbench.measure.parts.one_of_group import Drawn, drawn, drawn_of_both
from ticketbench.measure.parts.tally import Tally, tally, together

MOST_GROUPS = 1_000_000
"""Each group is a few rows of their own; with more of them these would be the dataset again."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Whose answers they are: rubric set, endpoint, and how they were judged."""

    labels: tuple[str, ...]
    rubric_set: str
    rubric_fingerprint: str
    endpoint: str
    policy: Policy
    seed: int


@dataclass(frozen=True, slots=True)
class Oddities:
    """What is odd about the answers.

    decimals    that the scores are printed with; 0 without answers
    n_off       answers whose scores do not sum to 1, `largest_off` by how much, in 2^-32
    n_tied      answers whose highest score two labels share
    stated      whether the rows state a top label, `n_otherwise` those that state another one
    n_right_stated  answers whose stated label is the gold label
    """

    decimals: int
    n_off: int
    largest_off: int
    n_tied: int
    stated: bool
    n_otherwise: int
    n_right_stated: int


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """A part of a dataset, or several, under one rubric set and policy.

    outside     gold labels that the rubric set lacks, sorted; in cells they follow the labels
    failed      tickets without an answer by kind, sorted
    all_labels  whether any ticket lists all labels that fit it
    cells, scores, confidence  tickets by `cells_of`, `SCORES` and `CONFIDENCE` of codes.py
    drawn       one ticket of each group that has a name
    metrics     the sums of every ticket metric, in order of registration
    top_scores  sum of the top scores of each top label, in 2^-32
    """

    answered: Answered
    outside: tuple[str, ...]
    failed: tuple[tuple[FailureKind, int], ...]
    all_labels: bool
    cells: Tally
    scores: Tally
    confidence: Tally
    drawn: Drawn
    metrics: tuple[MetricSums, ...]
    top_scores: tuple[int, ...]
    oddities: Oddities


def part_statistics(
    table: ScoreTable,
    policy: Policy,
    *,
    seed: int,
    groups: Sequence[str | None] | None = None,
    ids: IntArray | None = None,
) -> Statistics:
    """The statistics of one part, however small.

    `groups` names the group of each ticket, None for one that stands alone; left out, all do: the
    group numbers of `table` say nothing beyond it. Its gold labels hold every label that a ticket
    of the part lists, or what fits would hang on where parts end. `ids` are the keys of its ids, if
    they are known already. Raises InputError where not every score of an answer is known, for
    tickets that were asked more than once, and above a million groups.
    """
    refuse(table)
    own = keys(table.ids) if ids is None else ids
    group = np.full(table.n_scored, ALONE) if groups is None else keys_of_groups(groups)
    fold = shuffled(np.where(group == ALONE, own, group), seed=seed) % N_FOLDS
    tied = np.flatnonzero(group != ALONE)
    rank, one_of = shuffled(own[tied], seed=seed), drawn_codes(table, policy)[tied]
    decisions = policy.decide(table.scores, table.labels)
    outside = table.gold_labels[len(table.labels) :]
    cells = tally(group, cell_codes(table, decisions, policy))
    return Statistics(
        answered=answered(table, policy, seed),
        outside=tuple(sorted(outside)),
        failed=_sorted_counts(Counter(failure.kind for failure in table.failures)),
        all_labels=table.wanted is not None,
        cells=_under(cells, table.labels, outside, sorted(outside)),
        scores=tally(group, score_codes(table, policy, fold)),
        confidence=tally(np.zeros_like(group), confidence_codes(table, group == ALONE)),
        drawn=drawn(group[tied], rank, one_of),
        metrics=tuple(metric_sums(m, table, group) for m in registered(TicketMetric)),
        top_scores=_top_scores(table),
        oddities=_oddities(table),
    )


def merge(one: Statistics, other: Statistics) -> Statistics:
    """Both parts as one; the order of the two does not matter, nor that of many.

    Raises InputError where they are not about one rubric set, policy and seed, and above a million
    groups.
    """
    refuse_others(one.answered, other.answered)
    outside, labels = sorted({*one.outside, *other.outside}), one.answered.labels
    cells = (_under(each.cells, labels, each.outside, outside) for each in (one, other))
    counts = Counter(dict(one.failed)) + Counter(dict(other.failed))
    return Statistics(
        answered=one.answered,
        outside=tuple(outside),
        failed=_sorted_counts(counts),
        all_labels=one.all_labels or other.all_labels,
        cells=within_limits(together(*cells)),
        scores=together(one.scores, other.scores),
        confidence=together(one.confidence, other.confidence),
        drawn=drawn_of_both(one.drawn, other.drawn),
        metrics=tuple(map(both, one.metrics, other.metrics)),
        top_scores=tuple(map(sum, zip(one.top_scores, other.top_scores, strict=True))),
        oddities=_oddities_of_both(one.oddities, other.oddities),
    )


def refuse(table: ScoreTable) -> None:
    """Raise InputError for a table that cannot be counted in parts."""
    if not table.complete:
        raise InputError(
            f"{table.provenance.rubric_set} holds no more than the {table.known} of a ticket, and "
            "parts are counted from the score of every label",
            help="give every score, or put the tickets into one file",
        )
    if table.repeats is not None:
        raise InputError(
            "tickets that were asked more than once cannot be counted in parts",
            help="put them into one file, or keep one answer a ticket",
        )


def refuse_others(one: Answered | tuple[Answered, ...], other: object) -> None:
    """Raise InputError where two parts are not about the same answers."""
    if one != other:
        raise InputError(
            "the parts are not of one rubric set, endpoint, policy and seed",
            help="take statistics that were made by one run",
        )


def within_limits(cells: Tally) -> Tally:
    """The same cells; raises InputError above a million groups."""
    if cells.n_named > MOST_GROUPS:
        raise InputError(
            f"more than {MOST_GROUPS:,} groups of tickets cannot be counted in parts",
            help="name a group column with fewer, or none: then every ticket stands alone",
        )
    return cells


def keys_of_groups(groups: Sequence[str | None]) -> IntArray:
    """The key of the group of each ticket."""
    names = list({name for name in groups if name is not None})
    key = dict(zip(names, keys(names).tolist(), strict=True))
    return np.array([ALONE if name is None else key[name] for name in groups], dtype=np.int64)


def answered(table: ScoreTable, policy: Policy, seed: int) -> Answered:
    """Whose answers `table` holds."""
    of = table.provenance
    who = (of.rubric_set, of.rubric_fingerprint, of.endpoint)
    return Answered(table.labels, *who, policy=policy, seed=seed)


def _sorted_counts(counts: Counter[FailureKind]) -> tuple[tuple[FailureKind, int], ...]:
    return tuple(sorted(counts.items()))


def renumbered(
    cells: Tally,
    labels: Sequence[str],
    outside: Sequence[str],
    among: Sequence[str],
    *,
    stride: int,
) -> Tally:
    """The cells with the gold labels `outside` of the set numbered as they stand in `among`.

    `stride` is what one more gold label adds to a code.
    """
    inside = len(labels) + 1
    number = np.array([*range(inside), *(inside + among.index(name) for name in outside)])
    gold, rest = np.divmod(cells.code, stride)
    return tally(cells.group, number[gold] * stride + rest, cells.times)


def _top_scores(table: ScoreTable) -> tuple[int, ...]:
    own = (table.top_score[table.top == at] for at in range(len(table.labels)))
    return tuple(sums(fixed(of), np.full(len(of), ALONE)).total for of in own)


def _oddities(table: ScoreTable) -> Oddities:
    off = np.abs(table.scores.sum(axis=1) - 1)
    tied = (table.scores == table.top_score[:, None]).sum(axis=1) > 1
    stated = table.top if table.stated is None else table.stated
    return Oddities(
        decimals=printed_decimals(table.scores) if table.n_scored else 0,
        n_off=int((off > SUM_NOISE).sum()),
        largest_off=round(math.ldexp(float(off.max(initial=0.0)), BITS)),
        n_tied=int(tied.sum()),
        stated=table.stated is not None,
        n_otherwise=int((stated != table.top).sum()),
        n_right_stated=int((stated == table.truth)[table.truth != NONE].sum()),
    )


def _oddities_of_both(one: Oddities, other: Oddities) -> Oddities:
    return Oddities(
        decimals=max(one.decimals, other.decimals),
        n_off=one.n_off + other.n_off,
        largest_off=max(one.largest_off, other.largest_off),
        n_tied=one.n_tied + other.n_tied,
        stated=one.stated or other.stated,
        n_otherwise=one.n_otherwise + other.n_otherwise,
        n_right_stated=one.n_right_stated + other.n_right_stated,
    )


def _under(
    cells: Tally, labels: Sequence[str], outside: Sequence[str], among: Sequence[str]
) -> Tally:
    stride = cells_of(max(1, len(labels))).stride("gold")
    return within_limits(renumbered(cells, labels, outside, among, stride=stride))
