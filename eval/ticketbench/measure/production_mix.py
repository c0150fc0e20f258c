"""What the numbers would be if the queue had another mix of labels than the labelled tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import ROUTE, Policy
from ticketbench.core.types import NONE, Estimate, ScoreTable, Value
from ticketbench.measure.prior_shift import MixWeights, mix_weights, weighted_share


@dataclass(frozen=True, slots=True, eq=False)
class LabelShare(Value):
    """The share of a label among tickets with a gold label, here and in production."""

    label: str
    here: float
    production: float


@dataclass(frozen=True, slots=True, eq=False)
class ProductionMix(Value):
    """One rubric set at the mix of labels in production; gold `__none__` is left out.

    n            tickets with a gold label
    n_effective  how many equally weighted tickets would say as much; NaN when labels are missing
    missing      labels of the mix without a ticket here: then every estimate is undefined
    estimated_from  unlabelled tickets the mix was estimated from; 0 for a mix that is known
    usable       the estimate converged on at least 300 tickets; True for a mix that is known
    """

    rubric_set: str
    n: int
    n_effective: float
    missing: tuple[str, ...]
    labels: tuple[LabelShare, ...]
    accuracy: Estimate
    coverage: Estimate
    selective_precision: Estimate
    estimated_from: int = 0
    usable: bool = True


def production_mix(table: ScoreTable, policy: Policy, mix: Mapping[str, float]) -> ProductionMix:
    """Accuracy and routing re-weighted to `mix`, shares or counts by label.

    Assumes that tickets of one label look alike here and there (Saerens et al. 2002): only how
    many there are differs. A label that `mix` does not name has share 0.
    """
    tickets = table.rows(table.truth != NONE)
    target = [float(mix.get(label, 0.0)) for label in tickets.gold_labels]
    weights = mix_weights(tickets.truth, tickets.gold_labels, target)
    decisions = policy.decide(tickets.scores, tickets.labels)
    routed = decisions.outcome == ROUTE
    chosen = MixWeights(weights.of_ticket[routed], weights.n_effective, weights.missing)
    return ProductionMix(
        rubric_set=table.provenance.rubric_set,
        n=tickets.n_scored,
        n_effective=weights.n_effective,
        missing=weights.missing,
        labels=_labels(tickets, target),
        accuracy=weighted_share(tickets.right, weights, tickets.groups),
        coverage=weighted_share(routed, weights, tickets.groups),
        selective_precision=weighted_share(tickets.right[routed], chosen, tickets.groups[routed]),
    )


def _labels(tickets: ScoreTable, target: list[float]) -> tuple[LabelShare, ...]:
    counts = np.bincount(tickets.truth, minlength=len(tickets.gold_labels))
    n, total = max(1, tickets.n_scored), sum(target) or 1.0
    rows = zip(tickets.gold_labels, counts.tolist(), target, strict=True)
    return tuple(LabelShare(label, count / n, share / total) for label, count, share in rows)
