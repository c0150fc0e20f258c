"""The words of a threshold are those of the page, and its table adds up."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from small_runs import ASKED, FIRM, MONEY, NEW, NO_USE, NOT_YET, OLD, answered, named, right
from tables import falling_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.advice.threshold import ThresholdAdvice, advice
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.recommendation import Today
from ticketbench.report.threshold_table import (
    headline_text,
    label_line,
    label_note,
    label_rows,
    notes,
    policy_line,
    table_rows,
)
from ticketbench.report.words.setting import setting_text

Made = Callable[[], ThresholdAdvice]


def of(
    *tables: ScoreTable, asked: Settings = MONEY, name: str = "", today: Today | None = None
) -> ThresholdAdvice:
    """The advice for the set `name`, else the last one; today the first set runs."""
    sets = [one.provenance.rubric_set for one in tables]
    return advice(tables, name or sets[-1], asked, today or Today(sets[0], MONEY.policy))


def sure(n: int) -> ScoreTable:
    """Three labels, each answered rightly n times of n."""
    return answered(*((n, label, label, 0.95) for label in ("billing", "technical", "account")))


FEW = right(20, of=24, name="v1")
EXAMPLE = replace(MONEY, prices_stated=False)


FIRST_LINES: dict[str, Made] = {
    "Set threshold 0.91, without escalation: least cost at your prices": lambda: of(OLD, NEW),
    "At example prices: set threshold 0.91, without escalation": lambda: of(
        OLD, NEW, asked=EXAMPLE
    ),
    "Set threshold 0.722, without escalation: the lowest that promises 90 right of 100": lambda: of(
        FIRM, asked=ASKED
    ),
    "Keep threshold 0.91, without escalation: least cost at your prices": lambda: of(
        NEW, asked=replace(MONEY, policy=Policy(0.91, 1))
    ),
    "At example prices: keep threshold 0.91, without escalation": lambda: of(
        NEW, asked=replace(EXAMPLE, policy=Policy(0.91, 1))
    ),
    "Set threshold 0.91, without escalation, the same for every team: least cost at your prices":
        lambda: of(NEW, asked=replace(MONEY, policy=Policy(label_thresholds=(("billing", 0.9),)))),
    "Keep people routing: no clear saving": lambda: of(falling_table(60, upper=9)),
    "Too few tickets to decide: 24 of at least 50": lambda: of(FEW),
    "Incomplete: 20 of 200 tickets have no answer. Run it again": lambda: of(
        right(150, of=180, name="v1", failed=20)
    ),
}  # fmt: skip


@pytest.mark.parametrize("said", FIRST_LINES)
def test_the_first_line_says_what_to_set_or_why_nothing(said: str) -> None:
    assert headline_text(FIRST_LINES[said]()) == said


@pytest.mark.parametrize(
    "made", [lambda: of(OLD, NEW), lambda: of(NEW), lambda: of(FIRM, asked=ASKED)]
)
def test_the_row_to_set_has_the_numbers_of_the_pages_sentence(made: Made) -> None:
    found = made()
    row = next(row for row in table_rows(found) if row.mark)
    said = setting_text(found.recommendation, found.sets).of_100
    alone, wrong, person = re.findall(
        r"(\S+) go out alone, (?:about )?(.+) wrong, (\S+) to a person", said
    )[0]
    assert (row.alone, row.wrong.replace("<1", "fewer than 1"), row.person) == (
        alone, {"none": "0"}.get(wrong, wrong), {"none": "0"}.get(person, person)
    )  # fmt: skip


@pytest.mark.parametrize(
    "made",
    [
        lambda: of(OLD, NEW), lambda: of(NO_USE), lambda: of(FIRM),
        lambda: of(answered((80, "billing", "billing", 0.9), failed=3)),
    ],
)  # fmt: skip
def test_alone_and_with_a_person_sum_to_a_hundred(made: Made) -> None:
    rows = table_rows(made(), by_set=True)
    assert len(rows) > 2
    for row in rows:
        assert int(row.alone.replace("<1", "0")) + int(row.person.replace("<1", "0")) == 100


def test_one_row_is_marked_and_it_is_the_one_of_the_policy_line() -> None:
    found = of(OLD, NEW)
    rows = table_rows(found)
    assert [row.mark for row in rows] == ["", "", "", "set this"]
    assert rows[-1].name == "v2 at 0.91"
    assert policy_line(found) == "policy: {threshold: 0.91, escalate_above: 1}"
    assert [row.name for row in rows[:3]] == [
        "all to a person", "today, v1 at 0.60", "v2 at 0.60, as set",
    ]  # fmt: skip


def test_where_people_keep_routing_doing_nothing_is_marked_and_the_cheapest_is_named() -> None:
    found = of(falling_table(60, upper=9))
    rows = table_rows(found)
    assert (rows[0].name, rows[0].mark, rows[0].interval) == ("all to a person", "set this", "")
    assert (rows[-1].name[-10:], rows[-1].mark) == (", cheapest", "")
    assert policy_line(found) == "policy: {threshold: 1.01, escalate_above: 1}"


def test_a_set_whose_scores_say_nothing_has_no_cheapest_row() -> None:
    poor = table([[0.8, 0.1, 0.1]] * 100, ["a"] * 30 + ["b"] * 70)
    found = of(poor)
    assert [row.name for row in table_rows(found)] == ["all to a person", "today, at 0.60"]
    assert notes(found)[0] == "No threshold with two decimals costs less on these tickets."


def test_a_part_that_only_rounds_to_none_is_no_zero() -> None:
    one = answered((399, "billing", "billing", 0.95), (1, "technical", "billing", 0.95))
    assert table_rows(of(one))[-1].wrong == "<1"


def test_other_sets_stand_below_with_what_was_chosen_for_them() -> None:
    found = of(OLD, NEW, named(NO_USE, "v3"), name="v2")
    below = table_rows(found, by_set=True)[len(found.rows) :]
    assert [row.name.split()[0].rstrip(",") for row in below] == ["v1", "v3"]
    assert {row.mark for row in below} == {""}


def test_costs_have_decimals_enough_to_tell_them_from_a_reading_and_all_the_same() -> None:
    cheap = replace(MONEY, costs=Costs(misroute=0.05, review=0.01, escalate=0.015))
    rows = table_rows(of(OLD, NEW, asked=cheap))
    assert len({len(row.cost.partition(".")[2]) for row in rows}) == 1
    assert rows[0].cost != rows[-1].cost


def test_prices_are_named_and_examples_say_how_to_give_ones_own() -> None:
    asked = replace(MONEY, costs=Costs(8, 2, 3, missed=1))
    assert notes(of(NEW, asked=asked))[0] == (
        "Prices: a wrong route 8, a reading 2, an escalation 3, a missed one 1 more."
    )
    assert "--costs misroute=5,review=1." in notes(of(NEW, asked=EXAMPLE))[0]


def test_the_people_there_are_get_the_threshold_that_keeps_to_them() -> None:
    enough = of(OLD, NEW, asked=replace(MONEY, most_reviewed=0.5))
    few = of(OLD, NEW, asked=replace(MONEY, most_reviewed=0.1))
    told = [next(n for n in notes(one) if n.startswith("People")) for one in (enough, few)]
    assert re.fullmatch(
        r"People can read 50 of 100: threshold \S+ or lower keeps to that, without escalation; "
        r"what to set does so, too, with 27\.", told[0],
    )  # fmt: skip
    assert told[1].endswith("; what to set does not, with 27.")
    row = next(row for row in table_rows(few) if row.name.endswith(", 10 read"))
    assert int(row.person.replace("<1", "0")) <= 10


def test_the_promise_line_is_that_of_the_page_with_the_test_it_failed() -> None:
    found = of(NOT_YET, asked=ASKED)
    said = setting_text(found.recommendation, found.sets).target
    line = next(one for one in notes(found) if one.startswith("Your target"))
    assert line.startswith(f"{said} (")
    assert re.search(r"\d+ of \d+ tickets at \S+ or above are wrong; at most \d+ may be\)\.$", line)
    assert not [one for one in notes(of(NOT_YET)) if "target" in one]


def test_escalated_tickets_are_told_apart_from_those_that_one_person_reads() -> None:
    split = answered((60, "billing", "billing", 0.95), (40, "account", "billing", 0.5))
    asked = replace(MONEY, policy=Policy(0.6, 0.2))
    found = of(split, asked=asked, today=Today("v1", asked.policy))
    assert "To two teams, among those to a person: 40 for today, at 0.60." in notes(found)
    assert not [one for one in notes(of(split)) if "teams" in one]


def test_labels_have_their_own_promise_and_a_line_that_sets_it() -> None:
    found = of(sure(200), asked=ASKED, today=Today("v1", ASKED.policy))
    rows = label_rows(found)
    assert [(row.label, row.promise) for row in rows] == [
        (label, "90 right of 100 promised, tested on 200 tickets")
        for label in ("billing", "technical", "account")
    ]
    assert label_note(found) == "These hold together with 90% confidence."
    assert label_line(found) == (
        f"policy: {{threshold: {found.thresholds[0].threshold:.2f}, escalate_above: 1, "
        f'label_thresholds: {{"billing": {rows[0].threshold}, "technical": {rows[1].threshold}, '
        f'"account": {rows[2].threshold}}}}}'
    )


def test_a_label_without_a_promise_says_why() -> None:
    found = of(NO_USE, asked=ASKED)
    assert label_line(found) == ""
    assert {row.threshold for row in label_rows(found)} == {"–"}
    assert label_note(found).startswith("No team has a promise of its own yet")
    today = of(OLD, NEW, asked=ASKED, name="v1")
    assert label_rows(today) == []
    assert "runs today" in next(one for one in notes(today) if "promise" in one)
    assert label_note(today).endswith("--min-precision 0.9 asks for them.")
    assert label_note(of(FEW)) == "With so few tickets no team has a threshold of its own."


def test_nothing_is_weighed_or_set_with_too_few_tickets() -> None:
    found = of(FEW)
    assert (table_rows(found), notes(found), policy_line(found)) == ([], [], "")
