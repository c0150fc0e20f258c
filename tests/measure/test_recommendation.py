from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scored_tickets import drawn
from tables import random_table, table
from ticketbench.core.policy import REVIEW, ROUTE, Costs, Policy
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Failure, ScoreTable
from ticketbench.edge.results.store import envelope, load
from ticketbench.measure.counts.mixed_pairs import mixed_pairs
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.pairs.label_outcomes import label_moves, worst
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.verdict import verdict
from ticketbench.measure.recommendation import (
    MOST_FAILED,
    Recommendation,
    Today,
    preferred_set,
    promises,
    recommend,
)
from ticketbench.measure.results import DatasetSummary, RunResults, run_results
from ticketbench.measure.standing import PairVerdict, Standing
from ticketbench.measure.thresholds.certificate import certificate
from ticketbench.measure.thresholds.choose import saving_on, share_wrong_on, summary_on
from ticketbench.measure.thresholds.tickets import Tickets

SEARCH = settings(max_examples=8, deadline=None, derandomize=True, database=None)

POLICY = Policy(threshold=0.6, escalate_above=0.3)
STATED = Settings(policy=POLICY, min_precision=0.9, target_stated=True, prices_stated=True)
UNSTATED = replace(STATED, target_stated=False, prices_stated=False)
NOBODY = Standing((), (), ())


def answered(
    score: np.ndarray,
    right: np.ndarray,
    *,
    name: str = "v1",
    groups: Sequence[int] | None = None,
    failed: int = 0,
) -> ScoreTable:
    """Tickets of gold label a, answered with a or b; top scores from a half up, none escalated."""
    top = 0.5 + np.asarray(score) / 2
    rest = (1 - top) / 2
    rows = np.where(np.asarray(right)[:, None], [[1, 0, 0]], [[0, 1, 0]]) * (top - rest)[:, None]
    failures = [Failure(f"f{i}", "timeout") for i in range(failed)]
    return table((rows + rest[:, None]).tolist(), ["a"] * len(top), groups=groups,
                 failures=failures, rubric_set=name)  # fmt: skip


def sound(n: int = 600, *, wrong: float = 0.15, name: str = "v1", seed: int = 3) -> ScoreTable:
    return answered(*drawn(n, wrong=wrong, seed=seed), name=name)


def of_blocks(*of: tuple[float, int, int]) -> ScoreTable:
    score = np.concatenate([np.full(n, at) for at, n, _ in of])
    return answered(score, np.concatenate([np.arange(n) >= wrong for _, n, wrong in of]))


def advised(t: ScoreTable, how: Settings = STATED) -> tuple[Recommendation, Evaluation]:
    """The recommendation for one set that runs today."""
    name = t.provenance.rubric_set
    evaluation = evaluate(t, how)
    return recommend([t], [evaluation], NOBODY, Today(name, how.policy)), evaluation


SOUND = sound()
THIN = of_blocks((0.9, 38, 1), (0.0, 262, 131))
NOISE = answered(np.random.default_rng(1).random(300), np.arange(300) % 2 == 0)


# How promises share what may go wrong


@pytest.mark.parametrize(
    ("names", "today", "certify", "shares"),
    [
        (["v1"], "v1", "", (1,)),
        (["v1", "v2"], "v1", "", (0, 1)),
        (["v1", "v2"], "v2", "", (1, 0)),
        (["v1", "v2", "v3"], "v1", "", (0, 2, 2)),
        (["v1", "v2", "v3"], "v2", "", (2, 0, 2)),
        (["v1", "v2", "v3", "v4", "v5"], "v5", "", (4, 4, 4, 4, 0)),
        (["v1", "v2", "v3"], "v1", "v3", (0, 0, 1)),
        (["v1", "v2", "v3"], "v1", "v1", (1, 0, 0)),
        (["v1"], "v1", "v1", (1,)),
    ],
)
def test_every_set_but_the_one_of_today_has_its_part(
    names: list[str], today: str, certify: str, shares: tuple[int, ...]
) -> None:
    assert promises(names, today, certify=certify) == shares


# Which set


def pair(base: str, candidate: str, gained: int, lost: int) -> PairVerdict:
    d = np.array([1.0] * gained + [-1.0] * lost + [0.0] * 200)
    return PairVerdict(base, candidate, verdict(of_means(np.zeros(len(d)), d, np.arange(len(d)))))


