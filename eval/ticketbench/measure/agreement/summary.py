"""What double labelling tells: how often people agree, on which labels they do not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ticketbench.core.types import Estimate
from ticketbench.measure.agreement.alpha import alpha
from ticketbench.measure.agreement.kappa import kappa
from ticketbench.measure.agreement.said import Said, annotators, confused, double, label_counts
from ticketbench.measure.statistics.intervals import wilson

FEW = 30
"""Below so many tickets with two answers the intervals are rough: large-sample formulas need about
that many."""

MOST_PAIRS = 5

Coefficient = Literal["kappa", "alpha"]
"""Cohen's kappa for two people, else Krippendorff's alpha."""


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """Of the answers that say `label`, the share of other answers to the same ticket that do, too.

    n  tickets with two answers or more on which anybody said it
    """

    label: str
    share: float
    n: int


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Two labels, and on how many tickets one person said one and another the other."""

    first: str
    second: str
    n: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far people agree on tickets that two or more of them labelled.

    n_double     tickets with two answers or more; all that follows is of these
    agreed       share of them on which everybody said the same
    coefficient  agreement beyond chance, and by which formula
    """

    n_tickets: int
    n_annotations: int
    n_annotators: int
    n_double: int
    agreed: Estimate
    coefficient: Coefficient
    beyond_chance: Estimate
    labels: tuple[LabelAgreement, ...]
    pairs: tuple[ConfusedPair, ...]

    @property
    def n_agreed(self) -> int:
        """Tickets on which everybody said the same."""
        return round(self.agreed.value * self.n_double)

    @property
    def few(self) -> bool:
        """Whether there are too few tickets with two answers for the intervals to be trusted."""
        return self.n_double < FEW


def agreement(said: Said, *, seed: int = 0) -> Agreement | None:
    """How far people agree; None where no ticket has two answers."""
    twice = double(said)
    n = sum(twice.values())
    if n == 0:
        return None
    same = sum(times for answers, times in twice.items() if len(label_counts(answers)) == 1)
    ends = wilson(same, n)
    people = annotators(said)
    two = len(people) == 2 and "" not in people and all(len(set(a)) == 2 for a in map(_who, twice))
    return Agreement(
        n_tickets=sum(said.values()),
        n_annotations=sum(len(answers) * times for answers, times in said.items()),
        n_annotators=_n_people(said),
        n_double=n,
        agreed=Estimate(same / n, ends.low, ends.high, n, "Wilson"),
        coefficient="kappa" if two else "alpha",
        beyond_chance=_kappa(twice, people) if two else alpha(twice, seed=seed),
        labels=_labels(twice),
        pairs=_pairs(twice),
    )


def _n_people(said: Said) -> int:
    """All who are named, and as many more as answered one ticket without a name."""
    unnamed = (sum(not who for who in _who(answers)) for answers in said)
    return len({*annotators(said)} - {""}) + max(unnamed, default=0)


def _who(answers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(who for who, _ in answers)


def _kappa(said: Said, people: list[str]) -> Estimate:
    """Of two people, the first of whom gives the rows."""
    labels = sorted({label for answers in said for _, label in answers})
    place = {label: i for i, label in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)))
    for answers, times in said.items():
        of = dict(answers)
        table[place[of[people[0]]], place[of[people[1]]]] += times
    return kappa(table)


def _labels(said: Said) -> tuple[LabelAgreement, ...]:
    """Specific agreement (Cicchetti and Feinstein 1990), the label on most tickets first."""
    same, pairs, tickets = Counter[str](), Counter[str](), Counter[str]()
    for answers, times in said.items():
        for label, n in label_counts(answers).items():
            same[label] += n * (n - 1) * times
            pairs[label] += n * (len(answers) - 1) * times
            tickets[label] += times
    order = sorted(tickets, key=lambda label: (-tickets[label], label))
    return tuple(LabelAgreement(one, same[one] / pairs[one], tickets[one]) for one in order)


def _pairs(said: Said) -> tuple[ConfusedPair, ...]:
    """The five pairs of labels that are confused on most tickets."""
    found = sorted(confused(said).items(), key=lambda one: (-one[1], one[0]))[:MOST_PAIRS]
    return tuple(ConfusedPair(first, second, n) for (first, second), n in found)
