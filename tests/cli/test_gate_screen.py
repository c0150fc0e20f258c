"""`ticketbench gate` on a terminal: the answer once, first, and commands that lead on."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from forked import ticketbench
from quickstart import Demo
from terminal import demo_project, same_on_terminals, shown

PASSES = "{metric: accuracy, on: v2, min: 0.0}"
FAILS = "{metric: recall, label: billing, on: v2, bound: low, min: 1.0}"
FAILING = (
    "gates=[{metric: accuracy, on: v2, not_worse_than: v1, margin: 0.02}, "
    "{metric: routed_recall, label: billing, on: v2, not_worse_than: v1, margin: 0.03}, "
    "{metric: recall, label: billing, on: v2, bound: low, min: 0.9}, "
    "{must_pass: [s004, s308], on: v2}]"
)


def gated(*gates: str) -> str:
    text = Path("eval.yaml").read_text(encoding="utf-8")
    listed = "".join(f"  - {gate}\n" for gate in gates)
    Path("gated.yaml").write_text(f"{text}gates:\n{listed}", encoding="utf-8")
    return "gated.yaml"


@pytest.fixture
def reported(demo: Demo, tmp_path: Path) -> Path:
    """The files of the demo and its report, where a run leaves it."""
    folder = demo_project(tmp_path)
    shutil.copytree(demo.out, folder / "reports" / "quickstart")
    return folder


def test_gates_that_pass_are_shown_as_in_the_golden_file(reported: Path) -> None:
    same_on_terminals("gate-pass", reported, "gate", "configs/quickstart.yaml")


def test_gates_that_fail_are_shown_as_in_the_golden_file(reported: Path) -> None:
    same_on_terminals("gate-fail", reported, "gate", "configs/quickstart.yaml", "--set", FAILING)


def test_the_verdict_stands_once_on_both_streams_together(answered: Path) -> None:
    config = gated(PASSES, FAILS)
    done = ticketbench("gate", config)
    assert done.returncode == 1
    assert (done.stdout + done.stderr).count("1 of 2 gates FAILED") == 1
    assert "gate failed" not in done.stdout + done.stderr
    told = ticketbench("gate", config, "--format", "text=gate.txt")
    assert "FAIL: 1 gate failed, 1 passed" in told.stderr
    everything = ticketbench("gate", config, "--all").stdout
    assert everything.startswith("1 of 2 gates FAILED.\n\nv2: 7 requested = 7 scored + 0 failed\n")
    assert everything.count("FAILED") == 1


def test_a_file_has_no_colour_and_80_columns_whatever_the_terminal(answered: Path) -> None:
    config = gated(PASSES, FAILS)
    for columns in (60, 120):
        shown(answered, "gate", config, "--format", f"text={columns}.txt",
              columns=columns, colour=True)  # fmt: skip
    narrow, wide = (Path(f"{n}.txt").read_bytes() for n in (60, 120))
    assert narrow == wide
    assert b"\x1b" not in narrow
    assert narrow.decode() == shown(answered, "gate", config).stdout


def test_without_a_report_the_command_leads_to_the_gates_themselves(answered: Path) -> None:
    assert not Path("reports/gated").exists()
    config = gated("{metric: accuracy, on: v1, not_worse_than: v2, margin: 0.99}")
    done = ticketbench("gate", config)
    (line,) = [line for line in done.stdout.splitlines() if "ticketbench " in line]
    words = shlex.split(line[line.index("ticketbench ") :])
    assert words == ["ticketbench", "gate", config, "--all"]
    assert "broken" in ticketbench(*words[1:]).stdout


def test_an_edit_of_what_was_blessed_leads_to_a_command_that_works(answered: Path) -> None:
    """The report has no older set to hold it against, so the gate itself tells what broke."""
    config = gated("{metric: accuracy, on: v2, not_worse_than: baseline, margin: 0.02}")
    text = Path(config).read_text(encoding="utf-8")
    Path(config).write_text(f"{text}baseline: b.json\n", encoding="utf-8")
    assert ticketbench("baseline", "bless", config, "--rubric-set", "v2").returncode == 0
    rubrics = Path("v2.yaml").read_text(encoding="utf-8")
    edited = rubrics.replace("an error, a crash or an empty page", "a password, a profile or data")
    Path("v2.yaml").write_text(edited, encoding="utf-8")
    assert ticketbench("run", config).returncode == 0
    seen = shown(Path(), "gate", config)
    command = next(line for line in seen.stdout.splitlines() if "ticketbench" in line)
    again = ticketbench(*shlex.split(command.partition("ticketbench ")[2]))
    assert again.returncode == seen.code
    assert "Traceback" not in again.stderr
