"""What a command shows on a terminal of three widths, plain and in colour, as one golden file.

`UPDATE_GOLDEN=1 pytest FILE` writes the files in `cli/golden` anew; each test that wrote one fails
then, so read the diff and run once more.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from forked import ticketbench_in

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = Path(__file__).parent / "cli" / "golden"
WIDTHS = 60, 80, 120
CODE = re.compile(r"\x1b\[([\d;]*)m")
_LINK = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\")
_NAMES = {"": "{end}", "0": "{end}", "1": "{bold}", "2": "{dim}", "34": "{blue}",
          "33": "{orange}", "93": "{yellow}"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """What a command printed on a terminal so wide, and its exit code."""

    stdout: str
    stderr: str
    code: int


def shown(folder: Path, *arguments: str, columns: int = 80, colour: bool = False) -> Shown:
    """`ticketbench` with these arguments in `folder`, as a terminal of `columns` shows it."""
    told = "1" if colour else ""
    done = ticketbench_in(
        folder, *arguments, COLUMNS=str(columns), TERM="xterm-256color", FORCE_COLOR=told
    )
    return Shown(done.stdout, done.stderr, done.returncode)


def uncoloured(text: str) -> str:
    """`text` without the codes of styles and links."""
    return CODE.sub("", _LINK.sub("", text))


def named_colours(text: str) -> str:
    """`text` with a word for each code, such as {bold}; another code than ours is a KeyError."""
    return CODE.sub(lambda code: "".join(_NAMES[n] for n in code[1].split(";")), text)


def same_on_terminals(name: str, folder: Path, *arguments: str) -> None:
    """Fail unless `name`.txt holds what the command shows at 60, 80 and 120 columns.

    At each width in colour, with words for the codes; without colour the same text must come, which
    is tried at 80 columns.
    """
    blocks = []
    for columns in WIDTHS:
        seen = shown(folder, *arguments, columns=columns, colour=True)
        if columns == 80:
            bare = shown(folder, *arguments, columns=columns)
            assert bare == Shown(uncoloured(seen.stdout), uncoloured(seen.stderr), seen.code)
        blocks.append(f"==== {columns} columns, exit {seen.code}\n{named_colours(seen.stdout)}")
        blocks += [f"---- on stderr\n{named_colours(seen.stderr)}"] if seen.stderr else []
    same_as_golden(f"{name}.txt", "".join(blocks))


def longest(text: str) -> int:
    """How many signs the longest line of `text` has; 0 for no text."""
    return max(map(len, text.splitlines()), default=0)


def same_as_golden(name: str, text: str) -> None:
    """Fail unless `text` is what stands in the golden file `name`."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        pytest.fail(f"{name} was written anew: read its diff, then run without UPDATE_GOLDEN")
    hint = f"{name} differs; if it should, run with UPDATE_GOLDEN=1 and read the diff"
    assert text == path.read_text(encoding="utf-8"), hint


def demo_project(folder: Path) -> Path:
    """The files of the demo in `folder`, so that paths are printed as a user sees them."""
    for name in ("configs", "datasets"):
        shutil.copytree(ROOT / name, folder / name)
    return folder
