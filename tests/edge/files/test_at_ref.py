"""Files as they were: at a commit that real git shows, or in another folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from git_commits import git
from ticketbench.core.errors import InputError, MachineError, TicketbenchError
from ticketbench.edge.files.at_ref import files_at


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A commit called `base` with a file, one in a folder, and links; then all of it changed."""
    root = tmp_path / "repository"
    (root / "configs").mkdir(parents=True)
    monkeypatch.chdir(root)
    git("init", "-q")
    Path("a.txt").write_bytes(b"before\r\n\x00")
    Path("configs/one.yaml").write_text("one: 1\n")
    Path("link.txt").symlink_to("a.txt")
    Path("linked").symlink_to("configs")
    Path("out.txt").symlink_to("../secret.txt")
    Path("nowhere.txt").symlink_to("gone.txt")
    git("add", "-A")
    git("commit", "-qm", "before")
    git("tag", "base")
    Path("a.txt").write_text("after")
    Path("configs/one.yaml").unlink()
    return root


def test_a_file_is_what_it_was_at_the_commit_to_the_byte(repository: Path) -> None:
    with files_at("base", near=Path("a.txt")) as then:
        assert then.file(Path("a.txt")).read_bytes() == b"before\r\n\x00"
        assert then.file(repository / "configs" / "one.yaml").read_text() == "one: 1\n"
        assert then.file(Path("configs/../a.txt")).read_bytes() == b"before\r\n\x00"
    assert Path("a.txt").read_text() == "after"
    assert git("status", "--short").split("\n") == ["M a.txt", " D configs/one.yaml"]


def test_a_commit_is_named_as_it_was_given_and_by_its_digits(repository: Path) -> None:
    commit = git("rev-parse", "HEAD")
    with files_at("base", near=Path("a.txt")) as then:
        assert (then.name, then.commit) == (f"base ({commit[:12]})", commit)
    with files_at(commit, near=Path("a.txt")) as then:
        assert then.name == commit[:12]


def test_a_file_that_was_not_there_is_not_there(repository: Path) -> None:
    with files_at("base", near=Path("a.txt")) as then:
        assert not then.file(Path("new.txt")).exists()
        assert not then.file(Path("a.txt/below")).exists()


def test_a_folder_has_the_files_that_it_had(repository: Path) -> None:
    Path("configs/new.yaml").write_text("new: 1\n")
    with files_at("base", near=Path("a.txt")) as then:
        shown = then.file_or_folder(Path("configs"))
        assert [(path.name, path.read_text()) for path in shown.iterdir()] == [
            ("one.yaml", "one: 1\n")
        ]
        assert then.file_or_folder(Path("a.txt")).read_bytes() == b"before\r\n\x00"
        assert not then.file_or_folder(Path("new")).exists()
        with pytest.raises(InputError, match="is a folder"):
            then.file_or_folder(Path("linked"))


def test_links_of_the_commit_are_followed_within_the_project_only(repository: Path) -> None:
    with files_at("base", near=Path("a.txt")) as then:
        assert then.file(Path("link.txt")).read_bytes() == b"before\r\n\x00"
        assert then.file(Path("linked/one.yaml")).read_text() == "one: 1\n"
        with pytest.raises(InputError, match=r"^out\.txt is a link out of the project at base"):
            then.file(Path("out.txt"))
        with pytest.raises(InputError, match=r"^nowhere\.txt is a link that leads nowhere"):
            then.file(Path("nowhere.txt"))
        with pytest.raises(InputError, match=r"^configs is a folder at base"):
            then.file(Path("configs"))


def test_a_link_now_does_not_lead_to_another_file_of_then(repository: Path) -> None:
    Path("configs/two.yaml").write_text("two: 2\n")
    Path("configs/one.yaml").symlink_to("two.yaml")
    with files_at("base", near=Path("configs/one.yaml")) as then:
        assert then.file(Path("configs/one.yaml")).read_text() == "one: 1\n"


def test_a_linked_folder_now_hides_nothing_of_then(repository: Path) -> None:
    Path("configs").rmdir()
    Path("other").mkdir()
    Path("other/one.yaml").write_text("other: 1\n")
    Path("configs").symlink_to("other")
    with files_at("base", near=Path("configs/one.yaml")) as then:
        assert then.file(Path("configs/one.yaml")).read_text() == "one: 1\n"


