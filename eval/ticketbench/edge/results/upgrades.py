"""Results of older versions in the form of this one: where each of their values stands now.

run@1    one flat evaluation; `baselines` were trained classifiers
run@2    an evaluation in chapters; a metric by name stands in a list of metrics
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EVALUATION_1 = {
    "provenance": "provenance",
    "settings": "settings",
    "labels": "labels",
    "tickets.n_requested": "n_requested",
    "tickets.n_scored": "n_scored",
    "tickets.n_failed": "n_failed",
    "tickets.n_labelled": "n_labelled",
    "tickets.n_none": "n_none",
    "tickets.n_groups": "n_groups",
    "tickets.failed_by_kind": "failure_counts",
    "tickets.failures": "failures",
    "metrics": "metrics",
    "accuracy_bounds": "accuracy_bounds",
    "by_label.results": "label_results",
    "by_label.confusion": "top_label_confusion",
    "by_label.overlaps": "overlaps",
    "routing.summary": "routing",
    "routing.confusion": "routed_confusion",
    "routing.sweep": "sweep",
    "routing.risk_coverage": "risk_coverage",
    "routing.escalation": "escalation",
    "routing.escalation_sweep": "escalation_sweep",
    "thresholds": "thresholds",
    "calibration.check": "calibration",
    "calibration.by_label": "label_calibration",
    "calibration.reliability": "reliability",
    "calibration.histogram": "histogram",
    "calibration.corp": "corp",
    "calibration.temperature": "temperature",
    "calibration.auroc": "auroc",
    "findings": "findings",
}
"""Where a value of an evaluation stands now -> where it stood in version 1."""

_OF_LABELS = {
    "recall": "Recall",
    "precision": "Precision",
    "f1": "F1",
    "routed_recall": "Recall under the policy",
}
_OF_ROUTING = {
    "coverage": "Routed by the policy",
    "selective_precision": "Right among routed",
    "cost": "Cost per ticket",
}


def run_2(old: Mapping[str, Any]) -> dict[str, Any]:
    """The `data` of run@1 as run@2 has it. Raises KeyError when it is not what run@1 wrote."""
    data = dict(old)
    return data | {
        "evaluations": [evaluation_2(one) for one in old["evaluations"]],
        "comparisons": [comparison_2(one) for one in old["comparisons"]],
        "trained": [
            one | {"routing": _routing_2(one["routing"])} for one in data.pop("baselines", [])
        ],
        "trained_missing": data.pop("baseline_missing", ""),
    }


def evaluation_2(old: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation of version 1 in chapters."""
    new: dict[str, Any] = {}
    for place, key in EVALUATION_1.items():
        *chapter, name = place.split(".")
        at = new.setdefault(chapter[0], {}) if chapter else new
        at[name] = old[key]
    new["by_label"]["results"] = [_named(one, _OF_LABELS) for one in old["label_results"]]
    new["routing"]["summary"] = _routing_2(old["routing"])
    new["thresholds"] = [
        one | {name: _routing_2(one[name]) for name in ("in_sample", "out_of_sample")}
        for one in old["thresholds"]
    ]
    return new


def comparison_2(old: Mapping[str, Any]) -> dict[str, Any]:
    """A comparison of version 1, whose differences by label were all of the recall."""
    of_labels = [{"metric": "recall", **one} for one in old["label_differences"]]
    return {**old, "label_differences": of_labels}


def _routing_2(old: Mapping[str, Any]) -> dict[str, Any]:
    return _named(old, _OF_ROUTING)


def _named(old: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """Estimates that were fields of their own become a list of metrics."""
    kept = {name: value for name, value in old.items() if name not in titles}
    kept["metrics"] = [
        {
            "name": name,
            "title": title,
            "higher_is_better": name != "cost",
            "share": name != "cost",
            "estimate": old[name],
        }
        for name, title in titles.items()
    ]
    return kept
