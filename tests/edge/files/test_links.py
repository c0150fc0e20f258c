"""What is written stays in the project, whatever links git brought; reading: test_reading.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.files.links import (
    following_links,
    let_links_stay_beside,
    refuse_linked,
    written_at,
)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that is not the project's."""
    file = tmp_path / "outside" / "mine"
    file.parent.mkdir()
    file.write_bytes(b"mine")
    return file


@pytest.fixture(params=["git", "plain"])
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The working folder, with a git root or without."""
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    if request.param == "git":
        (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    return folder


def linked(path: Path, target: Path | str) -> Path:
    path.symlink_to(target)
    return path


def refused(path: Path) -> bool:
    with pytest.raises(InputError, match="is a link out of the project") as caught:
        write_file(path, b"ours")
    return "--follow-links" in caught.value.problems[0].help


@pytest.mark.parametrize("folder", ["", "data", "{project}"])
def test_a_link_out_of_the_project_is_not_written_through(
    project: Path, outside: Path, folder: str
) -> None:
    where = Path(folder.format(project=project))
    assert refused(linked(where / "a", outside))
    assert refused(linked(where / "new", outside.with_name("new")))
    assert refused(linked(where / "folder", outside.parent) / "mine")
    assert refused(where / "folder" / "sub" / "new")
    assert [path.name for path in outside.parent.iterdir()] == ["mine"]
    assert outside.read_bytes() == b"mine"


def test_a_link_within_the_project_stays_one(project: Path) -> None:
    link = linked(Path("data/a"), "../b")
    for content in (b"new", b"newer"):
        write_file(link, content)
        assert (link.is_symlink(), Path("b").read_bytes()) == (True, content)


def test_a_link_is_written_through_when_that_is_wished(project: Path, outside: Path) -> None:
    link = linked(Path("a"), outside)
    with following_links():
        write_file(link, b"ours")
    assert (link.is_symlink(), outside.read_bytes()) == (True, b"ours")


def test_a_path_without_links_is_written_as_it_is_named(project: Path, tmp_path: Path) -> None:
    for path in (Path("a"), Path("data/../a"), tmp_path / "elsewhere" / "a", Path("../a")):
        assert written_at(path) == path


def test_without_git_the_home_folder_is_no_project_to_write_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    assert refused(linked(Path("data/a"), "../.profile"))


def test_what_a_config_spans_is_written_to(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "elsewhere"
    (folder / "configs").mkdir(parents=True)
    monkeypatch.chdir(outside.parent)
    names = [folder / "configs" / "c.yaml", folder / "a", folder / "d" / "b"]
    let_links_stay_beside(names)
    assert written_at(linked(folder / "a", "configs/new")) == folder / "configs" / "new"
    linked(folder / "d", outside.parent)
    assert refused(folder / "d" / "b")


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/stderr", "/dev/fd/7", "/proc/self/fd/7"])
def test_an_output_with_a_name_is_itself(project: Path, name: str) -> None:
    assert written_at(Path(name)) == Path(name)


def test_a_link_to_an_output_is_none(project: Path) -> None:
    with pytest.raises(InputError, match="is a link out of the project"):
        written_at(linked(Path("a"), "/dev/stdout"))


@pytest.mark.parametrize("typed", ["link/sub", "./link/sub", "link/a/b", "{project}/link/sub"])
def test_a_folder_behind_a_link_is_refused(project: Path, outside: Path, typed: str) -> None:
    linked(project / "link", outside.parent)
    with pytest.raises(InputError, match=r"lies behind the link .*link$"):
        refuse_linked(Path(typed.format(project=project)), help="")


def test_a_link_above_the_project_is_the_machines_own(project: Path, tmp_path: Path) -> None:
    link = linked(tmp_path / "p", project)
    refuse_linked(link / "reports" / "r", help="")
    assert written_at(link / "a") == Path(os.path.realpath(project)) / "a"
