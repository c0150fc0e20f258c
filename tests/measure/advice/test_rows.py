"""Each setting to weigh stands once, with what becomes of the tickets under it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from small_runs import MONEY, NEW, OLD, answered
from tables import random_table, table
from ticketbench.core.policy import Policy
from ticketbench.measure.advice.rows import ThresholdRow
from ticketbench.measure.advice.threshold import advice
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.recommendation import Today


def rows(settings: Settings = MONEY, today: Today | None = None) -> tuple[ThresholdRow, ...]:
    return advice([OLD, NEW], "v2", settings, today or Today("v1", MONEY.policy)).rows


def test_doing_nothing_comes_first_and_costs_a_review_without_any_doubt() -> None:
    first = rows()[0]
    assert first.roles == ("person",)
    cost = first.setting.saving.cost
    assert (cost.value, cost.low, cost.high) == (1.0, 1.0, 1.0)
    assert first.setting.routing.reviewed == 200


@pytest.mark.parametrize(("temperature", "own"), [(1.0, ()), (1.5, (("l1", 0.9),))])
def test_what_the_config_sets_has_the_numbers_of_the_evaluation(
    temperature: float, own: tuple[tuple[str, float], ...]
) -> None:
    scored = random_table(150, n_groups=70, rubric_set="v2")
    settings = replace(MONEY, policy=Policy(0.6, 0.3, temperature, own))
    found = advice([scored], "v2", settings, Today("v2", settings.policy))
    row = next(row for row in found.rows if "config" in row.roles)
    whole = evaluate(scored, settings)
    assert row.setting.routing == whole.routing.summary
    assert row.setting.saving == whole.routing.saving
    assert row.setting.policy == settings.policy


def test_a_setting_that_is_set_and_chosen_stands_once_with_the_numbers_of_the_choice() -> None:
    chosen = rows()[-1].setting
    policy = Policy(chosen.threshold, 1.0)
    found = advice([NEW], "v2", replace(MONEY, policy=policy), Today("v2", policy))
    assert [row.roles for row in found.rows] == [("person",), ("today", "config", "chosen")]
    assert found.rows[-1].setting.saving.held_out


def test_choosing_to_route_nothing_is_all_to_a_person_and_no_row_of_its_own() -> None:
    poor = table([[0.8, 0.1, 0.1]] * 100, ["a"] * 30 + ["b"] * 70)
    found = advice([poor], "v1", MONEY, Today("v1", MONEY.policy))
    assert found.rows[0].roles == ("person", "chosen")
    assert not found.rows[0].setting.saving.held_out
    assert found.advised is found.rows[0]


def test_the_people_there_are_have_a_row_and_are_enough_for_it() -> None:
    found = advice([OLD, NEW], "v2", replace(MONEY, most_reviewed=0.25), Today("v1", MONEY.policy))
    row = next(row for row in found.rows if "capacity" in row.roles)
    assert row.setting.routing.reviewed <= 0.25 * 200
    assert found.rows[-1] == rows()[-1]


def test_tickets_without_an_answer_stand_with_the_set_they_are_of() -> None:
    kinds = (60, "billing", "billing", 0.95), (40, "technical", "billing", 0.5)
    tables = [answered(*kinds, name="v1"), answered(*kinds, name="v2", failed=3)]
    found = advice(tables, "v2", MONEY, Today("v1", MONEY.policy))
    failed = [(row.setting.rubric_set, row.n_failed) for row in found.rows]
    assert failed == [("v2", 3), ("v1", 0), ("v2", 3), ("v2", 3)]
