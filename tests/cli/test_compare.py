"""What `compare` prints: which is better, four rows, and the broken tickets with their texts."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from forked import ticketbench
from quickstart import QUICKSTART, Demo

ESCAPE = re.compile("\x1b\\[[0-9;]*m")
SIDES = ("v1", "v2", "--config", str(QUICKSTART))


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_verdict_is_the_first_line_and_four_rows_follow() -> None:
    lines = ticketbench("compare", *SIDES).stdout.splitlines()
    assert lines[:3] == [
        "v2 is better than v1.", "Of 368 tickets with a team 115 are fixed and 28 broken.", "",
    ]  # fmt: skip
    assert lines[3].split() == ["v1", "v2", "change"]
    rows = [re.split(" {2,}", line) for line in lines[4:8]]
    assert [(row[0], row[-1]) for row in rows] == [
        ("right of 100", "better"), ("right of what is out", "better"), ("out of 100", "more"),
        ("cost a ticket", "better"),
    ]  # fmt: skip
    assert rows[0][1:4] == ["49", "73", "+24 [+18, +30]"]
    assert lines[8] == "at threshold 0.60, escalation above 0.30; by hand a ticket costs 1.00"


def test_the_numbers_of_the_rows_are_those_of_the_json() -> None:
    data = json.loads(ticketbench("compare", *SIDES, "--json").stdout)["data"]["comparison"]
    known = {one["name"]: one for one in data["differences"]}
    lines = ticketbench("compare", *SIDES).stdout.splitlines()[4:8]
    for line, name in zip(
        lines, ("accuracy", "selective_precision", "coverage", "cost"), strict=True
    ):
        base, candidate, change = (float(x) for x in re.findall(r"[-+]?\d+\.?\d*", line)[-5:-2])
        of, scale = known[name], 1 if name == "cost" else 100
        for shown, exact in ((base, of["base"]), (candidate, of["candidate"]),
                             (change, of["difference"]["value"])):  # fmt: skip
            assert shown == pytest.approx(scale * exact, abs=0.51 if scale == 100 else 0.0051)


def test_broken_tickets_stand_with_their_text_surest_first_and_three_of_them() -> None:
    printed = ticketbench("compare", *SIDES).stdout
    listed = printed.partition("broken, surest first: team, v1, v2\n")[2]
    ids = re.findall(r"^(s\d+)  ", listed, re.MULTILINE)
    assert len(ids) == 3
    scores = [float(x) for x in re.findall(r"(\d\.\d\d)$", listed, re.MULTILINE)]
    assert scores == sorted(scores, reverse=True)
    assert "  timer on cards counts double\n" in listed
    assert listed.endswith("and 25 more: --flips 28     all measures: --all\n")
    every = ticketbench("compare", *SIDES, "--flips", "28").stdout
    assert len(re.findall(r"^s\d+  ", every, re.MULTILINE)) == 28
    assert every.endswith("\nall measures: --all\n")


def test_where_the_report_of_the_config_has_the_same_ones_its_command_lists_the_others(
    demo: Demo, tmp_path: Path
) -> None:
    shutil.copytree(demo.out, tmp_path / "reports" / "quickstart")
    printed = ticketbench("compare", *SIDES).stdout
    more = "and 25 more: ticketbench errors v2 --kind broken   all measures: --all\n"
    assert printed.endswith(more)
    read = ticketbench("errors", "v2", "--kind", "broken").stdout
    assert re.findall(r"^s\d+ ", read, re.MULTILINE)[:3] == re.findall(
        r"^s\d+ ", printed, re.MULTILINE
    )
    assert ticketbench("compare", "v2", "v1", *SIDES[2:]).stdout.count("--flips") == 1


def test_a_report_of_other_answers_is_not_what_lists_them(demo: Demo, tmp_path: Path) -> None:
    copy = tmp_path / "reports" / "quickstart"
    shutil.copytree(demo.out, copy)
    value = json.loads((copy / "results.json").read_bytes())
    del value["data"]["comparisons"][0]["flips"][0]
    (copy / "results.json").write_text(json.dumps(value), encoding="utf-8")
    assert "and 25 more: --flips 28 " in ticketbench("compare", *SIDES).stdout


def test_a_long_text_is_cut_at_a_word_with_a_mark() -> None:
    printed = ticketbench("compare", *SIDES, "--flips", "28").stdout
    texts = re.findall(r"(?:^  .*\n)+", printed.partition("surest first")[2], re.MULTILINE)
    assert max(text.count("\n") for text in texts) == 2
    assert any(text.rstrip().endswith(" ...") for text in texts)
    assert max(map(len, printed.splitlines())) <= 80


def test_no_text_is_shown_that_the_config_does_not_let_out() -> None:
    done = ticketbench("compare", *SIDES, "--set", "report.texts=false")
    assert "s308" in done.stdout
    assert "timer on cards" not in done.stdout


def test_tables_have_no_texts_and_call_a_label_a_label(demo: Demo) -> None:
    table = demo.out / "predictions.csv"
    lines = ticketbench("compare", f"{table}:v1", f"{table}:v2").stdout.splitlines()
    assert lines[1] == "Of 368 tickets with a label 115 are fixed and 28 broken."
    assert "broken, surest first: label, v1, v2" in lines


def test_all_prints_the_figures_and_tables_behind_the_first_lines() -> None:
    short = ticketbench("compare", *SIDES)
    done = ticketbench("compare", *SIDES, "--all")
    assert done.stdout.startswith(short.stdout)
    behind = done.stdout.removeprefix(short.stdout)
    places = [behind.index(part) for part in (
        "accuracy 49.5%", "The verdict rests on", "v2 is not worse than v1", "Accuracy   ",
        "recall billing", "broken: 28, the 10 most", "fixed: 115, the 10 most", "still wrong: 71",
        "rubric billing",
    )]  # fmt: skip
    assert places == sorted(places)
    assert "next" not in done.stdout
    assert done.stderr == short.stderr


def test_the_other_way_round_it_is_worse_and_said_so_in_orange() -> None:
    done = ticketbench("compare", "v2", "v1", "--config", str(QUICKSTART), FORCE_COLOR="1",
                       TERM="xterm")  # fmt: skip
    plain = ticketbench("compare", "v2", "v1", "--config", str(QUICKSTART)).stdout
    assert ESCAPE.sub("", done.stdout) == plain
    assert done.stdout.startswith("\x1b[1;33mv1 is worse\x1b[0m\x1b[1m than v2.\x1b[0m\n")
    words = [line.split()[-1] for line in plain.splitlines()[4:8]]
    assert words == ["worse", "worse", "fewer", "worse"]


def test_a_set_with_itself_differs_in_nothing() -> None:
    lines = ticketbench("compare", "v2", "v2", "--config", str(QUICKSTART)).stdout.splitlines()
    assert lines[0] == "v2 is v2: no answer differs."
    assert [line.endswith("the same") for line in lines[4:8]] == [True] * 4
    assert lines[-1] == "all measures: --all"


def test_json_is_what_it_was(demo: Demo) -> None:
    done = ticketbench("compare", *SIDES, "--json", "--all")
    assert done.stdout == ticketbench("compare", *SIDES, "--json").stdout
    assert json.loads(done.stdout)["schema"] == "ticketbench/compare@3"
    assert done.stderr == ""
