"""Pinning: what is accepted, that it wants a reason, and when there is nothing to pin."""

from __future__ import annotations

import contextlib
import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gated_project import BASELINE, GATED, blessed, edit, with_gates
from ticketbench.core.errors import InputError
from ticketbench.edge.results.baseline_file import baseline_bytes
from ticketbench.edge.results.baseline_file import read_baseline as read
from ticketbench.flow.gates.pin import pin, prepare_pin

LIMIT = "{metric: accuracy, on: v2, min: 0.5}"


@pytest.fixture(scope="module")
def lost(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A baseline that lost five of six tickets since its pin."""
    folder = tmp_path_factory.mktemp("lost") / "project"
    shutil.copytree(stored, folder)
    with contextlib.chdir(folder):
        with_gates(LIMIT)
        blessed("v2")
        blessed("v1")
        return BASELINE.read_bytes()


@pytest.fixture(autouse=True)
def _gated(answered: Path, lost: bytes) -> None:
    with_gates(LIMIT)
    BASELINE.parent.mkdir()
    BASELINE.write_bytes(lost)


def test_a_pin_starts_the_ledger_afresh_and_keeps_what_was_accepted() -> None:
    before = read(BASELINE)
    pinning = prepare_pin(GATED, reason="  the old rubrics were too long ")
    assert (pinning.diff.rubric_set, pinning.diff.n, pinning.diff.same) == ("v1", 7, False)
    pin(pinning)
    after = read(BASELINE)
    assert after.ledger
    assert (after.ledger.merged, after.ledger.sum_seen) == (0, 0.0)
    found = after.ledger.pin
    assert (found.merged, found.accepted) == (1, -0.833333)
    assert found.reason == "the old rubrics were too long"
    assert (found.rubrics, found.answers) == (before.origin.rubrics, before.origin.scores)
    parts = (replace(one, ledger=None) for one in (before, after))
    assert len({baseline_bytes(one) for one in parts}) == 1


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_pin_without_a_reason_is_refused_and_nothing_is_written(reason: str) -> None:
    before = BASELINE.read_bytes()
    pinning = prepare_pin(GATED, reason=reason)
    with pytest.raises(InputError, match="accepts what was lost since the old pin") as caught:
        pin(pinning)
    assert "--reason" in caught.value.problems[0].help
    assert BASELINE.read_bytes() == before


def test_preparing_writes_nothing() -> None:
    before = BASELINE.read_bytes()
    assert not prepare_pin(GATED, reason="x").diff.same
    assert BASELINE.read_bytes() == before


def test_where_nothing_was_blessed_since_the_pin_it_stays() -> None:
    pin(prepare_pin(GATED, reason="first"))
    before = BASELINE.read_bytes()
    again = prepare_pin(GATED, reason="second")
    assert again.diff.same
    pin(again)
    assert BASELINE.read_bytes() == before


def test_a_file_of_version_1_gets_its_ledger_and_its_loss_is_not_known() -> None:
    BASELINE.write_bytes(baseline_bytes(replace(read(BASELINE), ledger=None)))
    pinning = prepare_pin(GATED, reason="from here on")
    assert (pinning.diff.before, pinning.diff.same) == (None, False)
    pin(pinning)
    found = read(BASELINE).ledger
    assert found
    assert (len(found.pins), found.merged) == (1, 0)
    assert math.isnan(found.pin.accepted)


def test_it_says_whether_the_tickets_are_those_of_the_pin_before() -> None:
    assert prepare_pin(GATED).diff.same_tickets
    edit("tickets.csv", "sign in to my profile,account", "sign in to my profile,technical")
    assert prepare_pin(GATED).diff.same_tickets
    blessed("v1")
    assert not prepare_pin(GATED).diff.same_tickets


def test_pinning_needs_no_answers(answered: Path) -> None:
    (answered / "answers.sqlite").unlink()
    pin(prepare_pin(GATED, reason="x"))


def test_without_a_baseline_there_is_nothing_to_pin() -> None:
    BASELINE.unlink()
    with pytest.raises(InputError, match=f"there is no baseline {BASELINE} yet"):
        prepare_pin(GATED, reason="x")
    with_gates(LIMIT, baseline=None)
    with pytest.raises(InputError, match="names no baseline"):
        prepare_pin(GATED, reason="x")
