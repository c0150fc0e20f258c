from __future__ import annotations

import math
from dataclasses import replace

from tables import random_table
from ticketbench.core.policy import Policy
from ticketbench.core.types import Estimate
from ticketbench.measure.drift.alarm import Drift
from ticketbench.measure.drift.cutoff import NaturalCutoff
from ticketbench.measure.sample.production_mix import production_mix
from ticketbench.report.words.production import (
    a_day,
    cutoff_text,
    drift_text,
    refusal_text,
    short_drift,
)


def test_a_refusal_says_of_what_why_and_what_to_do_and_other_mixes_say_nothing() -> None:
    mix = production_mix(random_table(60), Policy(), {"l0": 1, "l1": 1})
    assert refusal_text(mix) == ""
    refused = replace(mix, usable=False, refused="few are there", estimated_from=1200)
    assert refusal_text(refused) == (
        "no estimate with v1 from 1,200 unlabelled tickets: few are there. Label about 200 tickets "
        "of the log, drawn at random, and evaluate those: that needs no assumption."
    )


def a_drift(*, p: float = 0.001, n: int = 400) -> Drift:
    return Drift(0.169, p, 0.255, p, "account", 0.255, 0.3, 400, n)


def test_drift_names_what_moved_and_how_sure_that_is() -> None:
    said = drift_text(a_drift())
    assert said == (
        "in 400 decisions against 400 tickets the scores moved (largest difference 16.9%, p 0.001) "
        "and the share of account moved by +25.5 points (p 0.001)"
    )
    assert drift_text(a_drift(n=100)).startswith("in 100 decisions against 400 tickets (weak) the")
    assert drift_text(a_drift(p=0.3)).endswith(
        "neither scores nor labels moved by as much as matters"
    )


def test_a_cell_has_one_word_for_what_moved() -> None:
    assert short_drift(a_drift()) == "both"
    assert short_drift(a_drift(p=0.3)) == "no"
    assert short_drift(replace(a_drift(), labels_p=0.5)) == "scores"
    assert short_drift(replace(a_drift(), scores_p=0.5)) == "labels"
    assert short_drift(replace(a_drift(), scores=math.nan)) == "–"


def test_a_day_is_told_in_whole_tickets_and_a_small_one_with_a_decimal() -> None:
    assert a_day(Estimate(412.4, 390.2, 1433.0, 50, "")) == "412 [390, 1,433]"
    assert a_day(Estimate(4.04, 2.0, 9.96, 50, "")) == "4.0 [2.0, 10.0]"
    assert a_day(Estimate.undefined(0, "")) == "–"


def test_a_cutoff_has_its_caveat_and_none_says_why() -> None:
    found = cutoff_text(NaturalCutoff(0.475, 0.31, 0.52, 900))
    assert found.startswith("the scores part at about 0.475, with 31.0% of 900 decisions below")
    assert "knows no labels and no costs" in found
    none = cutoff_text(NaturalCutoff(math.nan, math.nan, math.nan, 900, "one hump"))
    assert none == "none (one hump); choose a threshold from labelled tickets"
