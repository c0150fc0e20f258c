"""Files that earlier versions wrote of the quickstart, in `old`: every number stands at its place.

`run-3` was asked for 75 % right, so that one set has a certified threshold and one has none;
`run-4` has a recommendation, and no trained classifiers.
"""

from __future__ import annotations

import gzip
import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from quickstart import QUICKSTART, Demo
from ticketbench.core.errors import InputError
from ticketbench.edge.results.store import envelope, load
from ticketbench.edge.results.upgrades import (
    comparison_2,
    comparison_3,
    evaluation_2,
    evaluation_4,
    run_2,
    run_3,
    run_4,
    run_5,
    run_6,
)
from ticketbench.flow.compare import compare_sides
from ticketbench.flow.gates.judge import gate
from ticketbench.flow.score import score
from ticketbench.measure.results import RunResults
from ticketbench.measure.thresholds.choose import ChosenThreshold
from ticketbench.report.page import html_page
from ticketbench.report.rendering import Report
from ticketbench.report.words import numbers
from ticketbench.report.words.answers import answers
from ticketbench.report.words.setting import setting_text
from ticketbench.report.words.thresholds import threshold_text, told

OLD = Path(__file__).parent / "old"
_NOTHING = {"value": None, "low": None, "high": None, "n": 0, "method": ""}
_OF_METRIC = {
    "metric": "", "title": "", "label": "", "higher_is_better": True, "share": True,
    "value": _NOTHING, "n_needed": 0, "reason": "",
}  # fmt: skip
_OF_LIMIT = {"bound": "value", "minimum": None, "maximum": None}
_OF_CHANGE = {"against": "", "base": None, "candidate": None, "change": _NOTHING, "margin": None}
EMPTY_BY_KIND: dict[str, dict[str, object]] = {
    "limit": {**_OF_CHANGE, "tickets": [], "labels": []},
    "not worse": {**_OF_LIMIT, "tickets": [], "labels": []},
    "must pass": {**_OF_METRIC, **_OF_LIMIT, **_OF_CHANGE, "labels": []},
    "complete": {**_OF_METRIC, **_OF_LIMIT, **_OF_CHANGE, "number": -1, "against": "baseline"},
}
"""What each kind of gate of version 1 carried without a meaning; such fields are gone."""


CHOSEN = ("thresholds", "saving")
"""What comes from the rules that choose thresholds, which are other ones since run@4."""


def old(thing: str, version: int = 1) -> dict[str, Any]:
    """The data that an envelope of an old version holds."""
    content = gzip.decompress((OLD / f"{thing}-{version}.json.gz").read_bytes())
    data: dict[str, Any] = json.loads(content)
    return dict(data["data"])


