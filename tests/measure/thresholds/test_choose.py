from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scored_tickets import OFF, asked, tickets
from tables import random_table, table
from ticketbench.core.policy import REVIEW, ROUTE, Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.store import envelope, load
from ticketbench.measure.routing.outcomes import missed_by, summarise
from ticketbench.measure.statistics.intervals import share
from ticketbench.measure.thresholds.choose import (
    FEWEST_TICKETS,
    N_FOLDS,
    N_SPLITS,
    ChosenThreshold,
    choose_thresholds,
    fold_of_ticket,
    saving_on,
    share_wrong_on,
    summary_on,
)
from ticketbench.measure.thresholds.rules import RULES, Asked, Choice, rules, threshold_rule
from ticketbench.measure.thresholds.saving import Saving, saving
from ticketbench.measure.thresholds.tickets import Tickets

SEARCH = settings(max_examples=50, deadline=None, derandomize=True, database=None)

RULES_ASKED = ["certified", "cost_optimal", "certified_by_label", "descriptive"]
PRICED = Costs(misroute=5, review=1, escalate=0.5, missed=1)
T300 = random_table(300, k=3, seed=4, sharpness=4.0)
GROUPED = random_table(300, k=3, seed=7, sharpness=4.0, n_groups=80)
ASKED = asked(min_precision=0.8, seed=3)


def choose(t: ScoreTable, ask: Asked = ASKED) -> dict[str, ChosenThreshold]:
    return {chosen.rule: chosen for chosen in choose_thresholds(t, ask)}


def limited(ask: Asked = ASKED) -> Asked:
    return replace(ask, most_reviewed=0.2)


def test_all_rules_are_chosen_side_by_side() -> None:
    assert list(choose(T300)) == RULES_ASKED
    assert list(choose(T300, limited())) == [*RULES_ASKED[:3], "capacity", "descriptive"]


def test_where_no_promise_is_made_only_the_others_are_chosen() -> None:
    assert list(choose(T300, replace(ASKED, promises=0))) == ["cost_optimal", "descriptive"]


@pytest.mark.parametrize("n", [0, 1, 4, 49])
def test_with_fewer_than_fifty_tickets_nothing_is_chosen(n: int) -> None:
    assert choose_thresholds(T300.rows(np.arange(n)), ASKED) == ()
    assert FEWEST_TICKETS == 50


def test_fifty_tickets_are_enough_to_choose_from() -> None:
    assert list(choose(T300.rows(np.arange(50)))) == RULES_ASKED


# On these tickets


@pytest.mark.parametrize("base", [OFF, Policy(0.6, 0.3, 2.0, (("l0", 0.9),))])
@pytest.mark.parametrize("costs", [Costs(), PRICED])
def test_every_choice_is_that_of_its_rule(base: Policy, costs: Costs) -> None:
    ask = limited(replace(ASKED, base=base, costs=costs))
    seen, found = Tickets.of(GROUPED, base), choose(GROUPED, ask)
    for rule in rules():
        choice, chosen = rule.choose(seen, ask), found[rule.name]
        assert choice is not None
        policy = choice.policy
        threshold = policy.threshold if math.isfinite(policy.threshold) else math.nan
        assert chosen.threshold == pytest.approx(threshold, nan_ok=True)
        assert (chosen.escalate_above, chosen.temperature) == (
            policy.escalate_above,
            base.temperature,
        )
        assert (chosen.title, chosen.caveat) == (choice.title, choice.caveat)
        assert (chosen.certificate, chosen.label_thresholds) == (choice.certificate, choice.labels)
        assert chosen.target == pytest.approx(choice.target, nan_ok=True)
        decided = policy.decide(GROUPED.scores, GROUPED.labels)
        missed = missed_by(GROUPED, policy)
        assert chosen.in_sample == summarise(GROUPED, decided, costs, missed=missed)
        assert chosen.share_wrong == share_wrong_on(seen, policy)


def test_only_a_promise_has_a_confidence() -> None:
    for rule, chosen in choose(T300, limited(replace(ASKED, confidence=0.8))).items():
        promised = rule.startswith("certified")
        assert chosen.confidence == pytest.approx(0.8 if promised else math.nan, nan_ok=True)
        assert (chosen.certificate is not None) == promised
        assert (chosen.most_reviewed == 0.2) == (rule == "capacity")


def test_the_share_wrong_counts_one_more_as_wrong() -> None:
    of = tickets([0.9] * 40 + [0.3] * 60, np.arange(100) >= 3)
    found, plain = share_wrong_on(of, Policy(0.5, 1.0)), share(np.arange(40) < 3, np.arange(40))
    assert (found.value, found.n, found.method) == (4 / 41, 40, plain.method)
    assert (found.low, found.high) == (plain.low, plain.high)


