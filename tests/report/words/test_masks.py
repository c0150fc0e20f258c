"""What masking did, in a sentence that promises nothing."""

from __future__ import annotations

from ticketbench.report.masking.texts import NO_TEXTS, Masking
from ticketbench.report.words.masks import masked_text


def test_the_sentence_counts_strings_and_texts_and_says_what_is_not_looked_for() -> None:
    assert masked_text(Masking("masked", 38, 31, 408)) == (
        "38 strings masked in 31 of 408 texts; masking lowers the risk, it does not remove it. "
        "Names are not looked for."
    )


def test_one_string_is_one_string_and_listed_names_are_told() -> None:
    assert masked_text(Masking("masked", 1, 1, 1, names=True)) == (
        "1 string masked in 1 of 1 text; masking lowers the risk, it does not remove it. Only "
        "listed names are looked for."
    )


def test_where_nothing_is_masked_nothing_is_said() -> None:
    assert masked_text(NO_TEXTS) == masked_text(Masking("full", n=3)) == ""
