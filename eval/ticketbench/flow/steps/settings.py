"""How a config wants its answers measured, and what runs today."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ticketbench.core.errors import TicketbenchError
from ticketbench.core.quotes import words
from ticketbench.core.types import Finding

if TYPE_CHECKING:
    from ticketbench.edge.results.baseline import Baseline
    from ticketbench.flow.steps.inputs import ConfigInputs
    from ticketbench.measure.evaluation import Settings
    from ticketbench.measure.recommendation import Today

SEED = 0
"""Of every draw of a command, so that the same inputs give the same bytes."""


def settings_of(inputs: ConfigInputs) -> Settings:
    """How the config wants its answers measured."""
    from ticketbench.measure.evaluation import Settings

    file = inputs.config.file
    return Settings(
        policy=inputs.config.policy,
        costs=inputs.config.costs,
        min_precision=file.choose.min_precision,
        confidence=file.choose.confidence,
        most_reviewed=file.choose.largest_review_share,
        near_tie=file.policy.near_tie,
        target_stated="min_precision" in file.choose.model_fields_set,
        prices_stated=bool(file.choose.costs.model_fields_set),
        unit="customer" if file.dataset.columns.group is not None else "text",
        label_word=file.report.label_word,
        prompts=file.report.prompts,
        seed=SEED,
    )


def today_of(inputs: ConfigInputs) -> Today:
    """The set and policy of the baseline, where there is one of a set of this config.

    Else the first set at the policy of the config. A damaged baseline is the gate's to report.
    """
    from ticketbench.measure.recommendation import Today

    kept = _kept(inputs)
    if kept is not None:
        return Today(kept.rubric_set, kept.origin.policy)
    return Today(inputs.rubric_sets[0].name, inputs.config.policy)


def blessed_findings(inputs: ConfigInputs) -> tuple[Finding, ...]:
    """A warning where the set of the baseline asks other questions now; else nothing.

    What is measured as today then is the set as it stands, not the one that was blessed.
    """
    kept = _kept(inputs)
    if kept is None:
        return ()
    was = {rubric.label: rubric.text for rubric in kept.rubric_texts.rubrics}
    own = next(one for one in inputs.rubric_sets if one.name == kept.rubric_set)
    now = {rubric.label: rubric.text for rubric in own.rubrics}
    changed = [label for label in (*was, *now) if was.get(label) != now.get(label)]
    if not changed:
        return ()
    return (
        Finding(
            code="TB307",
            severity="warning",
            title=f"{own.name} is not what was blessed",
            evidence=f"its questions changed since: {words(dict.fromkeys(changed))}",
            action=f"see what that broke: ticketbench gate {inputs.config.path}",
        ),
    )


def _kept(inputs: ConfigInputs) -> Baseline | None:
    """The baseline, where it can be read and is of a set of this config."""
    path = inputs.config.baseline_path
    if path is None or not path.is_file():
        return None
    from ticketbench.edge.results.baseline_file import read_baseline

    with suppress(TicketbenchError):
        kept = read_baseline(path)
        if kept.rubric_set in [rubrics.name for rubrics in inputs.rubric_sets]:
            return kept
    return None
