"""Where in the checkout the thing stands that a gate is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ticketbench.measure.gates.results import (
    Complete,
    GateResult,
    Kept,
    Limit,
    NotWorse,
    OnFresh,
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where things stand, as `file:line:column` with the file from the root of the checkout.

    gates    by their number in the config
    rubrics  by rubric set and label
    tickets  by id
    """

    config: str = ""
    gates: Mapping[int, str] = field(default_factory=dict)
    rubrics: Mapping[tuple[str, str], str] = field(default_factory=dict)
    tickets: Mapping[str, str] = field(default_factory=dict)


def place_of(result: GateResult, places: Places) -> str:
    """The rubric of the label where there is one, else the gate's own line, else the config."""
    match result:
        case Complete() | Kept() | OnFresh():
            return places.config
        case Limit(metric=metric) | NotWorse(metric=metric) if metric.label is not None:
            rubric = places.rubrics.get((result.rubric_set, metric.label), "")
            return rubric or places.gates.get(result.number, places.config)
        case _:
            return places.gates.get(result.number, places.config)


def file_and_line(where: str) -> tuple[str, str]:
    """`file:line:column` or `file:line` in parts; the line is empty where there is none."""
    match = re.fullmatch(r"(.*?):(\d+)(?::\d+)?", where)
    return (match[1], match[2]) if match else (where, "")
