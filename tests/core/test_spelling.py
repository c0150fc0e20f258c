"""The one rule of what differs in spelling alone, and the places that ask it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.spelling import column_form, label_form, labels_by_form
from ticketbench.core.types import Ticket
from ticketbench.edge.inputs.rubric_files import rubric_findings
from ticketbench.edge.inputs.tickets.unknown_labels import alike_labels, label_problems

LABELS = st.text(
    st.sampled_from("aA\u00e9\ufb01\u00df1 _-\u0345\uff0d\u0301"), min_size=1, max_size=6
)


@pytest.mark.parametrize("other", ["log-in", "LOG IN", " log  in", "Log_in ", "\uff4cog in"])
def test_case_blanks_and_dashes_make_no_other_label(other: str) -> None:
    assert label_form(other) == label_form("log in")


@pytest.mark.parametrize("other", ["log ins", "login", "log/in", "log in 1"])
def test_other_letters_and_signs_make_another_label(other: str) -> None:
    assert label_form(other) != label_form("log in")


@pytest.mark.parametrize("label", ["-1", "-12", "\uff0d1", " -1 "])
def test_the_sign_of_a_number_is_no_dash(label: str) -> None:
    assert label_form(label) != label_form(label.strip("- \uff0d"))


@given(label=st.text() | LABELS)
@pytest.mark.parametrize("form", [label_form, column_form])
def test_the_form_of_a_form_is_itself_and_hangs_on_no_way_to_write_a_letter(
    form: Callable[[str], str], label: str
) -> None:
    found = form(label)
    assert form(found) == found
    for way in ("NFC", "NFD", "NFKC", "NFKD"):
        assert form(unicodedata.normalize(way, label)) == found
    assert form(unicodedata.normalize("NFD", label).casefold()) == found


@given(labels=st.lists(LABELS))
def test_every_label_stands_once_under_its_form(labels: list[str]) -> None:
    found = labels_by_form(labels)
    assert sorted(label for names in found.values() for label in names) == sorted(set(labels))
    assert all(label_form(label) == form for form, names in found.items() for label in names)


@given(one=LABELS, other=LABELS)
def test_what_rubrics_warn_of_is_what_a_misspelt_gold_label_is_told(one: str, other: str) -> None:
    if one == other:
        return
    twice = RubricSet("r", (Rubric(one, "Is it a?"), Rubric(other, "Is it b?")))
    warned = [finding.code for finding in rubric_findings(twice)] == ["TB123"]
    assert warned == (alike_labels([other], [one]) == {other: one})


def test_a_gold_label_in_another_spelling_is_still_an_error() -> None:
    ticket = Ticket("1", "x", "Log-In")
    (problem,) = label_problems("t.csv", [ticket], [2], {"log in"}, parted=False)
    assert "did you mean 'log in'?" in problem.help


@pytest.mark.parametrize(
    ("name", "form"),
    [("Ticket ID", "ticket_id"), (" E-Mail (raw) ", "e_mail_raw"), ("Gr\u00d6SSE", "gr\u00f6sse")],
    ids=["blank", "signs", "letters of its language"],
)
def test_a_column_is_called_by_its_words(name: str, form: str) -> None:
    assert column_form(name) == form


def test_a_name_of_signs_alone_has_no_words() -> None:
    assert column_form("#_ -") == ""
