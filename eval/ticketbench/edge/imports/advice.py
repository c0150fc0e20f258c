"""What to say where an export comes in place of a dataset, predictions, rubrics or a config."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

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


def refuse_export(path: Path, *, unless: Collection[str] = (), by_name: bool = False) -> None:
    """Raises InputError for a file of the shape of an export.

    One that has all the columns of `unless` is what it was asked for, whatever else stands in it.
    Where somebody said these `by_name`, and it has some of them, the others are named.
    """
    record = first_record(path)
    if record is None:
        return
    missing = [name for name in unless if not has(record, _NUMBER.sub("", name))]
    if unless and not missing:
        return
    preset = told_by(record)
    if preset is not None:
        told = missing if by_name and len(missing) < len(unless) else ()
        raise looks_like_export(path, preset, told)


@contextmanager
def unless_export(path: Path) -> Iterator[None]:
    """What goes wrong inside, but for a file of the shape of an export: then that it is one."""
    try:
        yield
    except InputError:
        refuse_export(path)
        raise
