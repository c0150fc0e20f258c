"""The settings that a threshold is weighed against, and what becomes of the tickets under each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ticketbench.core.policy import Policy
from ticketbench.core.types import ScoreTable, Value
from ticketbench.measure.evaluation import Measured
from ticketbench.measure.recommendation import (
    Recommendation,
    Setting,
    chosen_setting,
    setting_on,
)
from ticketbench.measure.thresholds.cost_optimal import NOTHING
from ticketbench.measure.thresholds.tickets import OFF

Role = Literal["person", "today", "config", "capacity", "chosen"]


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdRow(Value):
    """A setting, and what becomes of the tickets under it.

    roles     why it is told, one or more: a person reads every ticket (person), it runs today, it
              is what the config sets for this rubric set, it is the highest threshold that keeps to
              the people there are (capacity), it is the one that was chosen
    n_failed  tickets of its set without an answer, which a person reads
    setting   its saving is held out where it was chosen by cost, else counted on these tickets
    """

    roles: tuple[Role, ...]
    n_failed: int
    setting: Setting


def threshold_rows(
    tables: Sequence[ScoreTable], sets: Sequence[Measured], found: Recommendation
) -> tuple[ThresholdRow, ...]:
    """The settings to weigh for a set for which one is recommended, the chosen one last.

    Each stands once: one that has several roles stands where the last of them does, but for the one
    that routes nothing, which is first.
    """
    failed = {one.rubric_set: one.n_failed for one in sets}
    rows: list[ThresholdRow] = []
    for role, setting in _settings(tables, sets, found):
        same = next((row for row in rows if _same(row.setting, setting)), None)
        if same is not None and "person" in same.roles:
            # Chosen by cost or not, it costs what a person costs.
            rows[rows.index(same)] = replace(same, roles=(*same.roles, role))
            continue
        before = same.roles if same else ()
        rows = [row for row in rows if row is not same]
        rows.append(ThresholdRow((*before, role), failed[setting.rubric_set], setting))
    return tuple(rows)


def _settings(
    tables: Sequence[ScoreTable], sets: Sequence[Measured], found: Recommendation
) -> Iterator[tuple[Role, Setting]]:
    at = [one.rubric_set for one in sets].index(found.rubric_set)
    table, own = tables[at], sets[at]
    policy, costs = own.settings.policy, own.settings.costs
    by_hand = Policy(NOTHING, escalate_above=OFF, temperature=policy.temperature)
    yield "person", setting_on(table, by_hand, costs)
    yield "today", found.today
    yield "config", setting_on(table, policy, costs)
    for chosen in own.thresholds:
        if chosen.rule == "capacity":
            yield "capacity", chosen_setting(found.rubric_set, chosen)
    assert found.setting is not None
    yield "chosen", found.setting


def _same(a: Setting, b: Setting) -> bool:
    """Whether both are one setting of one set: what is not routed at all has one setting."""
    return a.rubric_set == b.rubric_set and a.policy == b.policy
