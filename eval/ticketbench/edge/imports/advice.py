"""What to say where an export comes in place of a dataset, predictions, rubrics or a config."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.edge.imports.looks import first_record, has, told_by
from ticketbench.edge.imports.preset import Preset

_NUMBER = re.compile(r"#\d+$")
"""Behind the name of a column that stands several times."""


def an_export(tool: str) -> str:
    """Such as "an Argilla export"."""
    return f"a{'n' if tool[:1] in 'AEIOU' else ''} {tool} export"


def looks_like_export(path: Path, preset: Preset) -> InputError:
    """The error that names the command which makes a dataset of it."""
    file = shlex.quote(str(path))
    command = f"ticketbench data import {file} --preset {preset.name} -o OUT.csv"
    return InputError(
        f"this looks like {an_export(preset.tool)}: {command}",
        where=str(path),
        help=f"what is in it: ticketbench data inspect {file}",
    )


def refuse_export(path: Path, *, unless: Collection[str] = ()) -> None:
    """Raises InputError for a file of the shape of an export.

    One that has all the columns of `unless` is what it was asked for, whatever else stands in it.
    """
    record = first_record(path)
    asked = [_NUMBER.sub("", name) for name in unless]
    if record is None or (asked and all(has(record, name) for name in asked)):
        return
    preset = told_by(record)
    if preset is not None:
        raise looks_like_export(path, preset)


@contextmanager
def unless_export(path: Path) -> Iterator[None]:
    """What goes wrong inside, but for a file of the shape of an export: then that it is one."""
    try:
        yield
    except InputError:
        refuse_export(path)
        raise
