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
    from ticketbench.flow.parts.tickets.check import CheckedTickets
    from ticketbench.flow.rubrics.lint import LintedSet, PlacedFinding
    from ticketbench.flow.steps.inputs import Inputs, PartInputs


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
    a dataset, and so is a .json file of records with a text; a folder or a pattern is one in parts.
    An export of another tool is refused with the command that makes a dataset of it. With
    `rubrics`, the labels of datasets must be in that rubric set. `how` says how datasets are
    written; a config says it in keys of its own.
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
    from ticketbench.edge.parts.pattern import in_parts

    if path.suffix in (".yaml", ".yml"):
        _refuse_options(path, how)
        return _check_document(path)
    if is_python(path):
        _refuse_options(path, how)
        return _check_rubrics(path)
    if in_parts(path):
        return _check_parts(path, labels, how)
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


def _check_parts(path: Path, labels: Sequence[str] | None, how: DatasetKeys | None) -> Checked:
    from ticketbench.edge.inputs.tickets.keys import NO_KEYS, Reading
    from ticketbench.edge.parts.files import parts_of
    from ticketbench.flow.parts.tickets.check import checked_tickets

    reading = Reading(how or NO_KEYS, said_by="config or flags")
    found = checked_tickets(parts_of(path), reading, labels)
    return Checked(str(path), "dataset in parts", _tickets_in_parts(found), found.findings)


def _tickets_in_parts(found: CheckedTickets) -> str:
    return f"{count(found.n, 'ticket')} in {count(found.n_parts, 'part')}"


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


def _tickets_of(inputs: Inputs | PartInputs) -> tuple[str, str, tuple[Finding, ...]]:
    """How many tickets a config names, what is not looked for in them, and what is worth knowing of
    those that lie in parts.
    """
    from ticketbench.flow.steps.inputs import PartInputs

    by_column = inputs.config.file.dataset.columns.group is not None
    if isinstance(inputs, PartInputs):
        from ticketbench.flow.parts.tickets.check import checked_tickets

        labels = dict.fromkeys(one for each in inputs.rubric_sets for one in each.labels)
        found = checked_tickets(inputs.parts, inputs.config.reading, tuple(labels))
        rest = "" if by_column else "; near-duplicates are not looked for in parts"
        return _tickets_in_parts(found), rest, found.findings
    rest = "" if by_column else "; near-duplicates are looked for by `run`"
    return count(len(inputs.dataset.tickets), "ticket"), rest, ()


def _check_config(path: Path) -> Checked:
    from ticketbench.edge.endpoints import Connection, connect
    from ticketbench.flow.rubrics.lint import OF_EVERY_RUN, lint_config
    from ticketbench.flow.steps.completeness import recording_findings
    from ticketbench.flow.steps.inputs import either_inputs
    from ticketbench.flow.texts import texts_notes

    inputs = either_inputs(path, search=False)
    for endpoint in inputs.endpoints:
        try:
            connect(endpoint.settings.url, Connection())
        except InputError as error:
            where = inputs.config.document.where((*endpoint.place, "url"))
            raise InputError(str(error), where=where, help=error.problems[0].help) from None
    linted = lint_config(inputs.config)
    names = ", ".join(rubrics.name for rubrics in inputs.rubric_sets)
    tickets, unsearched, of_tickets = _tickets_of(inputs)
    summary = f"{tickets}, rubric sets {names}{_notes(linted.sets)}{unsearched}"
    notes = texts_notes(inputs.config) if inputs.config.texts_of_before is not None else ()
    of_lint = [*(one for each in linted.sets for one in each.findings), *linted.unused]
    known = (*of_tickets, *inputs.findings)
    others = [found for found in known if found.code not in OF_EVERY_RUN]
    findings = (*others, *_warnings(of_lint), *recording_findings(inputs), *notes)
    return Checked(str(path), "config", summary, findings)