NAMES = ["v1", "v2", "v3"]
BETTER, WORSE, UNCLEAR = (40, 5), (5, 40), (20, 18)


def stands(
    *leaders: str, v2: tuple[int, int], v3: tuple[int, int], both: tuple[int, int]
) -> Standing:
    """How v2 and v3 stand to v1, and v3 to v2."""
    pairs = (pair("v1", "v2", *v2), pair("v1", "v3", *v3), pair("v2", "v3", *both))
    return Standing(leaders, (), pairs)


@pytest.mark.parametrize("today", NAMES)
def test_where_no_set_leads_that_of_today_stays(today: str) -> None:
    assert preferred_set(NAMES, stands(v2=UNCLEAR, v3=UNCLEAR, both=UNCLEAR), today) == today


def test_a_leader_takes_the_place_of_the_first_set() -> None:
    found = stands("v3", v2=UNCLEAR, v3=BETTER, both=BETTER)
    assert preferred_set(NAMES, found, "v1") == "v3"


def test_of_several_leaders_the_first_of_the_config_is_used() -> None:
    found = stands("v3", "v2", v2=BETTER, v3=BETTER, both=UNCLEAR)
    assert preferred_set(NAMES, found, "v1") == "v2"


@pytest.mark.parametrize("today", ["v2", "v3"])
def test_a_leader_that_runs_today_stays(today: str) -> None:
    found = stands("v3", "v2", v2=BETTER, v3=BETTER, both=UNCLEAR)
    assert preferred_set(NAMES, found, today) == today


@pytest.mark.parametrize(
    ("both", "use"),
    # v3 leads, v2 runs: only what is better takes its place, whatever the first set is.
    [(BETTER, "v3"), (UNCLEAR, "v2"), (WORSE, "v2")],
)
def test_a_leader_takes_the_place_of_a_later_set_only_if_it_beats_it(
    both: tuple[int, int], use: str
) -> None:
    found = stands("v3", v2=UNCLEAR, v3=BETTER, both=both)
    assert preferred_set(NAMES, found, "v2") == use


def test_the_first_leader_that_beats_the_set_of_today_is_used() -> None:
    names = ["v1", "v2", "v3", "v4"]
    pairs = [pair("v1", name, *BETTER) for name in ("v2", "v3")]
    pairs += [pair("v1", "v4", *UNCLEAR), pair("v2", "v3", *UNCLEAR)]
    pairs += [pair("v2", "v4", *UNCLEAR), pair("v3", "v4", *WORSE)]
    found = Standing(("v2", "v3"), (), tuple(pairs))
    assert preferred_set(names, found, "v4") == "v3"


@pytest.mark.parametrize("leaders", [(), ("v4",)])
def test_a_set_that_beats_that_of_today_takes_its_place_whatever_the_first_one_says(
    leaders: tuple[str, ...],
) -> None:
    names = ["v1", "v2", "v3", "v4"]
    pairs = [pair("v1", "v2", *UNCLEAR), pair("v1", "v3", *UNCLEAR), pair("v2", "v3", *WORSE)]
    pairs += [pair(name, "v4", *(BETTER if leaders and name == "v1" else UNCLEAR))
              for name in ("v1", "v2", "v3")]  # fmt: skip
    assert preferred_set(names, Standing(leaders, (), tuple(pairs)), "v3") == "v2"


def test_no_set_that_the_one_to_use_beats_is_named_beside_it() -> None:
    # v3 runs and is not found better than v1, but better than v2, which is.
    pairs = (pair("v1", "v2", *BETTER), pair("v1", "v3", *UNCLEAR), pair("v2", "v3", *BETTER))
    tables = [sound(60, name=name) for name in NAMES]
    evaluations = [evaluate(t, STATED) for t in tables]
    found = recommend(tables, evaluations, Standing(("v2",), (), pairs), Today("v3", POLICY))
    assert (found.rubric_set, found.also) == ("v3", ())


# What is recommended


def test_a_stated_target_comes_first_where_it_is_promised_firmly_and_saves() -> None:
    found, evaluation = advised(SOUND)
    certified = evaluation.thresholds[0]
    assert (found.kind, found.rubric_set, found.firm) == ("promise", "v1", True)
    assert found.setting is not None
    assert found.promise == certified.certificate
    assert found.setting.threshold == certified.threshold == found.promise.threshold
    assert found.setting.saving == certified.saving
    assert not found.setting.saving.held_out
    assert found.setting.saving.per_ticket.low > 0
    assert found.setting.share_wrong.value < 0.1


