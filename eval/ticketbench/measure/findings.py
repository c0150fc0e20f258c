"""What a reader of an evaluation should be told before trusting it, with stable codes TB2xx.

TB106 is the dataset check of that code, for tables that come without a dataset.

Add a check: one decorated generator that yields findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ticketbench.core.quotes import clipped, some, words
from ticketbench.core.registry import Registry
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import NONE, Finding, IntArray, Known, Provenance, ScoreTable, tells
from ticketbench.measure.calibration.bins import printed_decimals
from ticketbench.measure.statistics.groups import (
    Groups,
    effective_groups,
    group_index,
    n_tickets,
)

FEW_TICKETS = 20
FEW_FOR_CALIBRATION = 300
FEW_GROUPS = 20
SUM_NOISE = 1e-4
HEAVY_WRITERS = 0.03

if TYPE_CHECKING:
    from ticketbench.measure.rubrics.diagnosis import PairDiagnosis

Check: TypeAlias = "Callable[[ScoreTable, tuple[PairDiagnosis, ...]], Iterator[Finding]]"


@dataclass(frozen=True, slots=True)
class Registered:
    """A check, and what has to be known of each answer for it."""

    function: Check
    needs: Known


CHECKS: Registry[Registered] = Registry("check")


def check(code: str, *, needs: Known = "top label") -> Callable[[Check], Check]:
    """Register a check of an evaluated score table under its code; it is asked where so much is
    known of each answer.
    """
    return CHECKS.register(code, entry=lambda function: Registered(function, needs))


IN_PARTS = "TB215"
"""Of what was counted in parts, and so has less in it."""

OF_ANSWERS = ("TB212", "TB213", "TB214")
"""What each side of a comparison has to say of its answers."""


def findings(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> tuple[Finding, ...]:
    """All findings of all checks that such a table can tell, in order of their codes."""
    asked = (each.function for each in CHECKS if tells(table.known, each.needs))
    return tuple(found for each in asked for found in each(table, pairs))


def of_answers(table: ScoreTable) -> tuple[Finding, ...]:
    """The findings of a table that a comparison says of each of its sides."""
    return tuple(found for found in findings(table, ()) if found.code in OF_ANSWERS)


@check("TB106")
def few_tickets(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Labels with so few tickets that their intervals, and macro-F1's, say little."""
    truth = _one_a_ticket(table)
    counts = np.bincount(truth[truth >= 0], minlength=len(table.gold_labels))
    yield from labels_with_few(table.gold_labels, counts)


def labels_with_few(labels: Sequence[str], n: IntArray) -> Iterator[Finding]:
    """The same from the number of tickets of each gold label."""
    by_label = sorted(zip(labels, n, strict=True))
    few = [f"{clipped(label)} ({n})" for label, n in by_label if 0 < n < FEW_TICKETS]
    if few:
        yield Finding(
            code="TB106",
            severity="warning",
            title=f"labels with fewer than {FEW_TICKETS} tickets",
            evidence=some(few),
            action="label more tickets of these",
        )


def _one_a_ticket(table: ScoreTable) -> IntArray:
    """The gold label of each ticket once, however often it was asked."""
    if table.repeats is None:
        return table.truth
    first = {one.ticket: i for i, one in reversed(list(enumerate(table.repeats)))}
    return table.truth[list(first.values())]


