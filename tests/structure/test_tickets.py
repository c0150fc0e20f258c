"""The support tickets keep what their datasheet and the demo promise."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import ticket_files
from ticket_files import ADDRESSES, CHANNELS, Row, ids_of_strangers, pairs_that_share
from ticketbench.edge.inputs.rubric_files import read_rubrics

ROOT = Path(__file__).resolve().parents[2]
FILE = "support_tickets.csv"
RUBRICS = ROOT / "configs" / "rubrics"
TEAMS = {"billing", "technical", "account", "general"}


def rows() -> tuple[Row, ...]:
    return ticket_files.rows(FILE)


def near_duplicates() -> list[tuple[Row, Row]]:
    return pairs_that_share(FILE, over=1 / 2)


def test_the_columns_are_these() -> None:
    named = ["id", "text", "label", "all_labels", "channel", "created_at", "customer"]
    assert ticket_files.columns(FILE) == named


def test_every_row_has_all_columns_and_no_more() -> None:
    assert ticket_files.every_row_is_whole(FILE)


def test_there_are_at_least_360_tickets_with_unique_ids() -> None:
    ids = [row["id"] for row in rows()]
    assert len(ids) >= 360
    assert len(ids) == len(set(ids))


def test_no_text_or_customer_is_blank() -> None:
    assert all(row["text"].strip() and row["customer"].strip() for row in rows())


def test_every_label_is_a_team_or_none_and_every_team_has_tickets() -> None:
    counts = Counter(row["label"] for row in rows())
    assert set(counts) == {*TEAMS, "__none__"}
    assert min(counts.values()) >= 20


def test_about_a_tenth_of_the_tickets_fits_no_team() -> None:
    share = sum(row["label"] == "__none__" for row in rows()) / len(rows())
    assert 0.08 <= share <= 0.12


def test_all_labels_are_different_teams_that_start_with_the_label() -> None:
    for row in rows():
        teams = row["all_labels"].split("|") if row["all_labels"] else []
        assert set(teams) <= TEAMS
        assert len(teams) == len(set(teams))
        assert teams[:1] == ([] if row["label"] == "__none__" else [row["label"]])


def test_at_least_one_ticket_in_eight_needs_more_than_one_team() -> None:
    assert sum("|" in row["all_labels"] for row in rows()) / len(rows()) >= 0.12


def test_every_channel_is_known_and_used() -> None:
    assert {row["channel"] for row in rows()} == CHANNELS


def test_tickets_stand_in_the_order_of_their_time_in_utc() -> None:
    times = ticket_files.times(FILE)
    assert times == sorted(times)


def test_near_duplicates_are_tickets_of_one_customer() -> None:
    assert ids_of_strangers(near_duplicates()) == []


def test_there_are_at_least_ten_pairs_of_near_duplicates() -> None:
    assert len(near_duplicates()) >= 10


def test_near_duplicates_have_one_label() -> None:
    changed = [
        (row["id"], other["id"])
        for row, other in near_duplicates()
        if row["label"] != other["label"]
    ]
    assert changed == []


@pytest.mark.parametrize("form", ADDRESSES.values(), ids=ADDRESSES)
def test_every_address_is_one_reserved_for_examples(form: str) -> None:
    assert ticket_files.strange_domains(FILE, form) == []


@pytest.mark.parametrize(
    ("at_least", "found"),
    [
        (10, lambda text: len(text.split()) < 6),
        (10, lambda text: len(text.split()) > 120),
        (5, lambda text: len(re.findall(r"\b[A-Z]{4,}\b", text)) >= 2),
        (1, lambda text: "Traceback (most recent call last)" in text),
        (5, lambda text: re.search(r"^> ", text, re.MULTILINE)),
        (20, lambda text: text.startswith("Subject: ")),
    ],
    ids=["one-liner", "long", "capitals", "stack trace", "quoted reply", "subject"],
)
def test_tickets_are_written_in_many_styles(at_least: int, found: Callable[[str], object]) -> None:
    assert sum(bool(found(text)) for text in ticket_files.texts(FILE)) >= at_least


def test_both_rubric_sets_ask_about_the_same_teams() -> None:
    v1, v2 = (read_rubrics(RUBRICS / f"support-{name}.yaml", name) for name in ("v1", "v2"))
    assert v1.labels == v2.labels
    assert set(v1.labels) == TEAMS


def test_the_rubric_sets_differ_in_every_rubric() -> None:
    v1, v2 = (read_rubrics(RUBRICS / f"support-{name}.yaml", name) for name in ("v1", "v2"))
    assert not {r.text for r in v1.rubrics} & {r.text for r in v2.rubrics}


def test_the_demo_is_valid_but_for_what_lint_says_of_its_first_draft(tmp_path: Path) -> None:
    config = ROOT / "configs" / "quickstart.yaml"
    arguments = [sys.executable, "-m", "ticketbench", "validate", str(config)]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    warnings = re.split(r"^warning: ", done.stderr, flags=re.M)[1:]
    assert [code for one in warnings for code in re.findall(r"TB\d{3}", one)] == (
        ["TB125", "TB125", "TB126", "TB127"]
    )
    assert all("rubrics/support-v1.yaml:" in one for one in warnings)
    assert f"{len(rows())} tickets" in done.stdout
