"""Rubric sets from files: a plain list, or a version that extends one parent.

- {name: billing, rubric: "Is the customer asking about a charge?"}

extends: v1.yaml
labels: [{name: billing, rubric: "..."}]     # replaced in place; new labels come last
remove: [general]

A list may also stand in a Python file: `app.py::LABELS`.
"""

from __future__ import annotations

import os.path
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import clipped, quoted, some
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL, Rubric, RubricSet
from ticketbench.core.spelling import labels_by_form
from ticketbench.core.types import Finding
from ticketbench.edge.inputs.documents import Document, read_document
from ticketbench.edge.inputs.python_literal import is_python, name_in, read_python_rubrics
from ticketbench.edge.inputs.validation import FileName, Strict, validated
from ticketbench.edge.texts.copies import copy_key

MOST_LABELS = 6
_SEPARATOR = "|"

Text = Annotated[str, Field(min_length=1)]


class Entry(Strict):
    """One label with its rubric, as the API takes it."""

    name: Text = Field(description="The label, as it stands in the tickets.")
    rubric: Text = Field(
        description="The question that is asked of every ticket, and answered with yes for those "
        "of this label."
    )


class RubricList(RootModel[list[Entry]]):
    """A rubric file that stands alone."""


class RubricVersion(Strict):
    """A rubric file that changes its parent."""

    extends: FileName = Field(description="The rubric file that this one changes.")
    labels: list[Entry] = Field(
        default=[], description="Labels that are asked otherwise, or are new and come last."
    )
    remove: list[Text] = Field(default=[], description="Labels of that file that are left out.")


def read_rubrics(path: Path, name: str | None = None) -> RubricSet:
    """The rubric set in `path`, called `name` or after the file; `app.py::LABELS` after LABELS.

    Raises InputError with file:line:column for anything that is not one of the two forms, for
    duplicate or reserved names, blank texts, and fewer than two labels.
    """
    rubrics = _resolve(path, ())
    if len(rubrics) < 2:
        raise InputError(
            f"a rubric set needs two or more labels, this one has {len(rubrics)}",
            where=rubric_document(path).where(),
        )
    own = name_in(path) or path.stem
    return RubricSet(name or own, tuple(Rubric(k, v) for k, v in rubrics.items()))


def rubric_places(path: Path) -> dict[str, str]:
    """`file:line:column` of each label of the rubric file `path`, which must be a valid one.

    A label that a version does not change stands in its parent.
    """
    document = rubric_document(path)
    if isinstance(document.data, list):
        return {entry["name"]: document.where((i, "name")) for i, entry in enumerate(document.data)}
    parent = Path(os.path.normpath(path.parent / document.data["extends"]))
    removed = document.data.get("remove", [])
    places = {k: where for k, where in rubric_places(parent).items() if k not in removed}
    for i, entry in enumerate(document.data.get("labels", [])):
        places[entry["name"]] = document.where(("labels", i, "name"))
    return places


def rubric_document(path: Path) -> Document:
    """What stands in a rubric file, or behind a name in a Python file, unchecked."""
    return read_python_rubrics(path) if is_python(path) else read_document(path)


def is_rubric_document(document: Document) -> bool:
    """Whether the document looks like a rubric set: a list, or a mapping with `extends`."""
    return isinstance(document.data, list) or (
        isinstance(document.data, dict) and "extends" in document.data
    )


def _resolve(path: Path, children: tuple[Path, ...]) -> dict[str, str]:
    document = rubric_document(path)
    if path.resolve() in children:
        raise InputError("a rubric file extends itself", where=document.where(("extends",)))
    if isinstance(document.data, dict):
        return _extended(document, children)
    entries = validated(RubricList, document).root
    _check_entries(document, entries, ())
    return {entry.name: entry.rubric for entry in entries}


