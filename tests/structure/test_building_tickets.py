"""The tickets of the building's service desk keep what their datasheet promises."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from statistics import median

import pytest

import ticket_files
from forked import ticketbench
from ticket_files import ADDRESSES, CHANNELS, Row, ids_of_strangers, pairs_that_share, texts
from ticketbench.edge.inputs.rubric_files import read_rubrics

FILE = "building_tickets.csv"
CONFIGS = ticket_files.DATASETS.parent / "configs"
TEAMS = {"plumbing", "heating", "electrical", "access", "cleaning"}


def rows() -> tuple[Row, ...]:
    return ticket_files.rows(FILE)


def labels_of_customers() -> list[set[str]]:
    """The labels of every customer who wrote more than once."""
    found: dict[str, list[str]] = {}
    for row in rows():
        found.setdefault(row["customer"], []).append(row["label"])
    return [set(labels) for labels in found.values() if len(labels) > 1]


def test_the_columns_are_these() -> None:
    named = ["id", "text", "label", "channel", "created_at", "customer"]
    assert ticket_files.columns(FILE) == named


def test_every_row_has_all_columns_and_no_more() -> None:
    assert ticket_files.every_row_is_whole(FILE)


def test_there_are_at_least_520_tickets_and_their_ids_count_up() -> None:
    assert len(rows()) >= 520
    assert [row["id"] for row in rows()] == [f"b{i:03}" for i in range(1, len(rows()) + 1)]


def test_no_text_or_customer_is_blank() -> None:
    assert all(row["text"].strip() and row["customer"].strip() for row in rows())


def test_every_label_is_a_team_or_none_and_has_at_least_20_tickets() -> None:
    counts = Counter(row["label"] for row in rows())
    assert set(counts) == {*TEAMS, "__none__"}
    assert min(counts.values()) >= 20


def test_four_to_six_tickets_in_a_hundred_fit_no_team() -> None:
    share = sum(row["label"] == "__none__" for row in rows()) / len(rows())
    assert 0.04 <= share <= 0.06


def test_every_channel_is_known_and_used() -> None:
    assert {row["channel"] for row in rows()} == CHANNELS


def test_tickets_stand_in_the_order_of_their_time_in_utc() -> None:
    times = ticket_files.times(FILE)
    assert times == sorted(times)


def test_no_tickets_of_different_customers_share_more_than_an_eighth_of_their_shingles() -> None:
    assert ids_of_strangers(pairs_that_share(FILE, over=1 / 8)) == []


def test_customers_who_write_again_need_the_same_team_again() -> None:
    assert len(labels_of_customers()) >= 30
    assert max(len(labels) for labels in labels_of_customers()) == 1


def test_no_text_stands_in_both_sets() -> None:
    assert not {*texts(FILE)} & {*texts("support_tickets.csv")}


@pytest.mark.parametrize("form", ADDRESSES.values(), ids=ADDRESSES)
def test_every_address_is_one_reserved_for_examples(form: str) -> None:
    assert ticket_files.strange_domains(FILE, form) == []


def test_no_text_holds_a_telephone_number() -> None:
    numbers = [re.findall(r"(?:\d[ ()/-]?){8,}", text) for text in texts(FILE)]
    assert [found for found in numbers if found] == []


def test_half_of_the_tickets_have_between_15_and_60_words() -> None:
    words = sorted(len(text.split()) for text in texts(FILE))
    quarter = len(words) // 4
    assert 14 <= words[quarter] < median(words) < words[-quarter] <= 60


@pytest.mark.parametrize(
    ("at_least", "found"),
    [
        (9, lambda text: len(text.split()) < 6),
        (10, lambda text: len(text.split()) > 120),
        (3, lambda text: len(re.findall(r"\b[A-Z]{4,}\b", text)) >= 3),
        (4, lambda text: re.search(r"^> ", text, re.MULTILINE)),
        (200, lambda text: text.startswith("Subject: ")),
    ],
    ids=["one-liner", "long", "capitals", "quoted reply", "subject"],
)
def test_tickets_are_written_in_many_styles(at_least: int, found: Callable[[str], object]) -> None:
    assert sum(bool(found(text)) for text in texts(FILE)) >= at_least


def test_the_rubrics_ask_a_question_for_every_team() -> None:
    rubrics = read_rubrics(CONFIGS / "rubrics" / "building.yaml", "building").rubrics
    assert {rubric.label for rubric in rubrics} == TEAMS
    assert all(rubric.text.endswith("?") for rubric in rubrics)


def test_the_promise_is_valid_without_a_word_of_warning() -> None:
    done = ticketbench("validate", str(CONFIGS / "promise.yaml"))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{len(rows())} tickets" in done.stdout
