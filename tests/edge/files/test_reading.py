"""Only regular files of the project are read: no links out of it, nothing that makes one wait."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.files.links import following_links, let_links_stay_beside
from ticketbench.edge.files.reading import is_stream, kind_of, read_bytes


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A secret that no project holds."""
    file = tmp_path / "outside" / "secret"
    file.parent.mkdir()
    file.write_bytes(b"secret")
    return file


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a git root."""
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "own").write_bytes(b"own")
    return folder


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """The same without git."""
    folder = tmp_path / "plain"
    (folder / "data").mkdir(parents=True)
    (folder / "own").write_bytes(b"own")
    return folder


def refused(path: Path) -> bool:
    with pytest.raises(InputError, match="is a link out of the project") as caught:
        read_bytes(path)
    return "--follow-links" in caught.value.problems[0].help


def linked(path: Path, target: Path | str) -> Path:
    path.symlink_to(target)
    return path


def test_a_link_within_the_git_root_is_followed(project: Path) -> None:
    assert read_bytes(linked(project / "data" / "a", "../own")) == b"own"


def test_a_link_out_of_the_git_root_is_refused(project: Path, outside: Path) -> None:
    assert refused(linked(project / "data" / "a", outside))
    assert refused(linked(project / "data" / "b", "../../outside/secret"))


def test_a_link_to_a_link_out_of_the_git_root_is_refused(project: Path, outside: Path) -> None:
    linked(project / "first", outside)
    assert refused(linked(project / "second", "first"))


def test_a_linked_folder_out_of_the_git_root_is_refused(project: Path, outside: Path) -> None:
    assert refused(linked(project / "d", outside.parent) / "secret")


def test_a_linked_folder_with_a_git_root_of_its_own_is_refused(
    project: Path, outside: Path
) -> None:
    (outside.parent / ".git").mkdir()
    assert refused(linked(project / "d", outside.parent) / "secret")


def test_a_link_that_leads_nowhere_tells_nothing_about_what_is_there(
    project: Path, outside: Path
) -> None:
    assert refused(linked(project / "a", outside.with_name("nothing")))


def test_the_project_itself_may_lie_behind_a_link(project: Path, tmp_path: Path) -> None:
    assert read_bytes(linked(tmp_path / "p", project) / "own") == b"own"


def test_a_worktree_is_a_git_root_too(project: Path, outside: Path) -> None:
    (project / ".git").rmdir()
    (project / ".git").write_text("gitdir: elsewhere\n")
    assert refused(linked(project / "a", outside))


def test_a_link_is_followed_when_that_is_wished(
    project: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = linked(project / "a", outside)
    with following_links():
        assert read_bytes(link) == b"secret"
    assert refused(link)
    monkeypatch.setenv("TICKETBENCH_FOLLOW_LINKS", "1")
    assert read_bytes(link) == b"secret"


def test_without_git_a_link_stays_in_its_own_folder(plain: Path) -> None:
    assert refused(linked(plain / "data" / "a", "../own"))
    assert read_bytes(linked(plain / "a", "own")) == b"own"


def test_without_git_a_link_stays_in_the_folder_that_a_config_spans(
    plain: Path, outside: Path
) -> None:
    names = ("configs/c.yaml", "data/a", "data/b", "d/secret")
    let_links_stay_beside([plain / name for name in names])
    assert read_bytes(linked(plain / "data" / "a", "../own")) == b"own"
    assert refused(linked(plain / "data" / "b", outside))
    assert refused(linked(plain / "d", outside.parent) / "secret")


def test_what_a_config_spans_is_open_to_its_own_files_alone(plain: Path) -> None:
    let_links_stay_beside([plain / "c.yaml", plain / "data" / "t.csv"])
    assert refused(linked(plain / "data" / "a", "../own"))


def test_a_config_that_spans_the_home_folder_opens_nothing(
    plain: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(plain.parent))
    let_links_stay_beside([plain / "a", plain.parent / "t.csv"])
    let_links_stay_beside([plain / "a", Path("/t.csv")])
    assert refused(linked(plain / "a", outside))


def test_a_config_within_a_git_root_does_not_narrow_it(project: Path) -> None:
    let_links_stay_beside([project / "data" / "a"])
    assert read_bytes(linked(project / "data" / "a", "../own")) == b"own"


# --- no regular files


@pytest.mark.parametrize("follow", ["", "1"])
def test_a_pipe_is_refused_and_not_waited_for(
    project: Path, follow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKETBENCH_FOLLOW_LINKS", follow)
    os.mkfifo(project / "pipe")
    with pytest.raises(InputError, match="pipe is a named pipe, not a file"):
        read_bytes(project / "pipe")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_refused(device: str) -> None:
    with pytest.raises(InputError, match=r"not a file|No such device"):
        read_bytes(Path(device))


@pytest.mark.loopback
def test_a_socket_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(project / "s"))
        with pytest.raises(InputError, match="cannot read s"):
            read_bytes(Path("s"))
        assert kind_of(Path("s")) == "a socket"


def test_what_is_no_file_is_told_by_its_kind(project: Path) -> None:
    os.mkfifo(project / "pipe")
    names = ("pipe", "data", "own", "nothing", "x" * 300)
    assert [kind_of(project / name) for name in names] == ["a named pipe", "a folder", "", "", ""]
    assert kind_of(Path("/dev/null")) == "a device"


def test_standard_input_is_read_under_its_own_name() -> None:
    code = (
        "import sys; from pathlib import Path; "
        "from ticketbench.edge.files.reading import read_bytes; "
        "print(read_bytes(Path(sys.argv[1])))"
    )
    for name in ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"):
        command = [sys.executable, "-c", code, name]
        done = subprocess.run(command, input=b"told", capture_output=True, check=True)
        assert done.stdout == b"b'told'\n"
        assert is_stream(Path(name))


def test_a_link_to_standard_input_is_refused(project: Path) -> None:
    assert refused(linked(project / "a", "/dev/stdin"))


def test_a_limit_takes_no_more_room_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"abc")
    assert read_bytes(tmp_path / "small", most=10**15) == b"abc"
