"""What a report is made of, and the one template environment: everything is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ticketbench.core.types import ScoreTable
from ticketbench.measure.results import RunResults
from ticketbench.report import colours
from ticketbench.report.masking.mask import cut
from ticketbench.report.masking.texts import NO_TEXTS, Masking
from ticketbench.report.words import numbers

if TYPE_CHECKING:
    from jinja2 import Environment

# C0 and C1 controls, zero-width and bidirectional characters: invisible, or able to make a text
# read as another one.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a page is made of.

    texts   of tickets by id, as they may be shown; `masked` says what was masked in them
    tables  the scores of every rubric set, in the order of the results; without them a page shows
            what the results hold, and nothing that follows a threshold
    gold    the gold label of each ticket by id, also of those without an answer
    """

    results: RunResults
    texts: Mapping[str, str]
    tool_version: str
    seed: int = 0
    masked: Masking = NO_TEXTS
    tables: Sequence[ScoreTable] = ()
    gold: Mapping[str, str] = field(default_factory=dict)

    @property
    def followed(self) -> bool:
        """Whether charts, lists and controls follow the first screen.

        They need the scores, and to know what is recommended and what runs today.
        """
        found = self.results.recommendation
        return bool(self.tables and found and found.today.rubric_set)


def visible(text: str) -> str:
    """`text` with invisible and direction-changing characters written out as ⟨U+202E⟩."""
    return _INVISIBLE.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def _finalize(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one template environment: everything is escaped, an unknown name is an error."""
    from jinja2 import Environment, StrictUndefined

    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    for function in (
        cut,
        numbers.confidence,
        numbers.count,
        numbers.difference,
        numbers.estimate,
        numbers.interval,
        numbers.number,
        numbers.p_value,
        numbers.percent,
        numbers.points,
        numbers.price,
        numbers.threshold,
    ):
        made.filters[function.__name__] = function
    made.globals["colours"] = colours
    return made


def render(template: str, **values: Any) -> Markup:
    """`template` filled in, every value escaped."""
    return Markup(_template(template).render(**values))


@lru_cache(maxsize=64)
def _template(source: str) -> Any:
    return environment().from_string(source)
