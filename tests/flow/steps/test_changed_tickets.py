"""changed.csv: which tickets to read before a verdict is believed."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from tables import table
from ticketbench.flow.steps.changed_tickets import changed_csv
from ticketbench.measure.compare import Comparison, compare

A, B, SURE_B = [0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.05, 0.9, 0.05]
LIKELY_B = [0.15, 0.8, 0.05]


def compared(candidate: str = "v2") -> Comparison:
    """t0 is fixed, t1 and t2 are broken, of which t2 with more confidence; t3 stays."""
    base = table([LIKELY_B, A, A, A], ["a"] * 4)
    return compare(base, table([A, B, SURE_B, A], ["a"] * 4, rubric_set=candidate))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_changed_ticket_has_a_row_the_most_confident_wrong_answer_first() -> None:
    found = rows(changed_csv([compared()], {}, cells="safe"))
    assert [row["ticket_id"] for row in found] == ["t2", "t0", "t1"]
    assert found[0] == {
        "base": "v1",
        "candidate": "v2",
        "ticket_id": "t2",
        "gold": "a",
        "base_label": "a",
        "base_score": "0.7",
        "candidate_label": "b",
        "candidate_score": "0.9",
        "kind": "broken",
    }
    assert [row["kind"] for row in found] == ["broken", "fixed", "broken"]


def test_comparisons_stand_one_after_the_other() -> None:
    found = rows(changed_csv([compared("v3"), compared("v2")], {}, cells="safe"))
    assert [row["candidate"] for row in found] == ["v3"] * 3 + ["v2"] * 3


def test_texts_come_last_and_only_where_they_are_given() -> None:
    found = rows(changed_csv([compared()], {"t2": "a text"}, cells="safe"))
    assert [row["text"] for row in found] == ["a text", "", ""]


@pytest.mark.parametrize(("cells", "shown"), [("safe", "'=1+1"), ("raw", "=1+1")])
def test_no_text_is_a_formula_unless_the_config_wants_them_raw(cells: str, shown: str) -> None:
    found = rows(changed_csv([compared()], {"t2": "=1+1"}, cells=cells))  # type: ignore[arg-type]
    assert [row["text"] for row in found] == [shown, "", ""]
    assert [row.get("escaped") for row in found] == (
        ["1", "0", "0"] if cells == "safe" else [None] * 3
    )


def test_nothing_changed_is_a_table_without_rows() -> None:
    same = table([A, A], ["a", "a"])
    twin = replace(same, provenance=replace(same.provenance, rubric_set="v2"))
    assert rows(changed_csv([compare(same, twin)], {}, cells="safe")) == []
