"""The verdict after any label."""

from __future__ import annotations

import math

import numpy as np
import pytest

from logs_with_labels import drawn_log, in_order, log_of, up_to
from ticketbench.measure.labelled.log import LabelledLog
from ticketbench.measure.labelled.verdict import label_verdict, settled_after

ZEROS = [0.0] * 9


def labels_of(marks: str) -> LabelledLog:
    """Labels after nine agreed tickets each, and fifty more that nobody has labelled."""
    each = [[*ZEROS, mark] for mark in marks]
    return log_of([m for block in each for m in block] + [*ZEROS, None] * 50)


@pytest.mark.parametrize(
    ("marks", "outcome", "after"),
    [
        ("+" * 8, "better", 8),
        ("+" * 7, "cannot tell", 0),
        ("-" * 8, "worse", 8),
        ("++-+++++++++" + "-" * 9, "better", 12),
        ("+-" * 20, "cannot tell", 0),
        ("0" * 40, "no relevant difference", 27),
        ("", "cannot tell", 0),
    ],
)
def test_what_labels_settle(marks: str, outcome: str, after: int) -> None:
    found = label_verdict(labels_of(marks))
    assert (found.outcome, found.after) == (outcome, after)
    assert found.settled == (outcome != "cannot tell")
    assert found.n_labelled == len(marks)
    assert settled_after(labels_of(marks)) == (after if found.settled else math.inf)


@pytest.mark.parametrize(
    ("marks", "gate", "after"),
    [
        ("+" * 5, "pass", 5),
        ("+" * 3, "inconclusive", 0),
        ("-" * 6, "inconclusive", 0),
        ("-" * 7, "fail", 7),
        ("0" * 30, "pass", 22),
    ],
)
def test_what_labels_settle_for_a_gate(marks: str, gate: str, after: int) -> None:
    found = label_verdict(labels_of(marks))
    assert (found.gate, found.gate_after) == (gate, after)


def test_a_gate_does_not_fail_on_a_loss_within_the_margin() -> None:
    apart = [0.0] * 59
    found = label_verdict(log_of([*apart, "-"] * 8 + [*apart, None] * 20))
    assert (found.outcome, found.gate) == ("worse", "inconclusive")


def test_labels_in_batches_and_one_at_a_time_say_the_same() -> None:
    rng = np.random.default_rng(33)
    for _ in range(10):
        log = drawn_log(rng, 2_000, differ=0.12, gain=0.05)
        whole = label_verdict(up_to(log, log.n_differ - 1))
        assert whole.settled
        assert not label_verdict(up_to(log, whole.after - 1)).settled
        for n_labels in (whole.after, whole.after + 7, whole.after + 40):
            found = label_verdict(up_to(log, n_labels))
            assert (found.outcome, found.after) == (whole.outcome, whole.after)


def test_labels_behind_a_gap_change_nothing() -> None:
    log = drawn_log(np.random.default_rng(4), 800, differ=0.2, gain=0.05)
    gap, at = up_to(log, 12), np.flatnonzero(log.differs)
    gains = gap.gains.copy()
    gains[at[13:]] = log.gains[at[13:]]
    beyond = LabelledLog(gains, log.differs, log.groups, 1.0)
    assert beyond.n_beyond == log.n_differ - 13
    assert label_verdict(beyond) == label_verdict(gap)


def test_swapping_the_sides_mirrors_the_verdict() -> None:
    rng, mirror = np.random.default_rng(5), {"better": "worse", "worse": "better"}
    for gain in (-0.05, 0.0, 0.03):
        log = up_to(drawn_log(rng, 1_500, differ=0.2, gain=gain), 150)
        one = label_verdict(log)
        other = label_verdict(LabelledLog(-log.gains, log.differs, log.groups, 1.0))
        assert other.outcome == mirror.get(one.outcome, one.outcome)
        assert (other.after, other.lost, other.gained) == (one.after, one.gained, one.lost)
        assert other.evidence.worse == pytest.approx(one.evidence.better)
        assert other.evidence.no_gain == pytest.approx(one.evidence.no_loss)


def test_once_all_are_labelled_the_gain_decides_and_nothing_else() -> None:
    for marks, outcome, gate in (
        (["+", "+", "-"], "better", "pass"),
        (["-", "-", "+"], "worse", "fail"),
        (["+", "-"], "no relevant difference", "pass"),
        (["-"] + [0.0] * 49, "worse", "inconclusive"),
    ):
        found = label_verdict(log_of(marks))
        assert (found.outcome, found.gate, found.exact) == (outcome, gate, True)
        assert found.after == found.n_differ


def test_sets_that_never_differ_need_no_label() -> None:
    found = label_verdict(log_of([0.0] * 20))
    assert (found.outcome, found.after, found.gate) == ("no relevant difference", 0, "pass")
    nothing = label_verdict(log_of([]))
    assert (nothing.outcome, nothing.exact) == ("cannot tell", True)
    assert math.isnan(nothing.gain.value)


def test_about_customers_all_labels_do_not_make_it_exact() -> None:
    found = label_verdict(log_of(["+", "+", "-", 0.0], about="customers"))
    assert (found.outcome, found.exact, found.about) == ("cannot tell", False, "customers")
    assert math.isnan(found.gain.value)
    assert found.change.value == 0.25


def test_the_order_of_the_labels_changes_when_it_is_settled_and_not_the_evidence_in_the_end() -> (
    None
):
    rng = np.random.default_rng(6)
    log = up_to(drawn_log(rng, 1_000, differ=0.2, gain=0.0), 80)
    rows = np.append(rng.permutation(log.from_top), np.arange(log.from_top, log.n))
    one, other = label_verdict(log), label_verdict(in_order(log, rows))
    assert (one.gained, one.lost, one.neither) == (other.gained, other.lost, other.neither)
    assert one.gain.value == pytest.approx(other.gain.value, abs=1e-12)


def test_a_known_gain_counts_without_any_label() -> None:
    found = label_verdict(log_of([0.5] * 40 + [None], most=1.0))
    assert (found.outcome, found.after) == ("better", 0)


def test_evidence_reads_as_p_at_any_time() -> None:
    found = label_verdict(labels_of("+" * 8)).evidence
    assert found.better < 0.025 < found.no_gain
    assert found.worse == 1.0
