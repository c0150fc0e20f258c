"""`ticketbench score`: the answer first, by the choices of a config or of the options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forked import ticketbench, ticketbench_in
from quickstart import Demo
from terminal import demo_project, same_on_terminals


@pytest.fixture
def table(demo: Demo, tmp_path: Path) -> Path:
    """The folder of the demo's files with its predictions."""
    folder = demo_project(tmp_path)
    (folder / "predictions.csv").write_bytes((demo.out / "predictions.csv").read_bytes())
    return folder


def data(folder: Path, *arguments: str) -> dict[str, Any]:
    done = ticketbench_in(
        folder, "score", "predictions.csv", "--rubric-set", "v2", "--json", *arguments
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["data"]
    return found


def test_a_table_is_shown_as_in_the_golden_file(table: Path) -> None:
    same_on_terminals("score", table, "score", "predictions.csv", "--rubric-set", "v2")


def test_a_table_under_a_config_says_of_the_set_what_the_run_says(demo: Demo, table: Path) -> None:
    ran = json.loads((demo.out / "results.json").read_bytes())["data"]["recommendation"]
    mine = data(table, "--config", "configs/quickstart.yaml")
    found = mine["recommendation"]
    same = ("kind", "rubric_set", "promise", "target", "target_stated", "costs", "prices_stated")
    assert {name: found[name] for name in same} == {name: ran[name] for name in same}
    # A table has no second labels, so what escalations reach is not known.
    mine_set, its = ({**one["setting"], "routing": one["setting"]["routing"]["wrong"]}
                     for one in (found, ran))  # fmt: skip
    assert mine_set == its
    assert mine["evaluation"]["settings"]["label_word"] == "team"
    asked = (
        "score",
        "predictions.csv",
        "--rubric-set",
        "v2",
        "--config",
        "configs/quickstart.yaml",
    )
    screen = ticketbench_in(table, *asked).stdout
    (pays,) = [line for line in demo.stdout.splitlines() if line.startswith("pays ")]
    assert pays.partition(", today")[0] in screen
    assert "example" not in screen


def test_options_stand_over_the_config_and_are_stated(table: Path) -> None:
    config = ("--config", "configs/quickstart.yaml", "--set", "policy.escalate_above=0.5")
    given = ("--costs", "misroute=9", "--min-precision", "0.8", "--threshold", "0.7")
    settings = data(table, *config, *given)["evaluation"]["settings"]
    assert settings["costs"] == {"misroute": 9.0, "review": 1.0, "escalate": 1.5, "missed": None}
    assert (settings["min_precision"], settings["target_stated"]) == (0.8, True)
    policy = settings["policy"]
    assert (policy["threshold"], policy["escalate_above"]) == (0.7, 0.5)


def test_what_the_answer_says_to_set_can_be_tried(table: Path) -> None:
    shown = data(table, "--costs", "misroute=99", "--threshold", "1.01")
    assert shown["evaluation"]["settings"]["policy"]["threshold"] == 1.01
    assert shown["evaluation"]["routing"]["summary"]["routed"] == 0


BAD = {
    "no number": (("--costs", "misroute=x"), "--costs"),
    "no such price": (("--costs", "misrout=5"), "did you mean 'misroute'"),
    "a price twice": (("--costs", "review=1,review=2"), "each name once"),
    "a negative price": (("--costs", "review=-1"), "0 or more"),
    "a target of 1": (("--min-precision", "1"), "--min-precision"),
    "a percentage": (("--min-precision", "90"), "90 of 100 is 0.9"),
    "--set alone": (("--set", "policy.threshold=0.7"), "--set goes with --config"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_choice_that_cannot_be_is_one_error(project: Path, case: str) -> None:
    arguments, words = BAD[case]
    done = ticketbench("score", "tickets.csv", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("error: ") == 1
    assert words in done.stderr
