"""Gates in words, and the exit code of every combination of outcomes."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, product

import pytest

from hostile_gates import NOTHING, gate
from ticketbench.core.types import Estimate, Missing
from ticketbench.measure.gates.completeness import Answered
from ticketbench.measure.gates.results import GateReport, GateResult, WrongTicket
from ticketbench.measure.gates.rule import Undecided
from ticketbench.measure.results import DatasetSummary
from ticketbench.report.gates.verdict import (
    GateVerdict,
    OnMissing,
    gate_verdict,
    gate_words,
)

OUTCOMES = ("pass", "fail", "inconclusive", "skipped")
RULES: tuple[Undecided, ...] = ("pass", "warn", "fail")
MISSING: tuple[OnMissing, ...] = ("warn", "fail")
SUBSETS = [s for n in range(1, 5) for s in combinations(OUTCOMES, n)]
NAN = math.nan


def report(
    *outcomes: str,
    missing: int = 0,
    failed: int = 0,
    allowed: int = 0,
    undecided: Undecided = "warn",
) -> GateReport:
    return GateReport(
        name="support",
        dataset=DatasetSummary("t.csv", "f" * 64, 9, ()),
        answered=(
            Answered(
                "v2",
                9,
                9 - missing - failed,
                missing + failed,
                missing,
                Missing.counted(["so"] * missing),
            ),
        ),
        allowed=allowed,
        undecided=undecided,
        results=tuple(gate(outcome=outcome) for outcome in outcomes),
        evaluations=(),
        comparisons=(),
    )


def judged(*outcomes: str) -> GateVerdict:
    return gate_verdict(report(*outcomes))


def named(kind: str = "limit", outcome: str = "pass", **fields: object) -> GateResult:
    return gate(kind, outcome, rubric_set="v2", **fields)


@pytest.mark.parametrize("outcomes", SUBSETS, ids="+".join)
@pytest.mark.parametrize("undecided", RULES)
@pytest.mark.parametrize("missing", MISSING)
def test_the_exit_code_follows_from_the_outcomes_and_the_two_options(
    outcomes: tuple[str, ...], undecided: Undecided, missing: OnMissing
) -> None:
    found = gate_verdict(report(*outcomes, undecided=undecided), missing=missing)
    if "fail" in outcomes:
        expected = ("fail", 1, "bad")
    elif set(outcomes) == {"pass"}:
        expected = ("pass", 0, "good")
    else:
        expected = ("undecided", 3 if undecided == "fail" else 0, "unknown")
    assert (found.outcome, found.exit_code, found.tone) == expected
    assert found.red == (found.exit_code != 0)


@pytest.mark.parametrize(("undecided", "missing"), [*product(RULES, MISSING)])
@pytest.mark.parametrize(("lost", "failed"), [(1, 0), (0, 1), (2, 3)])
def test_too_few_answers_are_incomplete_whatever_else_is_asked(
    undecided: Undecided, missing: OnMissing, lost: int, failed: int
) -> None:
    found = gate_verdict(report(missing=lost, failed=failed, undecided=undecided), missing=missing)
    assert found.outcome == "incomplete"
    assert (found.exit_code, found.red) == ((3, True) if missing == "fail" else (0, False))


def test_as_many_failed_answers_as_are_allowed_are_complete() -> None:
    assert gate_verdict(report("pass", failed=2, allowed=2)).outcome == "pass"
    assert gate_verdict(report("pass", failed=3, allowed=2)).outcome == "incomplete"


def test_the_allowance_holds_for_all_rubric_sets_together() -> None:
    one = Answered("v1", 9, 8, 1, 0)
    both = GateReport("n", report().dataset, (one, one), 1, "warn", (), (), ())
    assert not both.complete
    assert gate_verdict(both).headline == "2 answers failed; no gate was judged"


@pytest.mark.parametrize(
    ("lost", "failed", "headline", "action"),
    [
        (1, 0, "1 answer missing: 1 because so; no gate was judged", "ticketbench run CONFIG"),
        (1200, 0, "1,200 answers missing: 1,200 because so; no gate was judged", "cache export"),
        (0, 2, "2 answers failed; no gate was judged", "--allow-failures N"),
        (3, 1, "3 answers missing: 3 because so; 1 answer failed; no gate was judged", "cache"),
    ],
)
def test_missing_answers_are_told_apart_from_failed_ones(
    lost: int, failed: int, headline: str, action: str
) -> None:
    found = gate_verdict(report(missing=lost, failed=failed))
    assert found.headline == headline
    assert action in found.action


@pytest.mark.parametrize(
    ("outcomes", "headline"),
    [
        (("pass",), "1 gate passed"),
        (("pass", "pass"), "2 gates passed"),
        (("pass", "fail", "pass"), "1 gate failed, 2 passed"),
        (("skipped", "inconclusive", "fail", "fail", "pass"),
         "2 gates failed, 1 inconclusive, 1 skipped, 1 passed"),
        (("skipped", "skipped"), "2 gates skipped"),
    ],
)  # fmt: skip
def test_the_headline_counts_the_worst_first(outcomes: tuple[str, ...], headline: str) -> None:
    assert judged(*outcomes).headline == headline


def test_every_verdict_says_what_to_do_next() -> None:
    found = [judged(*outcomes).action for outcomes in SUBSETS]
    assert set(found) == {
        "nothing to do",
        "read the broken tickets; bless a new baseline only if they are meant to change",
        "label more tickets, or allow a wider margin",
    }


def test_an_order_of_results_changes_no_verdict() -> None:
    for outcomes in SUBSETS:
        assert judged(*outcomes) == judged(*reversed(outcomes))


@pytest.mark.parametrize(
    ("result", "demand"),
    [
        (named(minimum=0.85), "Accuracy (v2) at least 85%"),
        (named(minimum=NAN, maximum=0.125), "Accuracy (v2) at most 12.5%"),
        (named(minimum=0.1, maximum=0.9), "Accuracy (v2) at least 10% and at most 90%"),
        (named(bound="low", label="billing", title="Recall", minimum=0.999),
         "lower end of Recall of billing (v2) at least 99.9%"),
        (named(bound="high", minimum=NAN, maximum=0.29),
         "upper end of Accuracy (v2) at most 29%"),
        (named(title="Cost per ticket", share=False, minimum=NAN, maximum=1.25),
         "Cost per ticket (v2) at most 1.25"),
        (named("not worse", against="baseline", margin=0.02),
         "Accuracy (v2) not worse than baseline by 2 points"),
        (named("not worse", against="v1", title="Cost per ticket", share=False, margin=0.05),
         "Cost per ticket (v2) not worse than v1 by 0.05"),
        (named("must pass", n=1), "1 ticket must be right (v2)"),
        (named("must pass", n=1200), "1,200 tickets must be right (v2)"),
        (named("complete"), "every ticket and label of the baseline is there (v2)"),
    ],
)  # fmt: skip
def test_a_demand_names_metric_set_and_limit(result: GateResult, demand: str) -> None:
    assert gate_words(result).demand == demand


CHANGE = Estimate(-0.04, -0.09, 0.01, 110, "")


@pytest.mark.parametrize(
    ("result", "found"),
    [
        (named(), "80.0% [72.0, 86.0] on 120 tickets"),
        (named(outcome="fail", n_needed=4321),
         "80.0% [72.0, 86.0] on 120 tickets; about 4,400 tickets would show it"),
        (named(outcome="inconclusive", value=NOTHING, reason="no ticket is routed"),
         "– on 120 tickets: no ticket is routed"),
        (named(outcome="skipped", n=1, n_needed=1000), "1 ticket, 1,000 needed"),
        (named("not worse", base=0.84, candidate=0.8, change=CHANGE, n=110),
         "84.0% → 80.0%, -4.0 [-9.0, +1.0] points (at 90%) on 110 paired tickets; "
         "a loss of up to 9.0 points cannot be ruled out"),
        (named("not worse", "inconclusive", base=0.84, candidate=0.8, change=CHANGE, n=1,
               n_needed=900, margin=0.09),
         "84.0% → 80.0%, -4.0 [-9.0, +1.0] points (at 90%) on 1 paired ticket; "
         "a loss of up to 9.0 points cannot be ruled out; about 900 fresh tickets would settle it"),
        (named("not worse", "inconclusive", base=0.84, candidate=0.8, change=CHANGE, n=1,
               margin=0.05),
         "84.0% → 80.0%, -4.0 [-9.0, +1.0] points (at 90%) on 1 paired ticket; "
         "a loss of up to 9.0 points cannot be ruled out; the loss on these tickets is 4.0 "
         "points, with 5 allowed; more tickets seldom tell on which side of 5 the true loss is; "
         "a person decides"),
        (named("not worse", "fail", base=0.84, candidate=0.8, change=CHANGE, n=110, margin=0.02,
               primary=True),
         "84.0% → 80.0%, -4.0 [-9.0, +1.0] points (at 90%) on 110 paired tickets; "
         "a loss of up to 9.0 points cannot be ruled out; red because the loss on these "
         "tickets is 4.0 points, with 2 allowed; luck with the tickets alone could do that; "
         "`undecided: pass` keeps the rule of 0.1"),
        (named("not worse", "fail", base=0.84, candidate=0.8, n=110, margin=0.02,
               change=Estimate(-0.04, -0.07, -0.01, 110, "")),
         "84.0% → 80.0%, -4.0 [-7.0, -1.0] points (at 90%) on 110 paired tickets; "
         "a loss of up to 7.0 points cannot be ruled out"),
        (named("not worse", base=0.84, candidate=0.9, n=110, margin=0.02,
               change=Estimate(0.06, 0.01, 0.11, 110, "")),
         "84.0% → 90.0%, +6.0 [+1.0, +11.0] points (at 90%) on 110 paired tickets; "
         "a loss is ruled out"),
        (named("not worse", "inconclusive", base=1.1, candidate=1.2, share=False, n=9, margin=0.05,
               higher_is_better=False, change=Estimate(0.1, -0.05, 0.25, 9, "")),
         "1.100 → 1.200, +0.100 [-0.050, +0.250] (at 90%) on 9 paired tickets; "
         "a loss of up to 0.250 cannot be ruled out; the loss on these tickets is 0.100, "
         "with 0.05 allowed; luck with the tickets alone could do that; a person decides"),
        (named("not worse", "inconclusive", base=1.1, candidate=1.2, share=False, n=9,
               change=Estimate(0.1, NAN, NAN, 9, ""), reason="one group"),
         "1.100 → 1.200, +0.100 on 9 paired tickets: one group"),
        (named("not worse", "fail", base=0.84, candidate=0.8, n=9, margin=0.02, primary=True,
               change=Estimate(-0.04, NAN, NAN, 9, ""), reason="one group"),
         "84.0% → 80.0%, -4.0 points on 9 paired tickets: one group; red because the loss on "
         "these tickets is 4.0 points, with 2 allowed; luck with the tickets alone could do that; "
         "`undecided: pass` keeps the rule of 0.1"),
        (named("not worse", "skipped", n=0, n_needed=30), "0 tickets, 30 needed"),
        (named("must pass", n=3), "all are"),
        (named("must pass", "fail", tickets=(WrongTicket("t1", "no answer"),
                                             WrongTicket("t2", "a, answered b 0.50"))),
         "t1: no answer; t2: a, answered b 0.50"),
        (named("complete", n=300), "all 300 tickets"),
        (named("complete", "fail", n=300, tickets=(WrongTicket("0f", "gone"),)),
         "1 ticket of 300 removed or rewritten"),
        (named("complete", "fail", n=300, tickets=(WrongTicket("0f", "gone"),) * 2,
               labels=("a", "b")),
         "2 tickets of 300 removed or rewritten; no label a, b"),
    ],
)  # fmt: skip
def test_a_finding_holds_the_number_its_interval_and_n(result: GateResult, found: str) -> None:
    assert gate_words(result).found == found


def doubtful(change: Estimate, **fields: object) -> GateResult:
    return named("not worse", "inconclusive", change=change, margin=0.02, **fields)


def test_near_the_margin_a_person_decides_and_nobody_is_sent_for_tickets() -> None:
    near = doubtful(Estimate(-0.016, -0.05, 0.02, 9, ""))
    far = doubtful(Estimate(-0.004, -0.05, 0.02, 9, ""), n_needed=900)
    action = [gate_verdict(replace(report(), results=r)).action for r in ((near,), (near, far))]
    assert action[0] == "read the broken tickets; a person decides, or allows a wider margin"
    assert action[1] == "label more tickets, or allow a wider margin"


def test_a_verdict_says_how_many_gates_are_red_by_a_loss_that_is_only_seen() -> None:
    seen = named("not worse", "fail", change=CHANGE, margin=0.02, primary=True)
    shown = named("not worse", "fail", change=Estimate(-0.04, -0.07, -0.01, 9, ""), margin=0.02)
    found = gate_verdict(replace(report(), results=(seen, shown, named(), named(outcome="fail"))))
    assert found.headline == "3 gates failed, 1 passed; 1 by a loss that may be bad luck"
    assert found.exit_code == 1
    shown_only = gate_verdict(replace(report(), results=(shown,)))
    assert shown_only.headline == "1 gate failed"


def test_a_loss_is_told_from_the_one_allowed() -> None:
    found = gate_words(
        named("not worse", "fail", base=0.9, candidate=0.88, margin=0.02, primary=True,
              change=Estimate(-0.02004, -0.05, 0.01, 9, ""))
    ).found  # fmt: skip
    assert "the loss on these tickets is 2.004 points, with 2 allowed" in found


def test_a_bound_is_never_printed_as_the_margin_it_lies_beside() -> None:
    passed = named("not worse", base=0.9, candidate=0.9, margin=0.02,
                   change=Estimate(0.0, -0.01998, 0.01998, 9, ""))  # fmt: skip
    words = gate_words(passed).found
    assert "0.000 [-1.998, +1.998] points" in words
    assert "a loss of up to 1.998 points cannot be ruled out" in words
    cost = named("not worse", "inconclusive", base=1.0, candidate=1.0, margin=0.1, share=False,
                 higher_is_better=False, change=Estimate(0.0, -0.2, 0.10004, 9, ""))  # fmt: skip
    assert "[-0.20000, +0.10004] (at 90%) on" in gate_words(cost).found


def test_only_the_first_ten_wrong_tickets_are_named() -> None:
    wrong = tuple(WrongTicket(f"t{i:02}", "no answer") for i in range(13))
    found = gate_words(named("must pass", "fail", tickets=wrong)).found
    assert found.endswith("t09: no answer; and 3 more")
    ten = gate_words(named("must pass", "fail", tickets=wrong[:10])).found
    assert ten.endswith("t09: no answer")
