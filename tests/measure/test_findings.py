from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rubric_laws import diagnosed
from tables import random_table, table
from ticketbench.core.types import Estimate, Finding, Known, Repeat, ScoreTable
from ticketbench.measure.findings import (
    CHECKS,
    FEW_FOR_CALIBRATION,
    FEW_TICKETS,
    findings,
)
from ticketbench.measure.rubrics.diagnosis import PairDiagnosis

SURE = [0.801, 0.102, 0.097]
SHARE = Estimate(0.3, 0.2, 0.4, 60, "Wilson")
PAIR = PairDiagnosis("a", "b", 30, 30, 10, 8, SHARE, SHARE, 2, 40, 7, flagged=True)


def found(
    code: str, t: ScoreTable, pairs: tuple[PairDiagnosis, ...] | None = None
) -> tuple[Finding, ...]:
    pairs = diagnosed(t).pairs if pairs is None else pairs
    return tuple(finding for finding in findings(t, pairs) if finding.code == code)


def wide(*names: str, per_label: int = FEW_TICKETS) -> ScoreTable:
    """A table where each of `names` is gold `per_label` times and has the top score then."""
    rows = [
        [0.801 if label == gold else 0.199 / 2 for label in ("a", "b", "c")]
        for gold in names
        for _ in range(per_label)
    ]
    return table(rows, [gold for gold in names for _ in range(per_label)])


def test_findings_stand_in_order_of_their_codes() -> None:
    codes = [finding.code for finding in findings(table([[0.8, 0.1, 0.1]], ["zebra"]), (PAIR,))]
    assert codes == ["TB106", "TB202", "TB204", "TB205", "TB206"]


def test_every_finding_of_a_check_has_its_code() -> None:
    # The last row sums to 0.99, with a tie at its top.
    rows = [[0.8, 0.1, 0.1], [0.8, 0.1, 0.1], [0.5, 0.5, -0.01]]
    t = table(rows, ["zebra"] * 3, groups=[0, 0, 1])
    repeats = (Repeat("x", "1"), Repeat("x", "2"), Repeat("y", "1"))
    t = replace(t, repeats=repeats, stated=np.array([0, 0, 1]))
    checks = [CHECKS.get(name).function for name in CHECKS.names()]
    codes = [f.code for one in checks for f in one(t, (PAIR,))]
    assert codes == [name for name in CHECKS.names() if name not in ("TB211", "TB212")]


@pytest.mark.parametrize(
    ("known", "dashes"),
    [("top score", "log loss"), ("top label", "coverage, thresholds, cost")],
)
def test_what_is_not_known_of_answers_is_one_note(known: Known, dashes: str) -> None:
    t = random_table(40, seed=3).reduced(known)
    told = [one for one in findings(t, ()) if one.code == "TB212"]
    assert len(told) == 1
    assert dashes in told[0].evidence
    assert not {"TB209", "TB210", "TB213"} & {one.code for one in findings(t, ())}


