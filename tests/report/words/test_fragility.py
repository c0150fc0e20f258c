"""How few wrong labels undo a verdict, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tables import table
from ticketbench.measure.compare import Comparison, compare
from ticketbench.measure.pairs.fragility import Fragility
from ticketbench.report.words.verdict import fragility_text, losses_text

RIGHT, WRONG = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]


def with_fragility(found: Fragility) -> Comparison:
    one = table([RIGHT] * 3, ["a"] * 3)
    two = table([RIGHT] * 3, ["a"] * 3, rubric_set="v2")
    return replace(compare(one, two), fragility=found)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (
            Fragility(48, 3, "cannot tell", exact=True, losses=0),
            "The verdict rests on 48 tickets. If 3 of them were labelled wrongly, the verdict "
            "would be “cannot tell”",
        ),
        (
            Fragility(1_480, 1, "better", exact=True, losses=0),
            "The verdict rests on 1,480 tickets. If 1 of them was labelled wrongly, the "
            "verdict would be “better”",
        ),
        (
            Fragility(1, 1, "cannot tell", exact=True, losses=0),
            "The verdict rests on 1 ticket. If it was labelled wrongly, the verdict would be "
            "“cannot tell”",
        ),
        (
            Fragility(48, 3, "cannot tell", exact=False, losses=0),
            "The verdict rests on 48 tickets. 3 wrong labels among them, or fewer, could make it "
            "“cannot tell”",
        ),
        (
            Fragility(48, 1, "cannot tell", exact=False, losses=0),
            "The verdict rests on 48 tickets. 1 wrong label among them could make it “cannot tell”",
        ),
        (
            Fragility(1, 1, "worse", exact=False, losses=0),
            "The verdict rests on 1 ticket. A wrong label of it could make it “worse”",
        ),
        (
            Fragility(5, 0, "no relevant difference", exact=True, losses=2),
            "The verdict rests on 5 tickets. Whatever their labels are, the verdict would "
            "stay “no relevant difference”",
        ),
        (
            Fragility(1, 0, "cannot tell", exact=True, losses=0),
            "The verdict rests on 1 ticket. Whatever its label is, the verdict would stay "
            "“cannot tell”",
        ),
        (
            Fragility(1, 0, "cannot tell", exact=False, losses=0),
            "The verdict rests on 1 ticket. No wrong label of it was found that would change the "
            "verdict",
        ),
        (
            Fragility(5, 0, "cannot tell", exact=False, losses=0),
            "The verdict rests on 5 tickets. No wrong labels among them were found that would "
            "change the verdict",
        ),
        (
            Fragility(0, 0, "no relevant difference", exact=True, losses=1),
            "The verdict rests on no label: both sets are right on the same tickets",
        ),
    ],
)
def test_each_kind_of_fragility_has_its_words(found: Fragility, text: str) -> None:
    assert fragility_text(with_fragility(found)) == text
    check = {0: "", 1: ". Check its label: changed.csv"}
    check_all = ". Check their labels: changed.csv"
    listed = fragility_text(with_fragility(found), listed="changed.csv")
    assert listed == text + check.get(found.n_changed, check_all)


def test_the_lost_tickets_that_end_a_pass_are_told_where_there_is_one() -> None:
    found = Fragility(48, 3, "cannot tell", exact=True, losses=4)
    says = "until v2 may be worse than v1 by 2.0 points"
    assert losses_text(with_fragility(found)) == f"It takes 4 more lost tickets {says}"
    grouped = with_fragility(replace(found, exact=False, losses=1))
    assert losses_text(grouped) == f"It takes at most 1 more lost ticket {says}"
    assert losses_text(with_fragility(replace(found, losses=0))) == ""
