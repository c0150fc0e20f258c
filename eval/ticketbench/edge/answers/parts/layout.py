"""Which files a recording in parts consists of, and which of them has the answer to a question.

A part is named by the first digits of the keys in it, so a folder with one part too few or too many
is seen before anything is read.
"""

from __future__ import annotations

import re
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import listed

PART_COUNTS = (1, 16, 256)
"""By none, one or two hexadecimal digits of the key: two are its first byte."""

_SUFFIX = ".jsonl.gz"
_WHOLE = "all"
"""The name of a single part."""

_NAME = re.compile(rf"({_WHOLE}|[0-9a-f]{{1,2}}){re.escape(_SUFFIX)}")
_AGAIN = "take the folder from git again, or move it away and write it anew: cache export --parts"


def part_name(prefix: str) -> str:
    """The file of the keys that begin with `prefix`, of which there are at most two digits."""
    return f"{prefix or _WHOLE}{_SUFFIX}"


def prefixes(n_parts: int) -> tuple[str, ...]:
    """What the keys of each part begin with, in order; ValueError but for 1, 16 and 256 parts."""
    if n_parts not in PART_COUNTS:
        raise ValueError(f"a recording has 1, 16 or 256 parts, not {n_parts}")
    n_digits = PART_COUNTS.index(n_parts)
    return tuple(f"{i:0{n_digits}x}" if n_digits else "" for i in range(n_parts))


def holds_nothing(folder: Path) -> bool:
    """Whether `folder` has no file yet, hidden ones aside."""
    return not _names(folder)


def parts_of(folder: Path) -> dict[str, Path]:
    """The files of a recording in parts by what the keys in them begin with, in order.

    Hidden files are left out. Raises InputError that names the files where one is no part, parts
    are those of two numbers of parts, or some are missing; none of them has to be read for that.
    """
    names = _names(folder)
    foreign = [name for name in names if not _NAME.fullmatch(name)]
    if foreign:
        what = f"{listed(foreign)} in {folder}: no part of a recording, such as 3f{_SUFFIX}"
        raise InputError(what, where=str(folder), help="move it away; hidden files may stay")
    by_digits = {_n_digits(name): name for name in names}
    if len(by_digits) > 1:
        what = f"{folder} holds parts of several recordings: {listed(by_digits.values())}"
        raise InputError(what, where=str(folder), help=f"keep those of one; {_AGAIN}")
    wanted = prefixes(PART_COUNTS[next(iter(by_digits), 0)])
    missing = [part_name(prefix) for prefix in wanted if part_name(prefix) not in names]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        what = f"{len(missing)} of {len(wanted)} parts {verb} not there: {listed(missing)}"
        raise InputError(what, where=str(folder), help=_AGAIN)
    return {prefix: folder / part_name(prefix) for prefix in wanted}


def _n_digits(name: str) -> int:
    return 0 if name == part_name("") else len(name.removesuffix(_SUFFIX))


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
