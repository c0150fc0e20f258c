"""Files that version 0.1 wrote of the quickstart, in `old`: every number stands where it should."""

from __future__ import annotations

import gzip
import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quickstart import QUICKSTART, Demo
from ticketbench.core.errors import InputError
from ticketbench.edge.results.store import envelope, load
from ticketbench.edge.results.upgrades import comparison_2, comparison_3, evaluation_2, run_2, run_3
from ticketbench.flow.compare import compare_sides
from ticketbench.flow.gates.judge import gate
from ticketbench.flow.score import score
from ticketbench.measure.results import RunResults

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


def old(thing: str) -> dict[str, Any]:
    """The data that an envelope of version 1 holds."""
    data: dict[str, Any] = json.loads(gzip.decompress((OLD / f"{thing}-1.json.gz").read_bytes()))
    return dict(data["data"])


def now(thing: str, value: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(envelope(thing, value))["data"]
    return found


RULES = {
    "change", "confidence", "fragility", "high", "imagined", "low", "method", "not_worse", "p",
    "p_holm", "standing", "tickets_needed", "outcome", "n_needed", "reason",
}  # fmt: skip
"""What comes from the rule for a change, which is another one since version 3."""


def leaves(value: object, path: str = "", *, changes: bool = True) -> Iterator[tuple[str, object]]:
    """Every number, text and empty list with its path, such as `evaluations[v2].labels[1]`.

    What has a name stands under it, whatever its place in a list. Without `changes`, what the rule
    for a change says in comparisons is left out, and on how many tickets.
    """
    if isinstance(value, dict) and value:
        for name, one in value.items():
            if changes or name not in RULES:
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
    return {path: value for path, value in told if not _alike(value, found.get(path, math.inf))}


def _alike(one: object, other: object) -> bool:
    """Equal but for the last digits, which depend on the order of a sum."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other


def of_one_set(data: dict[str, Any]) -> dict[str, Any]:
    """The same without comparisons."""
    return {k: v for k, v in data.items() if k not in ("comparisons", "standing", "results")}


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
        assert all(metric == known[metric.name] for metric in one.metrics)
    (was,), (now_,) = before.comparisons, new.comparisons
    assert was.flips == now_.flips
    known_values = {d.name: d.difference.value for d in now_.differences}
    assert {d.name: d.difference.value for d in was.differences}.items() <= known_values.items()
    assert math.isnan(was.differences[0].change.variance), "what it rests on is not known"


def test_every_leaf_of_an_old_run_stands_at_its_new_place(demo: Demo) -> None:
    before, after = old("run"), json.loads((demo.out / "results.json").read_bytes())["data"]
    assert len(dict(leaves(before))) > 7_000
    moved = run_3(run_2(before))
    assert lost(of_one_set(moved), of_one_set(after)) == {}
    assert lost(moved["comparisons"], after["comparisons"], changes=False) == {}
    numbers = [value for _, value in leaves(before) if isinstance(value, float)]
    kept = [value for _, value in leaves(run_2(before)) if isinstance(value, float)]
    assert sorted(kept) == sorted(numbers)


def test_every_leaf_of_an_old_score_stands_at_its_new_place(demo: Demo) -> None:
    before = old("score")
    moved = {"evaluation": evaluation_2(before["evaluation"]), "reference": before["quantities"]}
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
    before["evaluations"] = [evaluation_2(one) for one in before["evaluations"]]
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


def test_a_run_of_a_newer_version_is_refused(old_file: Path) -> None:
    text = old_file.read_text(encoding="utf-8")
    old_file.write_text(text.replace("ticketbench/run@1", "ticketbench/run@4"), encoding="utf-8")
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
