"""A log against an evaluation: what is told, and what comes first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ticketbench.core.policy import Policy
from ticketbench.core.types import Estimate
from ticketbench.measure.drift.against import Concern, Standard, against
from ticketbench.measure.drift.log import UNKNOWN, Log
from ticketbench.measure.drift.reference import Reference, quantiles_of

N = 400


def drawn(n: int, seed: int, *, a: float = 0.6) -> tuple[list[int], list[float]]:
    rng = np.random.default_rng(seed)
    return (rng.random(n) >= a).astype(int).tolist(), rng.beta(5, 2, n).tolist()


def standard(models: tuple[str, ...] = ("m1",)) -> Standard:
    top, score = drawn(N, 99)
    n_a = top.count(0)
    known = Reference(
        N, ("a", "b"), quantiles_of(np.array(score)), (n_a, N - n_a), (200, 150, 50),
        ((n_a - 20, 30), (20, N - n_a - 30)),
    )  # fmt: skip
    return Standard(Policy(), known, models, Estimate(0.9, 0.85, 0.94, 200, "Clopper-Pearson"))


def week(
    n: int = 800,
    *,
    seed: int = 1,
    a: float = 0.6,
    failed: int = 0,
    model: str | None = "m1",
    weeks: int = 1,
    outcomes: Sequence[int] = (0, 0, 1, 2),
) -> Log:
    top, score = drawn(n, seed, a=a)
    top[:failed], score[:failed] = [UNKNOWN] * failed, [math.nan] * failed
    outcome = [outcomes[i % len(outcomes)] for i in range(n)]
    return Log(
        ("a", "b"),
        tuple(f"t{i}" for i in range(n)),
        np.array(top, dtype=np.int64),
        np.array(score),
        np.array(outcome, dtype=np.int64),
        tuple("endpoint_timeout" if one == UNKNOWN else "" for one in top),
        (model,) * n,
        np.array([i * weeks // n for i in range(n)], dtype=np.int64),
        tuple(f"2026-11-{2 + 7 * i:02}" for i in range(weeks)),
        (7.0,) * weeks,
    )


def test_a_week_as_in_the_evaluation_is_no_concern() -> None:
    found = against(week(), standard())
    assert found.concerns == ()
    assert found.periods[0].enough


def test_a_new_model_stands_before_failures_and_drift() -> None:
    found = against(week(failed=40, a=0.3, model="m2"), standard(), mixed=True, capacity=5)
    kinds = [one.kind for one in found.concerns]
    assert kinds == ["model", "mixed", "failures", "drift", "capacity"]
    assert found.concerns[0].names == ("m2",)
    assert {one.periods for one in found.concerns} == {("2026-11-02",), ()}


def test_an_answer_without_a_name_is_another_model_where_the_evaluation_had_one() -> None:
    assert against(week(model=None), standard()).concerns == (
        Concern("model", ("2026-11-02",), ("null",)),
    )


def test_where_nobody_names_a_model_only_asking_again_tells() -> None:
    for models in ((), ("null",)):
        found = against(week(model=None), standard(models))
        assert found.concerns == (Concern("no model"),)


def test_of_an_evaluation_without_models_the_first_week_is_what_a_change_is_seen_by() -> None:
    first = week(weeks=2)
    changed = replace(first, models=("m1",) * 400 + ("m2",) * 400)
    assert against(first, standard(())).concerns == ()
    found = against(changed, standard(()))
    assert found.concerns == (Concern("model", ("2026-11-09",), ("m2",)),)


@pytest.mark.parametrize(("failed", "told"), [(8, False), (9, True)])
def test_failures_are_told_above_one_in_a_hundred(failed: int, told: bool) -> None:
    found = against(week(800, failed=failed), standard())
    assert any(one.kind == "failures" for one in found.concerns) is told


def test_one_failure_of_a_few_decisions_is_none_to_tell() -> None:
    assert against(week(49, failed=1), standard()).concerns == ()
    assert against(week(50, failed=1), standard()).concerns == (
        Concern("failures", ("2026-11-02",)),
    )


def test_several_weeks_with_one_trouble_are_one_concern() -> None:
    found = against(week(900, a=0.2, weeks=3), standard())
    assert found.concerns == (Concern("drift", ("2026-11-02", "2026-11-09", "2026-11-16")),)


def test_reviews_of_a_day_are_held_against_what_people_can_do() -> None:
    found = against(week(700), standard(), capacity=25.1)
    assert found.periods[0].reviewed.value == pytest.approx(25)
    assert found.concerns == ()
    assert against(week(700), standard(), capacity=24.9).concerns == (
        Concern("capacity", ("2026-11-02",)),
    )


def test_reviews_of_a_day_are_those_of_the_volume_that_is_given() -> None:
    found = against(week(700), standard(), capacity=249, tickets_per_day=1000)
    assert found.periods[0].reviewed.value == pytest.approx(250)
    assert found.concerns == (Concern("capacity", ("2026-11-02",)),)
    assert against(week(700), standard(), capacity=24.9, tickets_per_day=50).concerns == ()


def test_that_no_model_is_named_comes_after_what_the_log_can_tell() -> None:
    unnamed = replace(week(800, failed=9), models=(None,) * 800)
    kinds = [one.kind for one in against(unnamed, standard(())).concerns]
    assert kinds == ["failures", "no model"]


def test_under_fifty_answers_there_are_counts_alone() -> None:
    (found,) = against(week(49), standard()).periods
    assert not found.enough
    assert math.isnan(found.accuracy.value)
    assert math.isnan(found.drift.scores)
    assert found.counted.n == 49


def test_the_day_of_a_log_has_its_own_volume_unless_one_is_given() -> None:
    own = against(week(700), standard()).workload
    given = against(week(700), standard(), tickets_per_day=1000).workload
    assert own is not None
    assert given is not None
    assert own.tickets_per_day == 100
    assert own.routed.value == pytest.approx(50)
    assert given.routed.value == pytest.approx(500)
    assert given.misrouted.value == pytest.approx(50)


def test_without_outcomes_there_is_no_workload() -> None:
    assert against(week(outcomes=(UNKNOWN,)), standard()).workload is None


def test_the_accuracy_to_expect_follows_the_mix() -> None:
    same, other = (against(week(4000, a=a), standard()).periods[0].accuracy for a in (0.6, 0.9))
    assert same.value == pytest.approx(350 / 400, abs=0.01)
    assert other.value > same.value
