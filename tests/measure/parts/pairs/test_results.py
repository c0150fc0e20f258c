"""A run in parts says what a run of the same tickets in one table says, wherever parts tell it."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np
import pytest

from parted import Whole
from parted_runs import in_one, in_parts, sets_of
from tables import table
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Estimate
from ticketbench.edge.results.store import envelope
from ticketbench.measure.results import RunResults

ONE_FILE = ("TB211", "TB215")
"""What a table alone tells, and what parts alone do."""


def assert_near(one: Estimate, other: Estimate) -> None:
    assert (one.n, one.method) == (other.n, other.method)
    ends = [(each.value, each.low, each.high) for each in (one, other)]
    np.testing.assert_allclose(*ends, rtol=0, atol=1e-12)


CASES = {
    "one set": sets_of(200, n_sets=1),
    "two sets": sets_of(200, n_sets=2, seed=1),
    "four sets": sets_of(400, n_sets=4, seed=2),
    "three sets of groups": sets_of(200, n_sets=3, n_groups=60, seed=3),
    "few tickets": sets_of(30, n_sets=3, seed=4),
}
Both = tuple[RunResults, RunResults]


@pytest.fixture(scope="module", params=CASES)
def both(request: pytest.FixtureRequest) -> Both:
    """In parts, and in one table."""
    sets = CASES[request.param]
    return in_parts(sets), in_one(sets)


def test_what_is_recommended_is_what_one_table_recommends(both: Both) -> None:
    found, expected = (each.recommendation for each in both)
    assert found is not None
    assert expected is not None
    # Whether a threshold surely saves is tested on one split in parts, and on five in one table.
    assert found.kind == expected.kind or {found.kind, expected.kind} == {"money", "review"}
    for name in ("rubric_set", "also", "challenger", "mixed", "n_failed", "target", "costs",
                 "confidence", "n_promises", "target_stated", "prices_stated"):  # fmt: skip
        assert getattr(found, name) == getattr(expected, name), name
    assert (found.versus is None) == (expected.versus is None)
    if found.versus and expected.versus:
        assert found.versus.outcome == expected.versus.outcome
        assert_near(found.versus.difference, expected.versus.difference)
    assert found.today.policy == expected.today.policy
    assert astuple(found.today.routing)[:7] == astuple(expected.today.routing)[:7]
    assert_near(found.today.share_wrong, expected.today.share_wrong)
    assert (found.setting is None) == (expected.setting is None)
    if found.setting and expected.setting:
        assert found.setting.threshold == pytest.approx(expected.setting.threshold, abs=1e-12)
        assert astuple(found.setting.routing)[:7] == astuple(expected.setting.routing)[:7]


def test_comparisons_and_the_standing_are_those_of_one_table(both: Both) -> None:
    found, expected = both
    for own, told in zip(found.comparisons, expected.comparisons, strict=True):
        assert (own.base, own.candidate) == (told.base, told.candidate)
        assert (own.contingency, own.fragility) == (told.contingency, told.fragility)
        assert own.verdict.outcome == told.verdict.outcome
        assert own.verdict.confidence == told.verdict.confidence
        assert_near(own.verdict.difference, told.verdict.difference)
    assert found.standing.leaders == expected.standing.leaders
    for gain, won in zip(found.standing.gains, expected.standing.gains, strict=True):
        assert (gain.rubric_set, gain.confidence) == (won.rubric_set, won.confidence)
        assert_near(gain.seen, won.seen)
    for pair, other in zip(found.standing.pairs, expected.standing.pairs, strict=True):
        assert (pair.base, pair.candidate) == (other.base, other.candidate)
        assert pair.verdict.outcome == other.verdict.outcome
        assert pair.verdict.p == pytest.approx(other.verdict.p, abs=1e-12, nan_ok=True)


def test_findings_and_promises_are_those_of_one_table(both: Both) -> None:
    found, expected = both
    told = [one for one in expected.findings if one.code not in ONE_FILE]
    assert list(found.findings[:-1]) == told
    assert found.in_parts
    assert not expected.in_parts
    assert [e.settings for e in found.evaluations] == [e.settings for e in expected.evaluations]


def test_what_is_left_out_is_named_once_and_last() -> None:
    found = in_parts(sets_of(60, n_sets=3))
    assert [one.code for one in found.findings].count("TB215") == 1
    said = found.findings[-1].evidence
    for thing in ("changed.csv", "predictions.csv", "coverage at a target", "TB211", "a thing"):
        assert thing in said, thing
    assert (found.suspects, found.equal_coverage, found.comparisons[0].flips) == ((), (), ())


def test_the_results_are_the_same_bytes_for_any_parts_in_any_order() -> None:
    sets = sets_of(120, n_sets=3, n_groups=40)
    one = envelope("run", in_parts(sets, n=1))
    assert envelope("run", in_parts(sets, n=2, backwards=True)) == one
    assert envelope("run", in_parts(sets, n=7, backwards=True)) == one


def test_sets_with_other_numbers_of_labels_get_a_warning() -> None:
    first, second = sets_of(60, n_sets=2)
    gold = [NONE_LABEL if t < 0 else second.table.gold_labels[t] for t in second.table.truth]
    more = np.hstack([second.table.scores * 0.9, np.full((60, 1), 0.1)])
    other = table(more.tolist(), gold, labels=(*second.table.labels, "x"), rubric_set="v2")
    sets = [first, Whole(replace(other, ids=first.table.ids), None)]
    found, expected = in_parts(sets), in_one(sets)
    assert [f for f in found.findings if f.code == "TB207"] == [
        f for f in expected.findings if f.code == "TB207"
    ]
    assert len([f for f in found.findings if f.code == "TB207"]) == 1
