"""Stems, against words of Porter's paper and of support rubrics."""

from __future__ import annotations

import pytest

from ticketbench.measure.lint.stem import stem, without_plural


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("caresses", "caress"), ("ponies", "poni"), ("caress", "caress"), ("cats", "cat"),
        ("feed", "feed"), ("agreed", "agre"), ("plastered", "plaster"), ("bled", "bled"),
        ("motoring", "motor"), ("sing", "sing"), ("sized", "size"), ("hopping", "hop"),
        ("falling", "fall"), ("hissing", "hiss"), ("failing", "fail"), ("filing", "file"),
        ("happy", "happi"), ("sky", "sky"), ("rate", "rate"), ("cease", "ceas"),
        ("controll", "control"), ("roll", "roll"),
    ],
)  # fmt: skip
def test_a_stem_is_that_of_the_paper(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    "alike",
    [
        "charge charges charged charging", "payment payments", "cancel cancels cancelled "
        "cancelling", "query queries", "refund refunds refunding", "plan plans planned planning",
    ],
)  # fmt: skip
def test_forms_of_one_word_have_one_stem(alike: str) -> None:
    assert len({stem(word) for word in alike.split()}) == 1


@pytest.mark.parametrize("apart", ["payment paid", "account amount", "card care", "order border"])
def test_other_words_have_other_stems(apart: str) -> None:
    assert len({stem(word) for word in apart.split()}) == 2


@pytest.mark.parametrize("word", ["as", "größen", "zahlungen2", "支払い"])
def test_what_is_no_english_word_of_three_letters_is_its_own_stem(word: str) -> None:
    assert stem(word) == word
    assert without_plural(word) == word


def test_a_plural_is_taken_away_and_nothing_else() -> None:
    assert [without_plural(w) for w in ("orders", "queries", "query", "billing", "address")] == [
        "order", "queri", "queri", "billing", "address",
    ]  # fmt: skip
