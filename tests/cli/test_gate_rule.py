"""What a loss does to a gate, through the commands: one number on the screen, and what is red."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from forked import ticketbench
from turned_project import CONFIG, turned

ACCURACY = "{metric: accuracy, on: v2, not_worse_than: v1}"
COST = "{metric: cost, on: v2, not_worse_than: v1, margin: 0.1}"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def gated(*options: str) -> tuple[int, dict[str, Any]]:
    """Exit code and data of the gate; what has no answer yet is asked."""
    done = ticketbench("gate", str(CONFIG), "--mode", "auto", "--json", *options)
    assert done.returncode in (0, 1, 3), done.stderr
    return done.returncode, json.loads(done.stdout)["data"]


def outcomes(data: dict[str, Any]) -> list[str]:
    return [result["outcome"] for result in data["report"]["results"]]


def flat(text: str) -> str:
    return " ".join(text.split())


def test_table_verdict_and_gate_agree_on_200_tickets_of_which_5_are_newly_wrong() -> None:
    turned(ACCURACY, lost=5)
    code, data = gated()
    (result,), (against,) = data["report"]["results"], data["report"]["comparisons"]
    done = ticketbench("compare", "v1", "v2", "--config", str(CONFIG), "--json")
    found = json.loads(done.stdout)["data"]["comparison"]
    verdict, accuracy = found["verdict"], found["differences"][0]
    assert verdict["outcome"] == "cannot tell"
    assert accuracy["difference"]["low"] < 0 < accuracy["difference"]["high"]
    assert against["comparison"]["verdict"] == verdict
    assert (code, result["outcome"], result["n_needed"]) == (1, "fail", 0)
    assert result["change"]["low"] == verdict["low"] == -result["loss_left"]
    assert result["change"]["high"] == verdict["high"]
    screen = flat(ticketbench("compare", "v1", "v2", "--config", str(CONFIG), "--all").stdout)
    assert "-2.5 [-5.3, +0.3] points on 200 paired tickets" in screen
    assert "v2 fails a gate of 2.0 points against v1 (one-sided 95% bounds -4.8" in screen
    assert len(set(re.findall(r"about ([\d,]+) fresh tickets", screen))) == 1
    gate = flat(ticketbench("gate", str(CONFIG), "--all").stdout)
    assert "-2.5 [-4.8, -0.2] points (at 90%) on 200 paired tickets" in gate
    assert "a loss of up to 4.8 points cannot be ruled out" in gate


def test_gate_and_compare_say_the_same_tickets_needed() -> None:
    turned(ACCURACY, COST, lost=10, gained=9)
    code, data = gated()
    assert (code, outcomes(data)) == (0, ["inconclusive", "inconclusive"])
    gate = flat(ticketbench("gate", str(CONFIG)).stdout)
    screen = flat(ticketbench("compare", "v1", "v2", "--config", str(CONFIG), "--all").stdout)
    (needed,) = re.findall(r"about ([\d,]+) fresh tickets", screen)
    assert f"about {needed} fresh tickets would settle it" in gate
    with_margin = ACCURACY.replace("}", ", margin: 0.03}")
    turned(with_margin, lost=10, gained=9)
    report = gated()[1]["report"]
    verdict = report["comparisons"][0]["comparison"]["verdict"]
    assert verdict["tickets_needed"] == report["results"][0]["n_needed"] > 0


OLD = {
    "nothing changed": ((0, 0), 0, "pass pass"),
    "three lost": ((3, 0), 0, "inconclusive inconclusive"),
    "a loss that chance makes": ((19, 14), 0, "inconclusive inconclusive"),
    "a loss that is shown": ((12, 2), 1, "fail fail"),
}
"""Tickets of 200 lost and gained; the exit code and outcomes of release 0.1."""
NEW = {"a loss that chance makes": (1, "fail inconclusive")}
"""What is another colour now, unless the config says `undecided: pass`."""


@pytest.mark.parametrize("kind", OLD)
def test_a_config_of_release_0_1_keeps_its_colours_but_for_a_loss_that_is_only_seen(
    kind: str,
) -> None:
    (lost, gained), code, before = OLD[kind]
    limits = ("{metric: accuracy, on: v2, min: 0.5}", "{must_pass: [t0199], on: v2}")
    turned(ACCURACY, COST, *limits, lost=lost, gained=gained)
    now = gated()
    expected = NEW.get(kind, (code, before))
    assert (now[0], outcomes(now[1])) == (expected[0], [*expected[1].split(), "pass", "pass"])
    turned(ACCURACY, COST, *limits, lost=lost, gained=gained, more="undecided: pass\n")
    kept = gated()
    assert (kept[0], outcomes(kept[1])) == (code, [*before.split(), "pass", "pass"])


def test_a_gate_that_is_red_by_the_loss_seen_says_so_in_every_form() -> None:
    turned(ACCURACY, lost=19, gained=14)
    why = "red because the loss on these tickets is 2.5 points, with 2 allowed; luck with the"
    forms = ("text", "json=g.json", "markdown=g.md", "junit=g.xml", "github=g.github")
    files = {"GITHUB_STEP_SUMMARY": "sum.md", "GITHUB_OUTPUT": "out.txt"}
    asked = ("--mode", "auto", *(f"--format={form}" for form in forms))
    done = ticketbench("gate", str(CONFIG), *asked, **files)
    assert done.returncode == 1
    assert why in flat(done.stdout)
    assert "1 of 1 gate FAILED; 1 by a loss that may be bad luck." in flat(done.stdout)
    assert "FAIL" not in done.stderr
    written = [Path(name).read_text("utf-8") for name in ("g.md", "g.xml", "g.github", "sum.md")]
    for text in written:
        assert why in text
        assert "undecided: pass" in text
    (result,) = json.loads(Path("g.json").read_bytes())["data"]["report"]["results"]
    assert (result["primary"], result["loss_shown"]) == (True, False)
    assert result["loss_seen"] == pytest.approx(0.025)
    outputs = Path("out.txt").read_text("utf-8")
    assert "by a loss that may be bad luck" in outputs
    assert f"{result['loss_left']:.6f}" in outputs
    assert JUnitXml.fromfile("g.xml").failures == 1


def test_undecided_is_a_key_of_the_config_that_the_option_overrides() -> None:
    turned(COST, lost=10, gained=9, more="undecided: fail\n")
    code, data = gated()
    assert (code, outcomes(data), data["report"]["undecided"]) == (3, ["inconclusive"], "fail")
    for rule in ("pass", "warn"):
        code, data = gated("--undecided", rule)
        assert (code, data["report"]["undecided"]) == (0, rule)
    assert gated("--set", "undecided=warn")[0] == 0
    variable = ticketbench("gate", str(CONFIG), TICKETBENCH_UNDECIDED="warn")
    assert variable.returncode == 0
    turned(COST, lost=10, gained=9, more="undecided: maybe\n")
    wrong = ticketbench("gate", str(CONFIG))
    assert wrong.returncode == 2
    assert "undecided must be 'pass', 'warn' or 'fail'" in wrong.stderr
    assert "turned.yaml:9:1" in wrong.stderr


def test_which_gate_is_primary_can_be_said() -> None:
    told = COST.replace("}", ", primary: true}")
    turned(ACCURACY, told, lost=19, gained=14)
    assert outcomes(gated()[1]) == ["inconclusive", "fail"]
    neither = [gate.replace("}", ", primary: false}") for gate in (ACCURACY, COST)]
    turned(*neither, lost=19, gained=14)
    assert outcomes(gated()[1]) == ["inconclusive", "inconclusive"]


def test_a_dry_run_says_what_the_tickets_can_see_and_sends_nothing() -> None:
    turned(ACCURACY, COST, "{metric: accuracy, on: v2, min: 0.5}", n=400, lost=24, gained=24)
    before = ticketbench("gate", str(CONFIG), "--dry-run", "--mode", "auto")
    assert before.returncode == 0
    assert not Path("turned.sqlite").exists()
    screen = flat(before.stdout)
    assert "Accuracy (v2) not worse than v1 by 2 points, primary" in screen
    assert "on these 400 tickets, assuming another answer for 1 in 8 tickets" in screen
    assert "nobody can tell: both sides have to be answered first: it is no share" in screen
    gated()
    done = ticketbench("gate", str(CONFIG), "--dry-run")
    assert "on these 400 tickets, with another answer for 48 tickets, as now" in flat(done.stdout)
    assert "if it were worse by 4 points, in about 14 of 100" in flat(done.stdout)
    data = json.loads(ticketbench("gate", str(CONFIG), "--dry-run", "--json").stdout)
    assert data["schema"] == "ticketbench/gate-plan@1"
    first, second = data["data"]["gates"]
    assert [round(one["green"], 2) for one in first["chances"]] == [0.89, 0.53, 0.14, 0.01]
    assert (first["answered"], first["primary"], second["primary"]) == (True, True, False)
    assert second["chances"][2]["loss"] == pytest.approx(0.2)
    strict = ticketbench("gate", str(CONFIG), "--dry-run", "--undecided", "fail").stdout
    assert "if v2 were exactly as good, it would be let through in about 3" in flat(strict)
    assert "let through means not failed: passed or inconclusive" in screen
    assert "let through means passed\n" in strict
    assert ticketbench("gate", str(CONFIG), "--dry-run", "--format", "junit").returncode == 2


def test_a_dry_run_on_the_same_answers_does_not_ask_for_answers() -> None:
    turned(ACCURACY, COST, n=400)
    gated()
    screen = flat(ticketbench("gate", str(CONFIG), "--dry-run").stdout)
    assert "nobody can tell: both sides gave the same answers, and it is no share" in screen
    assert "have to be answered" not in screen


def test_a_dry_run_of_limits_alone_has_nothing_to_say() -> None:
    turned("{metric: accuracy, on: v2, min: 0.5}", n=10)
    done = ticketbench("gate", str(CONFIG), "--dry-run")
    assert (done.returncode, "a limit is met or not" in done.stdout) == (0, True)


def test_a_dry_run_is_as_wide_as_the_terminal() -> None:
    turned(ACCURACY, COST, n=400)
    screen = ticketbench("gate", str(CONFIG), "--dry-run", COLUMNS="60").stdout
    assert max(map(len, screen.splitlines())) <= 60
