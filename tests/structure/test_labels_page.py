"""docs/labels.md is walked as it stands: its commands run in order and print what it says."""

from __future__ import annotations

import contextlib
import csv
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from forked import ticketbench_in
from logged_project import labelled

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "labels.md").read_text(encoding="utf-8")
BLOCKS = [
    "".join(line[4:] for line in block.splitlines(keepends=True))
    for block in re.findall(r"(?:^ {4}.*\n)+", PAGE, re.MULTILINE)
]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each command prints, in a folder with the demo; a sheet is labelled as its set is."""
    folder = tmp_path_factory.mktemp("labels")
    for name in ("configs", "datasets"):
        shutil.copytree(ROOT / name, folder / name)
    with (folder / "datasets/support_tickets.csv").open(encoding="utf-8") as file:
        gold = {row["id"]: row["label"] for row in csv.DictReader(file)}
    log = "".join(f'{{"ticket_id":"{one}","top_label":"billing","score":0.5}}\n' for one in gold)
    (folder / "decisions.jsonl").write_text(log, encoding="utf-8")
    shutil.copy(folder / "datasets/support_tickets.csv", folder / "tickets.csv")

    def of_people(_: int, row: Mapping[str, str]) -> str:
        return gold[row["ticket_id"]]

    found = []
    for line in (one for block in BLOCKS for one in block.splitlines()):
        if not line.startswith("ticketbench "):
            continue
        words = line.split()[1:]
        if words[1] == "import":
            labelled(folder / words[2], of_people)
        done = ticketbench_in(folder, *words)
        assert done.returncode == 0, (line, done.stderr)
        found.append(done.stdout)
    with contextlib.chdir(folder):
        exec(compile("".join(BLOCKS[-2:]), "page", "exec"), {})
    return found


def test_the_page_prints_what_its_commands_print(printed: list[str]) -> None:
    shown = [block for block in BLOCKS if not block.startswith(("ticketbench", "from ", "label_"))]
    assert len(shown) == 2
    for block in shown:
        assert block in printed


def test_every_command_of_the_page_ran(printed: list[str]) -> None:
    assert len(printed) >= 10
