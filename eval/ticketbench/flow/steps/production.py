"""What is known of production: its mix of labels, whether it has drifted, how many a day has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.types import FloatArray, IntArray, ScoreTable, highest
from ticketbench.edge.results.predictions import every_score, read_score_table
from ticketbench.flow.steps.inputs import Inputs
from ticketbench.measure.drift.alarm import Period, drift
from ticketbench.measure.drift.reference import reference_of
from ticketbench.measure.recommendation import Setting
from ticketbench.measure.results import RunResults, SetDrift, SettingWorkload
from ticketbench.measure.sample.production_mix import ProductionMix, estimated_mix
from ticketbench.measure.sample.workload import shares_of, workload


@dataclass(frozen=True, slots=True)
class _Log:
    """The answers of one rubric set to tickets nobody labelled, columns as in its table."""

    scores: FloatArray
    groups: IntArray


def with_production(
    results: RunResults, tables: Sequence[ScoreTable], inputs: Inputs
) -> RunResults:
    """The results with what the config says of production, or lets be estimated.

    The log is a table of predictions with the same rubric sets, such as the predictions.csv of a
    run over production tickets whose label is written `__none__`. Without a log nothing is
    estimated and nothing has drifted; without a volume there is no workload. Raises InputError
    where the log has other labels.
    """
    log, policy = inputs.config.production_log_path, inputs.config.policy
    if log is not None:
        logged = [_logged(table, log) for table in tables]
        of_set = list(zip(tables, logged, strict=True))
        mixes = results.production or tuple(_estimated(*pair, policy) for pair in of_set)
        moved = tuple(_drift(*pair, policy) for pair in of_set)
        results = replace(results, production=mixes, drift=moved)
    volume = inputs.config.file.choose.tickets_per_day
    return results if volume is None else replace(results, workloads=_days(results, tables, volume))


def _logged(table: ScoreTable, log: Path) -> _Log:
    name = table.provenance.rubric_set
    unlabelled = every_score(read_score_table(log, name), log)
    if set(unlabelled.labels) != set(table.labels):
        raise InputError(
            f"the labels of {name!r} differ from those of the rubric set",
            where=str(log),
            help="run the same rubric sets over the production tickets",
        )
    order = [unlabelled.labels.index(label) for label in table.labels]
    return _Log(unlabelled.scores[:, order], unlabelled.groups)


def _estimated(table: ScoreTable, log: _Log, policy: Policy) -> ProductionMix:
    return estimated_mix(table, log.scores, log.groups, policy)


def _drift(table: ScoreTable, log: _Log, policy: Policy) -> SetDrift:
    (found,) = drift(reference_of(table, policy), [Period(*highest(log.scores))])
    return SetDrift(table.provenance.rubric_set, found)


def _days(
    results: RunResults, tables: Sequence[ScoreTable], volume: float
) -> tuple[SettingWorkload, ...]:
    """A day at what runs today, and at what is recommended where that is a threshold."""
    advised = results.recommendation
    if advised is None:
        return ()
    uses: list[tuple[Literal["today", "recommended"], Setting | None]] = [("today", advised.today)]
    if advised.kind in ("promise", "money"):
        uses.append(("recommended", advised.setting))
    by_set = {table.provenance.rubric_set: table for table in tables}
    found = []
    for use, setting in uses:
        if setting is not None and setting.rubric_set in by_set:
            mix = _mix(results, setting.rubric_set)
            shares = shares_of(by_set[setting.rubric_set], setting.policy, mix)
            day = workload(shares, tickets_per_day=volume)
            at = setting.rubric_set, setting.threshold, mix is not None
            found.append(SettingWorkload(use, *at, day))
    return tuple(found)


def _mix(results: RunResults, rubric_set: str) -> Mapping[str, float] | None:
    """The mix of production as far as it is known or could be estimated."""
    for one in results.production:
        if one.rubric_set == rubric_set and one.usable and not one.missing:
            return {share.label: share.production for share in one.labels}
    return None
