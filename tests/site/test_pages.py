"""The tutorial and every how-to are followed as they stand, by somebody who has nothing else."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from guide_steps import DOCS, Step, steps
from page_reader import reader
from ticketbench.edge.inputs.config_file import ConfigFile

ROOT = DOCS.parent
PAGES = [
    path.relative_to(DOCS).as_posix()
    for folder in ("tutorial", "how-to")
    for path in sorted((DOCS / folder).glob("*.md"))
]
ONLY_TOLD = ("how-to/index.md",)
"""Pages without anything to be done."""

DEMO = "run configs/quickstart.yaml --set trained_baselines=false"
"""What the commands of the README follow, without the classifiers that take half a minute."""

pytestmark = pytest.mark.loopback  # one page starts a server


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with nothing in it but the project, unpacked."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "ticketbench").symlink_to(ROOT)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("COLUMNS", "80")
    return folder


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ONLY_TOLD])
def test_a_page_can_be_followed_from_top_to_bottom_and_prints_what_it_says(
    page: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = steps(page)
    commands = [line for step in told if step.kind == "command" for line in step.text.splitlines()]
    assert len(commands) >= 3
    assert "output" in [step.kind for step in told]
    monkeypatch.chdir(home)
    with reader(home) as somebody:
        for step in told:
            somebody.follow(step)


@pytest.mark.parametrize("section", ["Three jobs", "Your own tickets"])
def test_the_readme_can_be_followed_and_prints_what_it_says(
    section: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    for folder in ("configs", "datasets"):
        shutil.copytree(ROOT / folder, home / folder)
    with (ROOT / "datasets/support_tickets.csv").open(encoding="utf-8", newline="") as source:
        tickets = list(csv.reader(source))
    with (home / "export.csv").open("w", encoding="utf-8", newline="") as export:
        csv.writer(export).writerows(tickets[::12])
    with reader(home) as somebody:
        somebody.follow(Step("command", 1, f"ticketbench {DEMO}\n"))
        told = steps("../README.md", section=section)
        assert "command" in [step.kind for step in told]
        for step in told:
            somebody.follow(step)


@pytest.mark.parametrize("page", [*PAGES, "../README.md"])
def test_a_piece_of_a_config_fits_into_one(page: str) -> None:
    config = YAML(typ="safe").load((ROOT / "configs/quickstart.yaml").read_text("utf-8"))
    for piece in re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.S):
        ConfigFile.model_validate(config | YAML(typ="safe").load(piece))


def test_the_tutorial_installs_as_the_readme_does() -> None:
    fence = re.findall(r"```sh\n(.*?)```", (DOCS / "tutorial/index.md").read_text("utf-8"), re.S)[0]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = [line for line in fence.splitlines() if "python" in line]
    assert len(told) == 2
    assert [line for line in told if line not in readme] == []