def test_without_a_stated_target_money_decides() -> None:
    found, evaluation = advised(SOUND, UNSTATED)
    cheapest = next(one for one in evaluation.thresholds if one.rule == "cost_optimal")
    assert found.kind == "money"
    assert found.setting is not None
    assert found.setting.threshold == cheapest.threshold
    assert found.setting.saving == cheapest.saving
    assert found.setting.saving.held_out
    assert (found.target_stated, found.prices_stated) == (False, False)
    # The promise stands beside it.
    assert found.firm


def test_a_target_out_of_reach_leaves_it_to_money() -> None:
    found, _ = advised(SOUND, replace(STATED, min_precision=0.999))
    assert found.kind == "money"
    assert (found.firm, found.target, found.target_stated) == (False, 0.999, True)
    assert found.promise is not None
    assert found.promise.outlook == "too few"


def test_a_thin_promise_stands_beside_and_is_not_recommended() -> None:
    found, _ = advised(THIN)
    assert found.promise is not None
    assert (found.promise.outlook, found.firm) == ("certified", False)
    assert found.promise.reach > 0.02
    assert found.kind in ("money", "review")


def test_a_promise_that_does_not_surely_save_is_not_recommended() -> None:
    # One in ten may be wrong, and a wrong route costs thirty readings.
    dear = replace(STATED, costs=Costs(misroute=30, review=1))
    found, evaluation = advised(SOUND, dear)
    assert found.firm
    assert evaluation.thresholds[0].saving.pays != "yes"
    assert found.kind != "promise"


def test_where_nothing_surely_saves_people_keep_reading() -> None:
    found, evaluation = advised(NOISE)
    cheapest = next(one for one in evaluation.thresholds if one.rule == "cost_optimal")
    assert found.kind == "review"
    assert found.setting is not None
    assert found.setting.saving == cheapest.saving
    assert found.setting.saving.pays != "yes"


def test_one_customer_tells_nothing_of_others() -> None:
    alone = replace(SOUND, groups=np.zeros(600, np.int64))
    found, _ = advised(alone)
    assert found.kind == "review"


@pytest.mark.parametrize("n", [0, 1, 49])
def test_below_fifty_tickets_nothing_is_recommended(n: int) -> None:
    found, evaluation = advised(SOUND.rows(np.arange(n)))
    assert evaluation.thresholds == ()
    assert (found.kind, found.setting, found.promise) == ("too few", None, None)
    assert found.today.routing.n == n


@pytest.mark.parametrize(("failed", "kind"), [(31, "promise"), (32, "incomplete")])
def test_where_more_than_5_percent_failed_nothing_is_recommended(failed: int, kind: str) -> None:
    # 31 of 631 are 4.9 %, 32 of 632 are 5.1 %.
    failures = tuple(Failure(f"f{i}", "timeout") for i in range(failed))
    found, _ = advised(replace(SOUND, failures=failures))
    assert found.kind == kind
    assert (found.setting is None) == (kind == "incomplete")
    assert MOST_FAILED == 0.05


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_set_with_too_few_answers_leaves_open_which_set_to_use(at: int) -> None:
    sets = [sound(100, name=name) for name in NAMES]
    sets[at] = replace(sets[at], failures=tuple(Failure(f"f{i}", "timeout") for i in range(6)))
    found = ran(*sets).recommendation
    assert (found.kind, found.setting) == ("incomplete", None)
    sets[at] = replace(sets[at], failures=sets[at].failures[:5])
    assert ran(*sets).recommendation.kind != "incomplete"


def test_the_prices_and_the_confidence_are_those_of_the_settings() -> None:
    how = replace(STATED, costs=Costs(7, 2, 3, 1), confidence=0.8)
    found, _ = advised(SOUND, how)
    assert (found.costs, found.confidence, found.prices_stated) == (how.costs, 0.8, True)
    assert (found.n_promises, found.target) == (1, 0.9)
    assert found.setting is not None
    assert found.setting.saving.by_hand == 2


