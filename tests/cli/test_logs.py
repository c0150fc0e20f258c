"""What `logs` prints: the answer first, ids masked, and JSON with everything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from decision_logs import written_project
from forked import ticketbench_in
from terminal import longest, same_on_terminals, shown

LOG, POLICY = "decisions.jsonl", ("--against", "policy.json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("week")
    written_project(made)
    return made


def test_a_log_alone_is_shown_as_in_the_golden_file(folder: Path) -> None:
    same_on_terminals("logs", folder, "logs", LOG, "--texts", "tickets.csv")


def test_a_log_against_its_policy_is_shown_as_in_the_golden_file(folder: Path) -> None:
    same_on_terminals("logs-against", folder, "logs", LOG, *POLICY, "--reviews-per-day", "12")


def test_no_line_is_wider_than_the_narrowest_terminal(folder: Path) -> None:
    for more in ((), POLICY):
        assert longest(shown(folder, "logs", LOG, *more, columns=60).stdout) <= 60


def test_ids_and_texts_are_masked_for_the_eye(folder: Path) -> None:
    seen = shown(folder, "logs", LOG, "--texts", "tickets.csv")
    assert "[mail]" in seen.stdout
    assert "example.com" not in seen.stdout + seen.stderr


def test_json_has_what_is_printed_and_the_ids_of_the_file(folder: Path) -> None:
    done = ticketbench_in(folder, "logs", LOG, *POLICY, "--json")
    found = json.loads(done.stdout)
    assert found["schema"] == "ticketbench/logs@1"
    data = found["data"]
    assert data["described"]["whole"]["n"] == 1350
    assert [one["kind"] for one in data["against"]["concerns"]] == ["failures", "drift", "no model"]
    moved = data["against"]["periods"][2]["drift"]
    printed = " ".join(shown(folder, "logs", LOG, *POLICY).stdout.split())
    assert f"largest difference {100 * moved['scores']:.1f}%" in printed
    assert data["described"]["to_read"][0]["ticket_id"].startswith(("T-", "jane."))


def test_equal_logs_print_equal_bytes(folder: Path) -> None:
    first, second = (
        ticketbench_in(folder, "logs", LOG, *POLICY, "--json").stdout for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("option", ["--mixed", "--tickets-per-day=5", "--reviews-per-day=5"])
def test_what_goes_with_a_policy_alone_is_wrong_usage_without_one(
    folder: Path, option: str
) -> None:
    done = ticketbench_in(folder, "logs", LOG, option)
    assert done.returncode == 2
    assert "go with --against" in done.stderr


def test_a_log_of_another_policy_ends_with_2_and_says_what_to_do(folder: Path) -> None:
    other = (folder / LOG).read_text("utf-8").replace('"policy":"', '"policy":"00', 1)
    (folder / "other.jsonl").write_text(other, encoding="utf-8")
    done = ticketbench_in(folder, "logs", "other.jsonl", *POLICY)
    assert (done.returncode, done.stdout) == (2, "")
    assert "1 of 1,350 decisions are of another policy" in done.stderr
    assert "--mixed" in done.stderr
    assert "Traceback" not in done.stderr
