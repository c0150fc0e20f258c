"""Which rubrics of a set get in each other's way, by the answers that are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.policy import ESCALATE
from ticketbench.core.types import Estimate
from ticketbench.flow.steps.completeness import refuse_misses
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.settings import settings_of
from ticketbench.flow.steps.tables import rubric_set, scored
from ticketbench.measure.routing.escalation import Escalation, judge_escalation
from ticketbench.measure.rubrics.diagnosis import Diagnosis, diagnosis
from ticketbench.measure.statistics.intervals import share

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode


@dataclass(frozen=True, slots=True)
class RubricsCheck:
    """What the answers of a rubric set say of its rubrics, as `run` measures it.

    n_scored        tickets with an answer
    escalate_above  the limit of the config; 1 is off
    escalated       share of these tickets that the policy escalates
    escalation      how right that is; None where the dataset has no all_labels
    """

    rubric_set: str
    n_scored: int
    n_failed: int
    escalate_above: float
    diagnosis: Diagnosis
    escalated: Estimate
    escalation: Escalation | None


def check(
    config: Path, on: str, *, mode: Mode = "replay", overrides: Sequence[str] = ()
) -> RubricsCheck:
    """The diagnosis of the rubric set `on` of `config`, from stored answers; sends nothing.

    Raises InputError for a set that is not there, and what `refuse_misses` raises.
    """
    inputs = read_inputs(config, overrides=overrides)
    name = rubric_set(inputs, on).name
    table = scored(inputs, [name], mode=mode)[name]
    refuse_misses([table], 0, inputs)
    settings = settings_of(inputs)
    policy = settings.policy
    decisions = policy.decide(table.scores, table.labels)
    return RubricsCheck(
        rubric_set=name,
        n_scored=table.n_scored,
        n_failed=table.n_failed,
        escalate_above=policy.escalate_above,
        diagnosis=diagnosis(
            table,
            escalate_above=policy.escalate_above,
            near_tie=settings.near_tie,
            temperature=policy.temperature,
        ),
        escalated=share(decisions.outcome == ESCALATE, table.groups),
        escalation=judge_escalation(table, decisions),
    )
