"""What labels settle is what the mathematics says of exactly the labels from the top."""

from __future__ import annotations

import math
from itertools import cycle, islice

import pytest

from labelled_states import NEW, NONE, OLD, OTHER, given, labelled, state
from ticketbench.flow.labels.judge import judged_labels
from ticketbench.flow.labels.words import headline, lines, more_lines

EVERY_FIFTH = range(5, 401, 5)


def mixed(n: int, *labels: str) -> list[str]:
    return list(islice(cycle(labels), n))


def test_without_labels_nothing_can_be_told_but_what_needs_none() -> None:
    found = judged_labels(state(400, EVERY_FIFTH))
    assert (found.verdict.outcome, found.verdict.n_labelled, found.more) == ("cannot tell", 0, None)
    assert (found.n_log, found.n_agree, found.n_to_label) == (400, 320, 80)
    assert headline(found) == (
        "Cannot tell yet whether on these 400 tickets v2 is right more often: no label counts yet"
    )
    assert [(one.name, one.base, one.candidate) for one in found.shares] == [
        ("coverage", 1.0, 1.0), ("review_load", 0.0, 0.0), ("escalated", 0.0, 0.0),
    ]  # fmt: skip


def test_labels_for_the_candidate_settle_it_after_few() -> None:
    found = judged_labels(labelled(state(400, EVERY_FIFTH), *mixed(20, NEW)))
    assert (found.verdict.outcome, found.verdict.gained) == ("better", 20)
    assert found.verdict.after < 10
    words = headline(found)
    assert words.startswith("On these 400 tickets v2 is right more often: settled after ")
    assert words.endswith(" labels; you can stop")


def test_labels_for_the_base_are_its_mirror() -> None:
    for_new = judged_labels(labelled(state(400, EVERY_FIFTH), *mixed(40, NEW, NEW, NEW, OLD)))
    for_old = judged_labels(labelled(state(400, EVERY_FIFTH), *mixed(40, OLD, OLD, OLD, NEW)))
    assert (for_new.verdict.outcome, for_old.verdict.outcome) == ("better", "worse")
    assert for_new.verdict.after == for_old.verdict.after
    assert for_new.verdict.gain.value == -for_old.verdict.gain.value


def test_labels_behind_a_gap_wait_and_are_counted_nowhere() -> None:
    full = labelled(state(400, EVERY_FIFTH), *mixed(20, NEW))
    ids = full.ids_to_label
    gap = given(full, **{"": {name: NEW for name in ids[:20] if name != ids[3]}})
    found = judged_labels(gap)
    assert (found.verdict.n_labelled, len(found.differences), found.gaps) == (3, 19, (ids[3],))
    assert found.verdict.outcome == "cannot tell"
    assert f"Without a label: {ids[3]}." in " ".join(lines(found))


def test_with_every_label_the_verdict_is_exact_and_has_no_interval() -> None:
    found = judged_labels(labelled(state(100, range(1, 11)), *mixed(10, NEW, OLD, OTHER, NONE)))
    assert found.verdict.exact
    gain = found.verdict.gain
    assert (gain.value, gain.low, gain.high) == (0.0, 0.0, 0.0)
    assert found.verdict.outcome == "no relevant difference"
    assert "exactly: every label that matters is given" in " ".join(lines(found))


def test_where_the_sets_never_differ_no_label_is_needed() -> None:
    found = judged_labels(state(50, []))
    assert (found.verdict.outcome, found.verdict.exact) == ("no relevant difference", True)
    assert headline(found).endswith(": no label is needed")


def test_a_ticket_that_people_leave_undecided_counts_for_no_set() -> None:
    one = labelled(state(40, range(1, 41)), *mixed(40, NEW))
    both = labelled(one, OLD, annotator="anna")
    found = judged_labels(both)
    assert (found.verdict.gained, found.verdict.lost, found.verdict.neither) == (39, 0, 1)
    assert judged_labels(both, disagree="anna").verdict.lost == 1
    assert math.isclose(found.verdict.gain.value, 39 / 40)


def test_the_ceiling_stands_beside_how_often_each_set_is_right() -> None:
    one = labelled(state(200, range(1, 101)), *mixed(40, NEW, NEW, NEW, OLD), annotator="anna")
    both = labelled(one, *mixed(36, NEW, NEW, NEW, OLD), *mixed(4, OTHER), annotator="ben")
    found = judged_labels(both)
    said = " ".join(lines(found))
    assert "two people agree on 90% of 40 [" in said
    assert "Cohen's kappa" in said
    assert [one.right.n for one in found.right] == [36, 36]
    assert "v2 is right on 75.0% [" in said
    assert "15 points below that" in said
    assert "They do not agree on 4 tickets; 4 without a majority count for no set" in said


def test_a_log_of_customers_says_whom_it_speaks_of() -> None:
    groups = [i % 50 for i in range(400)]
    found = judged_labels(labelled(state(400, EVERY_FIFTH, groups=groups), *mixed(40, NEW)))
    (whom, *_) = more_lines(found)
    assert whom.startswith("It speaks of these tickets, whatever customers they come from")
    assert "--customers" in whom


def test_a_gain_on_other_tickets_is_never_more_than_all_of_them() -> None:
    found = judged_labels(labelled(state(6, (1, 2, 3)), NEW, NEW, OTHER))
    (whom, *_) = more_lines(found)
    assert whom.endswith("of others like these: +33.3 [-58.6, +100.0] of 100 tickets")


def test_a_single_ticket_is_spoken_of_as_one() -> None:
    found = judged_labels(state(1, (1,)))
    assert headline(found).startswith("Cannot tell yet whether on this ticket v2 ")


def test_an_order_by_customer_speaks_of_the_average_customer_from_its_head_alone() -> None:
    groups = [*range(100), *(i % 100 for i in range(300))]
    of = labelled(state(400, range(1, 81), groups=groups, n_first=100), *mixed(40, NEW))
    found = judged_labels(of)
    assert (found.verdict.about, found.verdict.n, found.verdict.outcome) == (
        "customers", 100, "better",
    )  # fmt: skip
    assert headline(found).startswith("For the average customer v2 is right more often")
    assert more_lines(found)[0].startswith("It speaks of the average customer, from one ticket")


@pytest.mark.parametrize(
    ("target", "outcomes", "label", "outcome", "words"),
    [
        ("wrongly_routed", (0, 1), OTHER, "better", "v2 sends fewer tickets out wrong"),
        ("wrongly_routed", (1, 0), OTHER, "worse", "v2 sends more tickets out wrong"),
        ("routed_right", (0, 0), NEW, "better", "v2 sends more tickets out right"),
        ("cost", (0, 1), OLD, "worse", "v2 costs more a ticket"),
        ("cost", (0, 0), NEW, "better", "v2 costs less a ticket"),
    ],
)
def test_other_targets_are_about_what_the_policy_does(
    target: str, outcomes: tuple[int, int], label: str, outcome: str, words: str
) -> None:
    of = state(60, range(1, 61), target=target, outcomes=outcomes)
    found = judged_labels(labelled(of, *mixed(60, label)))
    assert found.verdict.outcome == outcome
    assert words in headline(found)


def test_how_many_more_labels_is_said_from_ten_labels_on() -> None:
    few = judged_labels(labelled(state(400, EVERY_FIFTH), *mixed(9, NEW, OLD, OTHER)))
    assert "too early to say how many more" in headline(few)
    some = judged_labels(labelled(state(4000, range(2, 1001)), *mixed(30, NEW, OLD, NEW, OTHER)))
    assert some.more is not None
    assert f"{some.more.low:,} to {some.more.high:,}" in headline(some)
