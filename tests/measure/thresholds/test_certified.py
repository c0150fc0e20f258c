from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from tables import ORACLES, random_table, table
from ticketbench.core.policy import ESCALATE, ROUTE, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.edge.results.store import envelope, load
from ticketbench.measure.statistics.groups import one_per_group
from ticketbench.measure.thresholds.certified import (
    SEQUENCE,
    Certificate,
    LabelThreshold,
    certified_policy,
    certified_policy_by_label,
    certified_threshold,
    fewest_tickets,
    more_tickets,
)

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)

VALUES: dict[str, dict[str, Any]] = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))
TABLES = ("a_calibrated_n500_k4", "b_overconfident_n2000_k6", "c_tiny_n40_k3")
RISKS = (0.05, 0.10, 0.15, 0.20)
OFF = Policy(escalate_above=1.0)


def at_scores(*blocks: tuple[float, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Top scores and hits from (score, tickets, errors) blocks."""
    scores = np.concatenate([np.full(n, score) for score, n, _ in blocks])
    return scores, np.concatenate([np.arange(n) >= wrong for _, n, wrong in blocks])


def certify(*blocks: tuple[float, int, int], risk: float = 0.1, delta: float = 0.1) -> Certificate:
    return certified_threshold(*at_scores(*blocks), risk=risk, delta=delta)


def by_hand(top_score: np.ndarray, right: np.ndarray, risk: float, delta: float) -> float:
    """Fixed-sequence testing as its definition reads, with scipy.stats for the binomial."""
    n_min = math.ceil(math.log(delta) / math.log(1 - risk))
    accepted = math.nan
    for threshold in np.round(np.arange(0.99, 0.295, -0.01), 2):
        chosen = top_score >= threshold
        if chosen.sum() < n_min:
            continue
        if binom.cdf((chosen & ~right).sum(), chosen.sum(), risk) > delta:
            break
        accepted = float(threshold)
    return accepted


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize("of", TABLES)
def test_the_certified_threshold_is_that_of_the_reference(of: str, risk: float) -> None:
    t = read_score_table(ORACLES / f"{of}.csv")
    expected = VALUES[of][f"fixed_sequence_risk{risk:.2f}_delta0.10_start_nmin"]["value"]
    found = certified_threshold(t.top_score, t.right, risk=risk, delta=0.10)
    assert found.n_min == expected["n_min"]
    assert found.threshold == pytest.approx(expected["threshold"] or math.nan, nan_ok=True)
    path = [[p.threshold, p.selected, p.errors, p.p] for p in found.path]
    assert path == [pytest.approx(point, abs=1e-9) for point in expected["path_tail"]]


@SEARCH
@given(st.integers(1, 400), st.integers(0, 1000), st.sampled_from(RISKS), st.floats(0.02, 0.5))
def test_the_certified_threshold_follows_its_definition(
    n: int, seed: int, risk: float, delta: float
) -> None:
    t = random_table(n, seed=seed, sharpness=4.0)
    found = certified_threshold(t.top_score, t.right, risk=risk, delta=delta)
    expected = by_hand(t.top_score, t.right, risk, delta)
    assert found.threshold == pytest.approx(expected, nan_ok=True)


def test_the_sequence_runs_from_99_to_30_percent() -> None:
    assert list(SEQUENCE) == np.round(np.arange(0.99, 0.295, -0.01), 2).tolist()


@pytest.mark.parametrize(
    ("risk", "delta", "fewest"),
    [(0.02, 0.1, 114), (0.05, 0.05, 59), (0.05, 0.1, 45), (0.1, 0.1, 22), (0.5, 0.25, 2)],
)
def test_the_fewest_tickets_without_an_error(risk: float, delta: float, fewest: int) -> None:
    assert fewest_tickets(risk=risk, delta=delta) == fewest
    assert (1 - risk) ** fewest <= delta < (1 - risk) ** (fewest - 1)


@pytest.mark.parametrize(("risk", "delta"), [(0.0, 0.1), (0.1, 0.0)])
def test_no_number_of_tickets_certifies_without_any_risk(risk: float, delta: float) -> None:
    assert fewest_tickets(risk=risk, delta=delta) is None
    found = certify((0.9, 100, 0), risk=risk, delta=delta)
    assert math.isnan(found.threshold)
    assert (found.path, found.more_tickets) == ((), 0)


@pytest.mark.parametrize(("risk", "delta"), [(1.0, 0.1), (0.1, 1.0)])
def test_where_nothing_is_promised_one_ticket_is_enough(risk: float, delta: float) -> None:
    assert fewest_tickets(risk=risk, delta=delta) == 1
    assert certify((0.9, 2, 0), risk=risk, delta=delta).threshold == 0.30


def test_a_score_equal_to_the_threshold_counts_above_it() -> None:
    assert certify((0.9, 22, 0), (0.62, 30, 30)).threshold == 0.63
    assert certify((0.62, 22, 0), (0.619, 30, 30)).threshold == 0.62


def test_the_first_failure_ends_the_sequence() -> None:
    # 3 of 22 wrong fails at the start; 3 of 322 further down would pass by far.
    found = certify((0.9, 22, 3), (0.8, 300, 0))
    assert math.isnan(found.threshold)
    assert [p.threshold for p in found.path] == [0.90]


def test_a_p_value_of_exactly_delta_passes() -> None:
    assert certify((0.9, 3, 0), (0.5, 3, 3), risk=0.5, delta=0.125).threshold == 0.51


def test_the_path_ends_with_the_test_that_failed() -> None:
    found = certify((0.9, 40, 0), (0.6, 40, 20))
    assert [p.threshold for p in found.path] == [0.62, 0.61, 0.60]
    assert [(p.selected, p.errors) for p in found.path] == [(40, 0), (40, 0), (80, 20)]
    assert found.path[1].p <= found.delta < found.path[2].p


def test_p_is_the_exact_binomial() -> None:
    for point in certify((0.9, 40, 1), (0.6, 40, 20)).path:
        assert point.p == pytest.approx(binom.cdf(point.errors, point.selected, 0.1), abs=1e-12)


def test_tickets_below_the_lowest_threshold_are_never_certified() -> None:
    found = certify((0.25, 100, 0))
    assert (found.outlook, found.best, found.n) == ("no tickets", None, 100)


def test_a_certified_threshold_lacks_nothing() -> None:
    found = certify((0.9, 40, 0))
    assert (found.outlook, found.best, found.more_tickets) == ("certified", None, 0)


def test_too_few_tickets_without_an_error_lack_the_rest() -> None:
    found = certify((0.9, 12, 0))
    assert found.best is not None
    assert (found.best.threshold, found.best.selected, found.best.errors) == (0.3, 12, 0)
    assert (found.outlook, found.more_tickets, found.path) == ("more tickets", 10, ())


def test_an_error_share_as_high_as_the_risk_is_hopeless() -> None:
    found = certify((0.9, 100, 10))
    assert (found.outlook, found.more_tickets) == ("too many errors", 0)


def test_a_failure_above_a_threshold_that_would_pass_is_said() -> None:
    found = certify((0.9, 31, 1), (0.8, 300, 0))
    assert (found.outlook, found.path[-1].selected) == ("stopped early", 31)
    assert found.best is not None
    assert (found.best.selected, found.best.p < found.delta) == (331, True)
    assert found.more_tickets == more_tickets(1, 31, risk=0.1, delta=0.1) > 0


def test_the_best_of_equal_thresholds_is_the_lowest() -> None:
    found = certify((0.9, 12, 0), (0.5, 12, 12))
    assert found.best is not None
    assert found.best.threshold == 0.51


@pytest.mark.parametrize(("errors", "selected"), [(0, 1), (0, 40), (1, 50), (2, 60), (4, 100)])
def test_more_tickets_are_about_what_the_same_share_needs(errors: int, selected: int) -> None:
    total = selected + more_tickets(errors, selected, risk=0.05, delta=0.1)
    share = errors / selected
    assert binom.cdf(math.floor(share * total), total, 0.05) <= 0.1
    assert binom.cdf(math.ceil(share * (total - 1)), total - 1, 0.05) > 0.1


def test_without_errors_the_tickets_missing_are_exact() -> None:
    assert more_tickets(0, 30, risk=0.05, delta=0.1) == 15
    assert more_tickets(0, 1, risk=0.02, delta=0.1) == 113


@pytest.mark.parametrize(("errors", "selected"), [(5, 100), (6, 100), (0, 45), (0, 0)])
def test_no_tickets_are_missing_where_none_help(errors: int, selected: int) -> None:
    assert more_tickets(errors, selected, risk=0.05, delta=0.1) == 0


def test_a_share_just_below_the_risk_ends_the_search() -> None:
    assert more_tickets(49_999, 1_000_000, risk=0.05, delta=0.1) > 10**9


def test_no_tickets_have_no_certificate() -> None:
    found = certified_threshold(np.array([]), np.array([], dtype=bool), risk=0.05, delta=0.1)
    assert (found.n, found.outlook, found.path) == (0, "no tickets", ())
    assert math.isnan(found.threshold)


@SEARCH
@given(st.integers(1, 200), st.integers(0, 1000))
def test_file_order_never_changes_the_certificate(n: int, seed: int) -> None:
    t = random_table(n, seed=seed)
    score, right = np.round(t.top_score, 2), t.right
    order = np.random.default_rng(seed).permutation(n)
    one, other = (
        certified_threshold(s, r, risk=0.2, delta=0.1)
        for s, r in ((score, right), (score[order], right[order]))
    )
    assert one == other


T300 = random_table(300, k=3, seed=4, sharpness=4.0)


def doubled(t: ScoreTable) -> ScoreTable:
    gold = [t.gold_labels[i] for i in t.truth]
    groups = [*range(t.n_scored)] * 2
    scores = [*t.scores.tolist()] * 2
    return table(scores, gold * 2, labels=t.labels, groups=groups)


def test_copies_in_one_group_change_nothing() -> None:
    for certified in (certified_policy, certified_policy_by_label):
        one, two = (certified(t, OFF, risk=0.1, delta=0.1, seed=2) for t in (T300, doubled(T300)))
        assert (one.certificate, one.labels) == (two.certificate, two.labels)


def test_one_ticket_of_each_group_is_tested() -> None:
    t = random_table(300, seed=4, sharpness=4.0, n_groups=120)
    rows = one_per_group(t.groups, seed=7)
    found = certified_policy(t, OFF, risk=0.1, delta=0.1, seed=7).certificate
    expected = certified_threshold(t.top_score[rows], t.right[rows], risk=0.1, delta=0.1)
    assert found == expected
    assert found.n == t.n_groups


def test_escalated_tickets_are_left_out() -> None:
    base = Policy(escalate_above=0.2)
    kept = base.decide(T300.scores, T300.labels).outcome != ESCALATE
    found = certified_policy(T300, base, risk=0.1, delta=0.1, seed=0).certificate
    expected = certified_threshold(T300.top_score[kept], T300.right[kept], risk=0.1, delta=0.1)
    assert found == expected
    assert found.n == kept.sum() < 300


def test_the_last_accepted_test_counts_what_the_policy_routes() -> None:
    found = certified_policy(T300, Policy(escalate_above=0.2), risk=0.1, delta=0.1, seed=0)
    outcome = found.policy.decide(T300.scores, T300.labels).outcome
    accepted = next(p for p in found.certificate.path if p.threshold == found.policy.threshold)
    assert accepted.selected == (outcome == ROUTE).sum()
    assert accepted.errors == ((outcome == ROUTE) & ~T300.right).sum()


def test_tickets_that_no_label_fits_are_errors() -> None:
    scores = [[0.9, 0.05, 0.05]] * 30
    fits = table(scores, ["a"] * 30)
    none = table(scores, ["a"] * 20 + ["__none__"] * 10)
    promised, not_promised = (
        certified_policy(t, OFF, risk=0.1, delta=0.1, seed=0).certificate for t in (fits, none)
    )
    assert (promised.threshold, not_promised.outlook) == (0.3, "too many errors")


def test_the_certified_policy_is_about_raw_scores() -> None:
    base = Policy(temperature=2.0, label_thresholds=(("l0", 0.9),), fallback="second_line")
    found = certified_policy(T300, base, risk=0.1, delta=0.1, seed=0).policy
    assert (found.temperature, found.label_thresholds) == (1.0, ())
    assert (found.escalate_above, found.fallback) == (0.30, "second_line")


def test_nothing_certified_routes_nothing() -> None:
    t = random_table(20, seed=1)
    for certified in (certified_policy, certified_policy_by_label):
        found = certified(t, OFF, risk=0.05, delta=0.1, seed=0)
        assert math.isnan(found.certificate.threshold)
        assert found.policy.threshold == math.inf
        assert not (found.policy.decide(t.scores, t.labels).outcome == ROUTE).any()


def by_label(t: ScoreTable, **asked: float) -> dict[str, LabelThreshold]:
    wanted = {"risk": 0.1, "delta": 0.1} | asked
    found = certified_policy_by_label(t, OFF, seed=0, **wanted)
    return {result.label: result for result in found.labels}


def test_each_label_is_tested_alone_at_its_part_of_delta() -> None:
    for index, (label, found) in enumerate(by_label(T300).items()):
        own = T300.top == index
        alone = certified_threshold(T300.top_score[own], T300.right[own], risk=0.1, delta=0.1 / 3)
        assert (label, found.certificate) == (T300.labels[index], alone)


ROWS = [[0.9, 0.05, 0.05]] * 60 + [[0.05, 0.9, 0.05]] * 10 + [[0.05, 0.8, 0.15]] * 10
GOLD = ["a"] * 60 + ["b"] * 10 + ["c"] * 10


def test_a_label_without_a_promise_inherits_the_threshold_for_all() -> None:
    found = certified_policy_by_label(table(ROWS, GOLD), OFF, risk=0.1, delta=0.1, seed=0)
    assert found.certificate.threshold == found.policy.threshold == 0.81
    results = [(r.label, r.threshold, r.promise) for r in found.labels]
    assert results == [("a", 0.30, True), ("b", 0.81, False), ("c", 0.81, False)]
    outlooks = [result.certificate.outlook for result in found.labels]
    assert outlooks == ["certified", "more tickets", "no tickets"]


def test_the_policy_lists_promised_labels_and_decides_by_them() -> None:
    t = table(ROWS, GOLD)
    policy = certified_policy_by_label(t, OFF, risk=0.1, delta=0.1, seed=0).policy
    assert policy.label_thresholds == (("a", 0.30),)
    routed = policy.decide(np.array([[0.5, 0.3, 0.2], [0.3, 0.5, 0.2]]), t.labels).outcome == ROUTE
    assert routed.tolist() == [True, False]


def test_without_any_promise_for_all_an_unpromised_label_has_no_threshold() -> None:
    rows = [[0.9, 0.05, 0.05]] * 60 + [[0.05, 0.95, 0.0]] * 60
    found = by_label(table(rows, ["a"] * 60 + ["c"] * 60))
    assert (found["a"].promise, found["a"].threshold) == (True, 0.30)
    assert not found["b"].promise
    assert math.isnan(found["b"].threshold)


def test_permuting_labels_permutes_the_label_thresholds() -> None:
    order = [2, 0, 1]
    gold = [T300.gold_labels[i] for i in T300.truth]
    permuted = table(T300.scores[:, order].tolist(), gold, labels=[T300.labels[i] for i in order])
    one, other = by_label(T300), by_label(permuted)
    assert list(other) == [T300.labels[i] for i in order]
    assert one == {label: other[label] for label in one}


def test_certificates_survive_being_saved(tmp_path: Path) -> None:
    for asked in (0.1, 0.01):
        for saved in by_label(T300, risk=asked).values():
            path = tmp_path / "label.json"
            path.write_bytes(envelope("label", saved))
            assert load(path, LabelThreshold) == saved


@pytest.mark.parametrize("power", [1.0, 1.5])
def test_fresh_tickets_exceed_the_risk_in_a_tenth_of_the_cases_at_most(power: float) -> None:
    # Calibrated and over-confident top scores; the true risk is known from 200,000 tickets.
    rng = np.random.default_rng(20_250)

    def drawn(n: int) -> tuple[np.ndarray, np.ndarray]:
        odds = np.exp(5.5 * rng.normal(size=(n, 5)))
        chances = odds / odds.sum(axis=1, keepdims=True)
        sharpened = chances**power
        shown = sharpened.max(axis=1) / sharpened.sum(axis=1)
        return shown, chances.max(axis=1)

    shown, chance = drawn(200_000)
    true_risk = {t: float((1 - chance[shown >= t]).mean()) for t in SEQUENCE}
    exceeded = runs = 300
    for _ in range(runs):
        score, hit = drawn(200)
        found = certified_threshold(score, rng.random(200) < hit, risk=0.05, delta=0.1)
        exceeded -= not true_risk.get(found.threshold, 0.0) > 0.05
    assert exceeded / runs <= 0.1 + 2 * math.sqrt(0.1 * 0.9 / runs)