def test_the_interval_of_the_share_wrong_holds_it() -> None:
    of = tickets([0.9, 0.9, 0.1], [False, False, True])
    found = share_wrong_on(of, Policy(0.5, 1.0))
    assert (found.value, found.high) == (1.0, 1.0)
    every = tickets([0.9], [True], groups=[0])
    assert share_wrong_on(every, Policy(0.5, 1.0)).value == 0.5


def test_where_nothing_is_routed_no_share_is_wrong() -> None:
    found = share_wrong_on(tickets([0.9], [True]), Policy(0.95, 1.0))
    assert (found.defined, found.n) == (False, 0)


def test_nothing_certified_has_no_threshold_but_says_why() -> None:
    found = choose(T300, replace(ASKED, min_precision=0.999))["certified"]
    assert math.isnan(found.threshold)
    assert (found.in_sample.routed, found.settled) == (0, False)
    assert found.certificate is not None
    assert found.certificate.outlook == "too few"
    assert found.saving.per_ticket.value == 0.0


def test_a_target_out_of_reach_has_no_threshold() -> None:
    never = table([[0.5, 0.3, 0.2]] * 60, ["b"] * 60)
    found = choose(never)["descriptive"]
    assert math.isnan(found.threshold)
    assert (found.in_sample.routed, found.settled) == (0, False)


def test_a_higher_confidence_raises_the_certified_threshold() -> None:
    # Not at every step: the ranks move along.
    found = [choose(T300, replace(ASKED, confidence=c))["certified"] for c in (0.6, 0.9, 0.99)]
    thresholds = [f.threshold for f in found]
    assert thresholds == sorted(set(thresholds))
    assert [f.confidence for f in found] == [0.6, 0.9, 0.99]


def test_a_policy_is_priced_on_these_tickets() -> None:
    policy, seen = Policy(0.7, 0.3), Tickets.of(GROUPED, Policy())
    found = saving_on(seen, policy, PRICED)
    routed = policy.decide(GROUPED.scores, GROUPED.labels).outcome == ROUTE
    wrong = float((routed & ~GROUPED.right).sum())
    assert found == saving(
        seen.saving(policy, PRICED), GROUPED.groups, PRICED, wrong=wrong, held_out=False
    )
    assert PRICED.review - summary_on(GROUPED, seen, policy, PRICED).cost.value == pytest.approx(
        found.per_ticket.value
    )


# On tickets it was not chosen on


def by_hand(t: ScoreTable, ask: Asked, name: str) -> tuple[Saving, np.ndarray]:
    """The saving of a rule over five splits of five folds, and the outcomes of the first."""
    rule = next(rule for rule in rules() if rule.name == name)
    seen = Tickets.of(t, ask.base)
    saved, outcome = np.zeros((N_SPLITS, t.n_scored)), np.zeros((N_SPLITS, t.n_scored))
    for split in range(N_SPLITS):
        folds = fold_of_ticket(t.groups, n_folds=N_FOLDS, seed=ask.seed + split)
        for fold in range(N_FOLDS):
            choice = rule.choose(Tickets.of(t.rows(np.flatnonzero(folds != fold)), ask.base), ask)
            assert choice is not None
            decided = choice.policy.decide(t.scores, t.labels).outcome
            inside = folds == fold
            outcome[split, inside] = decided[inside]
            saved[split, inside] = seen.saving(choice.policy, ask.costs)[inside]
    wrong = float(((outcome == ROUTE) & ~t.right).sum()) / N_SPLITS
    return saving(saved.mean(axis=0), t.groups, ask.costs, wrong=wrong, held_out=True), outcome[0]


@pytest.mark.parametrize("rule", ["cost_optimal", "descriptive", "capacity"])
@pytest.mark.parametrize("t", [T300, GROUPED])
def test_held_out_means_five_splits_of_five_folds_of_whole_groups(t: ScoreTable, rule: str) -> None:
    ask = limited(replace(ASKED, base=Policy(0.6, 0.3, 1.5), costs=PRICED))
    chosen = choose(t, ask)[rule]
    expected, outcome = by_hand(t, ask, rule)
    assert chosen.saving == expected
    found = chosen.out_of_sample
    assert found is not None
    counts = (found.routed, found.reviewed, found.escalated)
    assert counts == tuple(int((outcome == kind).sum()) for kind in range(3))
    assert found.right == int(((outcome == ROUTE) & t.right).sum())
    assert found.n == t.n_scored
    assert chosen.n_folds == 5


