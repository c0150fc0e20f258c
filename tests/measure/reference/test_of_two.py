"""The flat map of two tables, against the frozen reference values of the pair p."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from tables import ORACLES, table
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.reference.of_two import pair_reference_values

ENTRIES: dict[str, Any] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))[
    "p_paired"
]
PRODUCTS = sorted(k for k, e in ENTRIES.items() if isinstance(e, dict) and e["role"] == "product")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    a, b = (read_score_table(ORACLES / f"p_paired_rubric_{side}.csv") for side in "ab")
    same = a.provenance.dataset_fingerprint
    b = replace(b, provenance=replace(b.provenance, dataset_fingerprint=same))
    return pair_reference_values(a, b)


@pytest.mark.parametrize("key", PRODUCTS)
def test_the_pair_has_the_value_of_the_reference(found: dict[str, Any], key: str) -> None:
    expected, tol = ENTRIES[key]["value"], ENTRIES[key]["tol"]
    if isinstance(expected, dict):
        assert {k: found[key][k] for k in expected} == pytest.approx(expected, abs=tol)
    else:
        assert found[key] == pytest.approx(expected, abs=tol)


def test_no_quantity_is_nameless_in_the_reference(found: dict[str, Any]) -> None:
    assert sorted(found) == PRODUCTS


def test_a_pair_without_labelled_tickets_is_nan_or_zero() -> None:
    empty = table([], [])
    found = pair_reference_values(empty, empty)
    assert found["contingency"] == {"both": 0, "only_a": 0, "only_b": 0, "neither": 0}
    assert math.isnan(found["accuracy_a"])
    assert all(math.isnan(end) for end in found["bootstrap_diff_ci95_cluster_percentile"])
