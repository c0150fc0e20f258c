"""Results of older versions in the form of this one: where each of their values stands now.

run@1    one flat evaluation; `baselines` were trained classifiers
run@2    an evaluation in chapters; a metric by name stands in a list of metrics
run@3    one kind of change for metrics, labels and gates, with what its interval rests on
run@4    one recommendation; thresholds with what they save, certificates of rule version 2
run@5    it says what changes for each label, which are mixed up, and against which set
run@6    rubrics are diagnosed by what is mixed up, no longer by near ties
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def run_3(old: Mapping[str, Any]) -> dict[str, Any]:
    """The `data` of run@2 as run@3 has it. Raises KeyError when it is not what run@2 wrote."""
    kept = {name: old[name] for name in old if name not in ("p_holm", "without_suspects")}
    unknown: dict[str, Any] = {"leaders": [], "gains": [], "pairs": []}
    return {
        **kept,
        "comparisons": [comparison_3(one) for one in old["comparisons"]],
        "standing": unknown,
    }


def comparison_3(old: Mapping[str, Any]) -> dict[str, Any]:
    """A comparison of version 2: its intervals stay what they were, as they were made by rules of
    their own; what they rest on, and how fragile the verdict is, is not known.
    """
    new = dict(old)
    p, gate = new.pop("p"), new.pop("noninferiority")
    changed = old["contingency"]["only_base"] + old["contingency"]["only_candidate"]
    new["fragility"] = {"n_changed": changed, "undo": 0, "exact": False, "losses": 0}
    new["fragility"]["outcome"] = old["verdict"]["outcome"]
    new["verdict"] = _verdict_3(old["verdict"], p, gate)
    new["differences"] = [_change_3(one, label="", p=None) for one in old["differences"]]
    new["label_differences"] = [
        _change_3(
            {"name": one["metric"], "title": _OF_LABELS.get(one["metric"], one["metric"]), **_SHARE}
            | one,
            label=one["label"],
            p=one["p"],
        )
        for one in old["label_differences"]
    ]
    return new


_SHARE = {"higher_is_better": True, "share": True}


def _verdict_3(old: Mapping[str, Any], p: float | None, gate: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in old.items() if name != "detectable"}
    bounds = {name: gate[name] for name in ("low", "high")}
    return {**kept, "confidence": 0.95, "p": p, "not_worse": gate["outcome"], **bounds}


def _change_3(old: Mapping[str, Any], *, label: str, p: float | None) -> dict[str, Any]:
    names = ("name", "title", "higher_is_better", "share", "base", "candidate", "difference")
    value = old["difference"]["value"]
    unknown = dict.fromkeys(("variance", "imagined", "df"))
    change = {"value": value, "n": old["difference"]["n"], "n_groups": 0, "n_changed": 0}
    change |= {**unknown, "chance": (0.0, 0.0), "method": old["difference"]["method"]}
    return {
        **{name: old[name] for name in names},
        "label": label,
        "p": p,
        "p_holm": old.get("p_holm", p),
        "change": change,
    }


def run_4(old: Mapping[str, Any]) -> dict[str, Any]:
    """The `data` of run@3 as run@4 has it: nothing was recommended then.

    Raises KeyError when it is not what run@3 wrote.
    """
    evaluations = [evaluation_4(one) for one in old["evaluations"]]
    return {**old, "recommendation": None, "evaluations": evaluations}


def evaluation_4(old: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation of version 3: its thresholds were chosen by other rules, and stay as they were;
    what they save, and how thin a promise was, is not known.
    """
    limit, n_groups = old["settings"]["policy"]["escalate_above"], old["tickets"]["n_groups"]
    return {
        **old,
        "routing": {**old["routing"], "saving": _UNKNOWN_SAVING},
        "thresholds": [_threshold_4(one, limit, n_groups) for one in old["thresholds"]],
    }


_UNKNOWN = {"value": None, "low": None, "high": None, "n": 0, "method": "not known"}
_UNKNOWN_SAVING = {
    "per_ticket": _UNKNOWN, "cost": _UNKNOWN, "by_hand": None, "wrong": None, "held_out": False
}  # fmt: skip


def _threshold_4(old: Mapping[str, Any], limit: float, n_groups: int) -> dict[str, Any]:
    unknown = {"escalate_above": limit, "share_wrong": _UNKNOWN, "saving": _UNKNOWN_SAVING}
    labels = [
        {**one, "certificate": _certificate_4(one["certificate"], limit, n_groups)}
        for one in old.get("label_thresholds", ())
    ]
    whole = old.get("certificate")
    whole = _certificate_4(whole, limit, n_groups) if whole else None
    return {**old, **unknown, "certificate": whole, "label_thresholds": labels}


def _certificate_4(old: Mapping[str, Any], limit: float, n_groups: int) -> dict[str, Any]:
    kept = {name: old[name] for name in ("threshold", "risk", "delta", "n", "n_min")}
    passed = [step for step in old["path"] if step["threshold"] == old["threshold"]]
    test = passed[0] if passed else old["best"]
    outlook = old["outlook"] if old["outlook"] in ("certified", "no tickets") else "not yet"
    return {
        **kept,
        "escalate_above": limit,
        "n_groups": n_groups,
        "tested": {**test, "most": test["errors"] if passed else -1} if test else None,
        "reach": None,
        "outlook": outlook,
        "version": 1,
    }


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


def run_5(old: Mapping[str, Any]) -> dict[str, Any]:
    """The `data` of run@4 as run@5 has it: what the setting changes for labels was not told then.

    Raises KeyError when it is not what run@4 wrote.
    """
    found = old["recommendation"]
    untold: dict[str, Any] = {
        "challenger": "",
        "versus": None,
        "moves": (),
        "mixed": (),
        "n_failed": 0,
    }
    return {**old, "recommendation": {**found, **untold} if found else None}


def run_6(old: Mapping[str, Any]) -> dict[str, Any]:
    """The `data` of run@5 as run@6 has it: rubrics were ranked by near ties, which tell nothing.

    Raises KeyError when it is not what run@5 wrote.
    """
    evaluations = [evaluation_6(one) for one in old["evaluations"]]
    found = old["recommendation"]
    if found:
        gold = _gold(old["evaluations"], found["rubric_set"])
        mixed = [
            {**pair, "gold": gold.get(pair["first"], 0) + gold.get(pair["second"], 0)}
            for pair in found["mixed"]
        ]
        found = {**found, "mixed": mixed}
    return {**old, "recommendation": found, "evaluations": evaluations}


def evaluation_6(old: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation of version 5 without its near ties; which pairs are mixed up is not known."""
    labels = {name: value for name, value in old["by_label"].items() if name != "overlaps"}
    return {**old, "by_label": {**labels, "diagnosis": {"pairs": [], "labels": []}}}


def _gold(evaluations: Sequence[Mapping[str, Any]], name: str) -> dict[str, int]:
    """Tickets of each label under the set called `name`."""
    for one in evaluations:
        if one["provenance"]["rubric_set"] == name:
            return {of["label"]: of["support"] for of in one["by_label"]["results"]}
    return {}
