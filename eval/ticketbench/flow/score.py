"""Evaluate a table of predictions from anywhere: the measuring half without the replaying half."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.recommendation import Recommendation, Today, recommend
from ticketbench.measure.reference.of_one import reference_values
from ticketbench.measure.standing import Standing


@dataclass(frozen=True, slots=True)
class Score:
    """The evaluation under a policy, and what to set; `reference` holds values under other
    libraries' names.

    Those are for checks against them, without a policy, and only there when asked for. `notes` say
    what was decided in reading the table.
    """

    recommendation: Recommendation
    evaluation: Evaluation
    reference: dict[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """The one evaluation, as a run has several."""
        return (self.evaluation,)


@dataclass(frozen=True, slots=True)
class Choices:
    """What to judge by beside the usual: a config's choices, and what stands over them.

    overrides      of the config, as `key.path=value`
    threshold, escalate_above  of the policy; None: those of the config, or the usual ones
    min_precision  share right among routed tickets to aim at
    costs          prices by their names in `choose.costs`; those not named stay
    confidence     how sure a promise is to be
    """

    config: Path | None = None
    overrides: Sequence[str] = ()
    threshold: float | None = None
    escalate_above: float | None = None
    min_precision: float | None = None
    costs: Mapping[str, float] | None = None
    confidence: float | None = None

    @property
    def today_known(self) -> bool:
        """Whether the policy is what runs now, and not one to try."""
        return self.config is not None

    def settings(self) -> Settings:
        """How to measure; raises InputError for a choice that cannot be."""
        from ticketbench.flow.threshold import asked_for, sureness

        known = asked_for(self._configured(), min_precision=self.min_precision, costs=self.costs)
        policy = known.policy
        if self.threshold is not None:
            policy = replace(policy, threshold=self.threshold, label_thresholds=())
        if self.escalate_above is not None:
            policy = replace(policy, escalate_above=self.escalate_above)
        if self.confidence is not None:
            known = replace(known, confidence=sureness(self.confidence))
        return replace(known, policy=policy)

    def _configured(self) -> Settings:
        if self.config is None:
            return Settings()
        from ticketbench.flow.steps.inputs import either_inputs
        from ticketbench.flow.steps.settings import settings_of

        return settings_of(either_inputs(self.config, overrides=self.overrides, search=False))


def score(
    file: Path,
    *,
    rubric_set: str | None = None,
    settings: Settings | None = None,
    reference: bool = False,
    form: Form = AS_OURS,
) -> Score:
    """Measure the predictions in `file`, written as `form` says.

    Raises InputError with file and line of what is wrong, one problem a cause.
    """
    from ticketbench.edge.imports.advice import unless_export
    from ticketbench.edge.results.predictions import read_set

    with unless_export(file):
        found = read_set(file, rubric_set, chosen_by="--rubric-set", form=form)
    table, notes = found.table.in_order_of_ids(), found.notes
    del found  # a million tickets in the order of the file, too, would be 200 MB
    return replace(_measured(table, settings=settings, reference=reference), notes=notes)


def score_of(
    table: ScoreTable, *, settings: Settings | None = None, reference: bool = False
) -> Score:
    """Measure a table that is at hand; the order of its tickets changes nothing."""
    return _measured(table.in_order_of_ids(), settings=settings, reference=reference)


def _measured(table: ScoreTable, *, settings: Settings | None, reference: bool) -> Score:
    sums_in_one_order(table.n_scored)
    settings = (settings or Settings()).fit_for(table)
    found = evaluate(table, settings)
    today = Today(table.provenance.rubric_set, settings.policy)
    advice = recommend([table], [found], Standing((), (), ()), today)
    return Score(advice, found, reference_values(table) if reference else {})