def _extended(document: Document, children: tuple[Path, ...]) -> dict[str, str]:
    version = validated(RubricVersion, document)
    _check_entries(document, version.labels, ("labels",))
    parent = document.path.parent / version.extends
    if is_python(parent):
        what = f"no version extends what stands in Python: {clipped(version.extends)}"
        help_ = "copy the list into a rubric file, and extend that"
        raise InputError(what, where=document.where(("extends",)), help=help_)
    if not parent.is_file():
        what = f"{parent} is {'a folder' if parent.is_dir() else 'not there'}"
        raise InputError(what, where=document.where(("extends",)), help="name the parent's file")
    rubrics = _resolve(parent, (*children, document.path.resolve()))
    for i, name in enumerate(version.remove):
        if name in version.remove[:i]:
            where = document.where(("remove", i))
            raise InputError(f"{quoted(name)} is removed twice", where=where, help="once is enough")
        if name not in rubrics:
            raise InputError(
                f"{quoted(name)} cannot be removed: {clipped(version.extends)} has no such label",
                where=document.where(("remove", i)),
                help=suggestion(name, rubrics),
            )
        del rubrics[name]
    return rubrics | {entry.name: entry.rubric for entry in version.labels}


def _check_entries(document: Document, entries: list[Entry], prefix: tuple[str | int, ...]) -> None:
    problems = []
    first_line: dict[str, str] = {}
    for i, entry in enumerate(entries):
        where = document.where((*prefix, i, "name"))
        if entry.name in first_line:
            problems.append(
                Problem(
                    f"the label {quoted(entry.name)} stands twice",
                    where,
                    f"first at {first_line[entry.name]}; names must be unique",
                )
            )
        first_line.setdefault(entry.name, where)
        problems += _check_texts(document, entry, (*prefix, i))
    if problems:
        raise InputError.of(problems)


def _check_texts(
    document: Document, entry: Entry, location: tuple[str | int, ...]
) -> list[Problem]:
    problems = []
    if entry.name == NONE_LABEL:
        what = f"{NONE_LABEL} is the gold label of tickets that no label fits, not a rubric"
        help_ = "leave it out: a low top score sends such tickets to review"
        problems.append(Problem(what, document.where((*location, "name")), help_))
    if _SEPARATOR in entry.name:
        what = not_a_label(entry.name)
        problems.append(Problem(what, document.where((*location, "name")), "rename it"))
    for key, value in (("name", entry.name), ("rubric", entry.rubric)):
        if not value.strip():
            problems.append(Problem(f"the {key} is blank", document.where((*location, key))))
        if _has_control(value):
            what = f"the {key} holds a control character"
            problems.append(Problem(what, document.where((*location, key)), "remove it"))
    return problems


def not_a_label(name: str) -> str:
    """Why no rubric can have this name, in words; empty where one can."""
    if _SEPARATOR in name:
        return f"the label {quoted(name)} holds '|', which separates labels in all_labels"
    return f"the label {quoted(name)} holds a control character" if _has_control(name) else ""


def _has_control(text: str) -> bool:
    return any(unicodedata.category(c) in ("Cs", "Cc") and c not in "\n\t" for c in text)


def rubric_findings(rubrics: RubricSet) -> tuple[Finding, ...]:
    """What is legal but likely to hurt: many labels, the same text twice, look-alike names."""
    found = []
    if len(rubrics.rubrics) > MOST_LABELS:
        found.append(
            _finding(
                "TB121",
                f"{rubrics.name} has {len(rubrics.rubrics)} labels",
                "every further label takes probability from the others",
                "four to six well-defined labels work best",
            )
        )
    by_text: dict[str, list[str]] = defaultdict(list)
    for rubric in rubrics.rubrics:
        by_text[copy_key(rubric.text)].append(rubric.label)
    for labels in by_text.values():
        if len(labels) > 1:
            title = f"{rubrics.name} asks the same question for several labels"
            action = "their scores can only tie: rewrite or merge them"
            found.append(_finding("TB122", title, some(labels), action))
    for labels in labels_by_form(rubrics.labels).values():
        if len(labels) > 1:
            title = f"{rubrics.name} has labels that differ only in spelling"
            found.append(_finding("TB123", title, some(labels), "rename or merge them"))
    return tuple(found)


def _finding(code: str, title: str, evidence: str, action: str) -> Finding:
    return Finding(code=code, severity="warning", title=title, evidence=evidence, action=action)
