"""The result of a whole run whose tickets were counted in parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ticketbench.core.policy import Costs
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Finding
from ticketbench.measure.compare import Comparison
from ticketbench.measure.counts.mixed_pairs import mixed_pairs_of
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.findings import IN_PARTS
from ticketbench.measure.parts.evaluation import counted_in_parts, evaluation
from ticketbench.measure.parts.pairs.comparison import accuracy_change, comparison, read_at
from ticketbench.measure.parts.pairs.joint import Joint
from ticketbench.measure.parts.rows import cell_rows
from ticketbench.measure.parts.statistics import Statistics
from ticketbench.measure.parts.thresholds import share_wrong
from ticketbench.measure.recommendation import (
    Recommendation,
    Setting,
    beside_others,
    challenger_of,
    preferred_set,
    promises,
    recommendation_of,
)
from ticketbench.measure.results import DatasetSummary, RunResults, other_label_counts
from ticketbench.measure.standing import Standing, standing_by, verdicts

OF_A_RUN = (
    "which tickets turned (changed.csv)",
    "each answer (predictions.csv)",
    "coverage at a target and at equal coverage",
)
"""What a run of single tickets has beside its evaluations."""


def run_results_in_parts(
    name: str,
    dataset: DatasetSummary,
    rubric_sets: Sequence[RubricSet],
    counted: Sequence[Statistics],
    joints: Iterable[Joint],
    settings: Settings,
    data_findings: Iterable[Finding],
    *,
    certify: str = "",
    left_out: Sequence[str] = (),
) -> RunResults:
    """As `run_results` has it, of sets that were counted under the policy and seed of `settings`.

    `joints` are those of each pair of sets in their order. The first set runs today. What is left
    out, and what else the caller names in `left_out`, stands in the last finding (TB215).
    """
    names = [one.answered.rubric_set for one in counted]
    shares = promises(names, names[0], certify=certify)
    evaluations = tuple(
        evaluation(
            one,
            replace(settings, promises=share),
            dataset=dataset.name,
            fingerprint=dataset.fingerprint,
        )
        for one, share in zip(counted, shares, strict=True)
    )
    of_pair = {joint.pair: joint for joint in joints}
    with_first = [of_pair[names[0], name] for name in names[1:]]
    comparisons = _read_together(with_first, settings.costs)
    stands = standing_by(comparisons, lambda base, then: accuracy_change(of_pair[base, then]))
    found = [*data_findings, *(f for e in evaluations for f in e.findings if f.code != IN_PARTS)]
    found += other_label_counts(evaluations)
    found.append(counted_in_parts(settings, more=(*OF_A_RUN, *left_out)))
    return RunResults(
        name=name,
        dataset=dataset,
        rubric_sets=tuple(rubric_sets),
        evaluations=evaluations,
        comparisons=comparisons,
        standing=stands,
        recommendation=recommend_parts(counted, evaluations, stands),
        findings=tuple(dict.fromkeys(found)),
        equal_coverage=(),
        suspects=(),
    )


def recommend_parts(
    counted: Sequence[Statistics], evaluations: Sequence[Evaluation], standing: Standing
) -> Recommendation:
    """As `recommend` has it, of sets whose first runs today under the policy of the counts.

    There are no `moves`: of a label under another threshold parts tell nothing.
    """
    names, first = [one.rubric_set for one in evaluations], evaluations[0]
    name = preferred_set(names, standing, names[0])
    chosen = evaluations[names.index(name)]
    right = {one.rubric_set: one.accuracy.value if one.accuracy.n else 0.0 for one in evaluations}
    challenger = challenger_of(right, name, names[0])
    matrices = chosen.by_label.confusion, first.by_label.confusion
    found = recommendation_of(
        chosen,
        first,
        mixed=mixed_pairs_of(chosen.labels, *matrices),
        today=_setting(counted[0], first),
        moves=lambda then: (),
    )
    versus = standing.pair(names[0], challenger) if challenger else None
    return beside_others(found, evaluations, standing, challenger=challenger, versus=versus)


def _read_together(joints: Sequence[Joint], costs: Costs) -> tuple[Comparison, ...]:
    """The comparisons of k candidates with the first set, their verdicts read together."""
    alone = [comparison(joint, costs=costs) for joint in joints]
    if len(alone) < 2:
        return tuple(alone)
    found = verdicts([one.change("accuracy").change for one in alone])
    return tuple(map(read_at, alone, joints, found))


def _setting(of: Statistics, found: Evaluation) -> Setting:
    """What the policy that the parts were counted under does to their tickets."""
    policy = found.settings.policy
    return Setting(
        rubric_set=found.rubric_set,
        threshold=policy.threshold,
        escalate_above=policy.escalate_above,
        temperature=policy.temperature,
        label_thresholds=policy.label_thresholds,
        routing=found.routing.summary,
        share_wrong=share_wrong(cell_rows(of).outcomes),
        saving=found.routing.saving,
    )
