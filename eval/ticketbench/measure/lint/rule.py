"""A rule of lint: a pure function of a rubric set, registered under its code.

Add a rule: one decorated generator in a file of rules/, and what the code means in
report/dictionary/codes.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from ticketbench.core.registry import Registry, import_modules
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Finding


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding, and the labels that it is about: it stands at the first; of none, at the set."""

    finding: Finding
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule says of some labels; code and level are the rule's own."""

    title: str
    evidence: str
    action: str
    labels: tuple[str, ...] = ()


Rule = Callable[[RubricSet], Iterator[Said]]
Level = Literal["warning", "note"]


@dataclass(frozen=True, slots=True)
class Registered:
    """A rule with its code and level: a warning counts under --strict, a note is information."""

    code: str
    level: Level
    rule: Rule

    def remarks(self, rubrics: RubricSet) -> Iterator[Remark]:
        """What it says of a set."""
        for said in self.rule(rubrics):
            finding = Finding(self.code, self.level, said.title, said.evidence, said.action)
            yield Remark(finding, said.labels)


_RULES: Registry[Registered] = Registry("rule of lint")


def rule(code: str, level: Level) -> Callable[[Rule], Rule]:
    """Register a rule under its code."""
    return _RULES.register(code, entry=lambda decorated: Registered(code, level, decorated))


def rules() -> tuple[Registered, ...]:
    """All rules, in the order of their codes."""
    import_modules("ticketbench.measure.lint.rules")
    return tuple(sorted(_RULES, key=lambda one: one.code))


def remarks(rubrics: RubricSet) -> tuple[Remark, ...]:
    """What the rules say of a set: by code, then in the order of its labels. Nothing is asked."""
    return tuple(remark for each in rules() for remark in each.remarks(rubrics))
