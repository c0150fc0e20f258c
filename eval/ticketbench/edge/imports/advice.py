"""What to say where an export comes in place of a dataset, predictions, rubrics or a config."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.edge.imports.looks import first_record, has, told_by
from ticketbench.edge.imports.preset import Preset

_MOST_NAMED = 3
_NUMBER = re.compile(r"#\d+$")
"""Behind the name of a column that stands several times."""


def an_export(tool: str) -> str:
    """Such as "an Argilla export"."""
    return f"a{'n' if tool[:1] in 'AEIOU' else ''} {tool} export"


def looks_like_export(path: Path, preset: Preset, missing: Collection[str] = ()) -> InputError:
    """The error that names the command which makes a dataset of it, and before it the columns that
    were asked for and are `missing`.
    """
    file = shlex.quote(str(path))
    command = f"ticketbench data import {file} --preset {preset.name} -o OUT.csv"
    few = [quoted(name) for name in missing][:_MOST_NAMED]
    lacking = f"there is no column {' or '.join(few)}, and " if few else ""
    return InputError(
        f"{lacking}this looks like {an_export(preset.tool)}: {command}",
        where=str(path),
        help=f"what is in it: ticketbench data inspect {file}",
    )


def refuse_export(path: Path, *, unless: Collection[str] = (), named: Collection[str] = ()) -> None:
    """Raises InputError for a file of the shape of an export.

    One that has all the columns of `unless` is what it was asked for, whatever else stands in it;
    so is one that has most of those that somebody `named`: what is wrong is then the other's name.
    Where it has some of these, the others are named.
    """
    record = first_record(path)
    if record is None or (unless and _n_of(unless, record) == len(unless)):
        return
    n = _n_of(named, record)
    if 2 * n > len(named):
        return
    preset = told_by(record)
    if preset is not None:
        missing = [name for name in named if not _n_of((name,), record)] if n else ()
        raise looks_like_export(path, preset, missing)


def _n_of(names: Collection[str], record: dict[str, Any]) -> int:
    return sum(has(record, _NUMBER.sub("", name)) for name in names)


@contextmanager
def unless_export(path: Path) -> Iterator[None]:
    """What goes wrong inside, but for a file of the shape of an export: then that it is one."""
    try:
        yield
    except InputError:
        refuse_export(path)
        raise