@check("TB202")
def never_predicted(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Labels that never win: no precision, and a hint that the rubric is too narrow."""
    if table.n_scored == 0:
        return
    wins = np.bincount(table.top, minlength=len(table.labels))
    yield from silent_labels(table.provenance, table.labels, wins)


def silent_labels(of: Provenance, labels: Sequence[str], wins: IntArray) -> Iterator[Finding]:
    """The same from how often each label wins."""
    silent = [label for label, n in zip(labels, wins, strict=True) if n == 0]
    if silent:
        yield Finding(
            code="TB202",
            severity="warning",
            title="labels that never have the highest score",
            evidence=f"{of.rubric_set}: {words(silent)}",
            action="widen their rubrics, or drop the labels; their precision is undefined",
        )


@check("TB204")
def inexpressible(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Gold labels this rubric set does not have: their tickets are all wrong."""
    outside = table.gold_labels[len(table.labels) :]
    n = int((table.truth >= len(table.labels)).sum())
    yield from outside_of_set(table.provenance, outside, n)


def outside_of_set(of: Provenance, outside: Sequence[str], n: int) -> Iterator[Finding]:
    """The same from the labels that the set lacks, and the tickets that have one of them."""
    if n:
        yield Finding(
            code="TB204",
            severity="warning",
            title="gold labels without a rubric in this set",
            evidence=f"{of.rubric_set} lacks {words(outside)}: {n} tickets, all counted as wrong",
            action=_for_inexpressible(of, outside[0]),
        )


def _for_inexpressible(of: Provenance, label: str) -> str:
    """What to do about them: a table of predictions has no rubrics to add to."""
    action = "add the rubrics, or compare on the labels both sets have"
    if of.endpoint != "table":
        return action
    plain = f"{clipped(label)}={NONE_LABEL}"
    named = plain if label.replace("-", "_").isidentifier() else f"'{plain}'"
    return f"{action}; where no label of a table fits: --labels {named}"


@check("TB205", needs="top score")
def coarse_scores(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Scores printed with so few digits that a fitted temperature is biased."""
    if table.n_scored:
        yield from few_decimals(printed_decimals(table.scores))


def few_decimals(decimals: int) -> Iterator[Finding]:
    """The same from the number of decimals."""
    if decimals <= 2:
        yield Finding(
            code="TB205",
            severity="warning",
            title=f"scores are printed with {decimals} decimal{'s' * (decimals != 1)}",
            evidence="a temperature fitted on such scores is biased, and many tickets tie",
            action="ask the endpoint for more digits",
        )


@check("TB206", needs="top score")
def few_for_calibration(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Too few tickets for a calibration error: a perfectly calibrated model shows one too."""
    yield from few_to_calibrate(table.n_tickets)


def few_to_calibrate(n: int) -> Iterator[Finding]:
    """The same from the number of tickets."""
    if 0 < n < FEW_FOR_CALIBRATION:
        yield Finding(
            code="TB206",
            severity="note",
            title=f"fewer than {FEW_FOR_CALIBRATION} tickets for the calibration error",
            evidence=f"{n} tickets; at 200, perfect calibration shows about 0.08",
            action="compare calibration errors only between sets with the same tickets",
        )


@check("TB208")
def few_groups(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Groups so few, or one so large, that intervals over groups are wide and rough."""
    sizes = np.bincount(group_index(table.groups)) if table.n_scored else np.zeros(0, np.int64)
    if 1 < len(sizes) < table.n_scored:
        yield from few_effective(len(sizes), int(sizes.max()), table.groups)


def few_effective(n_groups: int, largest_group: int, groups: Groups) -> Iterator[Finding]:
    """The same of groups of which one holds two tickets at least."""
    effective = effective_groups(groups)
    if effective < FEW_GROUPS:
        largest = 100 * largest_group / n_tickets(groups)
        yield Finding(
            code="TB208",
            severity="warning",
            title="few groups of tickets",
            evidence=f"{n_groups} groups, worth {effective:.1f} of one size; the largest holds "
            f"{largest:.0f}% of the tickets",
            action="add tickets of other customers; more of the same do not narrow the intervals",
        )


@check("TB209", needs="every score")
def rounded_sums(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Answers whose scores do not sum to 1, which whoever read them let pass."""
    off = np.abs(table.scores.sum(axis=1) - 1)
    n, most = int((off > SUM_NOISE).sum()), float(off.max(initial=0.0))
    yield from sums_off(table.provenance, table.n_scored, n, most)


def sums_off(of: Provenance, n_scored: int, n: int, most: float) -> Iterator[Finding]:
    """The same from how many answers are off, and by how much at most."""
    if n:
        yield Finding(
            code="TB209",
            severity="note",
            title="scores that do not sum to 1",
            evidence=f"{of.rubric_set}: {n} of {n_scored} answers, by up to {most:.2g}",
            action="none: scores are kept as they came, never renormalised",
        )


@check("TB210", needs="every score")
def ties(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Tickets whose highest score two or more labels share."""
    shared = (table.scores == table.top_score[:, None]).sum(axis=1) > 1
    yield from tied(table.provenance, table.n_scored, int(shared.sum()))


def tied(of: Provenance, n_scored: int, n: int) -> Iterator[Finding]:
    """The same from the number of tickets with a tie."""
    if n:
        yield Finding(
            code="TB210",
            severity="note",
            title="tickets with a tie at the top",
            evidence=f"{of.rubric_set}: {n} of {n_scored}; each goes to the "
            "label that comes first in the rubric set",
            action="ask the endpoint for more digits, or make the rubrics more specific",
        )


@check("TB211")
def heavy_writers(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Customers with many tickets that are right more or less often than the others."""
    group = group_index(table.groups) if table.n_scored else np.zeros(0, np.int64)
    sizes = np.bincount(group)
    if not FEW_GROUPS <= len(sizes) < table.n_scored:
        return
    by_ticket = float(table.right.mean())
    share = np.bincount(group, weights=table.right) / sizes
    by_customer = float(share.mean())
    # The difference is a weighted sum over customers: so much of it may be chance.
    weight = sizes / table.n_scored - 1 / len(sizes)
    chance = 1.96 * float(np.sqrt((weight**2 * (share - by_customer) ** 2).sum()))
    if abs(by_ticket - by_customer) > max(HEAVY_WRITERS, chance):
        how = "less" if by_ticket < by_customer else "more"
        yield Finding(
            code="TB211",
            severity="note",
            title=f"tickets of large groups are right {how} often",
            evidence=f"{table.provenance.rubric_set}: {100 * by_ticket:.1f}% right by ticket, "
            f"{100 * by_customer:.1f}% by group, a customer or near-duplicates",
            action="look at the largest groups; a promised threshold counts both",
        )


@check("TB212")
def less_than_every_score(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Answers of which only the top label, or that and its score, is known."""
    if table.complete:
        return
    name = table.provenance.rubric_set
    if table.known == "top score":
        known = "the top label and its score are"
        dashes = "log loss, the Brier score over all labels, second labels and temperature"
        rest = "nothing is escalated"
    else:
        known = "the top label is"
        dashes = "calibration, coverage, thresholds, cost and all else that needs a score"
        rest = "nothing is routed"
    yield Finding(
        code="TB212",
        severity="note",
        title=f"only {known} known of each answer",
        evidence=f"{name}: {dashes} are dashes; {rest}",
        action="export the score of every label to see these",
    )


@check("TB213", needs="every score")
def stated_otherwise(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Rows whose column top_label says another label than their largest score."""
    if table.stated is None:
        return
    labelled = table.truth != NONE
    yield from contradicted(
        table.n_scored,
        int((table.stated != table.top).sum()),
        n_labelled=int(labelled.sum()),
        right=int(table.right[labelled].sum()),
        right_stated=int((table.stated == table.truth)[labelled].sum()),
    )


def contradicted(
    n_scored: int, n: int, *, n_labelled: int, right: int, right_stated: int
) -> Iterator[Finding]:
    """The same from the rows of which `n` contradict themselves, and how many with a gold label are
    right by either column.
    """
    by_scores, by_column = (_share(hits, n_labelled) for hits in (right, right_stated))
    yield Finding(
        code="TB213",
        severity="warning",
        title="two columns contradict each other",
        evidence=f"{n} of {n_scored} rows: top_label is not the largest score; judged by the "
        f"scores: {by_scores} (by top_label: {by_column})",
        action="find out which of the columns the system goes by, and leave the other out",
    )


def _share(hits: int, n: int) -> str:
    """A share as "78.3 %"; a dash without tickets."""
    return f"{100 * (hits / n):.1f} %" if n else "–"


@check("TB214")
def uneven_repeats(table: ScoreTable, pairs: tuple[PairDiagnosis, ...]) -> Iterator[Finding]:
    """Tickets that were not answered equally often."""
    if table.repeats is None or table.n_scored == 0:
        return
    answers = Counter(Counter(one.ticket for one in table.repeats).values())
    if len(answers) > 1:
        told = [f"{n} with {times}" for times, n in sorted(answers.items())]
        yield Finding(
            code="TB214",
            severity="warning",
            title="tickets with unequal numbers of answers",
            evidence=f"{table.provenance.rubric_set}: {words(told)}; a ticket with more answers "
            "weighs more",
            action="ask each ticket equally often, or leave out repeats that are not whole",
        )
