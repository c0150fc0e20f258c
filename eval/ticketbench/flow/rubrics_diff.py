"""Which words of which rubrics changed between two rubric sets, beside the flips of each label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.flow.compare import changes_of, compare_sides
from ticketbench.flow.sides import read_sides
from ticketbench.measure.label_map import LabelMap, common_labels
from ticketbench.measure.rubric_changes import RubricChange

if TYPE_CHECKING:
    from ticketbench.edge.source import Mode


@dataclass(frozen=True, slots=True)
class RubricsDiff:
    """The changed questions; `answered` says whether flips could be counted, `reordered` whether
    the labels that both have stand in another order.
    """

    base: str
    candidate: str
    changes: tuple[RubricChange, ...]
    answered: bool
    reordered: bool


def rubrics_diff(
    base: str,
    candidate: str,
    *,
    config: Path | None = None,
    mode: Mode = "replay",
    overrides: Sequence[str] = (),
    mapping: LabelMap | None = None,
) -> RubricsDiff:
    """The changed questions of two sides that have rubrics, with flips where both have answers."""
    sides = read_sides((base, candidate), config=config, mode=mode, overrides=overrides)
    first, second = sides[0].rubrics, sides[1].rubrics
    if first is None or second is None:
        name = sides[0 if first is None else 1].name
        help_ = "name rubric sets of a config, report folders or rubric files"
        raise InputError(f"the rubrics of {name} are not known", help=help_)
    answered = sides[0].table is not None and sides[1].table is not None
    if answered:
        changes = compare_sides(
            base, candidate, config=config, mode=mode, overrides=overrides, mapping=mapping
        ).rubrics
    else:
        commons = common_labels(first.labels, second.labels, mapping or {})
        changes = changes_of(first, second, (), commons)
    shared = [label for label in first.labels if label in second.labels]
    reordered = shared != [label for label in second.labels if label in first.labels]
    return RubricsDiff(sides[0].name, sides[1].name, changes, answered, reordered)
