"""docs/help_desk.md is run from top to bottom, and prints what it says."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from forked import ticketbench_in

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "help_desk.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"^ {4}ticketbench (.*)$", re.MULTILINE)
PRINTED = re.compile(r"^ {4}ticketbench (.*)\n\nprints\n\n((?: {4}.*\n|\n(?= {4}))+)", re.MULTILINE)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each command of the page prints, one after the other in one folder."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "tests" / "exports", folder, dirs_exist_ok=True)
    found = {}
    for command in COMMAND.findall(PAGE):
        done = ticketbench_in(folder, *shlex.split(command), COLUMNS="80")
        assert done.returncode == 0, (command, done.stderr)
        found[command] = done.stdout
    return found


def test_every_command_of_the_page_runs(printed: dict[str, str]) -> None:
    presets = re.findall(r"--preset (\S+)", " ".join(printed))
    assert {"zendesk", "freshdesk", "intercom", "jira"} == set(presets)


def test_the_page_shows_what_the_commands_print(printed: dict[str, str]) -> None:
    shown = PRINTED.findall(PAGE)
    assert len(shown) == 3
    for command, block in shown:
        assert printed[command] == re.sub("^ {4}", "", block, flags=re.MULTILINE)
