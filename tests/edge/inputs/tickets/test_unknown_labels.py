"""Labels that no rubric set has: one problem, with counts, and the map that mends spellings."""

from __future__ import annotations

from collections.abc import Sequence

from ticketbench.core.errors import Problem
from ticketbench.core.types import Ticket
from ticketbench.edge.inputs.tickets.unknown_labels import alike_labels, label_problems

KNOWN = ("billing", "log in", "caf\u00e9")


def problems(labels: Sequence[str], known: Sequence[str] | None = KNOWN) -> list[Problem]:
    tickets = [Ticket(str(i), "x", label) for i, label in enumerate(labels)]
    lines = range(2, len(labels) + 2)
    return label_problems("t.csv", tickets, [*lines], known, parted=False)


def test_other_spellings_are_mapped_in_the_help_ready_to_be_pasted() -> None:
    (found,) = problems(["Billing", "billing", "Log_In", "Log_In", "cafe\u0301"])
    assert found.where == "t.csv:2"
    assert found.what == (
        "no rubric set has 3 of the labels: 'Log_In' (2 rows, first line 4; did you mean "
        "'log in'?); 'Billing' (1 row, line 2; did you mean 'billing'?); "
        "'caf\u0065\u0301' (1 row, line 6; did you mean 'caf\u00e9'?)"
    )
    assert found.help == (
        'write `dataset: {labels: {Billing: billing, Log_In: "log in", "cafe\u0301": "caf\u00e9"}}`'
    )


def test_of_many_labels_the_five_commonest_are_named() -> None:
    (found,) = problems([f"l{i}" for i in range(77) for _ in range(1 + (i == 76))])
    assert found.what.startswith("no rubric set has 77 of the labels: 'l76' (2 rows, first line")
    assert found.what.endswith("and 72 more")
    assert found.what.count("row") == 5
    assert "`dataset: {labels: {OLD: NEW}}`" in found.help


def test_two_known_labels_of_one_form_are_no_hint() -> None:
    assert alike_labels(["A-B"], ["a b", "a_b"]) == {}


def test_without_rubrics_any_label_is_one_but_not_two_in_a_cell() -> None:
    tickets = [
        Ticket("1", "x", "billing", ("billing, account",)),
        Ticket("2", "y", "account", ("billing, account",)),
    ]
    (found,) = label_problems("t.csv", tickets, [2, 3], None, parted=False)
    assert found.what == "'billing, account' looks like two labels (2 of 2 rows: lines 2, 3)"
    assert label_problems("t.csv", tickets, [2, 3], None, parted=True) == []


def test_two_known_labels_in_the_column_of_the_label_go_to_a_column_of_their_own() -> None:
    (found,) = problems(["billing, log in"])
    assert found.what == "'billing, log in' looks like two labels"
    assert "mapped as all_labels" in found.help
