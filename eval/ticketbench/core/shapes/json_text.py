"""JSON as it is sent, and an answer as the contract of /classify writes one.

Numbers keep the digits that they came with: the rule about their sum counts decimals.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ticketbench.core.classify import (
    ContractViolation,
    answer_json,
    as_printed,
    model_named,
    number_of,
    usage_counts,
)

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Any


def body(value: object) -> bytes:
    """JSON without blanks, in UTF-8, its keys in the order they were put in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def answer_object(content: bytes) -> dict[str, Any]:
    """The JSON object of an answer, read strictly. Raises ContractViolation."""
    found = answer_json(content)
    if not isinstance(found, dict):
        raise ContractViolation("the answer is no JSON object")
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """What else an answer says: model, usage, and the numbers that scores are made of."""

    model: object = None
    usage: object = None
    wire: Mapping[str, object] | None = None


def classified(scores: Mapping[str, float], top_label: str, told: Told) -> bytes:
    """An answer in the shape of /classify. Raises ContractViolation where a score is none."""
    for label, score in scores.items():
        number_of(label, score)
    pairs = (f"{_text(label)}:{as_printed(score)}" for label, score in scores.items())
    parts = [f'"top_label":{_text(top_label)}', f'"scores":{{{",".join(pairs)}}}']
    model, usage = model_named(told.model), usage_counts(told.usage)
    more = {"model": model, "usage": usage, "wire": told.wire}
    parts += [f"{_text(name)}:{_text(value)}" for name, value in more.items() if value]
    return f"{{{','.join(parts)}}}".encode("utf-8", "surrogatepass")


def shares(numbers: Mapping[str, float], told: Told, *, wire: Mapping[str, object]) -> bytes:
    """An answer whose scores are the shares of numbers that do not sum to 1.

    Raises ContractViolation where all are 0. The first of the highest is the top label.
    """
    mass = math.fsum(numbers.values())
    if not mass > 0:
        raise ContractViolation("every number is 0, so no label has a share")
    scores = {label: number / mass for label, number in numbers.items()}
    top = max(scores, key=scores.__getitem__)
    return classified(scores, top, Told(told.model, told.usage, {"mass": mass, **wire}))


def of_each(labels: Sequence[str], numbers: Sequence[object]) -> dict[str, float]:
    """A number in [0, 1] for each label. Raises ContractViolation for anything else."""
    return {label: number_of(label, number) for label, number in zip(labels, numbers, strict=True)}


def counted_together(usages: Sequence[object]) -> dict[str, int]:
    """The counts of several answers, added up."""
    found: dict[str, int] = {}
    for usage in usages:
        for name, n in usage_counts(usage).items():
            found[name] = found.get(name, 0) + n
    return found


def named_together(models: Sequence[object]) -> str | None:
    """The model of several answers to one question; names that differ with a + between them, so
    that a mixture is seen to be one. None where none is named.
    """
    return "+".join(dict.fromkeys(filter(None, map(model_named, models)))) or None


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
