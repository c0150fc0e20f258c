"""Which words of which rubrics changed between two rubric sets, beside the flips of each label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.core.rubrics import RubricSet
from ticketbench.flow.compare import NoAnswersError, changes_of, compare_sides
from ticketbench.flow.steps.completeness import AbsentRecordingError
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.sides import read_sides
from ticketbench.flow.steps.tables import rubric_set
from ticketbench.measure.rubrics.changes import RubricChange
from ticketbench.measure.rubrics.label_map import LabelMap, common_labels

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode


@dataclass(frozen=True, slots=True)
class RubricsDiff:
    """The changed questions; `unanswered` says why no flips are counted, and is empty when they
    are; `reordered` whether the labels that both have stand in another order.
    """

    base: str
    candidate: str
    changes: tuple[RubricChange, ...]
    unanswered: str
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
    first, second = _rubrics((base, candidate), config, overrides)
    unanswered = ""
    try:
        compared = compare_sides(
            base, candidate, config=config, mode=mode, overrides=overrides, mapping=mapping
        )
        changes = compared.rubrics
    except (IncompleteError, AbsentRecordingError) as error:
        unanswered = f"{error.problems[0].what}; {error.problems[0].help}"
    except NoAnswersError:
        unanswered = "rubric files have no answers"
    if unanswered:
        commons = common_labels(first.labels, second.labels, mapping or {})
        changes = changes_of(first, second, (), commons)
    shared = [label for label in first.labels if label in second.labels]
    reordered = shared != [label for label in second.labels if label in first.labels]
    return RubricsDiff(first.name, second.name, changes, unanswered, reordered)


def _rubrics(
    names: tuple[str, str], config: Path | None, overrides: Sequence[str]
) -> tuple[RubricSet, RubricSet]:
    if config is not None:
        inputs = read_inputs(config, overrides=overrides, search=False)
        return rubric_set(inputs, names[0]), rubric_set(inputs, names[1])
    sides = read_sides(names)
    first, second = (side.rubrics for side in sides)
    if first is None or second is None:
        name = sides[0 if first is None else 1].name
        help_ = "name rubric sets of a config, report folders or rubric files"
        raise InputError(f"the rubrics of {name} are not known", help=help_)
    # Two files may hold sets of one name; the sides are called so that they can be told apart.
    return replace(first, name=sides[0].name), replace(second, name=sides[1].name)