@pytest.mark.parametrize("how", [STATED, UNSTATED, replace(STATED, costs=Costs(5, 1, 0.5, 1))])
@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_a_setting_is_what_its_policy_does(how: Settings, temperature: float) -> None:
    policy = replace(POLICY, temperature=temperature, label_thresholds=(("a", 0.7),))
    found, evaluation = advised(SOUND, replace(how, policy=policy))
    assert found.setting is not None
    set_ = Policy(found.setting.threshold, found.setting.escalate_above, found.setting.temperature)
    assert found.setting.label_thresholds == ()
    assert found.setting.temperature == temperature
    seen = Tickets.of(SOUND, policy)
    assert found.setting.routing == summary_on(SOUND, seen, set_, how.costs)
    assert found.setting.share_wrong == share_wrong_on(seen, set_)
    today = found.today
    assert (today.threshold, today.escalate_above) == (policy.threshold, policy.escalate_above)
    assert (today.temperature, today.label_thresholds) == (temperature, (("a", 0.7),))
    assert today.saving == evaluation.routing.saving
    assert today.routing == evaluation.routing.summary


# A run of several sets


def ran(
    *tables: ScoreTable, how: Settings = STATED, today: Today | None = None, certify: str = ""
) -> RunResults:
    summary = DatasetSummary("d", "f", tables[0].n_scored, ())
    return run_results("run", summary, (), tables, how, (), today=today, certify=certify)


def three() -> list[ScoreTable]:
    return [
        sound(400, wrong=wrong, name=name, seed=5)
        for name, wrong in (("v1", 0.2), ("v2", 0.04), ("v3", 0.19))
    ]


@pytest.fixture(scope="module")
def of_three() -> RunResults:
    return ran(*three())


def test_the_best_of_three_is_recommended_and_its_promise_shares_with_one_other(
    of_three: RunResults,
) -> None:
    found = of_three.recommendation
    assert (found.rubric_set, found.kind, found.n_promises) == ("v2", "promise", 2)
    v2 = Tickets.of(three()[1], POLICY)
    expected = certificate(v2, escalate_above=1.0, risk=0.1, delta=0.05, seed=0)
    assert found.promise == expected
    shares = [e.settings.promises for e in of_three.evaluations]
    assert shares == [0, 2, 2]


def test_no_promise_is_made_for_what_runs_already(of_three: RunResults) -> None:
    first = of_three.evaluations[0]
    assert "certified" not in {one.rule for one in first.thresholds}


def test_today_is_the_first_set_at_the_policy_of_the_config(of_three: RunResults) -> None:
    today = of_three.recommendation.today
    assert (today.rubric_set, today.threshold, today.escalate_above) == ("v1", 0.6, 0.3)
    assert today.saving == of_three.evaluations[0].routing.saving


def test_what_runs_today_may_be_another_set_at_another_policy() -> None:
    policy = Policy(0.85, 0.4)
    first, second, third = three()
    found = ran(first, second, third, today=Today("v3", policy)).recommendation
    assert found.rubric_set == "v2"
    assert found.today.rubric_set == "v3"
    assert found.today.saving == saving_on(Tickets.of(third, policy), policy, STATED.costs)
    assert (found.today.threshold, found.today.escalate_above) == (0.85, 0.4)
    assert found.n_promises == 2


def test_a_set_that_runs_today_and_leads_stays_without_a_promise() -> None:
    found = ran(*three()[:2], today=Today("v2", POLICY)).recommendation
    assert (found.rubric_set, found.kind, found.promise, found.n_promises) == (
        "v2", "money", None, 0,
    )  # fmt: skip
    assert not found.firm


def test_one_set_may_be_named_for_the_promise() -> None:
    results = ran(*three()[:2], today=Today("v2", POLICY), certify="v2")
    found = results.recommendation
    assert (found.rubric_set, found.kind, found.n_promises) == ("v2", "promise", 1)
    assert found.promise is not None
    assert found.promise.delta == 0.1
    assert results.evaluations[0].settings.promises == 0


def test_sets_that_cannot_be_told_apart_leave_the_first() -> None:
    twin = replace(SOUND, provenance=replace(SOUND.provenance, rubric_set="v2"))
    found = ran(SOUND, twin).recommendation
    assert (found.rubric_set, found.kind, found.promise) == ("v1", "money", None)


