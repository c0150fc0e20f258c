"""What the numbers would be if the queue had another mix of labels than the labelled tickets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.policy import ROUTE, Policy
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import NONE, Estimate, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.sample.log_fit import LogFit, log_fit
from ticketbench.measure.sample.prior_shift import MixWeights, mix_weights, weighted_share

FEWEST_TICKETS = 300
"""Of either kind: with fewer, an estimated mix adds more variance than the bias it takes away."""

FEWEST_NONE = 20
"""Gold `__none__` tickets that show how such tickets are answered; as few as a label may have
before the dataset is warned about (TB106)."""

_ODD = 0.05
"""A log that fits is refused about this often; at less, more that do not fit would pass."""

_WIDEST = 0.6
"""Of the interval of the accuracy: eight labelled tickets would say as much."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelShare(Value):
    """The share of a label here, among the tickets that take part, and in production."""

    label: str
    here: float
    production: float


@dataclass(frozen=True, slots=True, eq=False)
class ProductionMix(Value):
    """One rubric set at the mix of labels in production.

    Gold `__none__` tickets take part when `__none__` is one of `labels`: they count in coverage,
    and as wrong among those routed. Accuracy is about tickets with a gold label in any case.

    n            tickets that take part
    n_effective  how many equally weighted tickets would say as much; NaN when labels are missing
    missing      labels of the mix without a ticket here: then every estimate is undefined
    estimated_from  unlabelled tickets the mix was estimated from; 0 for a mix that is known
    fit_p        of an estimate: how often a log that differs in its mix alone looks at least as
                 odd; NaN for a mix that is known, and where nothing can be tested
    usable       the mix is known, or the log fits the labelled tickets as far as can be seen
    refused      why an estimate is not usable, in words; then every number is undefined
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
    fit_p: float = math.nan
    usable: bool = True
    refused: str = ""

    @property
    def with_none(self) -> bool:
        """Whether gold `__none__` tickets take part."""
        return any(share.label == NONE_LABEL for share in self.labels)


def production_mix(table: ScoreTable, policy: Policy, mix: Mapping[str, float]) -> ProductionMix:
    """Accuracy and routing re-weighted to `mix`, shares or counts by label.

    Assumes that tickets of one label look alike here and there (Saerens et al. 2002): only how
    many there are differs. A label that `mix` does not name has share 0; without `__none__` in it,
    those tickets are left out of both.
    """
    tickets = table if NONE_LABEL in mix else table.labelled()
    names = _names(table, with_none=NONE_LABEL in mix)
    target = [float(mix.get(name, 0.0)) for name in names]
    truth = np.where(tickets.truth == NONE, len(table.gold_labels), tickets.truth)
    weights = mix_weights(truth, names, target)
    outside = tuple(name for name, q in mix.items() if q > 0 and name not in names)
    if outside:
        # A label nobody here has cannot be weighted up, and without it the mix is another one.
        unknown = np.full(tickets.n_scored, math.nan)
        weights = MixWeights(unknown, math.nan, (*weights.missing, *outside))
    routed = policy.decide(tickets.scores, tickets.labels).outcome == ROUTE
    fits = tickets.truth != NONE
    among = [
        MixWeights(weights.of_ticket[kept], weights.n_effective, weights.missing)
        for kept in (fits, routed)
    ]
    return ProductionMix(
        rubric_set=table.provenance.rubric_set,
        n=tickets.n_scored,
        n_effective=weights.n_effective,
        missing=weights.missing,
        labels=_labels(truth, names, target),
        accuracy=weighted_share(tickets.right[fits], among[0], tickets.groups[fits]),
        coverage=weighted_share(routed, weights, tickets.groups),
        selective_precision=weighted_share(tickets.right[routed], among[1], tickets.groups[routed]),
    )


def estimated_mix(
    table: ScoreTable, unlabelled: FloatArray, groups: IntArray, policy: Policy
) -> ProductionMix:
    """The rubric set at the mix that its own `unlabelled` scores suggest (m x K, same columns).

    `groups` ties unlabelled tickets that are not independent. Gold `__none__` tickets are a part of
    the mix where the table has 20, else they are left out. Everything is as in `log_fit`. Not
    usable, with every number undefined and the reason in words: fewer than 300 tickets of either
    kind, a log that does not fit (p < 0.05) or cannot be tested, or one that leaves the accuracy
    open by more than 60 points.
    """
    with_none = int((table.truth == NONE).sum()) >= FEWEST_NONE
    tickets = table if with_none else table.labelled()
    names = _names(table, with_none=with_none)
    fit = None
    if min(tickets.n_scored, len(unlabelled)) >= FEWEST_TICKETS:
        routed = policy.decide(tickets.scores, tickets.labels).outcome == ROUTE
        fit = log_fit(tickets, routed, unlabelled, groups)
    refused = _refusal(tickets.n_scored, len(unlabelled), fit)
    shares = (math.nan,) * len(names) if fit is None or refused else fit.shares
    mix = replace(
        production_mix(table, policy, dict(zip(names, shares, strict=False))),
        estimated_from=len(unlabelled),
        fit_p=math.nan if fit is None else fit.p,
        usable=not refused,
        refused=refused,
    )
    if fit is None or refused:
        none = Estimate.undefined(mix.n, "the mix cannot be estimated")
        return replace(mix, accuracy=none, coverage=none, selective_precision=none)
    return replace(
        mix,
        accuracy=fit.accuracy,
        coverage=fit.coverage,
        selective_precision=fit.selective_precision,
    )


def _refusal(n: int, n_log: int, fit: LogFit | None) -> str:
    """Why there is no estimate, to be read after "because"; empty when there is one."""
    if fit is None:
        kind, few = ("labelled", n) if n < FEWEST_TICKETS else ("in the log", n_log)
        return f"an estimate needs {FEWEST_TICKETS} tickets of either kind, and {few} are {kind}"
    if math.isnan(fit.p):
        return (
            "nothing shows whether the log fits the labelled tickets: both samples need more "
            "groups of tickets that are independent, or scores that differ more"
        )
    if fit.p < _ODD:
        return (
            "the log does not fit the labelled tickets in any mix of their labels: its tickets are "
            f"harder, easier or of another kind (p = {fit.p:.2g})"
        )
    if not fit.accuracy.high - fit.accuracy.low <= _WIDEST:
        low, high = 100 * fit.accuracy.low, 100 * fit.accuracy.high
        return f"the log leaves any accuracy between {low:.0f}% and {high:.0f}% open"
    return ""


def _names(table: ScoreTable, *, with_none: bool) -> tuple[str, ...]:
    return (*table.gold_labels, NONE_LABEL) if with_none else table.gold_labels


def _labels(
    truth: IntArray, names: Sequence[str], target: Sequence[float]
) -> tuple[LabelShare, ...]:
    counts = np.bincount(truth, minlength=len(names))
    n, total = max(1, len(truth)), sum(target) or 1.0
    rows = zip(names, counts.tolist(), target, strict=True)
    return tuple(LabelShare(label, count / n, share / total) for label, count, share in rows)
