from __future__ import annotations

from dataclasses import replace

from tables import random_table
from ticketbench.core.policy import Policy
from ticketbench.measure.sample.production_mix import production_mix
from ticketbench.report.words.mix import refusal_text


def test_a_refusal_says_of_what_why_and_what_to_do_and_other_mixes_say_nothing() -> None:
    mix = production_mix(random_table(60), Policy(), {"l0": 1, "l1": 1})
    assert refusal_text(mix) == ""
    refused = replace(mix, usable=False, refused="few are there", estimated_from=1200)
    assert refusal_text(refused) == (
        "no estimate with v1 from 1,200 unlabelled tickets: few are there. Label about 200 tickets "
        "of the log, drawn at random, and evaluate those: that needs no assumption."
    )
