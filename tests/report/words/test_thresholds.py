"""A threshold in words: how to set it, what is promised, what it saves, and why there is none."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cache

import pytest

from tables import falling_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import Estimate, ScoreTable
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.thresholds import certificate as certificates
from ticketbench.measure.thresholds.choose import ChosenThreshold
from ticketbench.measure.thresholds.saving import Saving
from ticketbench.report.words import numbers
from ticketbench.report.words.thresholds import (
    accidents,
    in_short_text,
    no_promise_text,
    none_chosen_text,
    odds,
    promise_text,
    saving_text,
    threshold_text,
    told,
    unit_of,
    why_none_text,
)

SURE = [0.995, 0.003, 0.002]
PROMISE = Settings(min_precision=0.9)
FIRM = falling_table(300, upper=22)


@cache
def measured(of: ScoreTable, asked: Settings = PROMISE) -> Evaluation:
    return evaluate(of, asked)


def rule(name: str, of: Evaluation) -> ChosenThreshold:
    return next(t for t in of.thresholds if t.rule == name)


def certificate(**changes: object) -> certificates.Certificate:
    """The one of FIRM, with changes."""
    found = rule("certified", measured(FIRM)).certificate
    assert found is not None
    return replace(found, **changes)  # type: ignore[arg-type]


# A threshold and what it does


def test_a_certified_threshold_names_setting_promise_and_what_it_does_here() -> None:
    assert threshold_text(rule("certified", measured(FIRM))) == (
        "policy.threshold 0.722, policy.escalate_above 1.00 (90% right among routed tickets, with "
        "90% confidence). We promise at least 90% right among routed tickets. This way of choosing "
        "keeps its promise in 9 of 10 data sets like yours. If no threshold kept it, data this "
        "good would still turn up in 2 of 100 cases. Here 10 of 164 were wrong (about 6.7%), and "
        "it routes 54.7% [49.0, 60.2] of tickets. It saves 0.380 [0.272, 0.488] a ticket (a "
        "person reading each costs 1), on these tickets"
    )


def test_a_threshold_without_a_promise_is_told_as_it_does_on_others() -> None:
    assert threshold_text(rule("cost_optimal", measured(falling_table(300, upper=15)))) == (
        "policy.threshold 0.75, policy.escalate_above 1.00 (cheapest at misroute 5, review 1). On "
        "tickets it was not chosen on, it routes 147 of 300 (49.0%), 93.9% [88.8, 96.7] of them "
        "right. It saves 0.340 [0.237, 0.443] a ticket (a person reading each costs 1)"
    )


def test_a_threshold_that_misses_its_target_on_others_is_short_of_it() -> None:
    text = threshold_text(rule("descriptive", measured(falling_table(300, upper=15))))
    assert "89.5% [84.0, 93.2] of them right, short of the target. It saves " in text


def test_a_threshold_that_was_not_found_is_said_in_words() -> None:
    chosen = rule("descriptive", measured(FIRM))
    assert threshold_text(replace(chosen, threshold=math.nan)) == (
        "none: no threshold has 90% right among routed tickets here"
    )


def test_with_one_group_a_threshold_cannot_be_judged_on_others() -> None:
    one_group = evaluate(table([SURE] * 50, ["a"] * 50, groups=[0] * 50), PROMISE)
    text = threshold_text(rule("descriptive", one_group))
    assert text.endswith("too few groups to judge it on others")


def test_a_rule_that_routes_nothing_elsewhere_says_of_how_many() -> None:
    chosen = rule("descriptive", measured(FIRM))
    assert chosen.out_of_sample is not None
    judged = replace(chosen.out_of_sample, routed=0, right=0, reviewed=300)
    text = threshold_text(replace(chosen, out_of_sample=judged))
    assert text.endswith("). On tickets it was not chosen on, it routes 0 of 300")


# How to set it


@pytest.mark.parametrize(
    ("own", "of_config", "shown"),
    [
        (1.0, 1.0, ""),
        (2.0, 1.0, ", policy.temperature 2.00"),
        (1.0, 2.0, ", policy.temperature 1.00"),
        (2.0, 2.0, ""),
    ],
)
def test_a_temperature_is_named_when_the_config_has_another(
    own: float, of_config: float, shown: str
) -> None:
    chosen = replace(rule("descriptive", measured(FIRM)), temperature=own)
    text = threshold_text(chosen, Policy(temperature=of_config))
    assert text.startswith(f"policy.threshold {numbers.threshold(chosen.threshold)}{shown} (")


def test_an_escalation_limit_is_named_when_the_config_has_another() -> None:
    chosen = rule("cost_optimal", measured(FIRM))
    assert ", policy.escalate_above 1.00 (" in threshold_text(chosen, Policy())
    assert "escalate_above" not in threshold_text(chosen, Policy(escalate_above=1.0))


def test_a_policy_at_a_temperature_is_not_repeated() -> None:
    of = evaluate(FIRM, replace(PROMISE, policy=Policy(temperature=2.0)))
    assert all("policy.temperature" not in text for _, text in told(of))


def test_label_thresholds_of_the_config_that_a_rule_lacks_are_to_be_taken_out() -> None:
    policy = Policy(label_thresholds=(("a", 0.8),))
    removed = ", no policy.label_thresholds"
    assert removed in threshold_text(rule("descriptive", measured(FIRM)), policy)
    assert removed not in threshold_text(rule("descriptive", measured(FIRM)), Policy())
    of_labels = rule("certified_by_label", measured(falling_table(300, upper=50)))
    assert removed not in threshold_text(of_labels, policy)


def test_labels_with_a_promise_become_a_setting_and_the_others_are_named() -> None:
    text = threshold_text(rule("certified_by_label", measured(falling_table(300, upper=50))))
    assert ", policy.label_thresholds a 0.726; no promise for b, c, policy.escalate" in text


def test_where_no_label_has_a_promise_of_its_own_that_is_all_that_is_said() -> None:
    chosen = rule("certified_by_label", measured(falling_table(300, upper=50)))
    none = tuple(replace(one, promise=False) for one in chosen.label_thresholds)
    assert threshold_text(replace(chosen, label_thresholds=none)) == (
        "none: no label has tickets enough for a promise of its own"
    )


def test_without_a_threshold_for_all_labels_the_others_are_set_to_route_nothing() -> None:
    chosen = rule("certified_by_label", measured(falling_table(300, upper=50)))
    text = threshold_text(replace(chosen, threshold=math.nan))
    assert text.startswith(
        "policy.threshold 1.01, policy.label_thresholds a 0.726; no promise for b, c"
    )
    assert "We promise" not in text, "what is promised for all labels together is not kept then"


# The promise


def promised(found: certificates.Certificate, *, unit: str = "", confidence: float = 0.9) -> str:
    return promise_text(found, target=0.9, confidence=confidence, unit=unit)


def test_a_firm_promise_counts_customers_where_there_are_some() -> None:
    assert promised(certificate(), unit="customer").startswith(
        "We promise at least 90% right among routed tickets, counted by ticket and by customer. "
        "This way of choosing keeps its promise in 9 of 10 data sets like yours. If no threshold "
        "kept it, data this good would still turn up in 2 of 100 cases"
    )


def test_tickets_of_one_text_are_not_called_customers() -> None:
    grouped = falling_table(300, upper=22, groups=[i // 2 for i in range(300)])
    assert unit_of(evaluate(grouped, replace(PROMISE, unit="text"))) == "text"
    assert unit_of(evaluate(grouped, PROMISE)) == "customer"
    assert unit_of(measured(FIRM)) == ""


def test_a_thin_promise_asks_for_more_tickets() -> None:
    assert promised(certificate(reach=0.065)) == (
        "Threshold 0.722 passes for 90% right, but too thinly to promise: data this good turn up "
        "in 7 of 100 cases even if no threshold keeps it. Label more tickets"
    )


def test_a_promise_of_an_earlier_rule_says_so() -> None:
    assert promised(certificate(reach=math.nan, version=1)) == (
        "0.722 was promised by an earlier rule; run it again before you rely on it"
    )


@pytest.mark.parametrize(
    ("reach", "often"),
    [
        (0.0, "fewer than 1 of 1,000"),
        (0.00099, "fewer than 1 of 1,000"),
        (0.001, "1 of 100"),
        (0.01, "1 of 100"),
        (0.011, "2 of 100"),
        (1.0, "100 of 100"),
    ],
)
def test_how_often_it_is_an_accident_is_rounded_up(reach: float, often: str) -> None:
    assert accidents(certificate(reach=reach)) == often


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (0.9, "9 of 10"),
        (0.95, "19 of 20"),
        (0.999, "999 of 1,000"),
        (0.9999, "9,999 of 10,000"),
        (0.999999, "999,999 of 1,000,000"),
        (0.5001, "1 of 2"),
    ],
)
def test_a_confidence_is_told_as_odds(confidence: float, words: str) -> None:
    assert odds(confidence) == words


# Why there is none


TEST = certificates.Tested(threshold=0.91, selected=111, errors=3, most=2, p=0.2)


@pytest.mark.parametrize(
    ("changes", "unit", "why"),
    [
        (
            {"outlook": "not yet", "tested": TEST}, "",
            "at threshold 0.91, 3 of 111 are wrong; at most 2 may be. Label more tickets",
        ),
        (
            {"outlook": "not yet", "tested": replace(TEST, errors=1, most=0)}, "",
            "at threshold 0.91, 1 of 111 is wrong; none may be. Label more tickets",
        ),
        (
            {"outlook": "not yet", "tested": TEST}, "customer",
            "at threshold 0.91, 3 of 111 (counting one a customer) are wrong; at most 2 may be. "
            "Label more tickets",
        ),
        (
            {"outlook": "not yet", "tested": replace(TEST, errors=2)}, "customer",
            "at threshold 0.91, 2 of 111 (counting one a customer) are wrong, few enough by "
            "customer, but by ticket too many are: look at those who write most",
        ),
        (
            {"outlook": "no use", "tested": TEST}, "",
            "no threshold that routes a tenth of your tickets or more is 90% right. Reword "
            "rubrics or aim lower",
        ),
        (
            {"outlook": "too few", "tested": None, "n": 10, "n_min": 22}, "customer",
            "10 customers are too few to promise anything about new ones; it takes at least 22",
        ),
        (
            {"outlook": "too few", "tested": None, "n": 1, "n_min": 22}, "",
            "1 ticket is too few to promise anything about new ones; it takes at least 22",
        ),
        ({"outlook": "no tickets", "tested": None, "n": 0}, "", "no ticket is left to route"),
    ],
)  # fmt: skip
def test_why_nothing_is_promised(changes: dict[str, object], unit: str, why: str) -> None:
    assert why_none_text(certificate(**changes), target=0.9, unit=unit) == why


def test_a_target_that_is_not_promised_is_named_with_why() -> None:
    text = threshold_text(rule("certified", measured(falling_table(300, upper=15))))
    assert text == (
        "none: 90% right among routed tickets cannot be promised yet: at threshold 0.929, 2 of 38 "
        "are wrong; at most 1 may be. Label more tickets"
    )


def test_a_target_out_of_reach_is_called_so_beside_its_rule_too() -> None:
    text = threshold_text(rule("certified", measured(falling_table(300, upper=3))))
    assert text.startswith("none: 90% right among routed tickets is out of reach: no threshold ")


def test_a_target_of_the_user_is_told_without_the_test_that_it_failed() -> None:
    """It stands beside its rule; where customers stand in the way, that is told here too."""
    near = certificate(outlook="not yet", tested=TEST)
    assert no_promise_text(near, target=0.9, unit="customer") == (
        "Your target, 90% right, cannot be promised yet: label more"
    )
    heavy = certificate(outlook="not yet", tested=replace(TEST, errors=2))
    assert no_promise_text(heavy, target=0.9, unit="customer").endswith(
        "but by ticket too many are: look at those who write most"
    )


def test_where_every_ticket_is_escalated_there_is_none_to_route() -> None:
    asked = replace(PROMISE, costs=Costs(missed=1.0), policy=Policy(escalate_above=0.001))
    text = threshold_text(rule("certified", evaluate(FIRM, asked)))
    assert text.endswith("cannot be promised yet: no ticket is left to route")


def test_customers_who_write_most_may_be_what_stands_in_the_way() -> None:
    """Every ticket is right, but for those of one customer who writes a fifth of them."""
    n = 300
    scores = [[0.99 - i / 1000, 0.005, 0.004] for i in range(n)]
    groups = [0 if i % 5 == 0 else i for i in range(n)]
    gold = ["b" if group == 0 else "a" for group in groups]
    found = rule("certified", evaluate(table(scores, gold, groups=groups), PROMISE)).certificate
    assert found is not None
    assert why_none_text(found, target=0.9, unit="customer").endswith(
        "few enough by customer, but by ticket too many are: look at those who write most"
    )


# What it saves


def saving(low: float, value: float, high: float, *, held_out: bool = True) -> Saving:
    of = Estimate(value, low, high, 100, "t")
    cost = Estimate(1 - value, 1 - high, 1 - low, 100, "t")
    return Saving(of, cost, 1.0, 9.0, held_out)


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (
            saving(0.09, 0.15, 0.21),
            "It saves 0.150 [0.090, 0.210] a ticket (a person reading each costs 1), on tickets "
            "it was not chosen on",
        ),
        (
            saving(0.09, 0.15, 0.21, held_out=False),
            "It saves 0.150 [0.090, 0.210] a ticket (a person reading each costs 1), on these "
            "tickets",
        ),
        (
            saving(-0.3, -0.1, 0.1),
            "It costs 0.100 [-0.100, 0.300] a ticket more (a person reading each costs 1), on "
            "tickets it was not chosen on",
        ),
        (saving(math.nan, math.nan, math.nan), "What it saves is not known"),
    ],
)
def test_a_saving_stands_beside_a_person_reading_every_ticket(of: Saving, words: str) -> None:
    assert saving_text(of) == words


# Told


def test_every_rule_is_told_under_its_name_in_words() -> None:
    of = measured(falling_table(300, upper=50), replace(PROMISE, most_reviewed=0.2))
    assert [name for name, _ in told(of)] == [t.rule.replace("_", " ") for t in of.thresholds]
    assert [text for _, text in told(of)] == [threshold_text(t) for t in of.thresholds]


def test_the_promise_by_label_is_not_told_when_it_says_the_same_as_one_before() -> None:
    of = measured(falling_table(300, upper=15))
    assert rule("certified_by_label", of)
    assert [name for name, _ in told(of)] == ["certified", "cost optimal", "descriptive"]


@pytest.mark.parametrize(("n", "words"), [(0, "0 tickets"), (1, "1 ticket"), (49, "49 tickets")])
def test_with_few_tickets_no_threshold_is_chosen_and_that_is_said(n: int, words: str) -> None:
    of = evaluate(table([SURE] * n, ["a"] * n), PROMISE)
    assert told(of) == []
    assert none_chosen_text(of) == f"{words}: with fewer than 50 no threshold is chosen"


def test_where_thresholds_were_chosen_nothing_is_missing() -> None:
    assert none_chosen_text(measured(FIRM)) == ""


def test_every_rule_is_told_in_one_line() -> None:
    words = in_short_text(measured(FIRM))
    assert re.fullmatch(
        r"v1: certified 0\.\d+, cost optimal \d\.\d\d, certified by label 0\.\d+, "
        r"descriptive \d\.\d\d",
        words,
    )
    few = evaluate(table([SURE], ["a"]), PROMISE)
    assert in_short_text(few) == none_chosen_text(few)


def test_a_rule_without_a_threshold_has_none_in_the_line() -> None:
    hopeless = evaluate(table([SURE] * 60, ["b"] * 60), PROMISE)
    assert "certified none" in in_short_text(hopeless)
