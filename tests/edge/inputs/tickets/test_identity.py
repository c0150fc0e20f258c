"""Ids: as the file has them, as numbers became them, or made of the texts."""

from __future__ import annotations

import hashlib
import itertools

import pytest

from ticketbench.edge.inputs.tickets.identity import IdsOfTexts, NoId, usable_id, whole_number


def test_an_id_of_a_text_is_the_start_of_its_sha256_and_counts_on() -> None:
    ids = IdsOfTexts()
    own = f"t-{hashlib.sha256(b'hello').hexdigest()[:12]}"
    assert [ids.next(text) for text in ("hello", "x", "hello", "hello")][::2] == [own, f"{own}-2"]
    assert ids.next("hello") == f"{own}-4"


def test_rows_may_move_without_changing_the_ids_of_different_texts() -> None:
    texts = ("a", "b", "c")
    made = []
    for order in itertools.permutations(texts):
        ids = IdsOfTexts()
        made.append({text: ids.next(text) for text in order})
    assert all(one == made[0] for one in made)


@pytest.mark.parametrize(
    ("text", "id_"),
    [("1000.0", "1000"), ("-1.0", "-1"), ("9007199254740992.0", "9007199254740992"), ("7", "7")],
)
def test_a_whole_float_is_its_digits(text: str, id_: str) -> None:
    assert usable_id(text, is_float=True) == id_


@pytest.mark.parametrize("text", ["1000.5", "9007199254740994.0", "1e+16", "inf", "nan"])
def test_a_float_that_may_have_lost_digits_is_no_id(text: str) -> None:
    with pytest.raises(NoId, match="not exactly a whole number"):
        usable_id(text, is_float=True)


@pytest.mark.parametrize("text", ["1.23457E+11", "1,23457E+11", "5E+12", "-1.2e+100"])
def test_a_number_that_a_spreadsheet_shortened_is_no_id(text: str) -> None:
    with pytest.raises(NoId) as caught:
        usable_id(text, is_float=False)
    assert "a spreadsheet shortened these ids" in caught.value.help


@pytest.mark.parametrize(
    "text", ["1.0", "1e5", "1E5", "12E+1", "E+11", "1.2.3E+11", "A1E+11", "SUP-1", "+49", "007"]
)
def test_other_ids_stay_as_they_stand(text: str) -> None:
    assert usable_id(text, is_float=False) == text


@pytest.mark.parametrize(
    "text", ["SUP-1", "007", "1_000", "12345678901234567890", " 7", "+49", "."]
)
def test_a_text_in_a_column_of_floats_stays(text: str) -> None:
    assert usable_id(text, is_float=True) == text
    assert whole_number(text) is None
