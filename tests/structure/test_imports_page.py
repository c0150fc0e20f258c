"""docs/imports.md has every preset of the registry.

`UPDATE_GOLDEN=1 pytest FILE` writes the table of presets anew; it fails then.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ticketbench.edge.imports.looks import known_presets
from ticketbench.edge.imports.preset import Preset

FILE = Path(__file__).resolve().parents[2] / "docs" / "imports.md"
PAGE = FILE.read_text(encoding="utf-8")
ROLES = ("id", "text", "label", "group")


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


def test_the_page_has_every_preset_of_the_registry() -> None:
    found = re.search(r"## Presets\n((?:\|.*\n|PRESETS\n)+)", PAGE)
    assert found is not None
    if os.environ.get("UPDATE_GOLDEN") == "1" and found[1] != table():
        FILE.write_text(PAGE.replace(found[1], table()), encoding="utf-8")
        pytest.fail("docs/imports.md was written anew: read its diff")
    assert found[1] == table(), "UPDATE_GOLDEN=1 writes it anew"


def test_every_preset_of_the_page_has_an_export_here_or_in_the_help_desks_page() -> None:
    pages = PAGE + (FILE.parent / "help_desk.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^ {4}ticketbench data import .*--preset (\S+)", pages, re.MULTILINE))
    assert named == {one.name for one in known_presets()} - {"none"}
