"""What is legal in a dataset but likely to mislead: codes, places, and no false alarms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Dataset, Finding, Ticket
from ticketbench.edge.inputs.dataset import LoadedDataset
from ticketbench.edge.inputs.dataset_findings import CHECKS, dataset_findings

ENOUGH = 20


def loaded(tickets: Sequence[Ticket]) -> LoadedDataset:
    lines = tuple(range(2, len(tickets) + 2))
    return LoadedDataset(Dataset("t.csv", tuple(tickets)), Path("data/t.csv"), lines)


def findings(*rows: tuple[str, str], all_labels: Sequence[str] = ()) -> dict[str, list[Finding]]:
    """Findings by code, of tickets made of (text, label)."""
    tickets = [
        Ticket(f"t{i}", text, label, tuple(all_labels)) for i, (text, label) in enumerate(rows)
    ]
    found: dict[str, list[Finding]] = {}
    for finding in dataset_findings(loaded(tickets)):
        found.setdefault(finding.code, []).append(finding)
    return found


def enough(*labels: str) -> list[tuple[str, str]]:
    """So many tickets of each label that nothing is to be said about their number."""
    return [(f"{label} number {i}", label) for label in labels for i in range(ENOUGH)]


def test_a_plain_dataset_has_no_findings() -> None:
    assert findings(*enough("a", "b"), ("spam", NONE_LABEL)) == {}


def test_findings_come_in_the_order_of_their_codes() -> None:
    found = list(findings(("x", "a"), ("x", "A"), (" y ", "a"), all_labels=["z"]))
    assert found == ["TB101", "TB102", "TB103", "TB106", "TB107"]


def test_every_finding_is_a_warning_with_evidence_and_advice() -> None:
    tickets = [Ticket("1", " x ", "a", ("b",)), Ticket("2", "x", "A")]
    assert all(
        f.severity == "warning" and f.title and f.evidence and f.action
        for f in dataset_findings(loaded(tickets))
    )


def test_codes_are_unique() -> None:
    assert len(set(CHECKS.names())) == len(CHECKS)


@pytest.mark.parametrize("other", ["same", "SAME", "  same\n"], ids=repr)
def test_the_same_text_with_different_labels_names_both_lines(other: str) -> None:
    (found,) = findings(*enough("a", "b"), ("same", "a"), (other, "b"))["TB101"]
    assert "lines 42, 43" in found.evidence


def test_the_same_text_with_the_same_label_is_no_conflict() -> None:
    assert "TB101" not in findings(*enough("a", "b"), ("same", "a"), ("same", "a"))


def test_the_same_text_with_and_without_a_label_is_a_conflict() -> None:
    assert "TB101" in findings(*enough("a", "b"), ("same", "a"), ("same", NONE_LABEL))


def test_conflicts_of_several_texts_are_one_finding() -> None:
    (found,) = findings(("x", "a"), ("x", "b"), ("y", "a"), ("y", "b"))["TB101"]
    assert "2 texts" in found.title


def test_one_conflict_is_not_counted_in_the_plural() -> None:
    (found,) = findings(("x", "a"), ("x", "b"))["TB101"]
    assert "1 texts" not in found.title


def test_more_than_five_lines_are_counted() -> None:
    (found,) = findings(*[(f" {i}", "a") for i in range(8)])["TB102"]
    assert found.evidence == "lines 2, 3, 4, 5, 6 and 3 more of t.csv"


@pytest.mark.parametrize(
    "ticket",
    [
        Ticket("1", "x ", "a"),
        Ticket("1", "\nx", "a"),
        Ticket("1", "x", "a "),
        Ticket(" 1", "x", "a"),
    ],
    ids=["text end", "text start", "label", "id"],
)
def test_outer_blanks_are_a_warning(ticket: Ticket) -> None:
    codes = [finding.code for finding in dataset_findings(loaded([ticket]))]
    assert "TB102" in codes


def test_inner_blanks_are_no_warning() -> None:
    assert "TB102" not in findings(("x  \n y", "a b"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("billing", "Billing"), ("caf\u00e9", "cafe\u0301"), ("a", "a "), ("\uff41", "a")],
    ids=["case", "accents", "blank", "width"],
)
def test_labels_that_look_alike_are_named(one: str, other: str) -> None:
    (found,) = findings(*enough(one, other))["TB103"]
    assert repr(one) in found.evidence
    assert repr(other) in found.evidence


def test_different_labels_do_not_look_alike() -> None:
    assert "TB103" not in findings(*enough("billing", "bills"))


def test_two_groups_of_look_alike_labels_are_two_findings() -> None:
    assert len(findings(*enough("a", "A", "b", "B"))["TB103"]) == 2


def test_a_misspelt_none_label_looks_alike() -> None:
    assert "TB103" in findings(*enough("a", "b", NONE_LABEL, "__NONE__"))


def test_one_class_only_is_named() -> None:
    (found,) = findings(*enough("only"))["TB104"]
    assert found.evidence == "only"


def test_one_class_and_tickets_without_label_are_still_one_class() -> None:
    assert "TB104" in findings(*enough("only", NONE_LABEL))


def test_all_none_is_a_warning_of_its_own_words() -> None:
    (found,) = findings(*enough(NONE_LABEL))["TB104"]
    assert NONE_LABEL in found.title
    assert "accuracy is undefined" in found.action


def test_a_single_row_is_named() -> None:
    (found,) = findings(("x", "a"))["TB105"]
    assert found.evidence == "data/t.csv:2"


def test_two_rows_are_no_single_row() -> None:
    assert "TB105" not in findings(("x", "a"), ("y", "b"))


def test_a_class_of_nineteen_is_tiny() -> None:
    (found,) = findings(*enough("a"), *enough("b")[1:])["TB106"]
    assert found.evidence == "b (19)"


def test_a_class_of_twenty_is_not_tiny() -> None:
    assert "TB106" not in findings(*enough("a", "b"))


def test_few_tickets_without_label_are_no_tiny_class() -> None:
    assert "TB106" not in findings(*enough("a", "b"), ("x", NONE_LABEL))


def test_a_label_left_out_of_all_labels_names_its_line() -> None:
    (found,) = findings(("x", "a"), all_labels=["b", "c"])["TB107"]
    assert "line 2 of t.csv" in found.evidence


@pytest.mark.parametrize("label", ["a", NONE_LABEL])
def test_a_listed_or_reserved_label_is_not_left_out(label: str) -> None:
    assert "TB107" not in findings(("x", label), all_labels=["a", "b"])
