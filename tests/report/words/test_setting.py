"""The recommendation in sentences, each made from a small table of scores."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tables import falling_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import Failure, ScoreTable
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.recommendation import Kind, Recommendation, Today
from ticketbench.measure.results import DatasetSummary, RunResults, run_results
from ticketbench.report.policy_line import is_set, set_now_text, yaml_text
from ticketbench.report.words.recommendation import verdict_texts
from ticketbench.report.words.setting import (
    SettingText,
    at_text,
    hundredths,
    per_100,
    setting_text,
)

ASKED = Settings(min_precision=0.9, target_stated=True, prices_stated=True)
MONEY = replace(ASKED, target_stated=False)
NOTHING = evaluate(table([], []), Settings()).routing
FIRM, THIN, NOT_YET, NO_USE = (falling_table(300, upper=n) for n in (22, 20, 15, 3))
OTHER_FIRM = falling_table(300, upper=50, lower=30, rubric_set="v2")


@cache
def ran(
    *tables: ScoreTable, asked: Settings = ASKED, today: Today | None = None, certify: str = ""
) -> RunResults:
    summary = DatasetSummary("d", "f", 300, ())
    return run_results("r", summary, (), tables, asked, (), today=today, certify=certify)


def said(
    *tables: ScoreTable, asked: Settings = ASKED, today: Today | None = None, certify: str = ""
) -> SettingText:
    found = ran(*tables, asked=asked, today=today, certify=certify)
    return setting_text(found.recommendation, found.evaluations)


def advice(found: RunResults) -> Recommendation:
    assert found.recommendation is not None
    return found.recommendation


def kinds(*tables: ScoreTable, asked: Settings = ASKED) -> Kind:
    return advice(ran(*tables, asked=asked)).kind


# The headline


@pytest.mark.parametrize(
    ("tables", "asked", "headline"),
    [
        ((FIRM,), ASKED, "Set threshold 0.722, without escalation"),
        ((NOT_YET,), MONEY, "Set threshold 0.75, without escalation"),
        ((NOT_YET, OTHER_FIRM), ASKED, "Use v2 at threshold 0.534, without escalation"),
        ((OTHER_FIRM, NO_USE), MONEY, "Keep v2 at threshold 0.50, without escalation"),
        ((NO_USE,), ASKED, "Keep people routing: it costs more"),
        (
            (NOT_YET,), replace(MONEY, prices_stated=False),
            "At example prices: set threshold 0.75, without escalation",
        ),
        (
            (NO_USE,), replace(ASKED, prices_stated=False),
            "Keep people routing: it costs more at example prices",
        ),
    ],
)  # fmt: skip
def test_the_headline_names_set_and_setting_or_says_to_keep_people_reading(
    tables: Sequence[ScoreTable], asked: Settings, headline: str
) -> None:
    assert said(*tables, asked=asked).headline == headline


def test_a_better_set_that_does_not_save_is_called_better() -> None:
    worst = falling_table(300, upper=2, lower=2)
    better = replace(NO_USE, provenance=replace(NO_USE.provenance, rubric_set="v2"))
    assert said(worst, better).headline == ("v2 is better, but keep people routing: it costs more")


def test_an_escalation_limit_that_pays_is_part_of_the_setting() -> None:
    words = said(FIRM, asked=replace(MONEY, costs=Costs(escalate=0.2, missed=0.1)))
    assert words.headline.startswith("Set threshold ")
    assert ", escalating above 0." in words.headline
    assert re.search(r", (\d+|none) to a person, \d+ to two teams$", words.of_100)


def test_a_setting_is_told_and_that_labels_have_thresholds() -> None:
    of = advice(ran(FIRM)).today
    assert at_text(of) == "threshold 0.60, escalating above 0.30"
    other = replace(of, label_thresholds=(("a", 0.9),), escalate_above=1.0)
    assert at_text(other) == "threshold 0.60 and those of labels, without escalation"


def test_a_temperature_is_told_of_what_runs_today() -> None:
    policy = Policy(0.6, 0.3, temperature=1.5)
    assert said(FIRM, today=Today("v1", policy)).today.startswith(
        "Today (v1 at threshold 0.60, escalating above 0.30, at temperature 1.5) "
    )
    assert "temperature" not in said(FIRM).today


def test_thresholds_of_labels_in_the_config_are_not_part_of_the_setting() -> None:
    """Who sets the one number and keeps them would route other tickets than are told."""
    policy = Policy(label_thresholds=(("a", 0.9),))
    assert said(NOT_YET, asked=replace(MONEY, policy=policy)).headline == (
        "Set threshold 0.75, without escalation, the same for every label"
    )


# Of 100 tickets


def test_of_a_hundred_tickets_each_part_is_told() -> None:
    assert said(NOT_YET, asked=MONEY).of_100 == (
        "Of 100 tickets, 49 go out alone, about 3 wrong, 51 to a person"
    )


def test_where_nothing_is_recommended_the_hundred_are_those_of_the_cheapest() -> None:
    assert said(falling_table(60, upper=9)).of_100 == (
        "Cheapest: threshold 0.73, without escalation. Of 100 tickets, 53 go out alone, about 5 "
        "wrong, 47 to a person"
    )


def test_where_no_threshold_is_cheaper_that_is_all_that_is_said_of_money() -> None:
    words = said(table([[0.8, 0.1, 0.1]] * 100, ["a"] * 30 + ["b"] * 70))
    assert words.headline == "Keep people routing: no clear saving"
    assert words.of_100 == "No threshold with two decimals costs less on these tickets"
    assert words.pays == ""


def test_between_two_thresholds_of_two_decimals_one_may_cost_less() -> None:
    # 0.9999 would; the rule asks 0.99 and 1.00.
    sure, nearly = [0.9999, 0.00005, 0.00005], [0.991, 0.0045, 0.0045]
    words = said(table([sure] * 60 + [nearly] * 60, ["a"] * 60 + ["b"] * 60), asked=MONEY)
    assert words.of_100.startswith("No threshold with two decimals costs less")


@pytest.mark.parametrize(
    ("right", "wrong", "review", "two", "told"),
    [
        (70, 0, 30, 0, "70 go out alone, none wrong, 30 to a person"),
        (600, 1, 399, 0, "60 go out alone, fewer than 1 wrong, 40 to a person"),
        (1, 0, 99, 0, "1 goes out alone, none wrong, 99 to a person"),
        (1, 0, 499, 0, "fewer than 1 goes out alone, 100 to a person"),
        (50, 50, 0, 0, "100 go out alone, about 50 wrong, none to a person"),
        (998, 0, 1, 1, "100 go out alone, none wrong, fewer than 1 to a person, "
                       "fewer than 1 to two teams"),
        (50, 0, 25, 25, "50 go out alone, none wrong, 25 to a person, 25 to two teams"),
    ],
)  # fmt: skip
def test_few_of_a_hundred_are_not_told_as_none(
    right: int, wrong: int, review: int, two: int, told: str
) -> None:
    found = ran(NOT_YET, asked=MONEY)
    was = advice(found)
    assert was.setting is not None
    routing = replace(
        was.setting.routing,
        n=right + wrong + review + two, right=right, wrong=wrong, routed=right + wrong,
        reviewed=review, escalated=two,
    )  # fmt: skip
    changed = replace(was, setting=replace(was.setting, routing=routing))
    assert setting_text(changed, found.evaluations).of_100 == f"Of 100 tickets, {told}"


def test_tickets_without_an_answer_go_to_a_person() -> None:
    found = ran(NOT_YET, asked=MONEY)
    routing = replace(NOTHING.summary, n=98, right=50, wrong=0, routed=50, reviewed=48, escalated=0)
    was = advice(found)
    assert was.setting is not None
    failed = replace(was, setting=replace(was.setting, routing=routing), n_failed=2)
    assert setting_text(failed, found.evaluations).of_100 == (
        "Of 100 tickets, 50 go out alone, none wrong, 50 to a person"
    )


def test_a_hundred_tickets_of_today_hold_those_without_an_answer() -> None:
    all_right = table([[0.9, 0.05, 0.05]] * 96, ["a"] * 96)
    failed = tuple(Failure(f"lost{i}", "timeout") for i in range(4))
    assert ") 96 go out alone, none wrong, at " in said(replace(all_right, failures=failed)).today


def test_which_set_lacks_answers_is_told_of_several() -> None:
    def lacking(n: int, name: str) -> ScoreTable:
        # The same tickets under every set.
        every = table([[0.9, 0.05, 0.05]] * 100, ["a"] * 100, rubric_set=name)
        lost = tuple(Failure(i, "timeout") for i in every.ids[:n])
        return replace(every.rows(np.arange(100) >= n), failures=lost)

    sets = lacking(0, "v1"), lacking(2, "v2"), lacking(3, "v3"), lacking(1, "v4")
    assert said(lacking(2, "v1")).above == "100 tickets, 2 without answer; today threshold 0.60"
    assert said(*sets[:3]).above == (
        "100 tickets, 2 without answer under v2, 3 without answer under v3; today v1 at 0.60"
    )
    assert said(*sets).above == "100 tickets, up to 3 without answer; today v1 at 0.60"


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.tuples(*[st.integers(0, 400)] * 4))
def test_the_parts_of_a_hundred_sum_to_it_and_none_is_off_by_one(
    parts: tuple[int, int, int, int],
) -> None:
    right, wrong, review, escalated = parts
    n = sum(parts)
    routing = replace(
        NOTHING.summary, n=n, right=right, wrong=wrong, reviewed=review, escalated=escalated
    )
    found = per_100(routing)
    assert sum(found) == (100 if n else 0)
    assert all(abs(of - 100 * part / max(n, 1)) < 1 for of, part in zip(found, parts, strict=True))


# Does it pay, and what runs today


@pytest.mark.parametrize(
    ("of", "asked", "pays"),
    [
        (
            NOT_YET, MONEY,
            "It pays: 0.660 [0.557, 0.763] a ticket, wrong routes at 5; a person reading it costs "
            "1.00. Brackets: likely range. Tested on tickets it was not chosen on",
        ),
        (
            FIRM, ASKED,
            "It pays: 0.620 [0.512, 0.728] a ticket, wrong routes at 5; a person reading it costs "
            "1.00. Brackets: likely range. Counted on these tickets",
        ),
        (
            falling_table(60, upper=9), MONEY,
            "Cannot tell if it pays: 0.850 [0.547, 1.327] a ticket, wrong routes at 5; a person "
            "reading it costs 1.00. Brackets: likely range. Tested on tickets it was not chosen on",
        ),
        (
            NO_USE, MONEY,
            "It does not pay: 1.025 [1.001, 1.111] a ticket, wrong routes at 5; a person reading "
            "it costs 1.00. Brackets: likely range. Tested on tickets it was not chosen on",
        ),
    ],
)  # fmt: skip
def test_the_cost_stands_beside_that_of_a_person_reading_every_ticket(
    of: ScoreTable, asked: Settings, pays: str
) -> None:
    assert said(of, asked=asked).pays == pays


def test_a_cost_without_a_range_has_no_word_of_brackets() -> None:
    found = ran(NOT_YET, asked=MONEY)
    was = advice(found)
    assert was.setting is not None
    cost = replace(was.setting.saving.cost, low=math.nan, high=math.nan)
    changed = replace(
        was, setting=replace(was.setting, saving=replace(was.setting.saving, cost=cost))
    )
    assert setting_text(changed, found.evaluations).pays == (
        "It pays: 0.660 a ticket, wrong routes at 5; a person reading it costs 1.00. "
        "Tested on tickets it was not chosen on"
    )


def test_what_runs_today_is_the_first_set_at_the_policy_of_the_config() -> None:
    assert said(NO_USE, OTHER_FIRM).today == (
        "Today (v1 at threshold 0.60, escalating above 0.30) 79 go out alone, about 26 wrong, "
        "at 1.523 [1.283, 1.764] a ticket, more than by hand"
    )


def test_what_runs_today_may_be_another_set_at_another_policy() -> None:
    words = said(NO_USE, OTHER_FIRM, today=Today("v2", Policy(0.8, 1.0)))
    assert words.today.startswith("Today (v2 at threshold 0.80, without escalation) 39 go ")
    assert words.headline.startswith("Keep v2 at threshold ")


def test_a_setting_of_today_that_is_cheaper_here_is_said_to_be() -> None:
    """The promise is at a stricter threshold than the one that costs least on these tickets."""
    words = said(falling_table(300, upper=50, lower=30), today=Today("v1", Policy(0.5, 1.0)))
    assert words.today.endswith(" a ticket, less than the setting above")


def test_tickets_that_are_escalated_today_are_told() -> None:
    both = table([[0.5, 0.45, 0.05]] * 40 + [[0.9, 0.05, 0.05]] * 60, ["a"] * 100)
    assert ") 60 go out alone, none wrong, 40 to two teams, at " in said(both).today


def test_where_nothing_is_cheaper_the_prices_stand_beside_the_cost_of_today() -> None:
    words = said(table([[0.8, 0.1, 0.1]] * 100, ["a"] * 30 + ["b"] * 70))
    assert words.today == (
        "Today (v1 at threshold 0.60, escalating above 0.30) 100 of 100 go out alone, about 70 "
        "wrong, at 3.500 [3.043, 3.957] a ticket, wrong routes at 5; a person reading it costs 1.00"
    )


def test_a_cost_of_today_that_may_be_that_of_reading_all_is_not_called_more() -> None:
    words = said(NOT_YET, asked=MONEY)
    assert words.today.endswith(" a ticket")


def test_a_set_without_enough_answers_is_named() -> None:
    failures = tuple(Failure(f"f{i}", "timeout") for i in range(20))
    found = ran(replace(NO_USE, failures=failures), OTHER_FIRM)
    words = setting_text(found.recommendation, found.evaluations)
    assert words.headline == "Incomplete: 20 of 320 tickets have no answer under v1. Run it again"
    assert verdict_texts(found)[0].action == "run it again: too many tickets have no answer"


def test_where_all_were_refused_nobody_is_told_to_ask_again() -> None:
    refused = tuple(Failure(f"f{i}", "refused") for i in range(20))
    found = ran(replace(NO_USE, failures=refused), OTHER_FIRM)
    words = setting_text(found.recommendation, found.evaluations)
    assert words.headline == "Incomplete: the endpoint refused 20 of 320 tickets under v1"
    action = "ask another endpoint: too many tickets were refused"
    assert verdict_texts(found)[0].action == action
    mixed = ran(replace(NO_USE, failures=(*refused, Failure("g", "timeout"))), OTHER_FIRM)
    words = setting_text(mixed.recommendation, mixed.evaluations)
    assert words.headline.endswith("21 of 321 tickets have no answer under v1. Run it again")


def test_sets_that_cannot_be_told_apart_are_named_beside_the_one_to_use() -> None:
    twins = [
        replace(OTHER_FIRM, provenance=replace(OTHER_FIRM.provenance, rubric_set=name))
        for name in ("v2", "v3", "v4")
    ]
    assert said(NO_USE, *twins).headline == (
        "v2, v3 and v4 cannot be told apart: use v2 at threshold 0.504, without escalation"
    )


def test_the_name_of_a_set_keeps_its_first_letter() -> None:
    names = ("Old", "New", "Other")
    tables = [replace(t, provenance=replace(t.provenance, rubric_set=name))
              for t, name in zip((NO_USE, OTHER_FIRM, OTHER_FIRM), names, strict=True)]  # fmt: skip
    words = said(*tables, asked=replace(MONEY, prices_stated=False))
    assert words.headline.startswith("At example prices: New and Other cannot be told apart: use ")


def test_a_promise_is_no_matter_of_prices() -> None:
    assert said(FIRM, asked=replace(ASKED, prices_stated=False)).headline == (
        "Set threshold 0.722, without escalation"
    )


# The promise


def test_a_firm_promise_is_recommended_with_its_odds() -> None:
    assert said(FIRM).promise == (
        "We promise at least 90% right among routed tickets. This way of choosing keeps its "
        "promise in 9 of 10 data sets like yours. If no threshold kept it, data this good would "
        "still turn up in 2 of 100 cases"
    )


def test_a_thin_promise_stands_beside_and_money_decides() -> None:
    words = said(THIN)
    assert words.promise == (
        "Threshold 0.722 passes for 90% right, but too thinly to promise: data this good turn up "
        "in 4 of 100 cases even if no threshold keeps it. Label more tickets. Chosen by cost"
    )
    assert kinds(THIN) == "money"


@pytest.mark.parametrize(
    ("of", "promise"),
    [
        (
            NOT_YET,
            "Your target, 90% right, cannot be promised yet: label more. Chosen by cost",
        ),
        (
            NO_USE,
            "Your target, 90% right, is out of reach: no threshold that routes a tenth of your "
            "tickets or more is 90% right. Reword rubrics or aim lower",
        ),
        (
            falling_table(80, upper=22, groups=[i // 8 for i in range(80)]),
            "Your target, 90% right, cannot be promised yet: 10 customers are too few to promise "
            "anything about new ones; it takes at least 22",
        ),
    ],
)
def test_why_there_is_no_promise_is_said(of: ScoreTable, promise: str) -> None:
    assert said(of).promise == promise


def test_a_firm_promise_that_does_not_save_is_told_and_not_recommended() -> None:
    dear = replace(ASKED, costs=Costs(misroute=20))
    words = said(falling_table(400, upper=50), asked=dear)
    assert words.promise == (
        "Your target, 90% right, can be promised at 0.705, but is not sure to save"
    )
    assert kinds(falling_table(400, upper=50), asked=dear) == "money"


def test_without_a_stated_target_nothing_is_promised_and_it_is_said_how_it_was_chosen() -> None:
    words = said(FIRM, asked=MONEY)
    assert words.promise == ""
    assert words.order == "Chosen so: the cheapest threshold, where it saves; else all to a person"


def test_with_a_stated_target_the_promise_says_how_it_was_chosen() -> None:
    assert said(FIRM).order == said(NOT_YET).order == ""


def test_the_set_of_today_has_no_promise_unless_it_is_asked_for() -> None:
    words = said(OTHER_FIRM, NO_USE)
    assert words.promise == (
        "No promise is made for v2, which runs today; `choose.certify: v2` asks for one. "
        "Chosen by cost"
    )
    assert said(OTHER_FIRM, NO_USE, certify="v2").promise.startswith("We promise at least 90% ")


def test_of_several_sets_only_the_one_named_is_promised() -> None:
    third = replace(NO_USE, provenance=replace(NO_USE.provenance, rubric_set="v3"))
    assert said(NO_USE, OTHER_FIRM, third, certify="v3").promise == (
        "No promise is made for v2: the config names `choose.certify: v3` for one. Chosen by cost"
    )


# Nothing recommended


def test_with_too_few_tickets_nothing_is_said_but_that() -> None:
    words = said(falling_table(49, upper=9))
    assert words.headline == "Too few tickets to decide: 49 of at least 50"
    assert words.lines == ()


def test_with_many_answers_missing_the_run_is_incomplete() -> None:
    lost = [Failure(f"x{i}", "http", 422, "bad") for i in range(4)]
    words = said(falling_table(60, upper=9, failures=lost))
    assert words.headline == "Incomplete: 4 of 64 tickets have no answer. Run it again"
    assert words.lines == ()
    assert said(falling_table(60, upper=9, failures=lost[:3])).lines


def test_missing_answers_are_the_reason_where_too_few_are_left() -> None:
    lost = [Failure(f"x{i}", "http", 422, "bad") for i in range(100)]
    words = said(falling_table(20, upper=9, failures=lost))
    assert words.headline.startswith("Incomplete: 100 of 120 tickets ")


def test_results_of_before_say_that_nothing_was_recommended() -> None:
    words = setting_text(None, ran(FIRM).evaluations)
    assert words.headline == "Nothing was recommended: run it again with this version"


def test_the_lines_are_what_there_is_to_say_in_order() -> None:
    words = said(FIRM, asked=MONEY)
    assert words.lines == (words.of_100, words.pays, words.today, words.order)


# What stands above, and what to set


def test_above_stand_the_tickets_and_what_runs_today() -> None:
    assert said(FIRM).above == "300 tickets; today threshold 0.60"
    words = said(NO_USE, OTHER_FIRM, today=Today("v2", Policy(0.85)))
    assert words.above == "300 tickets; today v2 at 0.85"
    lost = [Failure(f"x{i}", "timeout") for i in range(3)]
    assert said(falling_table(60, upper=9, failures=lost)).above == (
        "63 tickets, 3 without answer; today threshold 0.60"
    )
    own = Policy(label_thresholds=(("a", 0.9),))
    team = replace(MONEY, policy=own, label_word="team")
    assert said(FIRM, asked=team).above == "300 tickets; today threshold 0.60 and others by team"


def test_the_line_of_the_config_is_the_setting_and_switches_off_what_is_not_part_of_it() -> None:
    results = ran(NOT_YET, asked=replace(MONEY, policy=Policy(label_thresholds=(("a", 0.9),))))
    found, (e,) = advice(results), results.evaluations
    line = yaml_text(found, e)
    assert line == "policy: {threshold: 0.75, escalate_above: 1, label_thresholds: {}}"
    read = YAML(typ="safe").load(line)["policy"]
    assert found.setting is not None
    assert (read["threshold"], read["escalate_above"]) == (found.setting.threshold, 1)
    assert set_now_text(found, e) == "now 0.60 and 0.30, others by label"


def test_where_people_keep_routing_the_line_of_the_config_routes_nothing() -> None:
    results = ran(NO_USE)
    found, (e,) = advice(results), results.evaluations
    assert yaml_text(found, e) == "policy: {threshold: 1.01, escalate_above: 1}"
    assert set_now_text(found, e) == "every ticket to a person; now 0.60 and 0.30"


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.lists(st.integers(0, 500), min_size=1, max_size=6))
def test_hundredths_sum_to_a_hundred_and_keep_the_order_of_the_parts(parts: list[int]) -> None:
    found = hundredths(*parts)
    assert sum(found) == (100 if sum(parts) else 0)
    for (a, in_a), (b, in_b) in pairwise(zip(parts, found, strict=True)):
        assert (in_a - in_b) * (a - b) >= 0 or a == b


def test_equal_remainders_go_to_the_earlier_part() -> None:
    assert hundredths(1, 1, 1) == [34, 33, 33]
    assert hundredths(3, 3) == [50, 50]


def test_what_the_config_sets_already_is_known() -> None:
    found = ran(FIRM)
    setting = advice(found).setting
    assert setting is not None
    evaluation = found.evaluations[0]
    assert not is_set(advice(found), evaluation)
    same = replace(evaluation.settings, policy=replace(setting.policy, label_thresholds=()))
    assert is_set(advice(found), replace(evaluation, settings=same))
    own = replace(same, policy=replace(setting.policy, label_thresholds=(("a", 0.5),)))
    assert not is_set(advice(found), replace(evaluation, settings=own))