def test_a_promise_is_told_on_the_tickets_it_is_made_from() -> None:
    found = choose(T300)
    for rule in ("certified", "certified_by_label"):
        chosen = found[rule]
        assert chosen.out_of_sample is None
        assert not chosen.saving.held_out
        own = tuple((o.label, o.threshold) for o in chosen.label_thresholds if o.promise)
        policy = replace(OFF, threshold=chosen.threshold, label_thresholds=own)
        assert chosen.saving == saving_on(Tickets.of(T300, OFF), policy, ASKED.costs)
    assert found["cost_optimal"].saving.held_out


def test_the_saving_is_less_on_tickets_it_was_not_chosen_on() -> None:
    gaps = []
    for seed in range(12):
        t = random_table(80, k=3, seed=seed)
        chosen = choose(t)["cost_optimal"]
        seen = saving_on(Tickets.of(t, OFF), replace(OFF, threshold=chosen.threshold), ASKED.costs)
        gaps.append(seen.per_ticket.value - chosen.saving.per_ticket.value)
    assert np.mean(gaps) > 0


def test_with_one_group_there_is_nothing_to_choose_on() -> None:
    one = table(T300.scores.tolist(), ["l0"] * 300, labels=T300.labels, groups=[5] * 300)
    found = choose(one)["cost_optimal"]
    assert found.n_folds == 1
    assert found.out_of_sample is not None
    assert found.out_of_sample.n == 0
    assert not found.saving.per_ticket.defined
    assert found.saving.pays == "cannot tell"


def test_with_few_groups_there_are_as_many_folds() -> None:
    groups = np.arange(300) % 3
    few = table(T300.scores.tolist(), ["l0"] * 300, labels=T300.labels, groups=groups.tolist())
    found = choose(few)["cost_optimal"]
    assert found.n_folds == 3
    assert found.saving.per_ticket.n == 300


@pytest.fixture
def registry() -> Iterator[None]:
    rules()
    before = dict(RULES._entries)
    yield
    RULES._entries.clear()
    RULES._entries.update(before)


@pytest.mark.usefixtures("registry")
def test_a_rule_without_an_answer_on_some_folds_leaves_these_tickets_in_review() -> None:
    answers: list[int] = []

    @threshold_rule("now_and_then", order=60)
    def now_and_then(tickets: Tickets, asked: Asked) -> Choice | None:
        answers.append(tickets.n)
        some = tickets.n == 300 or len(answers) % 5 == 0
        return Choice(replace(asked.base, threshold=0.0), "t", "c") if some else None

    found = choose(T300)["now_and_then"].out_of_sample
    assert found is not None
    assert (found.routed, found.reviewed) == (60, 240)
    assert REVIEW == 1


# Folds


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000), st.integers(1, 30))
def test_tickets_of_one_group_share_a_fold(n: int, seed: int, n_groups: int) -> None:
    groups = np.random.default_rng(seed).integers(0, n_groups, n)
    folds = fold_of_ticket(groups, n_folds=5, seed=seed)
    assert all(len(set(folds[groups == g].tolist())) == 1 for g in groups)


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000))
def test_folds_of_independent_tickets_differ_by_one_ticket_at_most(n: int, seed: int) -> None:
    sizes = np.bincount(fold_of_ticket(np.arange(n), n_folds=5, seed=seed))
    assert len(sizes) == min(5, n)
    assert sizes.max() - sizes.min() <= 1


def test_with_few_groups_there_are_as_many_folds_as_groups() -> None:
    folds = fold_of_ticket(np.array([4, 4, 9, 9, 9]), n_folds=5, seed=0)
    assert sorted(set(folds.tolist())) == [0, 1]


def test_equal_seeds_give_equal_folds() -> None:
    one, other = (fold_of_ticket(np.arange(20), n_folds=5, seed=1) for _ in range(2))
    assert one.tolist() == other.tolist()


def test_no_tickets_have_no_folds() -> None:
    assert fold_of_ticket(np.zeros(0, dtype=np.int64), n_folds=5, seed=0).tolist() == []


# The same again


def test_the_same_seed_gives_the_same_choices() -> None:
    assert choose(GROUPED) == choose(GROUPED)
    assert choose(GROUPED) != choose(GROUPED, replace(ASKED, seed=4))


@pytest.mark.parametrize("n", [50, 300])
def test_chosen_thresholds_survive_being_saved(tmp_path: Path, n: int) -> None:
    for saved in choose(T300.rows(np.arange(n)), limited()).values():
        path = tmp_path / "threshold.json"
        path.write_bytes(envelope("threshold", saved))
        assert load(path, ChosenThreshold) == saved
