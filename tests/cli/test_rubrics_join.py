"""The commands `rubrics join` and `rubrics ablate` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forked import ticketbench_in

JOIN = ("rubrics", "join", "eval.yaml", "--on", "v1")


def test_without_two_labels_every_pair_is_shown_and_nothing_written(answered: Path) -> None:
    before = sorted(path.name for path in answered.iterdir())
    done = ticketbench_in(answered, *JOIN)
    assert (done.returncode, done.stderr) == (0, "")
    for pair in ("billing + technical", "billing + account", "technical + account"):
        assert pair in done.stdout
    assert "fewer labels: nothing is said" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert sorted(path.name for path in answered.iterdir()) == before


def test_a_file_that_is_there_stays_without_force(answered: Path) -> None:
    out = answered / "j.yaml"
    out.write_text("mine", encoding="utf-8")
    refused = ticketbench_in(answered, *JOIN, "billing", "account", "-o", "j.yaml")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "j.yaml is there already" in refused.stderr
    assert "--force" in refused.stderr
    assert out.read_text(encoding="utf-8") == "mine"
    done = ticketbench_in(answered, *JOIN, "billing", "account", "-o", "j.yaml", "--force")
    assert done.returncode == 0, done.stderr
    assert "billing_account" in out.read_text(encoding="utf-8")


def test_what_was_asked_is_on_stdout_as_json_and_talk_on_stderr(answered: Path) -> None:
    done = ticketbench_in(answered, *JOIN, "account", "billing", "-o", "j.yaml", "--json")
    value = json.loads(done.stdout)
    assert value["schema"] == "ticketbench/rubrics-join@1"
    assert (value["data"]["pair"]["first"], value["data"]["pair"]["second"]) == (
        "billing", "account"
    )  # fmt: skip
    assert "written to j.yaml" in done.stderr


def test_a_label_that_no_map_can_name_gets_its_file_and_no_line(answered: Path) -> None:
    done = ticketbench_in(
        answered, *JOIN, "billing", "account", "--name", "a,b", "-o", "j.yaml"
    )  # fmt: skip
    assert done.returncode == 0
    assert "try it:" not in done.stdout
    assert "needs a map of labels" in done.stderr
    assert (answered / "j.yaml").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("billing",), "name two labels or none, got 1"),
        (("-o", "j.yaml"), "go with the two labels to join"),
        (("billing", "acount"), "did you mean 'account'?"),
        (("billing", "account", "-o", "app.py::JOINED"), "written as YAML"),
        (("billing", "account", "-o", "j.json"), "written as YAML"),
    ],
)
def test_what_is_wrong_is_said_with_exit_code_2(
    words: tuple[str, ...], why: str, answered: Path
) -> None:
    done = ticketbench_in(answered, *JOIN, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr


def test_of_two_labels_none_can_be_joined_or_left_out(answered: Path) -> None:
    two = "extends: v1.yaml\nremove: [account]\n"
    (answered / "v2.yaml").write_text(two, encoding="utf-8")
    assert ticketbench_in(answered, "run", "eval.yaml").returncode == 0
    for verb, why in (("join", "can be joined"), ("ablate", "can be left out")):
        done = ticketbench_in(answered, "rubrics", verb, "eval.yaml", "--on", "v2")
        assert (done.returncode, done.stdout) == (2, "")
        assert f"of 2 labels none {why}" in done.stderr


def test_ablate_says_what_its_numbers_rest_on(answered: Path) -> None:
    done = ticketbench_in(answered, "rubrics", "ablate", "eval.yaml", "--on", "v2", "account")
    assert (done.returncode, done.stderr) == (0, "")
    assert "scores each label by itself" in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= 80
