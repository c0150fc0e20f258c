"""Quantiles of latencies; what a whole board holds is tested on runs."""

from __future__ import annotations

import math

import hypothesis.strategies as st
from hypothesis import given

from ticketbench.measure.endpoints.effort import latency


def test_no_times_are_no_latency() -> None:
    found = latency(())
    assert found.n == 0
    assert math.isnan(found.p50_ms)
    assert math.isnan(found.p95_ms)


def test_quantiles_are_times_that_were_taken() -> None:
    found = latency([10, 20, 30, 40])
    assert (found.n, found.p50_ms, found.p95_ms) == (4, 20, 40)
    assert latency(range(1, 101)).p95_ms == 95


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_half_and_nineteen_of_twenty_were_as_quick(ms: list[int]) -> None:
    found = latency(ms)
    for share, at in ((0.5, found.p50_ms), (0.95, found.p95_ms)):
        assert at in ms
        assert sum(one <= at for one in ms) >= share * len(ms)
        assert sum(one < at for one in ms) < share * len(ms)
