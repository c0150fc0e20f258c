"""Every command, config and piece of Python on the pages of explanation does what they say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from forked import ticketbench_in
from given import pages
from guide_steps import DOCS, Step, steps
from made_once import made_once
from page_reader import reader

ROOT = DOCS.parent
WITH_STEPS = {
    page.name
    for page in DOCS.glob("*.md")
    if {one.kind for one in steps(page.name)} - {"output", "section"}
}
ELSEWHERE = {
    "guide.md": "structure/test_guide.py",
    "production.md": "structure/test_promise.py",
}
"""Pages whose every block is followed by a test of their own."""

pytestmark = pytest.mark.loopback  # some pages start a server


def _demo(folder: Path) -> None:
    for name in ("configs", "datasets"):
        shutil.copytree(ROOT / name, folder / name)
    run = ("run", "configs/quickstart.yaml", "--set", "trained_baselines=false")
    done = ticketbench_in(folder, *run)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def project(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo and of the report of its run."""
    made = made_once(tmp_path_factory, "explained", _demo)
    return shutil.copytree(made, tmp_path / "project")


@pytest.mark.parametrize("page", pages())
def test_a_page_of_explanation_can_be_followed_and_prints_what_it_says(
    page: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(project.parent))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("XDG_CONFIG_HOME")  # a key is bound within HOME
    monkeypatch.setenv("BROWSER", "true")  # `report --open` shows nothing here
    monkeypatch.chdir(project)
    begun = pages()[page]
    told = [Step("section", 1, ""), *steps(page)]
    assert begun.keys() <= {step.text for step in told if step.kind == "section"}
    with reader(project) as somebody:
        for step in told:
            if step.kind == "section" and step.text in begun:
                begun[step.text](project)
            somebody.follow(step)


def test_no_page_with_something_to_follow_is_left_out() -> None:
    assert sorted(WITH_STEPS - pages().keys() - ELSEWHERE.keys()) == []
    assert sorted(pages().keys() & ELSEWHERE.keys()) == []


@pytest.mark.parametrize(("page", "test"), ELSEWHERE.items())
def test_a_page_with_a_test_of_its_own_is_read_there(page: str, test: str) -> None:
    text = (ROOT / "tests" / test).read_text(encoding="utf-8")
    assert page in text or (page == "guide.md" and "steps()" in text)
