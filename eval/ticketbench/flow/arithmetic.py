"""Sums that come out alike on every machine."""

from __future__ import annotations

_SPLIT_FROM = 10_000
"""BLAS gives longer vectors to several threads; see `interface/dot.c` of OpenBLAS."""


def sums_in_one_order(n: int | None = None) -> None:
    """Have BLAS add up in one thread from now on, in the whole process.

    Several threads add up in another order, so the last bit would depend on their number. With `n`
    only where vectors of that length would be split: loading what sets the limit takes 20 ms. A
    limit that ends would end that of the minilm engine too.
    """
    if n is not None and n <= _SPLIT_FROM:
        return
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, "blas")
