"""Files by the name under which a reviewer sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.edge.files.checkout import WORKSPACE, in_checkout

NAME = "services/support/c.yaml"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a file in a folder below; the current folder is that one."""
    folder = tmp_path / "root" / "services" / "support"
    (folder / "deeper").mkdir(parents=True)
    (folder / "c.yaml").touch()
    monkeypatch.chdir(folder)
    return tmp_path / "root"


@pytest.mark.parametrize("given", ["c.yaml", "./c.yaml", "deeper/../c.yaml", "../support/c.yaml"])
def test_a_file_is_named_from_the_workspace_however_it_is_given(root: Path, given: str) -> None:
    assert in_checkout(Path(given), {WORKSPACE: str(root)}) == NAME
    assert in_checkout(Path(given).absolute(), {WORKSPACE: str(root)}) == NAME


def test_without_a_workspace_the_root_is_the_nearest_that_git_keeps(root: Path) -> None:
    (root / ".git").mkdir()
    assert in_checkout(Path("c.yaml"), {}) == NAME
    assert in_checkout(Path("c.yaml"), {WORKSPACE: "/elsewhere"}) == NAME
    (root / "services" / ".git").write_text("gitdir: ../.git/modules/services", encoding="utf-8")
    assert in_checkout(Path("c.yaml"), {}) == "support/c.yaml"
    assert in_checkout(Path("c.yaml"), {WORKSPACE: str(root)}) == NAME


def test_a_root_behind_a_link_is_found(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    assert in_checkout(root / NAME, {WORKSPACE: str(link)}) == NAME
    assert in_checkout(link / NAME, {WORKSPACE: str(root)}) == NAME


def test_a_link_in_the_checkout_keeps_its_own_name(root: Path) -> None:
    (root / "link.yaml").symlink_to(root / NAME)
    assert in_checkout(root / "link.yaml", {WORKSPACE: str(root)}) == "link.yaml"


def test_outside_of_a_checkout_the_name_is_the_one_given_and_goes_nowhere_up(root: Path) -> None:
    assert in_checkout(Path("./deeper/../c.yaml"), {}) == "c.yaml"
    assert in_checkout(Path("../c.yaml"), {}) == (root / "services" / "c.yaml").as_posix()
