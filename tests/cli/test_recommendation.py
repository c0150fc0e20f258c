"""What to set is the first thing that `run` and `score` say, everywhere the same."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, NamedTuple

import pytest

from forked import ticketbench
from quickstart import Demo
from ticketbench.edge.answers.recording import recording_text
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.flow.steps.inputs import read_inputs

CONFIG = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: tickets.csv, columns: {group: customer}}
rubric_sets: {v1: v1.yaml}
cache: answers.sqlite
recording: answers.jsonl
report: {figures: false}
choose: {min_precision: 0.90, costs: {misroute: 5, review: 1, escalate: 1.5}}
"""

V1 = """\
- {name: billing, rubric: "Is this about an invoice, a payment or a refund?"}
- {name: technical, rubric: "Is this about an error, a crash or an empty page?"}
"""


HARDER = "tickets of large groups are right less often"


class Row(NamedTuple):
    """A ticket as `score` reads it."""

    customer: str
    score: float
    right: bool


def once_and_often(*, often_wrong: int) -> list[Row]:
    """300 customers that write once, one of 40 wrong, and 12 that write 25 times, one of
    `often_wrong` wrong; scores fall alike for both."""
    once = [Row(f"once{i}", 0.99 - 0.4 * i / 300, i % 40 != 39) for i in range(300)]
    often = [
        Row(f"often{i}", 0.99 - 0.4 * j / 25, (i + j) % often_wrong != 0)
        for i in range(12)
        for j in range(25)
    ]
    return once + often


def out_of_reach() -> list[Row]:
    """Every third of 300 tickets is wrong, whatever its score."""
    return [Row(f"c{i}", 0.99 - 0.4 * i / 300, i % 3 != 0) for i in range(300)]


