"""Listed names: whole words in any case and spelling, however their parts are joined."""

from __future__ import annotations

import pytest

from ticketbench.report.masking.mask import mask
from ticketbench.report.masking.names import listed_names


@pytest.mark.parametrize(
    ("line", "text", "shown"),
    [
        ("Anna", "anna, ANNA and Anna's", "[name], [name] and [name]'s"),
        ("Anna", "Annabel and Hanna", "Annabel and Hanna"),
        ("Anna Maria", "Anna-Maria, anna  maria, Anna", "[name], [name], Anna"),
        ("J. Smith", "call J Smith or J. Smith", "call [name] or [name]"),
        ("José", "jose\u0301 and JOSÉ", "[name] and [name]"),
        ("Straße", "in der STRASSE", "in der [name]"),
        ("Иван", "ИВАН пишет", "[name] пишет"),
        ("O'Brien", "Ms O’Brien", "Ms [name]"),
        ("...", "nothing ...", "nothing ..."),
        ("Anna", "", ""),
    ],
)
def test_a_listed_name_is_found(line: str, text: str, shown: str) -> None:
    assert mask(text, listed_names([line])).text == shown


def test_the_longest_of_several_names_is_taken() -> None:
    names = listed_names(["Anna", "Anna Maria Keller", "Anna Maria"])
    found = mask("Anna Maria Keller, Anna Maria, Anna K", names)
    assert found.text == "[name], [name], [name] K"
    assert found.counts == {"name": 3}


def test_names_of_a_sentence_are_not_joined_across_it() -> None:
    text = "This is Anna. Yes, Maria\n\n\n\nhere"
    assert mask(text, listed_names(["Anna Maria", "Maria here"])).text == text
