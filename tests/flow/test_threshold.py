"""Which threshold: of a saved report, of a table, and with other choices than the report had."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from quickstart import QUICKSTART, Demo
from ticketbench.core.errors import InputError
from ticketbench.edge.results.store import load
from ticketbench.flow.threshold import COSTS, threshold
from ticketbench.measure.advice.threshold import ThresholdAdvice
from ticketbench.measure.results import RunResults

NAN = float("nan")


@pytest.fixture
def reports(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's report where commands look for it."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(demo.out, Path("reports") / "quickstart")
    return Path("reports") / "quickstart"


def numbers(found: ThresholdAdvice) -> list[tuple[object, ...]]:
    """What is told of each row; a saved table does not say which labels fit beside the gold one."""
    told = []
    for row in found.rows:
        of, saving = row.setting.routing, row.setting.saving
        told.append((row.setting.policy, of.right, of.wrong, of.reviewed, of.escalated, saving))
    return told


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize(
    ("source", "config"), [("v2", None), ("v2", QUICKSTART), ("reports/quickstart:v2", None)]
)
def test_a_set_is_found_by_report_config_and_folder(source: str, config: Path | None) -> None:
    found = threshold(source, config=config)
    assert (found.rubric_set, found.source) == ("v2", "reports/quickstart")


def test_without_a_wish_it_is_the_saved_recommendation_and_nothing_is_chosen(reports: Path) -> None:
    saved = load(reports / "results.json", RunResults)
    with patch(
        "ticketbench.measure.advice.threshold.choose_thresholds", side_effect=AssertionError
    ):
        found, other = threshold("v2"), threshold("v1")
    assert found.recommendation == saved.recommendation
    assert found.thresholds == saved.evaluations[1].thresholds
    assert other.recommendation.rubric_set == "v1"
    assert other.thresholds == saved.evaluations[0].thresholds


@pytest.mark.usefixtures("reports")
def test_the_wishes_that_a_report_was_made_with_give_what_it_says() -> None:
    saved = threshold("v2")
    same = threshold("v2", min_precision=0.9, costs={"misroute": 5, "review": 1})
    assert numbers(same) == numbers(saved)
    assert same.recommendation.promise == saved.recommendation.promise


@pytest.mark.usefixtures("reports")
def test_dearer_wrong_routes_never_let_more_out() -> None:
    routed = []
    for price in (1, 5, 40):
        setting = threshold("v2", costs={"misroute": price}).recommendation.setting
        assert setting is not None
        routed.append(setting.routing.routed)
    assert routed == sorted(routed, reverse=True)
    assert routed[0] > routed[-1]


@pytest.mark.usefixtures("reports")
def test_a_target_for_todays_set_asks_for_its_promise() -> None:
    assert threshold("v1").recommendation.promise is None
    asked = threshold("v1", min_precision=0.6).recommendation
    assert asked.promise is not None
    assert (asked.target, asked.target_stated, asked.n_promises) == (0.6, True, 1)


@pytest.mark.usefixtures("reports")
def test_prices_that_are_not_named_stay_and_every_name_of_a_config_is_taken() -> None:
    costs = threshold("v2", costs={"missed_escalation": 0.5}).recommendation.costs
    assert (costs.misroute, costs.review, costs.escalate, costs.missed) == (5, 1, 1.5, 0.5)
    from ticketbench.edge.inputs.config_file import CostsConfig

    assert set(COSTS) == set(CostsConfig.model_fields)


def test_a_table_alone_has_example_prices_and_nothing_runs_today(reports: Path) -> None:
    file = reports / "predictions.csv"
    found = threshold(f"{file}:v2")
    assert found.source == str(file)
    assert not found.recommendation.prices_stated
    assert [row.roles for row in found.rows] == [("person",), ("chosen",)]
    assert numbers(found)[-1] == numbers(threshold("v2"))[-1]


def test_a_table_with_a_config_is_judged_with_its_choices(reports: Path) -> None:
    found = threshold(f"{reports / 'predictions.csv'}:v2", config=QUICKSTART)
    assert found.recommendation.prices_stated
    assert found.own.settings.label_word == "team"
    assert [row.roles for row in found.rows] == [("person",), ("today", "config"), ("chosen",)]


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize(
    ("wish", "what", "where"),
    [
        ({"min_precision": 90}, "a share is above 0 and below 1, got 90", "min_precision"),
        ({"min_precision": 1.0}, "a share is above 0 and below 1, got 1", "min_precision"),
        ({"min_precision": NAN}, "a share is above 0 and below 1, got nan", "min_precision"),
        ({"capacity": 1.2}, "a share is from 0 to 1, got 1.2", "capacity"),
        ({"capacity": -0.1}, "a share is from 0 to 1, got -0.1", "capacity"),
        ({"costs": {"misrout": 5}}, "no price is called 'misrout'", "costs"),
        ({"costs": {"review": -1}}, "the price review has to be 0 or more, got -1", "costs"),
        ({"costs": {"review": 2e12}},
         "the price review has to be at most 1e+12, got 2e+12", "costs"),
        ({"costs": {"review": NAN}}, "the price review has to be 0 or more, got nan", "costs"),
    ],
)  # fmt: skip
def test_a_wish_that_cannot_be_is_one_error(wish: dict[str, Any], what: str, where: str) -> None:
    with pytest.raises(InputError) as caught:
        threshold("reports/quickstart/predictions.csv:v2", **wish)
    assert [(p.what, p.where) for p in caught.value.problems] == [(what, where)]
    assert caught.value.problems[0].help


@pytest.mark.usefixtures("reports")
def test_a_set_that_the_report_has_not_is_an_error_that_names_those_it_has() -> None:
    with pytest.raises(InputError, match="reports/quickstart has no rubric set 'v3'"):
        threshold("v3")
    with pytest.raises(InputError, match="has several rubric sets"):
        threshold("reports/quickstart")
    with pytest.raises(InputError) as raised:
        threshold("reports/quickstart/predictions.csv")
    table = "reports/quickstart/predictions.csv"
    assert raised.value.problems[0].help == f"choose one: {table}:SET, of v1, v2"
    with pytest.raises(InputError, match="has no rubric set 'xxx"):
        threshold("x" * 5000)
