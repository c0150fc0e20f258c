"""`ticketbench baseline` as users run it: the ledger in the file, on the screen and in CI."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from forked import ticketbench
from gated_project import BASELINE, with_gates
from ticketbench.edge.results.baseline_file import baseline_bytes, read_baseline

AGAINST = "{metric: accuracy, on: v2, not_worse_than: baseline}"


@pytest.fixture(autouse=True)
def _gated(answered: Path) -> None:
    with_gates(AGAINST)


def bless(name: str, *more: str) -> subprocess.CompletedProcess[str]:
    why = ("--reason", f"{name} is live")
    done = ticketbench("baseline", "bless", "gated.yaml", "--rubric-set", name, *why, *more)
    assert done.returncode == 0, done.stderr
    return done


def pin(*more: str) -> subprocess.CompletedProcess[str]:
    return ticketbench("baseline", "pin", "gated.yaml", *more)


def shown() -> subprocess.CompletedProcess[str]:
    return ticketbench("baseline", "show", "gated.yaml")


def flat(text: str) -> str:
    return " ".join(text.split())


def test_blessing_25_times_after_the_pin_is_warned_of_by_bless_show_and_gate() -> None:
    said = [bless(("v2", "v1")[i % 2]) for i in range(26)]
    kinds = [("TB305" in one.stderr, "TB306" in one.stderr) for one in said]
    assert kinds == [(i % 2 == 1, i > 20) for i in range(26)]
    last = said[-1]
    assert "this change: accuracy -83.3 points on 6 tickets with the same gold label" in last.stdout
    assert "25 changes since the pin: accuracy -83.3 points, allowed -5" in last.stdout
    words = "these 7 tickets have judged 25 changes"
    before = BASELINE.read_bytes()
    forms = [
        f"--format={form}" for form in ("text", "markdown=g.md", "github=g.txt", "json=g.json")
    ]
    show, text = shown(), ticketbench("gate", "gated.yaml", *forms)
    assert words in flat(show.stderr)
    assert "one look per pin" in flat(show.stdout)
    assert words in flat(text.stdout)
    assert "2 gates passed" in text.stdout.splitlines()[0], "a warning changes no verdict"
    assert f"**Warning: {words}:**" in Path("g.md").read_text("utf-8")
    assert f"::warning file=gated.yaml,title=ticketbench::{words}" in Path("g.txt").read_text(
        "utf-8"
    )
    report = json.loads(Path("g.json").read_bytes())["data"]["report"]
    assert [one["code"] for one in report["findings"]] == ["TB305", "TB306"]
    assert BASELINE.read_bytes() == before
    for done in (last, show, text):
        assert max(map(len, (done.stdout + done.stderr).splitlines())) <= 80


def test_a_file_of_version_1_stays_as_it_is_under_all_that_only_reads() -> None:
    bless("v2")
    old = baseline_bytes(replace(read_baseline(BASELINE), ledger=None))
    BASELINE.write_bytes(old)
    for command in (
        ("gate", "gated.yaml"), ("baseline", "show", "gated.yaml"), ("doctor", "gated.yaml"),
        ("baseline", "bless", "gated.yaml"), ("baseline", "pin", "gated.yaml", "--dry-run"),
        ("baseline", "bless", "gated.yaml", "--rubric-set", "v1", "--dry-run"),
    ):  # fmt: skip
        done = ticketbench(*command)
        assert done.returncode == 0, done.stderr
        assert BASELINE.read_bytes() == old, command
    assert "the next bless starts one" in shown().stdout
    bless("v1")
    data = json.loads(BASELINE.read_bytes())
    assert data["schema"] == "ticketbench/baseline@3"
    assert (data["data"]["ledger"]["merged"], data["data"]["ledger"]["sum_seen"]) == (1, -0.833333)
    assert (
        data["data"]["ledger"]["pins"][0]["answers"] == json.loads(old)["data"]["origin"]["scores"]
    )


def test_blessing_what_is_blessed_already_adds_nothing() -> None:
    bless("v2")
    bless("v1")
    before = BASELINE.read_bytes()
    again = ticketbench("baseline", "bless", "gated.yaml")
    assert "nothing changed" in again.stderr
    assert "this change" not in again.stdout
    assert BASELINE.read_bytes() == before


def test_a_pin_is_shown_first_wants_a_reason_and_is_kept() -> None:
    bless("v2")
    bless("v1")
    before = BASELINE.read_bytes()
    tried = pin("--dry-run")
    assert tried.returncode == 0
    assert "accepted    -83.3 points of accuracy with 1 change since the old pin" in tried.stdout
    refused = pin()
    assert refused.returncode == 2
    assert "--reason" in refused.stderr
    assert BASELINE.read_bytes() == before
    done = pin("--reason", "half the price")
    assert done.returncode == 0
    assert "pinned v1: 7 tickets in baselines/base.json; commit it" in done.stderr
    assert "the tickets are those of the pin before, so a gate" in flat(done.stderr)
    assert "label fresh tickets before a release" in flat(done.stderr)
    found = shown()
    assert "half the price" in found.stdout
    assert "accepted    -83.3 points with 1 change before it" in found.stdout
    assert "nothing blessed since the pin" in found.stdout
    assert "warning" not in found.stderr
    assert "stays as it is" in pin("--reason", "again").stderr


def test_json_holds_the_ledger() -> None:
    bless("v2")
    data = json.loads(bless("v1", "--json").stdout)["data"]
    assert data["ledger"]["seen"] == [{"change": -0.833333, "n": 6, "reason": "v1 is live"}]
    assert [one["code"] for one in data["findings"]] == ["TB305"]
    show = json.loads(ticketbench("baseline", "show", "gated.yaml", "--json").stdout)["data"]
    assert (show["baseline"]["ledger"]["merged"], show["budget"]) == (1, 0.05)
    pinned = json.loads(pin("--json", "--reason", "x").stdout)
    assert pinned["schema"] == "ticketbench/baseline-pin@1"
    assert pinned["data"]["now"]["pins"][-1]["accepted"] == -0.833333
    assert pinned["data"]["before"]["sum_seen"] == -0.833333


def test_tickets_that_share_nothing_with_those_before_are_said() -> None:
    bless("v2")
    tickets = Path("tickets.csv")
    text = tickets.read_text("utf-8")
    tickets.write_text(text.replace("\nt", "\nfresh"), "utf-8")
    done = bless("v2", "--mode", "auto")
    assert "this change: accuracy – points on 0 tickets" in done.stdout
    assert "1 of them not seen" in flat(done.stdout)
    ledger = json.loads(BASELINE.read_bytes())["data"]["ledger"]
    assert ledger["seen"] == [{"change": None, "n": 0, "reason": "v2 is live"}]
    assert ledger["sum_seen"] is None
    assert shown().returncode == 0


def test_a_baseline_of_a_newer_version_says_so() -> None:
    bless("v2")
    BASELINE.write_bytes(BASELINE.read_bytes().replace(b"baseline@3", b"baseline@4"))
    done = ticketbench("gate", "gated.yaml")
    assert done.returncode == 2
    assert "is of a newer version of ticketbench (ticketbench/baseline@4)" in flat(done.stderr)
    assert "Traceback" not in done.stderr
