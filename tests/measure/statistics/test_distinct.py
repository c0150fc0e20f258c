"""The different values are those that np.unique finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.measure.statistics.distinct import distinct


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.5000001, 0.9, 1.0])))
def test_different_floats_are_those_of_numpy(values: list[float]) -> None:
    found = distinct(np.array(values, dtype=np.float64))
    assert found.tolist() == np.unique(values).tolist()


@pytest.mark.parametrize("values", [[], [7], [3, -1, 3, 2, -1]])
def test_different_whole_numbers_stay_whole(values: list[int]) -> None:
    found = distinct(np.array(values, dtype=np.int64))
    assert (found.tolist(), found.dtype) == (sorted(set(values)), np.int64)
