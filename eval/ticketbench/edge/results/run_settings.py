"""What a saved run measured and how, without what came of it: that is most of the file, and to make
the types of all results takes longer than to compare two runs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from ticketbench.core.policy import Costs, Policy
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.files.reading import read_bytes
from ticketbench.edge.results.store import current, not_ours, schema_of

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The rubric sets of a run, the fingerprint of its dataset, its policy and its prices."""

    rubric_sets: tuple[RubricSet, ...]
    dataset: str
    policy: Policy
    costs: Costs


class _Set(msgspec.Struct):
    name: str
    rubrics: tuple[Rubric, ...]


class _Dataset(msgspec.Struct):
    fingerprint: str


class _Settings(msgspec.Struct):
    policy: Policy
    costs: Costs


class _Evaluation(msgspec.Struct):
    settings: _Settings


class _Run(msgspec.Struct):
    dataset: _Dataset
    rubric_sets: tuple[_Set, ...]
    evaluations: tuple[_Evaluation, ...]


class _Envelope(msgspec.Struct):
    schema: str
    data: _Run


def run_settings(path: Path) -> RunSettings:
    """Those of the results.json in `path`, of any version.

    Raises InputError when it cannot be read or is no saved run.
    """
    content = read_bytes(path)
    try:
        found = _of_today(content) or msgspec.convert(current(json.loads(content)), _Run)
        own = found.evaluations[0].settings
    except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError):
        raise not_ours(path) from None
    sets = tuple(RubricSet(one.name, one.rubrics) for one in found.rubric_sets)
    return RunSettings(sets, found.dataset.fingerprint, own.policy, own.costs)


def _of_today(content: bytes) -> _Run | None:
    """What is wanted of a run of the newest version, without making objects of all the rest; None
    of any other file, about which `current` has the word.
    """
    try:
        # msgspec looks at no character of what it passes over; a broken file is none of ours.
        found = msgspec.json.decode(content.decode("utf-8"), type=_Envelope)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return found.data if found.schema == schema_of("run") else None
