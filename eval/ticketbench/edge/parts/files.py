"""Which files are the parts of a table: those of a folder, or of a pattern with * or ?."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.registry import import_modules
from ticketbench.edge.files.reading import digest_of, size_of
from ticketbench.edge.parts.pattern import SIGNS
from ticketbench.edge.results.store import MANIFEST
from ticketbench.edge.tables import formats
from ticketbench.edge.tables.reading import open_table
from ticketbench.edge.tables.rows import FORMATS

_HIDDEN = (".", "_")
"""What names of no tickets begin with: those of the system, and the marks of what wrote the parts.
"""


@dataclass(frozen=True, slots=True)
class Parts:
    """The files that are one table together, by name, and what that is called."""

    name: str
    files: tuple[Path, ...]


def parts_of(path: Path) -> Parts:
    """The parts in a folder, or those that a pattern matches, sorted.

    Files whose names begin with a dot or an underscore are left out, and so are folders that a
    pattern matches. Raises InputError where there is none, where one is of no known format or of
    another than the others, for a folder in the folder, for a link that leads nowhere, and where
    one file stands twice; and for the report of a run, whose tickets are one file.
    """
    found = _in_folder(path) if path.is_dir() else _matched(path)
    files = tuple(sorted(one for one in found if not one.name.startswith(_HIDDEN)))
    if not files:
        what = f"there are no parts in {path}" if path.is_dir() else f"no file matches {path}"
        raise InputError(what, help=f"known formats: {', '.join(_known())}, also .gz")
    _refuse_other_kinds(files, path)
    _refuse_doubled(files)
    return Parts(_name(path), files)


def _name(path: Path) -> str:
    """That of the folder; of a pattern the last name in it that is none."""
    plain = [one for one in path.parts if SIGNS.isdisjoint(one)]
    return path.resolve().name if path.is_dir() else Path(*plain).resolve().name


def _in_folder(path: Path) -> list[Path]:
    found = list(path.iterdir())
    if path / MANIFEST in found:
        help_ = f"name a file in it: {path / 'predictions.csv'}"
        raise InputError(f"{path} is the report of a run, not a folder of parts", help=help_)
    folders = sorted(one for one in found if one.is_dir() and not one.name.startswith(_HIDDEN))
    if folders:
        what = f"{folders[0]} is a folder among parts"
        raise InputError(what, help=f"give a pattern in quotes: '{path / '*' / '*'}'")
    return found


def _matched(path: Path) -> list[Path]:
    found = map(Path, glob.glob(str(path), recursive=True))
    return [one for one in found if not one.is_dir()]


def _known() -> tuple[str, ...]:
    import_modules(formats.__name__)
    return FORMATS.names()


def _suffix(path: Path) -> str:
    name = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return name.suffix.lower()


def _refuse_other_kinds(files: Sequence[Path], path: Path) -> None:
    kinds = {_suffix(one): one for one in reversed(files)}
    strange = [one for one in files if _suffix(one) not in _known()]
    if strange:
        what = f"{strange[0]} is no table: unknown suffix"
        help_ = f"move it away, or give a pattern; known: {', '.join(_known())}, also .gz"
        raise InputError(what, help=help_)
    if len(kinds) > 1:
        what = f"the parts are of several formats: {' and '.join(map(str, kinds.values()))}"
        folder = path if path.is_dir() else path.parent
        help_ = f"choose one by a pattern in quotes: '{folder / f'*{_suffix(files[0])}'}'"
        raise InputError(what, help=help_)


def _refuse_doubled(files: Sequence[Path]) -> None:
    """Only files of one size are looked into; those without rows may well be the same."""
    by_size: dict[int, list[Path]] = {}
    for one in files:
        by_size.setdefault(size_of(one), []).append(one)
    first: dict[str, Path] = {}
    for one in (one for alike in by_size.values() if alike[1:] for one in alike):
        other = first.setdefault(digest_of(one), one)
        if other is not one and _has_rows(one):
            raise InputError(f"{other} and {one} are the same file", help="take one of them out")


def _has_rows(path: Path) -> bool:
    """Whether it has, as far as it can be read; what is wrong in it is said where it is counted."""
    try:
        return any(len(batch.lines) for batch in open_table(path).by_column())
    except InputError:
        return True
