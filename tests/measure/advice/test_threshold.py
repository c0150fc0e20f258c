"""The threshold for one set is that of a run on the same tables, chosen again or read back."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from unittest.mock import patch

import pytest

import small_runs
from small_runs import ASKED, FIRM, MONEY, NEW, OLD, ROWS, answered, right
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import Failure, ScoreTable
from ticketbench.measure.advice.threshold import ThresholdAdvice, advice, saved_advice
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.recommendation import Recommendation, Today
from ticketbench.measure.results import RunResults


@dataclasses.dataclass
class Run:
    """A run, and what it was given."""

    tables: tuple[ScoreTable, ...] = ()
    settings: Settings = ASKED
    today: Today | None = None
    certify: str = ""
    results: RunResults | None = None


def run_of(row: str) -> Run:
    found, made = Run(), small_runs.ran

    def spy(
        *tables: ScoreTable, asked: Settings = ASKED, today: Today | None = None, certify: str = ""
    ) -> RunResults:
        found.tables, found.settings, found.today, found.certify = tables, asked, today, certify
        return made(*tables, asked=asked, today=today, certify=certify)

    with patch.object(small_runs, "ran", spy):
        found.results = ROWS[row]()
    return found


def alone(found: Recommendation) -> Recommendation:
    return replace(found, also=(), challenger="", versus=None)


@pytest.mark.parametrize(
    "row",
    [
        "better, escalating", "worse", "cannot tell if it pays", "certified",
        "thresholds of labels",
        "no promise, another set was named", "three sets, one in use is kept", "too few tickets",
        "some tickets failed",
    ],
)  # fmt: skip
def test_chosen_again_or_read_back_it_is_what_the_run_recommends(row: str) -> None:
    run = run_of(row)
    assert run.results is not None
    assert run.results.recommendation is not None
    told = run.results.recommendation
    first = run.tables[0].provenance.rubric_set
    today = run.today or Today(first, run.settings.policy)
    read = saved_advice(run.results, run.tables, told.rubric_set)
    again = advice(run.tables, told.rubric_set, run.settings, today, certify=run.certify)
    assert read.recommendation == told
    assert again.recommendation == alone(told)
    assert again.rows == read.rows
    assert again.by_set == read.by_set
    assert again.thresholds == read.thresholds


def test_a_set_with_its_answers_has_a_threshold_where_another_lacks_some() -> None:
    lacking = replace(FIRM, failures=tuple(Failure(f"f{i}", "refused") for i in range(200)))
    tables = [OLD, NEW, small_runs.named(lacking, "v3")]
    results, today = small_runs.ran(*tables, asked=MONEY), Today("v1", MONEY.policy)
    assert results.recommendation is not None
    assert (results.recommendation.kind, results.recommendation.setting) == ("incomplete", None)
    for name in ("v1", "v2"):
        read = saved_advice(results, tables, name)
        assert read.recommendation.setting is not None
        again = advice(tables, name, MONEY, today)
        assert again.recommendation == read.recommendation
        assert [row.setting.rubric_set for row in read.by_set] == ["v1", "v2"]
    assert saved_advice(results, tables, "v3").recommendation.kind == "incomplete"


@pytest.fixture(scope="module")
def two() -> ThresholdAdvice:
    return advice([OLD, NEW], "v2", MONEY, Today("v1", MONEY.policy))


def test_a_set_that_is_not_the_one_to_use_has_its_own_advice(two: ThresholdAdvice) -> None:
    other = advice([OLD, NEW], "v1", MONEY, Today("v1", MONEY.policy))
    assert other.rubric_set == other.recommendation.rubric_set == "v1"
    assert other.own.rubric_set == "v1"
    assert {row.setting.rubric_set for row in other.rows} == {"v1"}
    assert other.by_set == two.by_set
    assert [row.setting.rubric_set for row in two.by_set] == ["v1", "v2"]


def test_the_row_to_set_is_the_chosen_one_unless_people_keep_routing(two: ThresholdAdvice) -> None:
    assert two.advised is two.rows[-1]
    assert two.advised.setting == two.recommendation.setting
    dear = advice([NEW], "v2", replace(MONEY, costs=Costs(misroute=1000)), Today("v2", Policy()))
    assert dear.recommendation.kind == "review"
    assert dear.advised is dear.rows[0]


def test_nothing_is_weighed_where_nothing_is_recommended() -> None:
    few = advice([right(20, of=24, name="v1")], "v1", ASKED, Today("v1", ASKED.policy))
    assert (few.recommendation.kind, few.rows, few.by_set, few.advised) == ("too few", (), (), None)
    assert few.thresholds == few.label_thresholds == ()
    gone = answered((80, "billing", "billing", 0.9), failed=20)
    lost = advice([gone], "v1", ASKED, Today("v1", ASKED.policy))
    assert (lost.recommendation.kind, lost.rows) == ("incomplete", ())


def test_no_promise_is_made_for_todays_set_unless_it_is_named() -> None:
    today = Today("v1", ASKED.policy)
    tables = [FIRM, small_runs.named(FIRM, "v2")]
    assert advice(tables, "v1", ASKED, today).recommendation.promise is None
    named = advice(tables, "v1", ASKED, today, certify="v1").recommendation
    assert named.promise is not None
    assert named.promise == advice([FIRM], "v1", ASKED, today).recommendation.promise


def test_roles_that_are_not_known_leave_with_their_rows() -> None:
    policy = MONEY.policy
    found = advice([NEW], "v2", MONEY, Today("v2", policy))
    assert [row.roles for row in found.rows] == [("person",), ("today", "config"), ("chosen",)]
    less = found.without("today", "config")
    assert [row.roles for row in less.rows] == [("person",), ("chosen",)]
    assert less.rows[-1] == found.rows[-1]