def test_one_set_has_the_whole_confidence() -> None:
    found = ran(SOUND).recommendation
    assert (found.kind, found.n_promises) == ("promise", 1)
    assert found.promise is not None
    assert found.promise.delta == 0.1
    assert found == advised(SOUND)[0]


def test_customers_that_write_often_and_are_harder_are_counted() -> None:
    # 300 write once; 12 write 25 times and are wrong in half of the cases.
    rng = np.random.default_rng(4)
    groups = np.concatenate([np.arange(300), np.repeat(np.arange(300, 312), 25)])
    score = rng.random(600)
    harder = groups >= 300
    right = rng.random(600) >= np.where(harder, 0.5, 0.03)
    found, evaluation = advised(answered(score, right, groups=groups.tolist()))
    assert found.promise is not None
    assert (found.promise.n, found.promise.outlook) == (312, "not yet")
    one_each = answered(score[:300], right[:300])
    assert advised(one_each)[0].kind == "promise"
    assert evaluation.tickets.n_groups == 312


# Against which set, what it changes for labels, and what is mixed up


def test_alone_there_is_nothing_to_be_held_against() -> None:
    found = ran(SOUND).recommendation
    assert found is not None
    assert (found.challenger, found.versus) == ("", None)


def test_the_set_to_use_is_held_against_that_of_today() -> None:
    results = ran(*three())
    found, stands = results.recommendation, results.standing
    assert found is not None
    assert (found.rubric_set, found.challenger) == ("v2", "v2")
    assert found.versus == stands.pair("v1", "v2")


def test_where_that_of_today_stays_the_best_of_the_others_is_held_against_it() -> None:
    results = ran(*three(), today=Today("v2", POLICY))
    found = results.recommendation
    assert found is not None
    accuracies = {e.provenance.rubric_set: e.metric("accuracy").value for e in results.evaluations}
    assert found.rubric_set == "v2"
    assert found.challenger == max(("v1", "v3"), key=accuracies.__getitem__)
    assert found.versus is not None
    assert found.versus.outcome == "worse"
    assert found.versus.difference.value == pytest.approx(
        accuracies[found.challenger] - accuracies["v2"]
    )


def test_of_equal_accuracies_the_earlier_set_is_the_challenger() -> None:
    low, same, again = (sound(60, wrong=w, name=name, seed=5)
                        for w, name in ((0.02, "v1"), (0.4, "v2"), (0.4, "v3")))  # fmt: skip
    found = ran(low, same, again).recommendation
    assert found is not None
    assert (found.rubric_set, found.challenger) == ("v1", "v2")


def test_where_no_ticket_has_a_label_the_earlier_set_is_the_challenger() -> None:
    none = [table([[0.8, 0.1, 0.1]] * 60, [NONE_LABEL] * 60, rubric_set=name) for name in NAMES]
    found = ran(*none).recommendation
    assert found is not None
    assert (found.rubric_set, found.challenger, found.moves) == ("v1", "v2", ())
    assert found.versus is not None
    assert found.versus.outcome == "cannot tell"


def test_a_verdict_speaks_of_the_challenger_whichever_comes_first_in_the_config() -> None:
    worse, better = sound(200, wrong=0.4, name="v1"), sound(200, wrong=0.04, name="v2")
    forwards = ran(worse, better).recommendation
    backwards = ran(better, worse, today=Today("v1", POLICY)).recommendation
    assert forwards is not None
    assert backwards is not None
    assert forwards.versus is not None
    assert backwards.versus is not None
    assert forwards.versus.outcome == backwards.versus.outcome == "better"
    for name in ("value", "low", "high"):
        assert getattr(forwards.versus.difference, name) == pytest.approx(
            getattr(backwards.versus.difference, name)
        )


def test_what_moves_is_from_that_of_today_at_its_policy_to_the_setting() -> None:
    policy, tables = Policy(0.85, 0.4), three()
    found = ran(*tables, today=Today("v3", policy)).recommendation
    assert found is not None
    assert found.setting is not None
    assert found.setting.policy == Policy(found.setting.threshold, found.setting.escalate_above)
    assert found.moves == label_moves((tables[2], policy), (tables[1], found.setting.policy))
    assert [move.label for move in found.moves] == ["a"]
    assert found.mixed == mixed_pairs(tables[1], tables[2])
    assert sum(one.n for one in found.mixed) == (~tables[1].right).sum()


