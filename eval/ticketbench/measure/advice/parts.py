"""The recommendation for one rubric set whose tickets were counted in parts."""

from __future__ import annotations

from ticketbench.measure.counts.mixed_pairs import mixed_pairs_of
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.parts.rows import cell_rows
from ticketbench.measure.parts.statistics import Statistics
from ticketbench.measure.parts.thresholds import share_wrong
from ticketbench.measure.recommendation import (
    SETTLED,
    Kind,
    Recommendation,
    Setting,
    chosen_setting,
    incomplete,
    kind_of,
)


def recommend_parts(of: Statistics, found: Evaluation) -> Recommendation:
    """The recommendation for the one set of a dataset in parts, whose policy is that of today.

    As `recommend` has it of a table, but for `moves`: of a label under another threshold the parts
    tell nothing.
    """
    chosen = {one.rule: one for one in found.thresholds}
    kind: Kind = "incomplete" if incomplete([found]) else kind_of(found, chosen)
    settings, certified = found.settings, chosen.get("certified")
    best = certified if kind == "promise" else chosen.get("cost_optimal")
    return Recommendation(
        kind=kind,
        rubric_set=found.rubric_set,
        also=(),
        challenger="",
        versus=None,
        setting=chosen_setting(found.rubric_set, best) if best and kind in SETTLED else None,
        moves=(),
        mixed=mixed_pairs_of(found.by_label.confusion, found.labels),
        n_failed=found.n_failed,
        today=_setting_of_parts(of, found),
        promise=certified.certificate if certified else None,
        target=settings.min_precision,
        target_stated=settings.target_stated,
        confidence=settings.confidence,
        n_promises=settings.promises,
        costs=settings.costs,
        prices_stated=settings.prices_stated,
    )


def _setting_of_parts(of: Statistics, found: Evaluation) -> Setting:
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
