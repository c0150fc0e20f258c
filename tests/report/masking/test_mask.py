"""Masking: measured on the corpus, fixed forms, nothing else changed, and no text that hangs it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masked_corpus import (
    LOOK_ALIKE,
    PROMISED,
    Sample,
    fates,
    of_kind,
    samples,
    table,
)
from ticketbench.report.masking.kinds import BY_DIGITS, BY_FORM, NAME, form_of
from ticketbench.report.masking.mask import compiled, cut, mask, masked_message
from ticketbench.report.masking.names import listed_names

ROOT = Path(__file__).resolve().parents[3]
FORMS = {form_of(kind.name) for kind in (*BY_FORM, *BY_DIGITS)} | {form_of(NAME)}


def test_the_corpus_holds_300_strings_and_300_look_alikes_and_none_twice() -> None:
    n_alike = len(of_kind(LOOK_ALIKE))
    assert n_alike >= 300
    assert len(samples()) - n_alike >= 300
    assert len({one.text for one in samples()}) == len(samples())


def test_every_mail_iban_card_and_address_of_the_corpus_is_masked() -> None:
    missed = [
        one.text
        for kind in PROMISED
        for one in of_kind(kind)
        if not one.masked_as(mask(one.text).text)
    ]
    assert missed == []


def test_phones_are_masked_at_98_of_100_and_look_alikes_at_2() -> None:
    found = fates()
    assert found["phone"].masked >= 0.98 * found["phone"].n
    assert found[LOOK_ALIKE].masked <= 0.02 * found[LOOK_ALIKE].n


def test_the_page_of_the_docs_quotes_what_is_measured() -> None:
    page = (ROOT / "docs" / "texts.md").read_text(encoding="utf-8")
    assert [row for row in table(fates()) if row not in page] == []


@pytest.mark.parametrize("sample", samples()[::7], ids=lambda one: f"{one.kind}-{one.string[:12]}")
def test_a_masked_text_stays_as_it_is(sample: Sample) -> None:
    once = mask(sample.text).text
    assert mask(once).text == once


@given(st.text(alphabet="a1. @-+(/:?=&[]é٣\u200b,", max_size=60))
def test_what_is_not_masked_is_not_changed(text: str) -> None:
    found = mask(text)
    pieces = re.split("|".join(map(re.escape, FORMS)), found.text)
    at = 0
    for piece in pieces:
        at = text.index(piece, at) + len(piece)
    assert (found.n == 0) == (found.text == text)
    assert text.startswith(pieces[0])
    assert text.endswith(pieces[-1])


@pytest.mark.parametrize("other", ["a@b.example", "anna.maria.keller@mail.beispiel.example"])
def test_a_form_tells_nothing_of_what_it_stands_for(other: str) -> None:
    assert mask(f"Write to {other}.").text == "Write to [mail]."


def test_strings_are_counted_by_kind() -> None:
    found = mask("a@b.example, c@d.example and 10.0.0.1")
    assert (found.n, found.counts) == (3, {"ip": 1, "mail": 2})
    assert mask("nothing here").counts == {}


def test_neighbours_are_masked_each() -> None:
    text = "a@b.example,c@d.example;DE02120300000000202051/10.0.0.1"
    assert mask(text).text == "[mail],[mail];[iban]/[ip]"


def test_an_order_number_that_is_to_be_kept_is_kept_whole() -> None:
    keep = compiled([r"SO-\d{8}"])
    assert mask("SO-12345678 and 12345678", keep=keep).text == "SO-12345678 and [number]"
    assert mask("SO-123456789", keep=keep).text == "SO-[number]"
    assert mask("SO-12345678 4711", keep=keep).text == "SO-12345678 4711"


def test_a_pattern_to_keep_opens_no_part_of_a_card_or_a_mail() -> None:
    keep = compiled([r"\d{4}", r"\w+"])
    for one in [*of_kind("card"), *of_kind("mail"), *of_kind("iban"), *of_kind("ip")]:
        shown = mask(one.text, keep=compiled([r"\d{3,4}"])).text
        assert one.masked_as(shown), one.text
    assert "@" not in mask("anna@example.com", keep=keep).text


def test_a_pattern_that_covers_a_mail_keeps_it() -> None:
    keep = compiled([r"\S+@shop\.example"])
    text = "from help@shop.example to anna@example.com"
    assert mask(text, keep=keep).text == "from help@shop.example to [mail]"


def test_a_pattern_that_finds_nothing_of_length_keeps_nothing() -> None:
    assert mask("anna@example.com", keep=compiled(["x*"])).text == "[mail]"


def test_names_are_masked_beside_and_not_within_what_is_masked_already() -> None:
    names = listed_names(["Keller", "12 May"])
    text = "anna.keller@example.com is Anna KELLER, born 12 May 2001-05-12"
    assert mask(text, names).text == "[mail] is Anna [name], born [name] 2001-05-12"


def test_a_message_names_files_and_masks_ids() -> None:
    text = "'anna@example.com' stands twice in /srv/anna@example.com/t.csv and a@b.example.yaml"
    shown = "'[mail]' stands twice in /srv/anna@example.com/t.csv and a@b.example.yaml"
    assert masked_message(text) == shown
    assert masked_message("connect to 127.0.0.1:8080: refused") == (
        "connect to 127.0.0.1:8080: refused"
    )


def test_a_text_is_cut_at_a_word_and_says_so() -> None:
    assert cut("one two three", 13) == "one two three"
    assert cut("one two three", 12) == "one two thre (cut)"  # no word is so long that
    assert cut("a bc " * 40, 102) == ("a bc " * 20) + "a (cut)"
    assert cut("word " * 200) == ("word " * 100).rstrip() + " (cut)"
    assert cut("x" * 900) == "x" * 500 + " (cut)"


def test_a_form_is_cut_off_whole() -> None:
    text = "see " + "https://shop.example/?a=[url value] " * 30
    for most in range(60, 130):
        shown = cut(text, most).removesuffix(" (cut)")
        assert len(shown) <= most
        assert shown.count("[") == shown.count("]")


HOSTILE = [
    "a", "1", "1 ", "11 ", "+1", "(1", "((", "@", "a@", "a@a.", "a.", "a.a@", "(at)", "%40", "://",
    "?", "?a=", "a?", "&a=b", "/aaaaaaaaaaaaaaaaaaaaa1", ":", "::", "a:", "1:", "1.", "1.1.", "1-",
    "1 - ", "de12", "DE 12 ", "in20 ", '"', '"a', "<", "[", "sk-", "ghp_a", "a1", "A1b-", "0x",
    "2024-", "2024-05-01", "1,", "1,000", "1'", "tel ", "x1", "\u200b1", "é", "٣", "1\u00a0",
    "12/", "12:", "a at b dot ", "eyJ", "-", " ", "\n", "1234 ", "KB1", "ip-1-", "0 ", "SO-1",
]  # fmt: skip
"""Pieces that, said again and again, make a careless pattern read the same text many times."""


def seconds(text: str) -> float:
    """The time of the processor that masking takes; the better of two, as others work here, too."""
    names, keep = listed_names(["anna", "a a a b"]), compiled([r"SO-\d{6}"])
    took = []
    for _ in range(2):
        began = time.process_time()
        mask(text, names, keep)
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_four_times_the_text_takes_about_four_times_as_long(piece: str) -> None:
    short, long = (seconds(piece * (n // len(piece))) for n in (3_000, 12_000))
    assert long < 9 * short + 0.05


@pytest.mark.attack
@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_a_text_of_a_million_characters_is_masked_in_seconds(piece: str) -> None:
    assert seconds(piece * (1_000_000 // len(piece))) < 30


@pytest.mark.attack
def test_200_kb_of_tickets_are_masked_in_a_fifth_of_a_second() -> None:
    import csv

    with (ROOT / "datasets/support_tickets.csv").open(encoding="utf-8", newline="") as file:
        tickets = "\n".join(row["text"] for row in csv.DictReader(file))
    assert seconds((2 * tickets)[:200_000]) < 0.2