def scored(rows: Sequence[Row], *arguments: str) -> CompletedProcess[str]:
    """What `score` says of a table of these tickets."""
    with Path("predictions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("ticket_id", "group_id", "label", "score_billing", "score_technical"))
        for i, row in enumerate(rows):
            label = "billing" if row.right else "technical"
            table.writerow((f"t{i}", row.customer, label, row.score, 1 - row.score))
    done = ticketbench("score", "predictions.csv", *arguments)
    assert done.returncode == 0, done.stderr
    return done


def ran(rows: Sequence[Row], *arguments: str) -> CompletedProcess[str]:
    """What `run` says of a config with a target, on tickets with these answers in a recording."""
    Path("v1.yaml").write_text(V1, encoding="utf-8")
    Path("answers.jsonl").write_text(recording_text([]), encoding="utf-8")
    Path("eval.yaml").write_text(CONFIG, encoding="utf-8")
    with Path("tickets.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("id", "text", "label", "customer"))
        for i, row in enumerate(rows):
            label = "billing" if row.right else "technical"
            table.writerow((f"t{i}", f"question number {i} of {row.customer}", label, row.customer))
    record(rows)
    done = ticketbench("run", "eval.yaml", "--mode", "replay", *arguments)
    assert done.returncode == 0, done.stderr
    return done


def record(rows: Sequence[Row]) -> None:
    """Answers with these scores, as a recording of the config."""
    inputs = read_inputs(Path("eval.yaml"))
    (rubrics,) = inputs.rubric_sets
    url = inputs.url_of(rubrics)
    answers = []
    for ticket, row in zip(inputs.dataset.tickets, rows, strict=True):
        scores = {"billing": row.score, "technical": 1 - row.score}
        answer = {"scores": scores, "top_label": "billing"}
        stored = Stored(json.dumps(answer).encode(), url, datetime(2026, 1, 1, tzinfo=UTC))
        answers.append((answer_key(url, request_body(ticket.text, rubrics)), stored))
    Path("answers.jsonl").write_text(recording_text(answers), encoding="utf-8")


def paragraph(text: str) -> str:
    """As one line."""
    return " ".join(text.split())


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def advice_of(printed: str) -> dict[str, Any]:
    """The recommendation in what a command printed as JSON."""
    found: dict[str, Any] = json.loads(printed)["data"]["recommendation"]
    return found


# Customers that write often and are harder


def test_no_promise_is_made_that_tickets_of_heavy_writers_break() -> None:
    """By customer .04 are wrong at any threshold, by ticket .18: a target of .90 is kept by one."""
    rows = once_and_often(often_wrong=3)
    done = ran(rows, "--all")
    assert "We promise" not in done.stdout
    assert "is not promised yet: look at those who write most." in paragraph(done.stdout)
    assert "few enough by customer, but by ticket too many are" in paragraph(done.stdout)
    assert HARDER in paragraph(done.stderr)
    found = advice_of(ran(rows, "--json").stdout)
    assert found["target_stated"] is True
    assert found["kind"] != "promise"
    assert found["promise"]["outlook"] == "not yet"


def test_heavy_writers_who_are_no_harder_cost_no_promise() -> None:
    found = advice_of(ran(once_and_often(often_wrong=25), "--json").stdout)
    assert (found["kind"], found["promise"]["outlook"]) == ("promise", "certified")


def test_a_table_of_predictions_has_no_promise_that_heavy_writers_break() -> None:
    done = scored(once_and_often(often_wrong=3))
    assert "We promise" not in done.stdout
    assert HARDER in paragraph(done.stderr)


# A target out of reach


def test_a_target_out_of_reach_is_said_to_be_and_nothing_is_recommended() -> None:
    printed = paragraph(ran(out_of_reach(), "--all").stdout)
    assert printed.startswith("Keep people routing: ")
    assert "Your target, 90 right of 100, is out of reach for these rubrics." in printed
    assert "Your target, 90% right, is out of reach: no threshold that routes a tenth" in printed
    found = advice_of(ran(out_of_reach(), "--json").stdout)
    assert (found["kind"], found["promise"]["outlook"]) == ("review", "no use")
    assert found["setting"]["saving"]["per_ticket"]["low"] <= 0


def test_a_table_of_predictions_may_be_out_of_reach_too() -> None:
    printed = paragraph(scored(out_of_reach(), "--all").stdout)
    assert printed.startswith("Keep people routing: ")
    assert "no threshold that routes a tenth of your tickets or more is 95% right" in printed


# First, and everywhere the same


def test_the_recommendation_is_first_in_the_json_of_run_and_score(demo: Demo) -> None:
    data = json.loads((demo.out / "results.json").read_bytes())["data"]
    assert list(data)[:2] == ["name", "recommendation"]
    table = str(demo.out / "predictions.csv")
    done = ticketbench("score", table, "--rubric-set", "v2", "--json")
    assert next(iter(json.loads(done.stdout)["data"])) == "recommendation"


def test_page_terminal_summary_and_json_name_the_same_setting_and_cost(demo: Demo) -> None:
    data = json.loads((demo.out / "results.json").read_bytes())["data"]
    found = data["recommendation"]
    setting = found["setting"]
    assert found["kind"] == "money"
    assert setting["escalate_above"] == 1
    cost = setting["saving"]["cost"]
    headline = f"Use {found['rubric_set']} at threshold {setting['threshold']:.2f}, without escal"
    pays = f"It pays: {cost['value']:.3f} [{cost['low']:.3f}, {cost['high']:.3f}] a ticket"
    today = f"Today ({found['today']['rubric_set']} at threshold "
    today += f"{found['today']['threshold']:.2f}, escalating above "
    in_short = f"{cost['value']:.2f} a ticket [{cost['low']:.2f}, {cost['high']:.2f}], by hand "
    now = f"today {found['today']['saving']['cost']['value']:.2f}"
    summary = plain((demo.out / "summary.md").read_text(encoding="utf-8"))
    told = {
        "page": (shown((demo.out / "index.html").read_text(encoding="utf-8")), pays, today),
        "summary.md, folded": (summary, pays, today),
        "terminal": (demo.stdout, in_short, now),
        "summary.md": (summary, in_short, now),
    }
    for where, (text, *parts) in told.items():
        places = [paragraph(text).find(one) for one in (headline[1:], *parts)]
        assert -1 < places[0] < places[1] < places[2], (where, places)
    assert demo.stdout.startswith(headline)
    assert summary.startswith(f"# {data['name']}: u{headline[1:]}")


def shown(page: str) -> str:
    """The text of a page."""
    return unescape(re.sub(r"<[^>]*>", "", page))


def plain(markdown: str) -> str:
    """Without the backslashes before marks."""
    return re.sub(r"\\(.)", r"\1", markdown)


def test_few_tickets_are_told_so_first(answered: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--mode", "replay")
    assert done.stdout.splitlines()[0] == "Too few tickets to decide: 7 of at least 50."
    every = ticketbench("run", "eval.yaml", "--mode", "replay", "--all").stdout
    assert "7 tickets: with fewer than 50 no threshold is chosen" in every


def test_score_says_first_what_to_set_and_what_a_person_reading_all_costs() -> None:
    printed = scored(once_and_often(often_wrong=25), "--all").stdout
    assert printed.startswith("At example prices: set threshold 0.")
    assert "wrong routes at 5; a person reading it costs 1.00" in paragraph(printed)
    assert re.search(r"Cost, a person reading every ticket +1\.000", printed)


def test_compare_shows_the_cost_of_a_person_reading_all_beside_that_of_both(demo: Demo) -> None:
    table = demo.out / "predictions.csv"
    done = ticketbench("compare", f"{table}:v1", f"{table}:v2", "--all")
    assert "; by hand a ticket costs 1.00" in done.stdout
    row = r"Cost, a person reading every ticket +1\.000 +1\.000"
    assert re.search(row, done.stdout), done.stdout + done.stderr


# What the config states


def test_a_set_to_certify_that_is_not_there_is_an_error_at_its_place(answered: Path) -> None:
    config = answered / "eval.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}choose: {{certify: v3}}\n", encoding="utf-8")
    done = ticketbench("run", "eval.yaml")
    assert done.returncode == 2
    assert "choose.certify names no rubric set: 'v3'" in paragraph(done.stderr)
    line = text.count("\n") + 1
    assert f"--> eval.yaml:{line}:10" in done.stderr


def test_a_missed_escalation_has_the_price_of_the_config(answered: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--mode", "replay", "--json",
                       "--set", "choose.costs.missed_escalation=2")  # fmt: skip
    found = advice_of(done.stdout)
    assert found["costs"]["missed"] == 2
    assert (found["prices_stated"], found["target_stated"]) == (True, False)
