from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import pytest

from tables import ORACLES, random_table, table
from ticketbench.core.types import ScoreTable
from ticketbench.measure.reference.of_one import QUANTITIES, SELECTIVE_AT, reference_values

VALUES: dict[str, dict[str, Any]] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))
TABLES = ("a_calibrated_n500_k4", "b_overconfident_n2000_k6", "c_tiny_n40_k3")


def products(of: str) -> dict[str, Any]:
    """The oracle's entries that the product is meant to reproduce."""
    entries = VALUES[of].items()
    return {k: v for k, v in entries if isinstance(v, dict) and v["role"] == "product"}


COVERED = [(t, key) for t in TABLES for key in products(t) if key in QUANTITIES.names()]


@pytest.fixture(scope="session")
def printed() -> dict[str, dict[str, Any]]:
    """`data.reference` of `ticketbench score FILE --json --reference`, by table."""
    found = {}
    for of in TABLES:
        command = [
            sys.executable,
            "-m",
            "ticketbench",
            "score",
            f"{of}.csv",
            "--json",
            "--reference",
        ]
        ran = subprocess.run(command, cwd=ORACLES, capture_output=True, check=False)
        assert ran.returncode == 0, ran.stderr.decode()
        found[of] = json.loads(ran.stdout)["data"]["reference"]
    return found


def agrees(found: Any, expected: Any, tol: float) -> bool:
    """Whether two values agree: numbers within `tol`, null with null, lists item by item.

    Of an object only the fields that both have are compared, and there must be some.
    """
    if isinstance(expected, dict):
        shared = found.keys() & expected.keys()
        return bool(shared) and all(agrees(found[k], expected[k], tol) for k in shared)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(
            agrees(f, e, tol) for f, e in zip(found, expected, strict=True)
        )
    if expected is None or (isinstance(expected, float) and math.isnan(expected)):
        return found is None
    if isinstance(expected, int):
        return bool(found == expected)
    return found is not None and abs(found - expected) <= tol


@pytest.mark.parametrize(("of", "key"), COVERED)
def test_score_prints_the_value_of_the_reference(
    printed: dict[str, dict[str, Any]], of: str, key: str
) -> None:
    entry = products(of)[key]
    assert agrees(printed[of][key], entry["value"], entry["tol"]), (
        f"printed {printed[of][key]}, reference {entry['value']}"
    )


@pytest.mark.parametrize("of", TABLES)
def test_every_product_quantity_of_the_reference_is_printed(of: str) -> None:
    assert sorted(set(products(of)) - set(QUANTITIES.names())) == []


@pytest.mark.parametrize("of", TABLES)
def test_score_prints_every_registered_quantity(
    printed: dict[str, dict[str, Any]], of: str
) -> None:
    assert tuple(printed[of]) == QUANTITIES.names()


@pytest.mark.parametrize("of", TABLES)
def test_labels_stand_in_the_order_of_the_reference(of: str) -> None:
    head = (ORACLES / f"{of}.csv").read_text("utf-8").splitlines()[0].split(",")
    assert [name.removeprefix("score_") for name in head[3:]] == VALUES[of]["labels_order"]


@pytest.mark.parametrize("threshold", SELECTIVE_AT)
def test_a_selection_has_the_field_names_of_the_reference(threshold: float) -> None:
    found = reference_values(random_table(20))[f"selective_at_{threshold:g}"]
    entry = VALUES[TABLES[0]][f"selective_at_{threshold:g}"]["value"]
    assert len(found) == 5
    assert found.keys() <= entry.keys()


@pytest.mark.parametrize("t", [table([], []), table([[0.8, 0.1, 0.1]], ["__none__"])])
def test_quantities_without_labelled_tickets_are_nan_or_zero(t: ScoreTable) -> None:
    found = reference_values(t)
    assert (found["n"], found["support"], found["confusion_matrix"]) == (0, [0] * 3, [[0] * 3] * 3)
    undefined = ("accuracy", "log_loss_half_digit", "macro_f1", "mcc", "ece_equal_mass_10")
    assert all(math.isnan(found[name]) for name in undefined)


def test_tickets_that_no_label_fits_take_no_part() -> None:
    rows = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]]
    with_none = reference_values(table([*rows, [0.1, 0.1, 0.8]], ["a", "a", "__none__"]))
    assert with_none["accuracy"] == reference_values(table(rows, ["a", "a"]))["accuracy"] == 0.5


def test_the_confusion_matrix_has_a_row_for_gold_labels_the_set_lacks() -> None:
    found = reference_values(table([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]], ["a", "zebra"]))
    assert found["support"] == [1, 0, 0, 1]
    assert found["confusion_matrix"][3] == [0, 1, 0, 0]


def test_gold_scores_printed_as_zero_are_counted() -> None:
    t = table([[0.75, 0.25, 0.0], [0.75, 0.25, 0.0], [0.75, 0.25, 0.0]], ["c", "a", "zebra"])
    assert reference_values(t)["n_true_label_score_zero"] == 1


def test_intervals_of_quantities_ignore_the_groups() -> None:
    rows, gold = [[0.8, 0.1, 0.1]] * 4, ["a", "a", "b", "b"]
    tied, alone = (reference_values(table(rows, gold, groups=g)) for g in ([0, 0, 1, 1], None))
    assert tied["accuracy_ci95_wilson"] == alone["accuracy_ci95_wilson"]
