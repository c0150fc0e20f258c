"""Groups of near-duplicates, against all pairs one by one; texts that many tickets share."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.measure.sample.alike import candidates, components
from ticketbench.measure.sample.alike import shingles as shingles_of_texts
from ticketbench.measure.sample.near_duplicates import near_duplicate_groups, normalised

ROOT = Path(__file__).resolve().parents[3]
SEARCH = settings(max_examples=150, deadline=None, derandomize=True, database=None)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
LETTER = (
    "Dear team, the invoice for our workspace in March shows twelve seats although we removed "
    "four of them in February. Please correct it and send a new one."
)
OTHER = (
    "Since yesterday the calendar no longer syncs to my phone, I have signed out and in again "
    "and installed the app a second time, without any change."
)


def groups_of(texts: list[str]) -> list[int]:
    return [int(group) for group in near_duplicate_groups(texts).groups]


def shingles(text: str) -> set[str]:
    return {text[i : i + 5] for i in range(max(1, len(text) - 4))}


def by_brute_force(texts: list[str]) -> list[int]:
    """Group numbers from all pairs, one by one."""
    sets = [shingles(text) for text in normalised(texts)]
    group = list(range(len(texts)))
    for i, j in combinations(range(len(texts)), 2):
        common = len(sets[i] & sets[j])
        if 20 * common >= 17 * (len(sets[i]) + len(sets[j]) - common):
            group = [group[i] if g == group[j] else g for g in group]
    number: dict[int, int] = {}
    return [number.setdefault(g, len(number)) for g in group]


words = st.text("abc", min_size=1, max_size=3)
phrases = st.lists(words, max_size=12).map(" ".join)


@given(texts=st.lists(phrases, max_size=18))
@SEARCH
def test_short_texts_are_grouped_as_by_brute_force(texts: list[str]) -> None:
    assert groups_of(texts) == by_brute_force(texts)


@given(seed=st.integers(0, 10_000), n=st.integers(1, 19))
@SEARCH
def test_altered_texts_are_grouped_as_by_brute_force(seed: int, n: int) -> None:
    texts = altered(np.random.default_rng(seed), n)
    assert groups_of(texts) == by_brute_force(texts)


def altered(rng: np.random.Generator, n: int) -> list[str]:
    """Pieces of two long texts with a few characters replaced: similarities around .85."""
    texts = []
    for _ in range(n):
        source = list((LETTER, OTHER)[rng.integers(2)])
        for at in rng.integers(0, len(source), rng.integers(0, 5)):
            source[at] = LETTERS[rng.integers(len(LETTERS))]
        texts.append("".join(source[rng.integers(0, 12) : len(source) - rng.integers(0, 12)]))
    return texts


@pytest.mark.parametrize("chunk", [1, 300, 20_000])
def test_a_search_in_parts_finds_the_same_groups(
    monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    rng = np.random.default_rng(5)
    other = ["".join(rng.choice(list(LETTERS), 40)) for _ in range(600)]
    texts = altered(rng, 18) + [t[:38] + "xy" for t in other[:40]] + other
    expected = by_brute_force(texts)
    monkeypatch.setattr(shingles_of_texts, "_CHUNK", chunk)
    for module in (candidates, components):
        monkeypatch.setattr(module, "_PAIRS", chunk)
    assert groups_of(texts) == expected
    assert len(set(expected)) < len(texts) - 40


def test_a_similarity_of_exactly_85_percent_ties() -> None:
    # 20 different shingles; 17 of them in the first 21 characters: Jaccard .85. 21: .81.
    assert groups_of([LETTERS[:24], LETTERS[:21]]) == [0, 0]
    assert groups_of([LETTERS[:25], LETTERS[:21]]) == [0, 1]


def test_groups_are_chains_of_similar_texts() -> None:
    chain = [LETTERS[i : i + 30] for i in range(0, 6, 2)]
    similarity = [len(shingles(a) & shingles(b)) for a, b in pairwise([*chain, chain[0]])]
    assert similarity == [24, 24, 22]  # of 28, 28 and 30 in all
    assert groups_of(chain) == [0, 0, 0]
    assert groups_of([chain[0], chain[2]]) == [0, 1]


@pytest.mark.parametrize(
    "same",
    [
        "Hello,\n\nmy invoice is wrong!!!",
        "  hello my invoice IS wrong",
        "hello - my\u00a0invoice\tis (wrong)",
        "ｈｅｌｌｏ my in\u00advoice is \u200bwrong",
    ],
)
def test_case_width_punctuation_and_blanks_do_not_count(same: str) -> None:
    assert normalised([same]) == ["hello my invoice is wrong"]


def test_digits_symbols_and_marks_count() -> None:
    texts = ["order 17", "order 18", "C++", "c", "👍", "👎", "कि", "क", "€ 5", "$ 5"]
    assert groups_of(texts) == list(range(10))


@given(text=st.text(max_size=30))
@SEARCH
def test_a_normalised_text_has_single_blanks_inside_only(text: str) -> None:
    (once,) = normalised([text])
    assert once == " ".join(once.split())


def test_short_texts_are_tied_only_when_equal() -> None:
    assert groups_of(["hi", "Hi!", "his", "", "?!", "hi"]) == [0, 0, 1, 2, 2, 0]


def test_lone_surrogates_are_characters_like_others() -> None:
    assert groups_of(["\ud800 broken", "\ud800 broken", "broken"]) == [0, 0, 1]


@pytest.mark.parametrize(("texts", "n_groups"), [([], 0), (["a"], 1), (["a", "a"], 1)])
def test_few_texts_have_few_groups(texts: list[str], n_groups: int) -> None:
    found = near_duplicate_groups(texts)
    assert (found.n_groups, len(found.groups)) == (n_groups, len(texts))
    assert (found.shared, found.dropped, found.largest) == (0, 0, len(texts))


def form_letters(n: int) -> list[str]:
    return [f"{LETTER} Ticket {number}" for number in range(n)]


def different(n: int) -> list[str]:
    rng = np.random.default_rng(1)
    return ["".join(rng.choice(list(LETTERS), 40)) for _ in range(n)]


def test_form_letters_that_tie_too_many_tickets_tie_only_equal_texts() -> None:
    found = near_duplicate_groups([*form_letters(30), LETTER, LETTER.upper(), *different(300)])
    assert (found.shared, found.dropped) == (32, 32)
    assert (found.largest, found.n_groups) == (2, 331)
    assert found.groups[30] == found.groups[31]


@pytest.mark.parametrize(("letters", "others"), [(2, 28), (19, 5), (30, 570)])
def test_small_groups_are_kept_whatever_their_share(letters: int, others: int) -> None:
    found = near_duplicate_groups([*form_letters(letters), *different(others)])
    assert (found.shared, found.dropped) == (0, 0)
    assert (found.largest, found.n_groups) == (letters, others + 1)


def test_equal_texts_stay_tied_however_many_they_are() -> None:
    found = near_duplicate_groups(["unsubscribe"] * 50 + different(50))
    assert (found.dropped, found.largest, found.n_groups) == (0, 50, 51)


FOOTER = (
    "-- Sample Works, 1 Sample Street. Meant for the person named above only; if that is not you, "
    "delete it and tell the sender. Views are those of the sender. No virus check replaces yours. "
    "Think of the trees before you print. Registered in Nowhere. Calls are kept for training, our "
    "staff sign no contracts by mail, and nothing said here binds anybody to anything at all. Our "
    "house is open from nine to five but for holidays; visitors report at the gate with a badge, "
    "parcels go round the back, and whoever lost an umbrella finds it with the caretaker. Postal "
    "code and court as before, managing directors as elected, tax number on demand in writing. "
    "Whoever wants to hear less from us writes a card; whoever wants more rings twice on weekdays, "
    "and a machine answers. Pictures of dogs are welcome, pictures of contracts are not a contract."
)
OTHER_FOOTER = FOOTER[::-1]


@pytest.mark.parametrize("place", ["{text} {footer}", "{footer} {text}", "{text} {footer} bye now"])
def test_a_footer_of_many_tickets_neither_ties_nor_unties_what_stands_beside_it(place: str) -> None:
    halves = different(180)
    pairs = zip(halves[:90], halves[90:], strict=True)
    texts = [f"{one[:30]} {other[:30]}" for one, other in pairs]
    twins = [f"{text}z" for text in texts[:10]]
    bare = groups_of([*texts, *twins])
    letter = [place.format(text=text, footer=FOOTER) for text in (*texts[:40], *twins)]
    found = near_duplicate_groups([*letter[:40], *texts[40:], *letter[40:]])
    assert [int(group) for group in found.groups] == bare
    assert (found.n_groups, found.shared, found.dropped) == (90, 50, 0)


def test_two_footers_are_both_left_out() -> None:
    texts = different(120)
    marked = [
        f"{text} {FOOTER}" if i < 50 else f"{text} {OTHER_FOOTER}" if i < 100 else text
        for i, text in enumerate(texts)
    ]
    found = near_duplicate_groups([*marked, f"{marked[0]}!", marked[60].replace(" ", "  ")])
    assert (found.n_groups, found.largest, found.shared, found.dropped) == (120, 2, 102, 0)


@given(seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None, derandomize=True, database=None)
def test_the_order_of_tickets_under_footers_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts = [f"{text} {FOOTER}" for text in altered(rng, 12)] + [
        f"{text} {FOOTER}" for text in different(25)
    ]
    order = rng.permutation(len(texts))
    here, there = near_duplicate_groups(texts), near_duplicate_groups([texts[i] for i in order])
    moved = dict(zip(there.groups.tolist(), here.groups[order].tolist(), strict=True))
    assert [moved[g] for g in there.groups.tolist()] == here.groups[order].tolist()
    assert (here.shared, here.dropped) == (there.shared, there.dropped)


@given(seed=st.integers(0, 1000))
@SEARCH
def test_the_order_of_tickets_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts = altered(rng, 15)
    order = rng.permutation(15)
    here, there = groups_of(texts), groups_of([texts[i] for i in order])
    together = {(i, j) for i, j in combinations(range(15), 2) if here[i] == here[j]}
    moved = {
        tuple(sorted((int(order[i]), int(order[j]))))
        for i, j in combinations(range(15), 2)
        if there[i] == there[j]
    }
    assert together == moved


def test_near_duplicates_of_the_shipped_tickets_come_from_one_customer_each() -> None:
    file = ROOT / "datasets" / "support_tickets.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        tickets = list(csv.DictReader(lines))
    found = near_duplicate_groups([ticket["text"] for ticket in tickets])
    customers = defaultdict(list)
    for ticket, group in zip(tickets, found.groups.tolist(), strict=True):
        customers[group].append(ticket["customer"])
    tied = [set(names) for names in customers.values() if len(names) > 1]
    assert len(tied) >= 2
    assert all(len(names) == 1 for names in tied)
