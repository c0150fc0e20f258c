"""What `errors` prints: how many, the tickets surest first, and how to see others."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from forked import ticketbench, ticketbench_in
from quickstart import Demo
from terminal import same_on_terminals
from ticketbench.cli.errors import bar
from ticketbench.edge.files.cells import original
from ticketbench.report.ticket_kinds import CHIP_OF

ESCAPE = re.compile("\x1b\\[[0-9;]*m")
DOCS = Path(__file__).resolve().parents[2] / "docs" / "errors.md"
IDS = re.compile(r"^(s\d{3}) ", re.MULTILINE)


@pytest.fixture(autouse=True)
def _latest(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's report is the latest one."""
    shutil.copytree(demo.out, tmp_path / "reports" / "quickstart")
    monkeypatch.chdir(tmp_path)


def printed(*arguments: str, **variables: str) -> str:
    done = ticketbench("errors", *arguments, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def commands(text: str) -> dict[str, list[str]]:
    """The commands that are printed to be pasted, by the word before them."""
    joined = re.sub(r" \\\n +", " ", text)
    found = re.findall(r"^([\w ]+): +(ticketbench .*?)(?:   .*)?$", joined, re.MULTILINE)
    return {first: shlex.split(command) for first, command in found}


def test_the_count_stands_first_then_the_surest_tickets_with_both_answers_and_the_text() -> None:
    assert printed("v2", "--limit", "2").splitlines()[:7] == [
        "28 broken by v2 (v1 had the right team), surest first; 2 shown.",
        "",
        "s308 technical  v1 technical 0.43 ####.....  v2 billing   0.95 ########.",
        "  timer on cards counts double",
        "",
        "s057 account    v1 account   0.50 ####.....  v2 technical 0.90 ########.",
        "  code never arrives",
    ]


def test_all_of_the_broken_tickets_are_those_that_compare_lists_in_the_same_order() -> None:
    compared = ticketbench(
        "compare", "reports/quickstart:v1", "reports/quickstart:v2", "--flips", "28"
    ).stdout
    every = printed("v2", "--kind", "broken", "--limit", "28", "--texts", "none")
    assert len(IDS.findall(every)) == 28
    assert IDS.findall(every) == IDS.findall(compared)
    assert "shown" not in every


def test_every_kind_counts_what_the_chip_of_the_page_says() -> None:
    page = Path("reports/quickstart/index.html").read_text(encoding="utf-8")
    chips = dict(re.findall(r'data-show="(\w+)"[^>]*>[^<]*<i>([\d,]+)</i>', page))
    text = printed("v2", "--kind", "no-team", "--texts", "none", "--limit", "0")
    counts = dict(re.findall(r"([\w-]+)\s(\d+)", text.partition("Kinds: ")[2]))
    assert list(counts.values()) == list(chips.values())
    assert text.startswith(f"{counts['no-team']} tickets without a team, ")


def test_the_list_is_the_golden_one_on_terminals_of_three_widths(tmp_path: Path) -> None:
    same_on_terminals("errors", tmp_path, "errors", "v2", "--kind", "broken", "--limit", "3")


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_no_line_is_wider_than_the_terminal_and_80_columns(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    text = printed("v2", "--limit", "40", "--texts", "full") + printed("v2", "--kind", "suspect")
    assert max(map(len, text.splitlines())) <= min(80, int(columns))


def test_colour_changes_no_character_and_says_which_answers_are_right() -> None:
    plain = printed("v2", "--limit", "1")
    styled = printed("v2", "--limit", "1", FORCE_COLOR="1", TERM="xterm")
    assert ESCAPE.sub("", styled) == plain
    assert "\x1b[1ms308\x1b[0m" in styled
    assert "\x1b[34mtechnical\x1b[0m" in styled
    assert "\x1b[33mbilling\x1b[0m" in styled
    assert printed("v2", "--limit", "1", FORCE_COLOR="1", NO_COLOR="1") == plain


def test_what_is_printed_to_be_pasted_shows_what_it_says() -> None:
    text = printed("v2", "--label", "billing", "--limit", "3")
    n = int(text.split()[1])
    more = commands(text)
    every = printed(*more[f"{n - 3} more"][2:])
    assert len(IDS.findall(every)) == n
    assert "more:" not in every
    whole = printed(*more["Whole texts"][2:])
    assert IDS.findall(whole) == IDS.findall(text)
    assert len(whole) > len(text)
    none = printed("v2", "--kind", "failed")
    assert none.startswith("0 tickets ")
    assert len(IDS.findall(printed(*commands(none)["Read"][2:]))) == 10


def test_a_cell_of_the_matrix_is_named_in_one_word_or_two() -> None:
    one = printed("v2", "--label", "technical=account", "--kind", "all", "--limit", "99")
    two = printed("v2", "--label", "technical", "--as", "account", "--kind", "all", "--limit", "99")
    assert one.startswith("technical taken for account: 26 tickets, surest first.\n")
    assert IDS.findall(one) == IDS.findall(two)
    assert len(IDS.findall(one)) == 26
    rows = json.loads(printed("v2", "--label", "technical=account", "--kind", "all", "--json"))
    assert {t["gold"] for t in rows["data"]["tickets"]} == {"technical"}
    assert {t["answers"][-1]["label"] for t in rows["data"]["tickets"]} == {"account"}


def test_the_set_of_today_stands_alone_unless_another_is_named() -> None:
    alone = printed("v1", "--limit", "1", "--texts", "none")
    assert " v2 " not in alone
    assert "broken" not in alone
    against = printed("v1", "--against", "v2", "--kind", "broken", "--limit", "0")
    assert against.startswith("115 broken by v1 (v2 had the right team)")


def test_the_same_list_comes_by_set_and_by_folder() -> None:
    by_set, by_folder = printed("v2"), printed("reports/quickstart:v2")
    assert by_folder.partition(" more: ")[0] == by_set.partition(" more: ")[0]
    assert commands(by_folder)["18 more"][2] == "reports/quickstart:v2"


@pytest.mark.parametrize(
    ("given", "what", "help_"),
    [
        (("v2", "--kind", "borken"), "there is no kind 'borken'", "did you mean 'broken'?"),
        (("v2", "--label", "biling"), "has no team 'biling'", "did you mean 'billing'?"),
        (("v2", "--label", "billing=x"), "has no team 'x'", "known: "),
        (("v2", "--label", "billing=account", "--as", "general"), "names the answer", "leave"),
        (("v9",), "has no rubric set 'v9'", "choose one of v1, v2"),
        (("v1", "--kind", "fixed"), "fixed takes an older set", "--against: v2"),
        (("v2", "--against", "v2"), "v2 is held against itself", "name an older one"),
        (("v2", "--json", "--csv", "-"), "both go to stdout", ""),
    ],
)
def test_what_cannot_be_listed_is_refused_with_what_could(
    given: tuple[str, ...], what: str, help_: str
) -> None:
    done = ticketbench("errors", *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert what in done.stderr
    assert help_ in done.stderr


def test_the_table_holds_every_row_of_the_selection_whole_and_safe() -> None:
    done = ticketbench("errors", "v2", "--csv", "broken.csv")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "broken.csv: 28 broken by v2 (v1 had the right team)\n"
    some = ticketbench("errors", "v2", "--csv", "some.csv", "--limit", "2").stderr
    assert some == "some.csv: 28 broken by v2 (v1 had the right team); 2 written\n"
    content = Path("broken.csv").read_text(encoding="utf-8")
    assert printed("v2", "--csv", "-") == content
    rows = list(csv.DictReader(io.StringIO(content)))
    listed = json.loads(printed("v2", "--json"))["data"]["tickets"]
    assert [row["ticket_id"] for row in rows] == [one["ticket_id"] for one in listed]
    assert [original(row["text"]) for row in rows] == [one["text"] for one in listed]
    assert [float(row["candidate_score"]) for row in rows] == [
        one["answers"][1]["score"] for one in listed
    ]
    assert {(row["base_label"] == row["gold"], row["candidate_label"] == row["gold"])
            for row in rows} == {(True, False)}  # fmt: skip
    assert "text" not in printed("v2", "--csv", "-", "--texts", "none").splitlines()[0]


def test_json_holds_every_ticket_of_the_selection_and_says_its_version() -> None:
    value = json.loads(printed("v2", "--kind", "no-team", "--json"))
    assert value["schema"] == "ticketbench/errors@1"
    data = value["data"]
    assert (data["kind"], data["n"], len(data["tickets"])) == ("no-label", 40, 40)
    assert {one["gold"] for one in data["tickets"]} == {"__none__"}
    assert data["kinds"]["all"] == 408
    few = json.loads(printed("v2", "--json", "--limit", "2", "--texts", "none"))["data"]
    assert [one["text"] for one in few["tickets"]] == ["", ""]


def test_where_the_config_says_nothing_of_texts_the_list_has_none_and_names_the_key(
    answered: Path,
) -> None:
    done = ticketbench_in(answered, "errors", "v2", "--kind", "all")
    assert "No texts: its config lets none be shown; `report: {texts: masked}` does." in done.stdout


def test_every_kind_is_in_the_docs_and_in_the_help() -> None:
    told, help_ = DOCS.read_text(encoding="utf-8"), ticketbench("errors", "--help").stdout
    for kind in CHIP_OF:
        assert f"`{kind}`" in told
        assert kind in help_


@pytest.mark.parametrize(
    ("score", "signs"),
    [(0.0, 0), (0.04, 0), (0.43, 4), (0.5, 5), (0.95, 8), (0.994, 8), (0.996, 9), (1.0, 9)],
)
def test_a_bar_is_full_only_where_the_score_is_printed_as_one(score: float, signs: int) -> None:
    assert bar(score) == "#" * signs + "." * (9 - signs)
    assert (bar(score) == "#" * 9) == (f"{score:.2f}" == "1.00")
