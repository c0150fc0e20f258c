"""What the numbers would be if the queue had another mix of labels than the labelled tickets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.policy import ROUTE, Policy, at_temperature
from ticketbench.core.types import NONE, Estimate, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.calibration.bins import cross_fitted, fit_temperature
from ticketbench.measure.sample.prior_shift import MixWeights, em_prior, mix_weights, weighted_share

_MOST_MISSED = 0.1
"""Total variation that an estimated mix may be off where the true one is known."""


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
    self_check   of an estimate: half the sum of absolute errors when the same is done with the
                 labelled tickets, whose mix is known; NaN for a mix that is known
    usable       the estimate rests on 300 tickets of both kinds and passes its own check
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
    self_check: float = math.nan
    usable: bool = True


def production_mix(table: ScoreTable, policy: Policy, mix: Mapping[str, float]) -> ProductionMix:
    """Accuracy and routing re-weighted to `mix`, shares or counts by label.

    Assumes that tickets of one label look alike here and there (Saerens et al. 2002): only how
    many there are differs. A label that `mix` does not name has share 0.
    """
    tickets = table.rows(table.truth != NONE)
    target = [float(mix.get(label, 0.0)) for label in tickets.gold_labels]
    weights = mix_weights(tickets.truth, tickets.gold_labels, target)
    outside = tuple(name for name, q in mix.items() if q > 0 and name not in tickets.gold_labels)
    if outside:
        # A label nobody here has cannot be weighted up, and without it the mix is another one.
        unknown = np.full(tickets.n_scored, math.nan)
        weights = MixWeights(unknown, math.nan, (*weights.missing, *outside))
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


def estimated_mix(
    table: ScoreTable, unlabelled: FloatArray, folds: IntArray, policy: Policy
) -> ProductionMix:
    """The rubric set at the mix that its own `unlabelled` scores suggest (m x K, same columns).

    Expectation-maximisation on scores at a fitted temperature (Saerens et al. 2002). One
    temperature does not make every label calibrated, and then the estimate is far off. So the same
    is done with the labelled tickets, each at a temperature of the other folds: unless their known
    mix is found within a total variation of 0.1, and both samples have 300 tickets, the estimate
    is not usable and every number at it is undefined.
    """
    expressible = (table.truth != NONE) & (table.truth < len(table.labels))
    tickets = table.rows(expressible)
    counts = np.bincount(tickets.truth, minlength=len(table.labels))
    known = counts / max(1, counts.sum())
    own = em_prior(cross_fitted(tickets.scores, tickets.truth, folds[expressible]), known.tolist())
    missed = float(np.abs(np.array(own.prior) - known).sum() / 2)
    temperature = fit_temperature(table.scores, table.truth)
    found = em_prior(at_temperature(unlabelled, temperature), known.tolist())
    usable = found.usable and own.usable and missed <= _MOST_MISSED
    mix = production_mix(table, policy, dict(zip(table.labels, found.prior, strict=True)))
    if not usable:
        undefined = Estimate.undefined(mix.n, "the mix cannot be estimated")
        mix = replace(mix, accuracy=undefined, coverage=undefined, selective_precision=undefined)
    return replace(mix, estimated_from=found.n, self_check=missed, usable=usable)
