"""Is the share wrong among some tickets below a risk, one by one and customer by customer?"""

from __future__ import annotations

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray, IntArray
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.groups import (
    Counted,
    Groups,
    group_index,
    n_tickets,
    sizes_of,
    times_of,
)

_MOST_BINS, _TICKETS_A_BIN = 20, 25
_LEAST_VARIANCE = 1e-4


def exact_p(errors: IntArray, n: IntArray, *, risk: float) -> FloatArray:
    """P(Binomial(n, risk) <= errors), elementwise: chance of so few if the share were `risk`."""
    return np.asarray(special.bdtr(errors.astype(np.float64), n, risk))


def grouped_p(wrong: BoolArray, groups: Groups, *, risk: float, correlation: float) -> float:
    """The same for tickets of groups, whose numbers are shrunk to what they are worth.

    M tickets with E errors count as M/deff and E/deff, deff = 1 + (Σ M_g²/M - 1) · correlation
    (Kish 1965), in the binomial with counts that need not be whole. Single tickets: the exact test.
    No tickets: 1.
    """
    if len(wrong) == 0:
        return 1.0
    tickets, sizes = n_tickets(groups), sizes_of(groups).astype(np.float64)
    # A ticket that stands alone adds 1 to the squares, as to the tickets.
    squares = float(sizes @ sizes) + tickets - float(sizes.sum())
    deff = 1 + (squares / tickets - 1) * correlation
    n, errors = tickets / deff, int(times_of(groups)[wrong].sum()) / deff
    return float(special.betainc(max(n - errors, 1e-9), errors + 1, 1 - risk))


def correlation_of_errors(score: FloatArray, wrong: BoolArray, groups: Groups) -> float:
    """Correlation of being wrong inside groups, what the score tells taken out; 0 to 1.

    Residuals r of `wrong` in up to 20 equal bins of the score, in units of their standard
    deviation: Σ_g [(Σ r)² - Σ r²] / Σ_g n_g (n_g - 1). Tied scores share a bin. No pairs: 0.
    """
    sizes = sizes_of(groups).astype(np.float64)
    pairs = float((sizes * (sizes - 1)).sum())
    if pairs == 0:
        return 0.0
    residual = _residuals(score, wrong, times_of(groups))
    if isinstance(groups, Counted):
        shared = groups.sum_of_squares(residual) - float(groups.times @ residual**2)
    else:
        of_group = np.bincount(group_index(groups), weights=residual)
        shared = float((of_group**2).sum() - (residual**2).sum())
    return min(1.0, max(0.0, shared / pairs))


def _residuals(score: FloatArray, wrong: BoolArray, times: IntArray) -> FloatArray:
    """Of each row, which stands for as many tickets as `times` says."""
    tickets = int(times.sum())
    bins = max(1, min(_MOST_BINS, tickets // _TICKETS_A_BIN))
    order = np.argsort(score)
    before = np.concatenate([[0], np.cumsum(times[order])])
    first = before[np.searchsorted(score[order], score, side="left")]
    last = before[np.searchsorted(score[order], score, side="right")]
    place = (first + last) / (2 * tickets)
    bin_of = np.minimum((place * bins).astype(np.int64), bins - 1)
    n = np.bincount(bin_of, weights=times, minlength=bins)
    share = np.bincount(bin_of, weights=wrong * times, minlength=bins) / np.maximum(n, 1)
    variance = np.maximum(share * (1 - share), _LEAST_VARIANCE)
    return np.asarray((wrong - share[bin_of]) / np.sqrt(variance[bin_of]))
