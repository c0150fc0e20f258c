"""Where a table of predictions comes from, in the words of a message."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ticketbench.edge.results.forms.options import AS_OURS, Form


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a table of predictions comes from, in the words of a message, and how it is written.

    name        what the table is called
    dataset     what its tickets are called
    rubric_set  what its set is called where no row says so
    columns     where the names of its columns stand
    place       where the row of a number stands
    chosen_by   how one of several rubric sets is chosen
    row         what the number of a row counts, such as line
    form        what the user says of its columns, scores and labels
    mapped      labels of another table that gold labels may be called by
    within      the option that takes those of its form as one text; empty where they stand alone
    whole       whether these are all rows of a table: of some of them nothing is said that only
                all could show, and labels stay in the order of their columns
    """

    name: str
    dataset: str
    rubric_set: str
    columns: str
    place: Callable[[int], str]
    chosen_by: str
    row: str = "line"
    form: Form = AS_OURS
    mapped: Collection[str] = ()
    within: str = ""
    whole: bool = True

    @property
    def in_python(self) -> bool:
        """Whether whoever reads the message types Python, not a command."""
        return self.chosen_by.endswith("=")

    def say(self, **parts: str | Mapping[str, str]) -> str:
        """How whoever reads says these parts of a form, by their names in `Form`."""
        if self.in_python:
            return ", ".join(f"{name}={value!r}" for name, value in parts.items())
        said = " ".join(text for name, value in parts.items() for text in _options(name, value))
        return f"{self.within} {shlex.quote(said)}" if self.within else said

    @classmethod
    def of_file(cls, path: Path, *, chosen_by: str = "", form: Form = AS_OURS) -> Origin:
        """The table is a file; without `chosen_by` one of its sets is chosen as `FILE:SET`."""
        return cls(
            name=str(path),
            dataset=path.name,
            rubric_set=path.stem,
            columns=f"{path}:1",
            place=lambda line: f"{path}:{line}",
            chosen_by=chosen_by or f"{path}:SET",
            form=form,
        )


def _options(name: str, value: str | Mapping[str, str]) -> list[str]:
    """The options of a command, quoted for a shell; several columns share one."""
    option = f"--{name.replace('_', '-')}"
    if isinstance(value, str):
        return [f"{option} {shlex.quote(value)}"]
    pairs = [f"{old}={new}" for old, new in value.items()]
    texts = [",".join(pairs)] if name == "columns" else pairs
    return [f"{option} {shlex.quote(text)}" for text in texts]
