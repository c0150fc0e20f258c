"""Check configs, rubric sets and datasets without sending anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import words
from ticketbench.core.types import Finding
from ticketbench.report.words.numbers import count

if TYPE_CHECKING:
    from ticketbench.edge.inputs.tickets.keys import DatasetKeys
    from ticketbench.flow.rubrics.lint import LintedSet, PlacedFinding


@dataclass(frozen=True, slots=True)
class Checked:
    """A valid file: its kind, what is in it, and what is worth knowing about it."""

    path: str
    kind: str
    summary: str
    findings: tuple[Finding, ...]


def validate(
    paths: Sequence[Path], *, rubrics: Path | None = None, how: DatasetKeys | None = None
) -> list[Checked]:
    """Check every path; raises one InputError with the problems of all of them.

    A .yaml, .yml or .json file holding a list or `extends` is a rubric set, one with `version` a
    config (checked with its dataset and rubric files), `app.py::LABELS` a rubric set, anything else
    a dataset; a .json file of records with a text is one, too. An export of another tool is refused
    with the command that makes a dataset of it. With `rubrics`, the labels of datasets must be in
    that rubric set. `how` says how datasets are written; a config says it in keys of its own.
    """
    from ticketbench.edge.inputs.rubric_files import read_rubrics

    labels = read_rubrics(rubrics).labels if rubrics else None
    checked: list[Checked] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            checked.append(_check(path, labels, how))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError.of(problems)
    return checked


def _check(path: Path, labels: Sequence[str] | None, how: DatasetKeys | None) -> Checked:
    from ticketbench.edge.imports.advice import refuse_export
    from ticketbench.edge.inputs.python_literal import is_python
    from ticketbench.edge.inputs.tickets.keys import NO_KEYS

    if path.suffix in (".yaml", ".yml"):
        _refuse_options(path, how)
        return _check_document(path)
    if is_python(path):
        _refuse_options(path, how)
        return _check_rubrics(path)
    columns = (how or NO_KEYS).columns
    unless = (columns.id, *columns.texts, columns.label)
    refuse_export(path, unless=unless, named=columns.named)
    if path.suffix == ".json" and how is None and not _is_table(path):
        return _check_document(path)
    return _check_dataset(path, labels, how)


def _refuse_options(path: Path, how: DatasetKeys | None) -> None:
    if how is not None:
        what = f"{path} is no dataset: --columns, --delimiter and --encoding are of one"
        raise InputError(what, help='a config says it as `dataset: {delimiter: ";"}` and the like')


def _check_dataset(path: Path, labels: Sequence[str] | None, how: DatasetKeys | None) -> Checked:
    from ticketbench.edge.inputs.dataset import Reading, load_dataset
    from ticketbench.edge.inputs.dataset_findings import dataset_findings
    from ticketbench.edge.inputs.tickets.keys import NO_KEYS

    reading = Reading(how or NO_KEYS, said_by="config or flags")
    loaded = load_dataset(path, reading, known_labels=labels)
    return Checked(
        str(path), "dataset", count(len(loaded.lines), "ticket"), dataset_findings(loaded)
    )


def _is_table(path: Path) -> bool:
    """Whether a .json file holds tickets, and neither rubrics nor a config."""
    from ticketbench.edge.imports.looks import first_record

    record = first_record(path) or {}
    return "text" in record and not {"name", "rubric"} & record.keys()


def _check_document(path: Path) -> Checked:
    from ticketbench.core.registry import suggestion
    from ticketbench.edge.inputs.config_file import ConfigFile
    from ticketbench.edge.inputs.documents import read_document
    from ticketbench.edge.inputs.rubric_files import is_rubric_document

    document = read_document(path)
    if is_rubric_document(document):
        return _check_rubrics(path)
    keys = document.data if isinstance(document.data, dict) else {}
    if set(keys) & set(ConfigFile.model_fields):
        return _check_config(path)
    near = [suggestion(str(key), ("extends", *ConfigFile.model_fields)) for key in keys]
    raise InputError(
        "neither a rubric set nor a config",
        where=f"{path}:1:1",
        help=next(
            (words for words in near if words.startswith("did you mean")),
            "a rubric set is a list of name/rubric or has `extends`; a config has `version: 1`",
        ),
    )


def _check_rubrics(path: Path) -> Checked:
    from ticketbench.edge.inputs.rubric_files import read_rubrics
    from ticketbench.flow.rubrics.lint import lint_file

    found, linted = read_rubrics(path), lint_file(path)
    summary = f"{len(found.labels)} labels: {words(found.labels)}{_notes([linted])}"
    return Checked(str(path), "rubric set", summary, _warnings(linted.findings))


def _warnings(found: Iterable[PlacedFinding]) -> tuple[Finding, ...]:
    """The warnings of lint, each with its place; even good sets have notes, which lint shows."""
    return tuple(
        replace(one.finding, evidence=f"{one.finding.evidence}, at {one.where}")
        for one in found
        if one.finding.severity == "warning"
    )


def _notes(linted: Sequence[LintedSet]) -> str:
    n = sum(len(one.of_level("note")) for one in linted)
    return f"; {count(n, 'note')} in `rubrics lint`" if n else ""


def _check_config(path: Path) -> Checked:
    from ticketbench.edge.endpoints import Connection, connect
    from ticketbench.flow.rubrics.lint import OF_EVERY_RUN, lint_config
    from ticketbench.flow.steps.completeness import recording_findings
    from ticketbench.flow.steps.inputs import read_inputs
    from ticketbench.flow.texts import texts_notes

    inputs = read_inputs(path)
    for endpoint in inputs.endpoints:
        try:
            connect(endpoint.settings.url, Connection())
        except InputError as error:
            where = inputs.config.document.where((*endpoint.place, "url"))
            raise InputError(str(error), where=where, help=error.problems[0].help) from None
    linted = lint_config(inputs.config)
    names = ", ".join(rubrics.name for rubrics in inputs.rubric_sets)
    tickets = count(len(inputs.dataset.tickets), "ticket")
    summary = f"{tickets}, rubric sets {names}{_notes(linted.sets)}"
    notes = texts_notes(inputs.config) if inputs.config.texts_of_before is not None else ()
    of_lint = [*(one for each in linted.sets for one in each.findings), *linted.unused]
    others = [found for found in inputs.findings if found.code not in OF_EVERY_RUN]
    findings = (*others, *_warnings(of_lint), *recording_findings(inputs), *notes)
    return Checked(str(path), "config", summary, findings)
