"""What `threshold` prints: one bold line, the settings it is weighed against, the line to copy."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from forked import ticketbench
from quickstart import Demo

ROOT = Path(__file__).resolve().parents[2]
ESCAPE = re.compile("\x1b\\[[0-9;]*m")

WIDE = """\
Set threshold 0.90, without escalation: least cost at your prices.

of 100 tickets      alone  wrong  person  a ticket costs
all to a person         0      0     100  1.00
today, v1 at 0.60      48     22      52  1.81 [1.63, 2.00]
v2 at 0.60, as set     73     19      27  1.30 [1.11, 1.49]
v2 at 0.90             34      4      66  0.86 [0.76, 0.96]  <- set this

Prices: a wrong route 5, a reading 1, an escalation 1.5.
What to set is priced on tickets it was not chosen on, the others on these.
To two teams, among those to a person: 36 for today, v1 at 0.60; 19 for v2 at
0.60, as set.
Your target, 90 right of 100, is not promised yet: label more (5 of 38 tickets,
counting one a customer, at 0.9858 or above are wrong; at most 1 may be).
policy: {threshold: 0.90, escalate_above: 1}
Other rules and each team's own threshold: --all, --per-label
"""

NARROW = """\
Set threshold 0.90, without escalation: least cost at your
prices.

