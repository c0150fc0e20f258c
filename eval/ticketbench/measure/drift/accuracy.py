"""How often the top label is right under the mix of labels that a log suggests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ticketbench.core.types import Estimate, FloatArray
from ticketbench.measure.drift.reference import Reference
from ticketbench.measure.sample.prior_shift import most_likely_shares
from ticketbench.measure.statistics.resampling import percentile

_DRAWS = 400
_ITERATIONS = 400
_METHOD = "recall by label at the mix that the top labels suggest"


def expected_accuracy(reference: Reference, top_labels: Sequence[int], *, seed: int) -> Estimate:
    """Recall of each label weighted by how common the label is in the log, as far as that shows.

    The mix is the one that explains best how often each label came out on top, given how the
    evaluation's tickets of each gold label were answered (Saerens et al. 2002). Assumes that within
    each label the answers are as right as in the evaluation; nothing here can see otherwise.
    The interval draws both samples anew (percentile bootstrap; rows of the confusion with a
    Dirichlet of weight 1 beside their counts, so that a recall of 1 is no certainty). n is that of
    the log. Undefined: no decisions, or a label without a gold ticket in the reference.
    """
    counts, k = np.asarray(reference.confusion, dtype=np.float64), len(reference.labels)
    now, m = np.asarray(top_labels, dtype=np.float64), int(sum(top_labels))
    if m == 0 or reference.n == 0:
        return Estimate.undefined(m, "no decisions to tell the mix from")
    missing = [label for label, row in zip(reference.labels, counts, strict=False) if not row.sum()]
    if missing:
        return Estimate.undefined(m, f"no tickets of {', '.join(missing)} in the evaluation")
    rates = counts / counts.sum(axis=1, keepdims=True)
    start = counts.sum(axis=1) / counts.sum()
    value = _accuracy(most_likely_shares(rates, now / m, start.tolist()), np.diag(rates[:k]))
    rng = np.random.default_rng(seed)
    drawn = np.stack([rng.dirichlet(row + 1 / k, size=_DRAWS) for row in counts], axis=1)
    observed = rng.multinomial(m, now / m, size=_DRAWS) / m
    shares = _shares(drawn, observed, start)
    recalls = np.diagonal(drawn[:, :k], axis1=1, axis2=2)
    ends = percentile(_accuracies(shares, recalls))
    return Estimate(value, min(ends.low, value), max(ends.high, value), m, _METHOD)


def _accuracy(shares: FloatArray, recall: FloatArray) -> float:
    return float(_accuracies(shares[None], recall[None])[0])


def _accuracies(shares: FloatArray, recall: FloatArray) -> FloatArray:
    """Among tickets that have a label: those of `__none__` can be right for nobody."""
    own = shares[:, : recall.shape[1]]
    return np.asarray((own * recall).sum(axis=1) / np.maximum(own.sum(axis=1), 1e-300))


def _shares(rates: FloatArray, observed: FloatArray, start: FloatArray) -> FloatArray:
    """Expectation-maximisation of every draw at once: B x R x K rates, B x K observed."""
    q = np.tile(start, (len(rates), 1))
    for _ in range(_ITERATIONS):
        seen = np.einsum("br,brk->bk", q, rates)
        update = q * np.einsum("brk,bk->br", rates, observed / np.maximum(seen, 1e-300))
        update /= update.sum(axis=1, keepdims=True)
        settled = np.abs(update - q).max() < 1e-6
        q = update
        if settled:
            break
    return np.asarray(q)
