"""What `run` prints: the answer first, four rows, and what to do next as a command that runs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from forked import ticketbench
from quickstart import QUICKSTART, Demo
from ticketbench.edge.results.store import load
from ticketbench.measure.results import RunResults
from ticketbench.report.words.answers import answers
from ticketbench.report.words.setting import setting_text

ESCAPE = re.compile("\x1b\\[[0-9;]*m")


@pytest.fixture(scope="module")
def settings(demo: Demo) -> tuple[str, ...]:
    """What lets the demo run again in a moment."""
    cache = demo.out.parent / "answers.sqlite"
    given = ("report.figures=false", f"cache={cache}", "trained_baselines=false")
    return tuple(word for one in given for word in ("--set", one))


def flat(text: str) -> str:
    return " ".join(text.split())


def command_in(printed: str) -> list[str]:
    """The words of the command that is printed to be pasted."""
    at = printed.index("Read:   ") + len("Read:   ")
    lines = printed[at:].splitlines()
    last = next(i for i, line in enumerate(lines) if not line.endswith("\\"))
    text = "\n".join(lines[: last + 1]).replace("\\\n", "")
    return shlex.split(re.sub(r"   \d+ tickets?$", "", text))


def test_the_answer_is_the_first_line_and_four_rows_follow(demo: Demo) -> None:
    results = load(demo.out / "results.json", RunResults)
    words = setting_text(results.recommendation, results.evaluations)
    lines = demo.stdout.splitlines()
    assert lines[:3] == [f"{words.headline}.", f"{words.of_100}.", ""]
    assert lines[3:7] == [f"{one.name:<10}{one.row}" for one in answers(results)]
    assert lines[7:10] == [
        "", f"{words.target}.",
        "Set it: policy: {threshold: 0.90, escalate_above: 1}   (now 0.60 and 0.30)",
    ]  # fmt: skip
    assert lines[-1] == f"816 answers: 816 kept, 0 asked, 0 failed.   {Path('out', 'index.html')}"


def test_no_word_is_printed_twice_and_no_table_without_being_asked_for(demo: Demo) -> None:
    assert "next" not in demo.stdout.replace("fix next", "")
    assert "accuracy" not in demo.stdout
    assert "asked = scored + failed" not in demo.stdout
    lines = [line for line in demo.stdout.splitlines() if line]
    assert len(lines) == len(set(lines)) <= 14


def test_the_command_to_read_lists_the_broken_tickets(
    demo: Demo, settings: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ticketbench("run", str(QUICKSTART), *settings)
    words = command_in(done.stdout)
    assert words == ["ticketbench", "errors", "v2", "--kind", "broken"]
    assert "--kind broken   28 tickets\n" in done.stdout
    read = ticketbench(*words[1:])
    assert read.returncode == 0, read.stderr
    assert read.stdout.startswith("28 broken by v2 (v1 had the right team), surest first; 10 ")


def test_where_another_report_is_the_latest_the_command_to_read_names_its_folder(
    demo: Demo, settings: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ticketbench("run", str(QUICKSTART), *settings, "--out", "a b")
    words = command_in(done.stdout)
    assert words == ["ticketbench", "errors", "a b:v2", "--kind", "broken"]
    assert ticketbench(*words[1:]).stdout.startswith("28 broken by v2 ")


def test_colour_changes_no_character_of_what_is_printed(
    settings: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain, styled, none = (
        ticketbench("run", str(QUICKSTART), *settings, TERM="xterm", **variables)
        for variables in ({}, {"FORCE_COLOR": "1"}, {"FORCE_COLOR": "1", "NO_COLOR": "1"})
    )
    assert "\x1b" not in plain.stdout
    assert none.stdout == plain.stdout
    assert ESCAPE.sub("", styled.stdout) == plain.stdout
    lines = styled.stdout.splitlines()
    assert lines[0] == f"\x1b[1m{plain.stdout.splitlines()[0]}\x1b[0m"
    assert "\x1b[33mabout 4 wrong\x1b[0m" in lines[1]
    assert "\x1b[1;34mv2 is better\x1b[0m" in lines[3]
    assert lines[4].startswith("\x1b[2mpays      \x1b[0m\x1b[1;34myes, narrowly\x1b[0m: ")
    assert "\x1b[33mbilling\x1b[0m" in lines[5]
    assert set(re.findall("\x1b\\[([0-9;]*)m", styled.stdout)) <= {
        "0", "1", "2", "33", "34", "93", "1;34",
    }  # fmt: skip


@pytest.mark.parametrize("columns", ["60", "72", "80", "200"])
def test_lines_are_as_wide_as_the_terminal_and_80_columns_at_most(
    settings: tuple[str, ...], columns: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", columns)
    done = ticketbench("run", str(QUICKSTART), *settings, "--out", "r")
    # A single word may be longer: a path is never cut.
    wide = [line for line in done.stdout.splitlines() if len(line) > min(80, int(columns))]
    assert all(len(line.split()) <= 3 and "/" in line for line in wide)
    assert flat(done.stdout).startswith("Use v2 at threshold 0.90, without escalation. Of 100 ")


def test_all_prints_every_table_behind_the_first_lines_and_each_verdict_before_them(
    settings: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    short = ticketbench("run", str(QUICKSTART), *settings)
    done = ticketbench("run", str(QUICKSTART), *settings, "--all")
    assert done.stdout.startswith(short.stdout)
    behind = done.stdout.removeprefix(short.stdout)
    places = [behind.index(part) for part in (
        "It pays: 0.860 [0.765, 0.956]", "Today (v1 at threshold 0.60", "v2 is better than v1:",
        "accuracy 49.5%", "The verdict rests on", "asked = scored + failed",
        "every way to choose a threshold",
    )]  # fmt: skip
    assert places == sorted(places)
    assert flat("answers of local://minilm/v1/classify (v1: 408") in flat(done.stderr)


def test_findings_come_after_the_answer_on_stderr_and_each_once(answered: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--mode", "replay", "--all")
    found = json.loads((answered / "reports" / "eval" / "results.json").read_bytes())
    codes = [one["code"] for one in found["data"]["findings"]]
    assert codes
    for code in set(codes):
        assert done.stderr.count(f"({code})") == codes.count(code)
        assert code not in done.stdout


def test_json_holds_nothing_but_the_results(answered: Path) -> None:
    said = ["--set", "report.texts=none"]  # else a note asks for it
    done = ticketbench("run", "eval.yaml", "--mode", "replay", "--json", *said, FORCE_COLOR="1")
    assert done.stdout.encode() == (answered / "reports" / "eval" / "results.json").read_bytes()
    assert done.stderr == ""


def test_with_too_few_tickets_nothing_is_set_or_to_be_read(answered: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--mode", "replay")
    page = Path("reports", "eval", "index.html")
    assert done.stdout.splitlines() == [
        "Too few tickets to decide: 7 of at least 50.",
        "",
        f"14 answers: 14 kept, 0 asked, 0 failed.   {page}",
    ]


def test_prices_at_which_it_does_not_pay_are_told_so_and_the_line_routes_nothing(
    settings: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dear = ("--set", "choose.costs.misroute=9")
    lines = ticketbench("run", str(QUICKSTART), *settings, *dear).stdout.splitlines()
    assert lines[0] == "v2 is better, but keep people routing: no clear saving."
    assert lines[1].startswith("Cheapest: threshold 0.99, without escalation. Of 100 tickets, ")
    text = "\n".join(lines)
    assert "pays      cannot tell: 1.06 a ticket [0.98, 1.15], by hand 1.00, today " in text
    assert "Set it: policy: {threshold: 1.01, escalate_above: 1}" in text


def test_one_set_has_its_wrong_tickets_to_read(
    settings: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one = ("--set", f"rubric_sets={{v2: {QUICKSTART.parent / 'rubrics' / 'support-v2.yaml'}}}")
    gates = ("--set", "gates=[]", "--set", "baseline=null")
    done = ticketbench("run", str(QUICKSTART), *settings, *one, *gates, "--out", "r")
    assert done.returncode == 0, done.stderr
    assert "version   73 of 100 answers are right [68, 77]" in done.stdout
    words = command_in(done.stdout)
    assert words == ["ticketbench", "errors", "r:v2"]
    assert ticketbench(*words[1:]).stdout.startswith("16 tickets sent out wrong by v2 at ")