def heavy(*, right_of_ten: int) -> ScoreTable:
    """Forty customers who are right once each, and four with ten tickets."""
    golds = ["a"] * 40 + (["a"] * right_of_ten + ["b"] * (10 - right_of_ten)) * 4
    groups = [*range(40), *(40 + i // 10 for i in range(40))]
    return table([SURE] * 80, golds, groups=groups)


def test_heavy_writers_who_are_harder_are_named_with_both_shares() -> None:
    (finding,) = found("TB211", heavy(right_of_ten=2))
    assert finding.title == "tickets of large groups are right less often"
    by_group = "92.7% by group, a customer or near-duplicates"
    assert finding.evidence == f"v1: 60.0% right by ticket, {by_group}"


def test_heavy_writers_like_the_others_are_no_finding() -> None:
    assert found("TB211", heavy(right_of_ten=10)) == ()


def test_one_heavy_writer_tells_nothing_of_heavy_writers() -> None:
    golds = ["a"] * 40 + ["b"] * 40
    groups = [*range(40), *[40] * 40]
    assert found("TB211", table([SURE] * 80, golds, groups=groups)) == ()


def test_every_finding_says_what_to_do() -> None:
    assert all(f.action for f in findings(table([[0.8, 0.1, 0.1]], ["zebra"]), (PAIR,)))


def test_no_tickets_give_no_findings() -> None:
    empty = table([], [])
    assert findings(empty, diagnosed(empty).pairs) == ()


def test_labels_with_few_tickets_are_named_with_their_number() -> None:
    t = table([SURE] * 3, ["b", "b", "a"])
    assert [finding.evidence for finding in found("TB106", t)] == ["a (1), b (2)"]


def test_enough_tickets_a_label_are_no_finding() -> None:
    assert found("TB106", wide("a", "b")) == ()


def test_one_ticket_too_few_is_a_finding() -> None:
    assert len(found("TB106", wide("a", "b", per_label=FEW_TICKETS - 1))) == 1


def test_labels_without_any_ticket_are_not_named_as_having_few() -> None:
    assert "c" not in found("TB106", table([SURE], ["a"]))[0].evidence


def test_tickets_that_no_label_fits_are_no_label_with_few_tickets() -> None:
    assert found("TB106", table([SURE], ["__none__"])) == ()


def test_labels_that_never_win_are_named() -> None:
    assert found("TB202", table([SURE], ["a"]))[0].evidence == "v1: b, c"


def test_labels_that_all_win_are_no_finding() -> None:
    assert found("TB202", wide("a", "b", "c")) == ()


def test_a_pair_in_the_way_is_no_finding_since_run_and_page_tell_it_of_the_set_to_use() -> None:
    assert found("TB203", table([SURE], ["a"]), (PAIR,)) == ()


def test_gold_labels_the_set_lacks_are_named_with_their_tickets() -> None:
    evidence = found("TB204", table([SURE] * 3, ["zebra", "a", "yak"]))[0].evidence
    assert evidence.startswith("v1 lacks yak, zebra: 2 tickets")


def test_gold_labels_of_the_set_are_no_finding() -> None:
    assert found("TB204", table([SURE], ["a"])) == ()


def test_scores_with_two_decimals_are_a_finding() -> None:
    assert len(found("TB205", table([[0.81, 0.1, 0.09]], ["a"]))) == 1


@pytest.mark.parametrize(
    ("row", "title"),
    [
        ([0.8, 0.1, 0.1], "scores are printed with 1 decimal"),
        ([0.81, 0.1, 0.09], "scores are printed with 2 decimals"),
    ],
)
def test_one_decimal_is_singular(row: list[float], title: str) -> None:
    assert [finding.title for finding in found("TB205", table([row], ["a"]))] == [title]


def test_scores_with_three_decimals_are_no_finding() -> None:
    assert found("TB205", table([SURE], ["a"])) == ()


@pytest.mark.parametrize(("n", "expected"), [(FEW_FOR_CALIBRATION - 1, 1), (300, 0), (1, 1)])
def test_few_tickets_for_calibration_are_noted(n: int, expected: int) -> None:
    assert len(found("TB206", random_table(n))) == expected


def test_few_tickets_for_calibration_are_a_note_and_no_warning() -> None:
    assert found("TB206", random_table(10))[0].severity == "note"


def grouped(*sizes: int) -> ScoreTable:
    groups = [g for g, size in enumerate(sizes) for _ in range(size)]
    return table([SURE] * len(groups), ["a"] * len(groups), groups=groups)


@pytest.mark.parametrize(("n_groups", "expected"), [(1, 0), (2, 1), (19, 1), (20, 0)])
def test_fewer_than_twenty_groups_are_a_finding_but_one_is_none(
    n_groups: int, expected: int
) -> None:
    assert len(found("TB208", grouped(*[3] * n_groups))) == expected


def test_one_large_group_among_many_is_a_finding_that_names_its_share() -> None:
    # 100 tickets, half of one customer: 100² / (50² + 50) = 3.9 effective groups.
    (finding,) = found("TB208", grouped(50, *[1] * 50))
    assert (finding.severity, finding.title) == ("warning", "few groups of tickets")
    assert finding.evidence == (
        "51 groups, worth 3.9 of one size; the largest holds 50% of the tickets"
    )


@pytest.mark.parametrize("n", [2, 10])
def test_few_tickets_without_groups_are_no_few_groups(n: int) -> None:
    assert found("TB208", grouped(*[1] * n)) == ()


def test_sums_within_noise_are_no_finding() -> None:
    assert found("TB209", table([[0.8, 0.1, 0.1], [0.2, 0.5, 0.3 + 5e-5]], ["a", "b"])) == ()


def test_rounded_sums_are_counted_with_the_largest_deviation() -> None:
    rows = [[0.8, 0.1, 0.1], [0.333, 0.334, 0.332], [0.4, 0.3, 0.302]]
    (finding,) = found("TB209", table(rows, ["a", "b", "c"]))
    assert finding.severity == "note"
    assert "2 of 3 answers, by up to 0.002" in finding.evidence


def test_ties_at_the_top_are_counted_and_others_are_not() -> None:
    rows = [[0.4, 0.4, 0.2], [0.2, 0.2, 0.6], [0.34, 0.33, 0.33]]
    (finding,) = found("TB210", table(rows, ["a", "b", "c"]))
    assert (finding.severity, "1 of 3" in finding.evidence) == ("note", True)


def test_tops_that_differ_by_a_hair_are_no_tie() -> None:
    assert found("TB210", table([[0.4, 0.4 - 1e-12, 0.2]], ["a"])) == ()