def now(thing: str, value: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(envelope(thing, value))["data"]
    return found


RULES = {
    "change", "confidence", "fragility", "high", "imagined", "low", "method", "not_worse", "p",
    "p_holm", "standing", "tickets_needed", "outcome", "n_needed", "reason",
}  # fmt: skip
"""What comes from the rule for a change, which is another one since version 3."""


GONE = "overlaps"
"""Pairs by near ties, which told nothing: what is mixed up takes their place since run@6."""


def leaves(value: object, path: str = "", *, changes: bool = True) -> Iterator[tuple[str, object]]:
    """Every number, text and empty list with its path, such as `evaluations[v2].labels[1]`.

    What has a name stands under it, whatever its place in a list. Without `changes`, what the rule
    for a change says in comparisons is left out, and on how many tickets.
    """
    if isinstance(value, dict) and value:
        for name, one in value.items():
            if name != GONE and (changes or name not in RULES):
                yield from leaves(one, f"{path}.{name}".lstrip("."), changes=changes)
    elif isinstance(value, list) and value:
        for i, one in enumerate(value):
            place = f"{one['name']} {one.get('label', '')}" if _named(one) else i
            yield from leaves(one, f"{path}[{place}]", changes=changes)
    else:
        if changes or not path.endswith("].difference.n"):
            yield path, value


def _named(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)


def lost(before: object, after: object, *, changes: bool = True) -> dict[str, object]:
    """The leaves of `before` that `after` has not, or has with another value."""
    found = dict(leaves(after, changes=changes))
    told = leaves(before, changes=changes)
    return {path: v for path, v in told if not _alike(path, v, found.get(path, math.inf))}


def _alike(path: str, one: object, other: object) -> bool:
    """Equal but for the last digits, which depend on the order of a sum.

    What was trained on vectors of minilm is the end of an iteration on sums whose order is the
    processor's: another generation of them moves the seventh digit.
    """
    if isinstance(one, float) and isinstance(other, float):
        near = 1e-6 if path.startswith("trained[minilm") else 1e-9
        both_undefined = math.isnan(one) and math.isnan(other)
        return both_undefined or math.isclose(one, other, rel_tol=near, abs_tol=1e-12)
    return one == other


def of_one_set(data: dict[str, Any]) -> dict[str, Any]:
    """The same without comparisons, and without what is recommended."""
    several = ("comparisons", "standing", "results", "recommendation")
    return {k: unchosen(v) for k, v in data.items() if k not in several}


def unchosen(value: Any) -> Any:
    """The same without what the rules that choose thresholds say."""
    if isinstance(value, dict):
        return {name: unchosen(one) for name, one in value.items() if name not in CHOSEN}
    return [unchosen(one) for one in value] if isinstance(value, list) else value


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    path = tmp_path / "results.json"
    path.write_bytes(gzip.decompress((OLD / "run-1.json.gz").read_bytes()))
    return path


def test_an_old_run_is_read_with_every_value_of_a_run_now(old_file: Path, demo: Demo) -> None:
    new, before = load(demo.out / "results.json", RunResults), load(old_file, RunResults)
    assert before.dataset == new.dataset
    for one, other in zip(before.evaluations, new.evaluations, strict=True):
        known = {metric.name: metric for metric in other.metrics}
        assert all(lost(asdict(m), asdict(known[m.name])) == {} for m in one.metrics)
    (was,), (now_,) = before.comparisons, new.comparisons
    assert was.flips == now_.flips
    known_values = {d.name: d.difference.value for d in now_.differences}
    assert {d.name: d.difference.value for d in was.differences}.items() <= known_values.items()
    assert math.isnan(was.differences[0].change.variance), "what it rests on is not known"


def test_every_leaf_of_an_old_run_stands_at_its_new_place(demo: Demo) -> None:
    before, after = old("run"), json.loads((demo.out / "results.json").read_bytes())["data"]
    assert len(dict(leaves(before))) > 7_000
    moved = run_5(run_4(run_3(run_2(before))))
    assert moved["recommendation"] is None
    assert lost(of_one_set(moved), of_one_set(after)) == {}
    assert lost(moved["comparisons"], after["comparisons"], changes=False) == {}
    numbers = [value for _, value in leaves(before) if isinstance(value, float)]
    kept = [value for _, value in leaves(run_2(before)) if isinstance(value, float)]
    assert sorted(kept) == sorted(numbers)


def test_every_leaf_of_an_old_score_stands_at_its_new_place(demo: Demo) -> None:
    before = old("score")
    evaluation = evaluation_4(evaluation_2(before["evaluation"]))
    moved = {"evaluation": unchosen(evaluation), "reference": before["quantities"]}
    found = score(demo.out / "predictions.csv", rubric_set="v2", reference=True)
    assert lost(moved, now("score", found)) == {}


def test_every_leaf_of_an_old_comparison_stands_at_its_new_place() -> None:
    before = old("compare")
    before["reference"] = before.pop("quantities")
    before["comparison"] = comparison_3(comparison_2(before["comparison"]))
    found = compare_sides("v1", "v2", config=QUICKSTART, reference=True)
    del before["reference"]["bootstrap_diff_ci95_cluster_percentile"]  # other draws
    assert lost(before, now("compare", found), changes=False) == {}


def test_every_leaf_of_an_old_gate_stands_at_its_new_place() -> None:
    before = old("gate")["report"]
    before["evaluations"] = [unchosen(evaluation_2(one)) for one in before["evaluations"]]
    for one in before["comparisons"]:
        one["comparison"] = comparison_3(comparison_2(one["comparison"]))
    before["results"] = [_judged(one) for one in before["results"]]
    assert {one["kind"] for one in before["results"]} == set(EMPTY_BY_KIND)
    found = now("gate", gate(QUICKSTART).report)
    assert lost(before["evaluations"], found["evaluations"]) == {}
    assert lost(before, found, changes=False) == {}


def _judged(result: dict[str, Any]) -> dict[str, Any]:
    """Without what was empty by kind; the words of the metric are one value now."""
    empty = EMPTY_BY_KIND[result["kind"]]
    assert {name: result.pop(name) for name in empty} == empty
    if "metric" in result:
        words = {name: result.pop(name) for name in ("title", "higher_is_better", "share")}
        label = result.pop("label") or None
        result["metric"] = {"name": result["metric"], **words, "label": label}
    return result


def test_gates_on_an_old_baseline_come_out_as_on_one_made_now(tmp_path: Path) -> None:
    shutil.copy(OLD / "baseline.json", tmp_path / "baseline.json")
    found = gate(QUICKSTART, overrides=[f"baseline={tmp_path / 'baseline.json'}"]).report
    assert found.results == gate(QUICKSTART).report.results


@pytest.fixture
def run_of_3(tmp_path: Path) -> RunResults:
    path = tmp_path / "results.json"
    path.write_bytes(gzip.decompress((OLD / "run-3.json.gz").read_bytes()))
    return load(path, RunResults)


def test_every_leaf_of_a_run_of_version_3_stays_but_for_the_tests_of_its_thresholds() -> None:
    before = old("run", 3)
    gone = lost(before, run_4(before))
    assert len(dict(leaves(before))) > 7_000
    assert all(".certificate." in path for path in gone)
    kinds = {path.rpartition("certificate.")[2].partition("[")[0] for path in gone}
    assert {kind.partition(".")[0] for kind in kinds} <= {"path", "best", "more_tickets", "outlook"}


def test_each_threshold_of_version_3_is_readable_as_it_was(run_of_3: RunResults) -> None:
    for was, evaluation in zip(old("run", 3)["evaluations"], run_of_3.evaluations, strict=True):
        assert len(was["thresholds"]) == len(evaluation.thresholds) == 4
        for before, chosen in zip(was["thresholds"], evaluation.thresholds, strict=True):
            assert chosen.rule == before["rule"]
            assert same(chosen.threshold, before["threshold"])
            assert same(chosen.temperature, before["temperature"])
            assert chosen.in_sample.routed == before["in_sample"]["routed"]
            assert chosen.out_of_sample is not None
            assert chosen.out_of_sample.routed == before["out_of_sample"]["routed"]
            assert math.isnan(chosen.saving.per_ticket.value), "what it saves is not known"


def test_each_certificate_of_version_3_is_readable_as_it_was(run_of_3: RunResults) -> None:
    seen = set()
    for was, chosen in certificates(run_of_3):
        found = [chosen.certificate, *(one.certificate for one in chosen.label_thresholds)]
        before = [was["certificate"], *(one["certificate"] for one in was["label_thresholds"])]
        for one, its in zip(found, before, strict=True):
            assert one is not None
            assert same(one.threshold, its["threshold"])
            kept = (one.risk, one.delta, one.n, one.n_min)
            assert kept == tuple(its[name] for name in ("risk", "delta", "n", "n_min"))
            assert (one.version, one.firm) == (1, False)
            assert math.isnan(one.reach)
            passed = [step for step in its["path"] if step["threshold"] == its["threshold"]]
            if test := passed[0] if passed else its["best"]:
                assert one.tested is not None
                tested = (
                    one.tested.threshold,
                    one.tested.selected,
                    one.tested.errors,
                    one.tested.p,
                )
                assert tested == tuple(test[k] for k in ("threshold", "selected", "errors", "p"))
            seen.add(one.outlook)
    assert seen == {"certified", "not yet"}


def certificates(of: RunResults) -> Iterator[tuple[dict[str, Any], ChosenThreshold]]:
    """What was written of every threshold with a certificate, and what is read of it."""
    for was, evaluation in zip(old("run", 3)["evaluations"], of.evaluations, strict=True):
        for before, chosen in zip(was["thresholds"], evaluation.thresholds, strict=True):
            if before["certificate"]:
                yield before, chosen


def same(number: float, written: float | None) -> bool:
    return math.isnan(number) if written is None else number == written


def test_what_was_chosen_before_can_be_told_and_nothing_was_recommended(
    run_of_3: RunResults,
) -> None:
    assert run_of_3.recommendation is None
    advice = setting_text(run_of_3.recommendation, run_of_3.evaluations)
    assert advice.headline == "Nothing was recommended: run it again with this version"
    assert all(told(evaluation) for evaluation in run_of_3.evaluations)
    certified = next(t for t in run_of_3.evaluations[1].thresholds if t.rule == "certified")
    assert "0.82 was promised by an earlier rule; run it again" in threshold_text(certified)


@pytest.fixture
def run_of_4(tmp_path: Path) -> RunResults:
    path = tmp_path / "results.json"
    path.write_bytes(gzip.decompress((OLD / "run-4.json.gz").read_bytes()))
    return load(path, RunResults)


def test_every_leaf_of_a_run_of_version_4_stays() -> None:
    before = old("run", 4)
    assert len(dict(leaves(before))) > 7_000
    assert lost(before, run_5(before)) == {}


def test_what_version_4_recommended_is_readable_as_it_was(run_of_4: RunResults) -> None:
    was, found = old("run", 4)["recommendation"], run_of_4.recommendation
    assert found is not None
    assert found.setting is not None
    assert (found.kind, found.rubric_set) == (was["kind"], was["rubric_set"]) == ("money", "v2")
    assert found.setting.threshold == was["setting"]["threshold"]
    assert found.setting.saving.cost.value == was["setting"]["saving"]["cost"]["value"]
    assert found.today.rubric_set == was["today"]["rubric_set"]
    assert (found.promise is not None) == (was["promise"] is not None)


def test_what_version_4_did_not_tell_is_told_of_no_label(run_of_4: RunResults) -> None:
    found = run_of_4.recommendation
    assert found is not None
    assert (found.challenger, found.versus, found.n_failed) == ("", None, 0)
    assert (found.moves, found.mixed, found.hurt) == ((), (), None)
    assert all(e.settings.label_word == "label" for e in run_of_4.evaluations)


def test_near_ties_of_before_are_dropped_and_pairs_know_their_tickets() -> None:
    before = run_5(old("run", 4))
    name = before["recommendation"]["rubric_set"]
    (of,) = (e for e in before["evaluations"] if e["provenance"]["rubric_set"] == name)
    first, second = of["by_label"]["results"][:2]
    pair = {"first": first["label"], "second": second["label"]}
    before["recommendation"]["mixed"] = [pair]
    after = run_6(before)
    assert after["recommendation"]["mixed"] == [
        {**pair, "gold": first["support"] + second["support"]}
    ]
    for one in after["evaluations"]:
        assert "overlaps" not in one["by_label"]
        assert one["by_label"]["diagnosis"] == {"pairs": [], "labels": []}
    assert run_6({**before, "recommendation": None})["recommendation"] is None


def test_a_run_of_version_4_is_said_as_far_as_it_is_known(run_of_4: RunResults) -> None:
    words = setting_text(run_of_4.recommendation, run_of_4.evaluations)
    assert words.headline == "Use v2 at threshold 0.90, without escalation"
    of_labels = {one.id: one.answer for one in answers(run_of_4)}
    assert of_labels["better"] == "73 of 100 answers are right"
    unknown = "Not known from these results"
    assert (of_labels["hurt"], of_labels["fix"]) == (unknown, unknown)


def test_a_run_without_a_recommendation_stays_without_one() -> None:
    before = run_4(old("run", 3))
    assert run_5(before) == before


def test_a_run_of_a_newer_version_is_refused(old_file: Path) -> None:
    text = old_file.read_text(encoding="utf-8")
    old_file.write_text(text.replace("ticketbench/run@1", "ticketbench/run@6"), encoding="utf-8")
    with pytest.raises(InputError, match="not a saved result of this version"):
        load(old_file, RunResults)


@pytest.mark.parametrize(
    ("place", "value"),
    [("routing", None), ("routing", 5), ("label_results", ["x"]), ("thresholds", {"x": 1})],
)
def test_an_old_run_with_something_else_in_a_place_is_refused(
    old_file: Path, place: str, value: object
) -> None:
    whole = json.loads(old_file.read_bytes())
    whole["data"]["evaluations"][0][place] = value
    old_file.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(InputError, match="not a saved result"):
        load(old_file, RunResults)


@pytest.mark.parametrize("key", ["evaluations", "comparisons"])
def test_an_old_run_that_lacks_a_chapter_is_refused(old_file: Path, key: str) -> None:
    value = json.loads(old_file.read_bytes())
    del value["data"][key]
    old_file.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(InputError, match="not a saved result"):
        load(old_file, RunResults)


@pytest.mark.parametrize("version", [1, 3, 4])
def test_an_old_run_is_a_page_as_far_as_it_is_known(tmp_path: Path, version: int) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(gzip.decompress((OLD / f"run-{version}.json.gz").read_bytes()))
    results = load(path, RunResults)
    page = html_page(Report(results, {}, "0.1.0")).decode()
    accuracy = numbers.estimate(results.evaluations[0].metric("accuracy"))
    assert accuracy in page
    assert 'id="audit-measures"' in page
    assert 'id="list"' not in page