def test_the_policy_of_a_setting_decides_as_its_routing_counts() -> None:
    policy = replace(POLICY, temperature=2.0, label_thresholds=(("a", 0.7),))
    found, _ = advised(SOUND, replace(STATED, policy=policy))
    for setting in (found.setting, found.today):
        assert setting is not None
        outcome = setting.policy.decide(SOUND.scores, SOUND.labels).outcome
        assert setting.routing.routed == (outcome == ROUTE).sum()


@pytest.mark.parametrize("failed", [0, 3])
def test_tickets_without_an_answer_are_those_of_the_set_to_use(failed: int) -> None:
    lost = tuple(Failure(f"f{i}", "timeout") for i in range(failed))
    first, second, _ = three()
    found = ran(first, replace(second, failures=lost)).recommendation
    assert found is not None
    assert (found.rubric_set, found.n_failed) == ("v2", failed)


def test_where_nothing_is_recommended_no_label_moves_and_pairs_are_told() -> None:
    found, _ = advised(SOUND.rows(np.arange(40)))
    assert (found.kind, found.moves, found.hurt) == ("too few", (), None)
    assert sum(one.n for one in found.mixed) == (~SOUND.right[:40]).sum()


def test_the_label_that_is_hurt_is_the_worst_of_those_that_lose() -> None:
    found, _ = advised(THIN)
    assert found.hurt == worst(found.moves)


# What always holds


POLICIES = st.builds(
    Policy,
    threshold=st.sampled_from([0.4, 0.6, 0.83, 1.0]),
    escalate_above=st.sampled_from([0.2, 0.3, 1.0]),
    temperature=st.sampled_from([0.6, 1.0, 2.0]),
    label_thresholds=st.sampled_from([(), (("l1", 0.5),)]),
)
COSTS = st.sampled_from([Costs(), Costs(20, 1, 1.5), Costs(2, 1, 0.5, 1), Costs(5, 1, 0.2, 0)])


@SEARCH
@given(
    st.integers(50, 160), st.integers(0, 10_000), st.floats(0.5, 6), POLICIES, COSTS,
    st.booleans(), st.sampled_from([0.7, 0.9]), st.none() | st.integers(2, 60),
)  # fmt: skip
def test_what_is_recommended_saves_for_sure_and_one_question_has_one_answer(
    n: int, seed: int, sharpness: float, policy: Policy, costs: Costs,
    stated: bool, target: float, n_groups: int | None,
) -> None:  # fmt: skip
    t = random_table(n, seed=seed, sharpness=sharpness, n_groups=n_groups)
    how = Settings(policy=policy, costs=costs, min_precision=target, target_stated=stated)
    found, evaluation = advised(t, how)
    assert found.setting is not None
    if found.kind in ("promise", "money"):
        assert found.setting.saving.per_ticket.low > 0
    else:
        assert found.kind == "review"
        assert found.setting.saving.pays != "yes"
    assert found.kind != "promise" or (stated and found.firm)
    # The review price less the cost is the saving, wherever either is told.
    routing = evaluation.routing
    assert routing.saving == found.today.saving
    assert routing.summary == found.today.routing
    for saving, cost in (
        (found.today.saving, routing.cost.value),
        *((one.saving, one.saving.cost.value) for one in evaluation.thresholds),
        *((one.saving, one.in_sample.cost.value)
          for one in evaluation.thresholds if not one.saving.held_out),
    ):  # fmt: skip
        value = saving.per_ticket.value
        assert costs.review - cost == pytest.approx(value, abs=1e-9, nan_ok=True)
    decided = policy.decide(t.scores, t.labels).outcome
    assert found.today.routing.routed == (decided == ROUTE).sum()
    assert found.today.routing.reviewed == (decided == REVIEW).sum()


@pytest.mark.parametrize(
    "t", [SOUND, NOISE, SOUND.rows(np.arange(20))], ids=["firm", "noise", "few"]
)
def test_a_recommendation_survives_being_saved(tmp_path: Path, t: ScoreTable) -> None:
    saved, _ = advised(t)
    path = tmp_path / "recommendation.json"
    path.write_bytes(envelope("recommendation", saved))
    assert load(path, Recommendation) == saved


def test_the_same_inputs_give_the_same_recommendation() -> None:
    assert advised(SOUND)[0] == advised(SOUND)[0]
    assert not math.isnan(advised(SOUND)[0].today.saving.per_ticket.low)
