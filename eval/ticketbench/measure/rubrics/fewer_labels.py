"""What fewer labels would send out at an equal risk: one pair joined after the other.

A coarser answer is easier to get right, so with fewer labels more goes out: what that is worth is
for those to say who sort what arrives under a joined label.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import Policy, reaches
from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.rubrics.joined import FEWEST_LABELS, joined_table, joined_tops
from ticketbench.measure.statistics.intervals import share
from ticketbench.measure.thresholds.choose import FEWEST_TICKETS, fold_of_ticket
from ticketbench.measure.thresholds.descriptive import descriptive_policy
from ticketbench.measure.thresholds.tickets import OFF, Tickets

FEW_LABELS = 4
"""The guide's "four to six": a set of more labels is followed down to four, a smaller one to two.
"""

MOST_WORK = 50_000_000
"""Pairs times tickets that are tried: under ten seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class FewerStep(Value):
    """A set of labels on the path, judged on the tickets that no pair was chosen on.

    labels     what each label is made of, in the order of the set
    joined     what was joined last; empty for the set as it is
    threshold  the lowest that kept to the risk on the tickets of the choice; NaN where none did
    accuracy   share right by the top label, of the labelled tickets
    routed     share at the threshold or above; `right` among these, gold `__none__` never
    """

    labels: tuple[tuple[str, ...], ...]
    joined: tuple[str, ...]
    threshold: float
    accuracy: Estimate
    routed: Estimate
    right: Estimate


@dataclass(frozen=True, slots=True)
class FewerLabels:
    """The path from all labels to few; a step a pair.

    min_precision       share right of what goes out that the thresholds were chosen for
    n_chosen, n_judged  tickets that pairs and thresholds were chosen on, and judged on
    """

    min_precision: float
    n_chosen: int
    n_judged: int
    steps: tuple[FewerStep, ...]


@dataclass(frozen=True, slots=True)
class NoPath:
    """Why there is no path to few labels, in words."""

    why: str


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """A pair, and how it does on the tickets of the choice; more is better."""

    pair: tuple[str, str]
    worth: tuple[float, float]


def fewer_labels(table: ScoreTable, *, min_precision: float, seed: int) -> FewerLabels | NoPath:
    """Joins the pair with which most goes out at the risk, then the next, with scores added.

    The rule: on one half of the tickets, the pair whose joining lets most of them pass the lowest
    threshold of the grid at which `min_precision` of what passes is right (`descriptive_policy`,
    by top score alone, nothing escalated); of equal ones the one that is right most often, then the
    first in label order. Pair and threshold are judged on the other half; groups stay together.
    NoPath with under 50 tickets in a half, two labels, or too many labels to try all pairs.
    """
    k = len(table.labels)
    folds = fold_of_ticket(table.groups, n_folds=2, seed=seed)
    halves = table.rows(folds == 0), table.rows(folds != 0)
    least = min(half.n_scored for half in halves)
    if k < FEWEST_LABELS or least < FEWEST_TICKETS:
        return NoPath(_too_few(k, table.n_scored, least))
    target = FEW_LABELS if k > FEW_LABELS else 2
    work = sum(i * (i - 1) // 2 for i in range(target + 1, k + 1)) * halves[0].n_scored
    if work > MOST_WORK:
        return NoPath(f"{k} labels have too many pairs to try one after the other")
    return FewerLabels(
        min_precision=min_precision,
        n_chosen=halves[0].n_scored,
        n_judged=halves[1].n_scored,
        steps=_steps(halves, target, min_precision),
    )


def _too_few(k: int, n: int, least: int) -> str:
    if k < FEWEST_LABELS:
        return f"{k} labels cannot become fewer"
    in_each = (
        f"pairs are chosen on one half and judged on the other, {FEWEST_TICKETS} at least in each"
    )
    if n < 2 * FEWEST_TICKETS:
        return f"{n} tickets are too few: {in_each}"
    return f"groups stay whole, which leaves {least} of {n} tickets in a half: {in_each}"


def _steps(
    halves: tuple[ScoreTable, ScoreTable], target: int, min_precision: float
) -> tuple[FewerStep, ...]:
    seen, unseen = halves
    members: dict[str, tuple[str, ...]] = {label: (label,) for label in seen.labels}
    steps = [_step(seen, unseen, members, (), min_precision)]
    while len(seen.labels) > target:
        first, second = _best(seen, min_precision)
        joined = (*members.pop(first), *members.pop(second))
        name = " + ".join(joined)
        members[name] = joined
        seen, unseen = (joined_table(one, first, second, name=name) for one in (seen, unseen))
        steps.append(_step(seen, unseen, members, joined, min_precision))
    return tuple(steps)


def _best(seen: ScoreTable, min_precision: float) -> tuple[str, str]:
    """The pair to join, by the tickets of the choice alone."""
    choices = []
    for pair, score, right in joined_tops(seen):
        threshold = _threshold(score, right, seen.groups, min_precision)
        worth = float(reaches(score, threshold).mean()), float(right.mean())
        choices.append(_Choice(pair, worth))
    return max(choices, key=lambda one: one.worth).pair


def _threshold(
    score: FloatArray, right: BoolArray, groups: IntArray, min_precision: float
) -> float:
    """The lowest of the grid at which enough of what passes is right; infinity where none is."""
    nothing = np.zeros(len(score))
    top = np.zeros(len(score), dtype=np.int64)
    tickets = Tickets((), top, score, nothing, nothing, right, groups)
    return descriptive_policy(tickets, Policy(escalate_above=OFF), min_precision).threshold


def _step(
    seen: ScoreTable,
    unseen: ScoreTable,
    members: dict[str, tuple[str, ...]],
    joined: tuple[str, ...],
    min_precision: float,
) -> FewerStep:
    threshold = _threshold(seen.top_score, seen.right, seen.groups, min_precision)
    routed = np.asarray(reaches(unseen.top_score, threshold))
    labelled = unseen.labelled()
    return FewerStep(
        labels=tuple(members[label] for label in unseen.labels),
        joined=joined,
        threshold=threshold if math.isfinite(threshold) else math.nan,
        accuracy=share(labelled.right, labelled.groups),
        routed=share(routed, unseen.groups),
        right=share(unseen.right[routed], unseen.groups[routed]),
    )
