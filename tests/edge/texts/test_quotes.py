"""Quoted replies are cut; what a customer quotes, answers between lines or forwards stays."""

from __future__ import annotations

import pytest

from ticketbench.edge.texts.quotes import cut_quotes, holds_quote, own_words

OUTLOOK = (
    "From: Support <help@example.com>\nSent: Monday, 3 May 2026 10:12\nTo: Anna\nSubject: Re\n"
)
QUOTES = {
    "English": "On Mon, May 3, 2026 at 10:12 AM Support <help@example.com> wrote:\n> Hi",
    "English, broken": "On 3 May 2026 at 10:12, The Support Team <\nhelp@example.com> wrote:\n> Hi",
    "English, without marks": "On 3 May 2026 at 10:12 Support wrote:\n\nDid it arrive?",
    "German": "Am 03.05.2026 um 10:12 schrieb Support <help@example.com>:\n> Hallo",
    "German, words": "Am Mo., 3. Mai 2026 um 10:12 Uhr schrieb Support:\n> Hallo",
    "French": "Le 3 mai 2026 à 10:12, Support <help@example.com> a écrit :\n> Bonjour",
    "Spanish": "El lun, 3 may 2026 a las 10:12, Soporte (<help@example.com>) escribió:\n> Hola",
    "Italian": "Il giorno lun 3 mag 2026 alle ore 10:12 Supporto ha scritto:\n> Ciao",
    "Outlook": f"{OUTLOOK}\nHello",
    "Outlook below a rule": f"{'_' * 32}\n{OUTLOOK}\nHello",
    "Outlook, German": "Von: Support <help@example.com>\nGesendet: Montag, 3. Mai 2026 10:12\n"
    "An: Anna\nBetreff: AW\n\nHallo",
    "Outlook, French": "De : Support <help@example.com>\nEnvoyé : lundi 3 mai 2026 10:12\n"
    "À : Anna\nObjet : RE\n\nBonjour",
    "original message": "-----Original Message-----\nFrom: Support\n\nHello",
    "original message, German": "-----Ursprüngliche Nachricht-----\nVon: Support\n\nHallo",
    "marks alone": "> Did it arrive?\n> Your support",
    "a name and marks": "Support wrote:\n> Did it arrive?",
    "help desk": "##- Please type your reply above this line -##\n\nHello",
}
KEPT = {
    "answers between lines": "Hi,\n\nOn 3 May 2026 at 10:12 Support wrote:\n> Did it arrive?\nNo.",
    "answers below": "On 3 May 2026 at 10:12 Support wrote:\n> Did it arrive?\n\nNo.",
    "a clause within own words": "Clause 4 says\n\n> You may cancel\n> in 14 days\n\nSo please do.",
    "a clause that a sentence introduces": "Clause 4 says:\n\n> You may cancel\n> in 14 days",
    "a mail that it begins with": f"{OUTLOOK}\nThis mail looks false to me.",
    "a journey": "Please change it.\n\nFrom: Berlin\nTo: Paris\nDate: 3 May",
    "what a program wrote": "It fails.\n\nOn startup the program wrote:\nerror 5",
    "a forwarded mail": f"Is this yours?\n\n---- Forwarded message ----\n{OUTLOOK}\nPay!",
    "a form": "New request\n\nFrom: anna@example.com\nSubject: Export\nMessage: it fails",
    "a prompt": "I ran\n\n>>> import shop\n>>> shop.open()",
    "a comparison": "the value must be\n> 5",
    "nothing but marks": "> one\n> two",
    "a header without a mail": "Hello\n\nOn 3 May 2026 at 10:12 Support wrote:\n",
    "one line": "On 3 May 2026 at 10:12 Support wrote: > Hi",
    "a list": "Two things fail:\n\n- the export\n- the import",
}


@pytest.mark.parametrize("kind", QUOTES)
def test_the_quoted_reply_below_is_cut(kind: str) -> None:
    own = "The export  still fails.\n  It says: error 5"
    for end in ("\n", "\r\n"):
        text = f"{own}\n\n{QUOTES[kind]}".replace("\n", end)
        assert cut_quotes(text) == own.replace("\n", end)
        assert holds_quote(text)


@pytest.mark.parametrize("kind", KEPT)
def test_what_the_customer_says_stays_to_the_byte(kind: str) -> None:
    assert cut_quotes(KEPT[kind]) == KEPT[kind]
    assert not holds_quote(KEPT[kind])


def test_a_text_that_is_all_quote_stays_and_can_be_told() -> None:
    assert own_words("> one\n> two") == ""
    assert cut_quotes("> one\n> two") == "> one\n> two"


def test_a_quote_below_markup_is_seen() -> None:
    marked = "<p>It fails.</p><blockquote>On 3 May our agent wrote:<br>Hello</blockquote>"
    assert holds_quote(marked)
    assert cut_quotes(marked) == marked
    assert not holds_quote("<p>It fails.</p><p>Still.</p>")


@pytest.mark.parametrize(
    "piece",
    [
        "On 10:12 " + "On " * 90 + "wrote: x\nwrote:\n",
        "From: a@b\nSent: x\n",
        "Am 10:12 " + "schrieb " * 30 + ":\n",
        "_" * 500 + "\n",
        ">" * 200,
        "* " * 100 + "\nFrom: x",
    ],
)
def test_a_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    assert cut_quotes("own\n\n" + piece * (200_000 // len(piece))).startswith("own")
