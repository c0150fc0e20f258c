"""docs/imports.md: every preset of the registry, and what the examples print.

`UPDATE_GOLDEN=1 pytest FILE` writes the table of presets and what is printed anew; it fails then.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from forked import ticketbench_in
from ticketbench.edge.imports.looks import known_presets
from ticketbench.edge.imports.preset import Preset
from ticketbench.notebook.exports.dataset import import_tickets

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "imports.md"
PAGE = FILE.read_text(encoding="utf-8")
COMMAND = re.compile(r"^ {4}ticketbench (.*)$", re.MULTILINE)
ROLES = ("id", "text", "label", "group")
FIRST = "data import label-studio.json --preset label-studio -o d.csv"


def table() -> str:
    """The presets as Markdown, from the registry; any table comes last."""
    rows = [
        "| preset | reads | id · text · label · group | options of its own |",
        "|---|---|---|---|",
    ]
    presets = sorted(known_presets(), key=lambda one: (one.name == "none", one.name))
    return "\n".join([*rows, *map(row, presets)]) + "\n"


def row(of: Preset) -> str:
    name = f"`{of.name}`" if of.name != "none" else "(none)"
    given = " · ".join(of.gives.get(role, "-") for role in ROLES)
    options = " ".join(f"`--{one.replace('_', '-')}`" for one in of.options) or "-"
    return f"| {name} | {of.tool}: {of.forms} | {given} | {options} |"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each command of the page prints, one after the other in one folder."""
    folder = tmp_path_factory.mktemp("imports")
    shutil.copytree(ROOT / "tests" / "exports", folder, dirs_exist_ok=True)
    found = {}
    for command in COMMAND.findall(PAGE):
        done = ticketbench_in(folder, *shlex.split(command), COLUMNS="80")
        assert done.returncode == 0, (command, done.stderr)
        found[command] = done.stdout
    return found


def written(old: str, new: str) -> None:
    """Put `new` into the page if that is asked for."""
    if os.environ.get("UPDATE_GOLDEN") == "1" and old != new:
        FILE.write_text(FILE.read_text("utf-8").replace(old, new), encoding="utf-8")
        pytest.fail("docs/imports.md was written anew: read its diff")


def test_the_page_has_every_preset_of_the_registry() -> None:
    found = re.search(r"## Presets\n((?:\|.*\n|PRESETS\n)+)", PAGE)
    assert found is not None
    written(found[1], table())
    assert found[1] == table(), "UPDATE_GOLDEN=1 writes it anew"


def test_every_command_of_the_page_runs_and_prints_what_it_says(printed: dict[str, str]) -> None:
    shown = re.search(r"prints\n\n((?: {4}.*\n|\n(?= {4})|LABEL_STUDIO\n)+)", PAGE)
    assert shown is not None
    lines = (f"    {line}" if line else "" for line in printed[FIRST].splitlines())
    wanted = "\n".join(lines) + "\n"
    written(shown[1], wanted)
    assert shown[1] == wanted, "UPDATE_GOLDEN=1 writes it anew"
    presets = set(re.findall(r"--preset (\S+)", " ".join(printed)))
    assert presets == {"label-studio", "doccano", "prodigy", "argilla", "hf"}


def test_the_notebook_does_what_the_page_shows() -> None:
    assert "from ticketbench.notebook.exports.dataset import import_tickets\n" in PAGE
    found = import_tickets(ROOT / "tests/exports/label-studio.json", preset="label-studio")
    assert found.frames[1:] == ("disagreements", "labels", "left_out")
    assert found.found.notes.agreement is not None
