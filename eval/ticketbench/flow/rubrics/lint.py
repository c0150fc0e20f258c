"""What can be said of rubrics before anything is asked: no answers, no network."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Finding
from ticketbench.edge.inputs.config import Config, read_config
from ticketbench.edge.inputs.documents import read_document
from ticketbench.edge.inputs.lint.comments import ignore_comments
from ticketbench.edge.inputs.python_literal import is_python
from ticketbench.edge.inputs.rubric_files import (
    is_rubric_document,
    read_rubrics,
    rubric_document,
    rubric_findings,
    rubric_places,
)
from ticketbench.measure.lint.ignores import Ignore, Sifted, sifted, unused_finding
from ticketbench.measure.lint.rule import Remark, remarks, rules

OF_EVERY_RUN = ("TB121", "TB122", "TB123")
"""What every run says of a set; lint says it, too."""


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """A finding, the labels that it is about (none: the whole set), and its `file:line:column`."""

    where: str
    finding: Finding
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LintedSet:
    """A rubric set, what is said of it by code, and how many findings were ignored."""

    name: str
    path: str
    n_labels: int
    findings: tuple[PlacedFinding, ...]
    n_ignored: int

    def of_level(self, severity: str) -> tuple[PlacedFinding, ...]:
        """Its warnings, or its notes."""
        return tuple(one for one in self.findings if one.finding.severity == severity)


@dataclass(frozen=True, slots=True)
class RubricsLint:
    """Every set of the files in their order; `unused` is what configs ignore in vain."""

    sets: tuple[LintedSet, ...]
    unused: tuple[PlacedFinding, ...]

    @property
    def n_warnings(self) -> int:
        """Warnings in all; notes are information."""
        return len(self.unused) + sum(len(one.of_level("warning")) for one in self.sets)


def lint(paths: Sequence[Path]) -> RubricsLint:
    """Read rubric files, `app.py::LABELS` and the sets of configs; say what may be wrong in them.

    Raises one InputError with the problems of all files that cannot be read.
    """
    found: list[RubricsLint] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            found.append(_linted(path))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError.of(problems)
    sets = tuple(one for each in found for one in each.sets)
    return RubricsLint(sets, tuple(one for each in found for one in each.unused))


def lint_file(path: Path) -> LintedSet:
    """What is said of the rubric file `path`, which is not ignored in it."""
    return _of_set(path, read_rubrics(path), ())[0]


def lint_config(config: Config) -> RubricsLint:
    """What is said of the sets of a config; `lint.ignore` is of all of them."""
    known = {one.code for one in rules()} | {*OF_EVERY_RUN}
    codes = config.file.lint.ignore
    places = [config.document.where(("lint", "ignore", i)) for i in range(len(codes))]
    ignores = [Ignore(code, None, where) for code, where in zip(codes, places, strict=True)]
    sets, used = [], set()
    for name, path in config.rubric_paths.items():
        try:
            rubrics = read_rubrics(path, name)
        except InputError as error:
            raise error.located(config.document.where(("rubric_sets", name))) from None
        linted, left = _of_set(path, rubrics, ignores)
        sets.append(linted)
        used |= {*left.used}
    unused = [PlacedFinding(one.where, unused_finding(one, known))
              for one in ignores if one not in used]  # fmt: skip
    return RubricsLint(tuple(sets), tuple(unused))


def _linted(path: Path) -> RubricsLint:
    if not is_python(path):
        if path.suffix not in (".yaml", ".yml", ".json"):
            help_ = "name a rubric file, app.py::LABELS or a config"
            raise InputError("not a rubric set", where=str(path), help=help_)
        if not is_rubric_document(read_document(path)):
            return lint_config(read_config(path, environment=os.environ))
    return RubricsLint((lint_file(path),), ())


def _of_set(
    path: Path, rubrics: RubricSet, of_config: Sequence[Ignore]
) -> tuple[LintedSet, Sifted]:
    """A set as lint shows it, and what its own comments and those of the config have hidden."""
    of_run = [Remark(finding) for finding in rubric_findings(rubrics)]
    own = _own_ignores(path)
    left = sifted([*of_run, *remarks(rubrics)], [*own, *of_config])
    whole = rubric_document(path).where()
    places = rubric_places(path)
    found = [
        PlacedFinding(places[one.labels[0]] if one.labels else whole, one.finding, one.labels)
        for one in left.kept
    ]
    found += _unused(own, left)
    return LintedSet(rubrics.name, str(path), len(places), tuple(found), left.n_ignored), left


def _own_ignores(path: Path) -> list[Ignore]:
    """What the comments of a file ignore, one for each label of the line."""
    return [
        Ignore(comment.code, label, comment.where)
        for comment in ignore_comments(path)
        for label in comment.labels or (None,)
    ]


def _unused(own: Iterable[Ignore], left: Sifted) -> list[PlacedFinding]:
    known = {one.code for one in rules()} | {*OF_EVERY_RUN}
    vain = (one for one in own if one not in left.used)
    return [PlacedFinding(one.where, unused_finding(one, known)) for one in vain]
