"""Runs over several rubric sets, in one table and in parts."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from itertools import combinations

import numpy as np

from parted import Whole, merged, random_whole
from tables import table
from ticketbench.core.rubrics import NONE_LABEL, Rubric, RubricSet
from ticketbench.core.types import Finding
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.parts.pairs.joint import joint_statistics, merge_joint
from ticketbench.measure.parts.pairs.results import run_results_in_parts
from ticketbench.measure.results import DatasetSummary, RunResults, run_results

NOTE = Finding("TB101", "note", "a title", "evidence", "action")
OF = Settings(min_precision=0.7)


def sets_of(n: int, *, n_sets: int, n_groups: int | None = None, seed: int = 0) -> list[Whole]:
    """Sets called v1, v2 ... on the same tickets, later ones more often right."""
    first = random_whole(n, seed=seed, n_groups=n_groups)
    base, rng = first.table, np.random.default_rng(seed)
    gold = [NONE_LABEL if t < 0 else base.gold_labels[t] for t in base.truth.tolist()]
    found = [first]
    for at in range(1, n_sets):
        sharp = base.scores.copy()
        better = (rng.random(n) < 0.12 * at) & (base.truth >= 0) & (base.truth < 3)
        sharp[better] = np.eye(3)[base.truth[better]] * 0.82 + 0.06
        own = table(sharp.tolist(), gold, labels=base.labels, rubric_set=f"v{at + 1}")
        own = replace(own, ids=base.ids, groups=base.groups, failures=base.failures)
        found.append(Whole(own, first.groups))
    return found


def rubric_sets(sets: list[Whole]) -> list[RubricSet]:
    names = [one.table.provenance.rubric_set for one in sets]
    return [RubricSet(name, (Rubric("l0", "?"), Rubric("l1", "?"))) for name in names]


def in_one(sets: list[Whole], of: Settings = OF) -> RunResults:
    tables, who = [one.table for one in sets], sets[0].table.provenance
    summary = DatasetSummary(who.dataset, who.dataset_fingerprint, 1, ())
    return run_results("support", summary, rubric_sets(sets), tables, of, [NOTE])


def in_parts(
    sets: list[Whole], of: Settings = OF, *, n: int = 7, backwards: bool = False
) -> RunResults:
    who, of_row = sets[0].table.provenance, np.arange(sets[0].table.n_scored) % n
    cut = [one.parts(of_row, n)[:: -1 if backwards else 1] for one in sets]
    counted = [merged([p.statistics(of.policy, seed=of.seed) for p in parts]) for parts in cut]
    joints = [
        reduce(merge_joint, (
            joint_statistics(a.table, b.table, of.policy, seed=of.seed, groups=a.groups)
            for a, b in zip(*pair, strict=True)
        ))
        for pair in combinations(cut, 2)
    ]  # fmt: skip
    summary = DatasetSummary(who.dataset, who.dataset_fingerprint, 1, ())
    return run_results_in_parts(
        "support", summary, rubric_sets(sets), counted, joints, of, [NOTE], left_out=["a thing"]
    )
