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


MAIL = "<p>My order {} never came.</p><p>Please help.</p>"
ANSWER = "My order {} never came.\n\nOn 3 May 2026 at 10:00, Ann <ann@example.org> wrote:\n> Hello"
FOOTER = "My order {} never came.\nAnn Miller\nExample Road 1\nLondon"


def texts(form: str, n: int, *others: str) -> list[tuple[str, str]]:
    return [*((form.format(i), "a") for i in range(n)), *((text, "b") for text in others)]


def test_markup_is_told_with_its_count_its_first_ticket_and_the_command() -> None:
    (found,) = findings(*enough("b"), *texts(MAIL, 20))["TB115"]
    assert found.title == "20 of 40 texts hold HTML markup"
    assert found.evidence == "first t20 in line 22, of t.csv"
    assert found.action == "ticketbench data import data/t.csv -o OUT.csv --html auto"


def test_quoted_replies_below_markup_are_told_in_the_same_line() -> None:
    quoted = "<p>My order {} never came.</p><blockquote>On 3 May Ann wrote:<br>Hi</blockquote>"
    found = findings(*texts(quoted, 12))
    assert found["TB115"][0].title == "12 of 12 texts hold HTML markup, 12 hold a quoted reply"
    assert found["TB115"][0].action.endswith("--html auto --cut-quotes")
    assert "TB116" not in found


def test_quoted_replies_of_plain_texts_are_told_alone() -> None:
    (found,) = findings(*texts(ANSWER, 10), *enough("b"))["TB116"]
    assert found.title == "10 of 30 texts hold a quoted reply"
    assert found.evidence == "first t0 in line 2 of t.csv"


def test_the_same_three_lines_at_the_end_of_texts_are_told_as_a_signature() -> None:
    (found,) = findings(*texts(FOOTER, 3), *enough("b"))["TB117"]
    assert found.title.startswith("3 of 23 texts end in the same 3 lines as others")
    assert "--cut-signatures" in found.action


def test_what_stands_in_one_text_of_twenty_one_moves_nothing_and_is_not_told() -> None:
    assert not {"TB115", "TB116"} & findings(*enough("a"), *texts(MAIL, 1)).keys()
    assert "TB115" in findings(*enough("a")[1:], *texts(MAIL, 1))


@pytest.mark.parametrize(
    "text",
    [
        "Is a < b or b > a in your filter, order {}?",
        "The <title> is missing on page {} of mine",
        "Why is `<b>` in my template {} not bold?",
        "You write in clause {}:\n> goods are sent within a week\nThat was in May, where are they?",
        "From: my heart, thank you for order {}",
        "My order {} never came.\nThanks\nAnn",
    ],
)
def test_look_alikes_are_not_told(text: str) -> None:
    assert not {"TB115", "TB116", "TB117"} & findings(*texts(text, 20)).keys()


@pytest.mark.parametrize(
    "name", ["ann@example.org", "+49 151 12345678", "0151-1234567", "DE89370400440532013000"]
)
def test_an_id_that_may_be_somebody_is_told_by_its_line_alone(name: str) -> None:
    tickets = [Ticket(name, MAIL, "a")]
    (found,) = [one for one in dataset_findings(loaded(tickets)) if one.code == "TB115"]
    assert found.evidence == "first in line 2, of t.csv"