of 100 tickets     alone wrong person a ticket costs
all to a person        0     0    100 1.00
today, v1 at 0.60     48    22     52 1.81 [1.63, 2.00]
v2 at 0.60, as set    73    19     27 1.30 [1.11, 1.49]
v2 at 0.90            34     4     66 0.86 [0.76, 0.96] <-
"""


@pytest.fixture(autouse=True)
def _reports(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's report where commands look for it."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(demo.out, Path("reports") / "quickstart")


@pytest.mark.parametrize("columns", ["80", "120"])
def test_the_answer_and_its_table_fit_80_columns(columns: str) -> None:
    done = ticketbench("threshold", "v2", COLUMNS=columns)
    assert (done.returncode, done.stdout) == (0, WIDE)
    assert done.stderr == "from the scores in reports/quickstart\n"


def test_at_60_columns_no_row_is_wrapped() -> None:
    printed = ticketbench("threshold", "v2", COLUMNS="60").stdout
    table, rest = printed.split("\n\nPrices")
    assert table == NARROW.rstrip("\n")
    assert max(map(len, rest.splitlines())) <= 60


def test_colour_says_what_the_words_say() -> None:
    done = ticketbench("threshold", "v2", FORCE_COLOR="1", TERM="xterm")
    assert ESCAPE.sub("", done.stdout) == WIDE
    lines = done.stdout.splitlines()
    assert lines[0] == f"\x1b[1m{WIDE.splitlines()[0]}\x1b[0m"
    assert "\x1b[33m1.81\x1b[0m\x1b[2m [1.63, 2.00]\x1b[0m" in lines[4]
    assert lines[6].startswith("\x1b[1mv2 at 0.90")
    assert "\x1b[1;34m0.86\x1b[0m" in lines[6]
    assert "policy: {threshold: 0.90, escalate_above: 1}" in lines
    plain = ticketbench("threshold", "v2", FORCE_COLOR="1", NO_COLOR="1", TERM="xterm").stdout
    assert plain == WIDE


def test_the_numbers_are_those_that_run_printed_and_the_page_shows(demo: Demo) -> None:
    ran = demo.stdout.splitlines()
    printed = ticketbench("threshold", "v2").stdout
    row = next(line for line in printed.splitlines() if line.endswith("<- set this"))
    name, alone, wrong, person, cost, *_ = re.split(" {2,}", row)
    assert ran[0] == f"Use {name.replace(' at ', ' at threshold ')}, without escalation."
    said = f"{alone} go out alone, about {wrong} wrong, {person} to a person."
    assert ran[1] == f"Of 100 tickets, {said}"
    page = " ".join((demo.out / "index.html").read_text(encoding="utf-8").split())
    assert re.sub("<[^>]*>", "", page).count(said[:-1]) >= 1
    today = re.search(r"^today.*  (\S+) \[", printed, re.MULTILINE)
    assert today is not None
    pays = next(line for line in ran if line.startswith("pays"))
    assert pays.endswith(f": {cost.replace(' [', ' a ticket [')}, by hand 1.00, today {today[1]}")
    target = next(line for line in ran if line.startswith("Your target"))
    assert target.rstrip(".") in printed
    assert re.findall("policy: {.*?}", "\n".join(ran)) == re.findall("policy: {.*?}", printed)


def test_the_json_is_a_versioned_envelope_with_the_saved_recommendation(demo: Demo) -> None:
    done = ticketbench("threshold", "v2", "--json")
    found = json.loads(done.stdout)
    assert found["schema"] == "ticketbench/threshold@1"
    saved = json.loads((demo.out / "results.json").read_bytes())["data"]
    assert found["data"]["recommendation"] == saved["recommendation"]
    assert [row["roles"] for row in found["data"]["rows"]] == [
        ["person"], ["today"], ["config"], ["chosen"],
    ]  # fmt: skip
    assert found["data"]["rows"][-1]["setting"] == saved["recommendation"]["setting"]
    thresholds = [one["thresholds"] for one in found["data"]["sets"]]
    assert thresholds == [one["thresholds"] for one in saved["evaluations"]]
    assert done.stderr == ""
    assert ticketbench("threshold", "v2", "--json", "--all", "--sets").stdout == done.stdout


def test_dear_wrong_routes_keep_people_routing() -> None:
    lines = ticketbench("threshold", "v2", "--costs", "misroute=9").stdout.splitlines()
    assert lines[0] == "Keep people routing: no clear saving."
    marked = [line for line in lines if line.endswith("<- set this")]
    assert [line.split("  ")[0] for line in marked] == ["all to a person"]
    assert any(re.match(r"v2 at 0\.99, cheapest +8 +1 +92  1\.06 \[", line) for line in lines)
    assert "policy: {threshold: 1.01, escalate_above: 1}" in lines


def test_options_add_to_the_first_lines_and_are_named_no_more() -> None:
    printed = ticketbench("threshold", "v2", "--all", "--per-label", "--sets").stdout
    first, told = WIDE.splitlines(), printed.splitlines()
    assert told[:7] == first[:7]
    assert told[7].startswith("v1, none alone")
    assert [line for line in told if line.startswith("Other rules")] == []
    each = printed.partition("each team's own threshold:\n")[2]
    assert re.match(
        r"billing +–  +at threshold 0\.\d+, \d+ of \d+ \(counting one a customer\)", each
    )
    rules = printed.partition("every way to choose a threshold:\n")[2]
    assert re.findall(r"^(\w.*):$", rules, re.MULTILINE) == [
        "certified", "cost optimal", "descriptive",
    ]  # fmt: skip
    assert max(map(len, told)) <= 80


@pytest.mark.parametrize(
    ("given", "where", "what"),
    [
        (("--costs", "misroute"), "--costs", "takes NAME=NUMBER,... with each name once"),
        (("--costs", "review=1,review=2"), "--costs", "takes NAME=NUMBER,... with each name once"),
        (("--costs", "wrong=5"), "--costs", "no price is called 'wrong'"),
        (("--costs", "review=-1"), "--costs", "has to be 0 or more, got -1"),
        (("--min-precision", "95"), "--min-precision", "above 0 and below 1, got 95"),
        (("--capacity", "2"), "--capacity", "from 0 to 1, got 2"),
    ],
)
def test_a_wrong_option_is_one_error_that_names_it(
    given: tuple[str, str], where: str, what: str
) -> None:
    done = ticketbench("threshold", "v2", *given)
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert what in lines[0]
    assert lines[1] == f"  --> {where}"
    assert lines[2].startswith("  help: ")
    assert len(lines) == 3


def test_without_any_report_the_error_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    done = ticketbench("threshold", "v2")
    assert done.returncode == 2
    assert "ticketbench run CONFIG" in done.stderr
