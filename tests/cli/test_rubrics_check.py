"""What `rubrics check` prints: pairs in the way with numbers, and what to try."""

from __future__ import annotations

import json

from forked import ticketbench
from quickstart import QUICKSTART


def told(*words: str) -> str:
    done = ticketbench("rubrics", "check", str(QUICKSTART), *words)
    assert (done.returncode, done.stderr) == (0, "")
    return " ".join(done.stdout.split())


def test_flagged_pairs_come_first_with_numbers_a_direction_and_a_command() -> None:
    said = told("--on", "v1")
    assert said.startswith(
        "v1: 3 of 6 pairs of rubrics get in each other's way. technical and account: 62 of 216 "
        "tickets mixed up (at least 24%); account swallows technical."
    )
    assert "wrong more often than not where they win: account 68.4%" in said
    command = said.partition("Try: ")[2].replace("\\ ", "")
    assert command == f"ticketbench rubrics join {QUICKSTART} --on v1 technical account"


def test_the_command_to_try_keeps_what_was_set() -> None:
    setting = "rubric_sets.draft=rubrics/support-v1.yaml"
    command = told("--on", "draft", "--set", setting).partition("Try: ")[2].replace("\\ ", "")
    config = f"{QUICKSTART} --on draft --set {setting}"
    assert command == f"ticketbench rubrics join {config} technical account"


def test_of_a_sound_set_nothing_is_to_be_tried() -> None:
    said = told("--on", "v2")
    assert said.startswith("v2: none of 6 pairs of rubrics is found to get in each other's way.")
    assert "rubrics join" not in said


def test_escalation_that_does_not_pay_is_said_with_its_queue() -> None:
    said = told("--on", "v1")
    assert "147 of 408 tickets are escalated, 36 [31, 41] of 100; 23.8%" in said
    assert "of them needed it, under half: `escalate_above: 1` switches them off" in said
    off = told("--on", "v1", "--set", "policy.escalate_above=1")
    assert "escalation: no ticket is escalated as set." in off


def test_json_has_every_pair_and_label_and_no_ticket() -> None:
    done = ticketbench("rubrics", "check", str(QUICKSTART), "--on", "v1", "--json")
    found = json.loads(done.stdout)
    assert found["schema"] == "ticketbench/rubrics-check@1"
    diagnosis = found["data"]["diagnosis"]
    assert [pair["flagged"] for pair in diagnosis["pairs"]] == [True] * 3 + [False] * 3
    assert {one["label"] for one in diagnosis["labels"]} == {
        "billing", "technical", "account", "general",
    }  # fmt: skip


def test_an_unknown_set_is_refused_with_the_known_ones() -> None:
    done = ticketbench("rubrics", "check", str(QUICKSTART), "--on", "v9")
    assert done.returncode == 2
    assert "has no rubric set 'v9'" in done.stderr
