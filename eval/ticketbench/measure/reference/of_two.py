"""The flat name -> value map of two score tables: every paired quantity, without a policy.

Names and shapes follow the frozen oracle tables in tests/oracles; `a` is the base, `b` the
candidate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ticketbench.core.types import FloatArray, IntArray, ScoreTable
from ticketbench.measure.compare import Contingency, compare, mcnemar_exact
from ticketbench.measure.counts import confusion
from ticketbench.measure.metrics import macro_f1
from ticketbench.measure.pairs.marginal_shift import MarginalShift, marginal_shift
from ticketbench.measure.pairs.pairing import paired_rows
from ticketbench.measure.statistics.intervals import clustered_mean
from ticketbench.measure.statistics.resampling import percentile, replicates, units
from ticketbench.measure.statistics.sign_flip import sign_flip_p
from ticketbench.measure.statistics.tango import clustered_z, tango_z

MARGINS = (0.0, 0.01, 0.02, 0.05)


def pair_reference_values(
    base: ScoreTable, candidate: ScoreTable, *, seed: int = 0
) -> dict[str, Any]:
    """Every paired quantity over the tickets with a gold label that both tables scored.

    Numbers or small objects; undefined numbers are NaN. Different datasets raise InputError.
    """
    comparison = compare(base, candidate, seed=seed)
    a, b = paired_rows(base, candidate)
    d = b.right.astype(np.float64) - a.right.astype(np.float64)
    mean, counts = clustered_mean(d, a.groups), comparison.contingency
    shift = _label_shift(a, b)
    return {
        "contingency": {
            "both": counts.both,
            "only_a": counts.only_base,
            "only_b": counts.only_candidate,
            "neither": counts.neither,
        },
        "accuracy_a": _mean(a.right),
        "accuracy_b": _mean(b.right),
        "diff_b_minus_a": mean.mean,
        "mcnemar_exact_p": mcnemar_exact(counts.only_base, counts.only_candidate),
        "mcnemar_midp": comparison.mcnemar_midp,
        "diff_se_iid": mean.se_independent,
        "diff_se_clustered_CR1": mean.se_clustered,
        "cluster_sign_flip_p_exact": sign_flip_p(d, a.groups),
        "bootstrap_diff_ci95_cluster_percentile": _bootstrap(d, a.groups, seed=seed),
        **_noninferiority(d, a, counts),
        "macro_f1_a": _macro_f1(a),
        "macro_f1_b": _macro_f1(b),
        "stuart_maxwell_marginal_homogeneity": {"stat": shift.stat, "df": shift.df, "p": shift.p},
    }


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _macro_f1(table: ScoreTable) -> float:
    return float(macro_f1(confusion.cells(table).astype(np.float64)))


def _label_shift(a: ScoreTable, b: ScoreTable) -> MarginalShift:
    """Over tickets as if independent, as the reference library does."""
    numbers = {label: i for i, label in enumerate(dict.fromkeys((*a.labels, *b.labels)))}
    tops = [
        np.array([numbers[t.labels[i]] for i in t.top.tolist()], dtype=np.int64) for t in (a, b)
    ]
    return marginal_shift(tops[0], tops[1], np.arange(a.n_scored), seed=0)


def _bootstrap(d: FloatArray, groups: IntArray, *, seed: int) -> list[float]:
    """Percentile interval of the accuracy difference, whole groups drawn."""
    drawn = units(d.astype(np.int64), groups)
    if not len(d):
        return [float("nan"), float("nan")]
    ends = percentile(replicates(drawn, lambda n: n @ drawn.used / n.sum(axis=-1), seed=seed))
    return [ends.low, ends.high]


def _noninferiority(d: FloatArray, a: ScoreTable, counts: Contingency) -> dict[str, float]:
    lost, gained = counts.only_base, counts.only_candidate
    found = {}
    for margin in MARGINS:
        found[f"noninferiority_tango_z_margin{margin}"] = tango_z(
            lost, gained, len(d), margin=margin
        )
        found[f"noninferiority_clustered_z_margin{margin}"] = clustered_z(
            d, a.groups, margin=margin
        )
    return found