def test_a_file_outside_of_the_project_is_itself(repository: Path, tmp_path: Path) -> None:
    outside = tmp_path / "tickets.csv"
    with files_at("base", near=Path("a.txt")) as then:
        assert then.file(outside) == outside


def test_an_error_names_the_file_as_git_does(repository: Path) -> None:
    def wrong_config() -> None:
        with files_at("base", near=Path("a.txt")) as then:
            file = then.file(Path("configs/one.yaml"))
            raise InputError(f"{file} is wrong", where=f"{file}:1:1", help=f"mend {file}")

    with pytest.raises(InputError) as caught:
        wrong_config()
    (problem,) = caught.value.problems
    assert problem.what == "base:configs/one.yaml is wrong"
    assert (problem.where, problem.help) == (
        "base:configs/one.yaml:1:1",
        "mend base:configs/one.yaml",
    )


@pytest.mark.parametrize(
    "ref", ["0" * 40, "gone", "origin/main", "--help", "-1", "", "a..b", "é\n"]
)
def test_a_commit_that_is_not_there_names_fetch_depth(repository: Path, ref: str) -> None:
    with pytest.raises(InputError) as caught, files_at(ref, near=Path("a.txt")):
        pass
    assert "there is no commit" in str(caught.value)
    assert "`fetch-depth: 0`" in caught.value.problems[0].help


def test_a_folder_called_like_a_missing_commit_is_no_judge(repository: Path) -> None:
    Path("origin/main").mkdir(parents=True)
    with (
        pytest.raises(InputError, match="there is no commit"),
        files_at("origin/main", near=Path("a.txt")),
    ):
        pass


def test_a_folder_holds_the_project_of_before(repository: Path, tmp_path: Path) -> None:
    before = tmp_path / "before"
    (before / "configs").mkdir(parents=True)
    (before / "configs/one.yaml").write_text("folder: 1\n")
    for name in ("../before", str(before)):
        with files_at(name, near=Path("a.txt")) as then:
            assert then.file(Path("configs/one.yaml")).read_text() == "folder: 1\n"
            assert (then.name, then.commit) == (name, "")
    with (
        pytest.raises(InputError, match=r"^no such folder"),
        files_at("./gone", near=Path("a.txt")),
    ):
        pass


def test_without_git_there_are_folders_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(InputError, match="is in no git repository"),
        files_at("main", near=Path("a")),
    ):
        pass


def test_a_machine_without_git_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(repository))
    with (
        pytest.raises(MachineError, match="git is not installed"),
        files_at("base", near=Path("a")),
    ):
        pass


def test_a_checkout_that_git_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    refused = pytest.raises(TicketbenchError, match=r"git cannot read .*not a git repository")
    with refused, files_at("main", near=tmp_path / "a"):
        pass


@pytest.mark.parametrize("fetches", [False, True])
def test_a_file_whose_content_was_never_fetched_is_not_taken_for_none(
    repository: Path, fetches: bool
) -> None:
    if fetches:  # as a checkout that fetches contents when they are needed, without its server
        git("config", "extensions.partialClone", "origin")
        git("config", "remote.origin.promisor", "true")
        git("config", "remote.origin.url", "/nowhere")
    blob = git("rev-parse", "base:configs/one.yaml")
    Path(".git/objects", blob[:2], blob[2:]).unlink()
    refused = pytest.raises(InputError, match=r"^configs/one\.yaml of base .* is not in this check")
    with files_at("base", near=Path("a.txt")) as then, refused:
        then.file(Path("configs/one.yaml"))


def test_a_folder_that_was_never_fetched_is_not_taken_for_none(repository: Path) -> None:
    tree = git("rev-parse", "base:configs")
    Path(".git/objects", tree[:2], tree[2:]).unlink()
    refused = pytest.raises(InputError, match="is not in this checkout")
    with files_at("base", near=Path("a.txt")) as then, refused:
        then.file(Path("configs/one.yaml"))


def test_a_pointer_of_git_lfs_is_no_file_of_before(repository: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    Path("large.csv").write_text(pointer)
    git("add", "-A")
    git("commit", "-qm", "large")
    with (
        files_at("HEAD", near=Path("a.txt")) as then,
        pytest.raises(
            InputError, match=r"^large\.csv is kept by Git LFS, and git shows only"
        ) as told,
    ):
        then.file(Path("large.csv"))
    assert "--against ../before" in told.value.problems[0].help
