"""The files of a project as they were at another commit, or as they are in another folder.

Files are shown by git, nothing is checked out, and no file of the checkout says how: hooks,
filters and attributes are not asked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ticketbench.core.errors import InputError, MachineError, Problem, TicketbenchError
from ticketbench.core.quotes import clipped, quoted
from ticketbench.edge.files.git_marks import is_pointer

_FOLDER_STARTS = (".", "/", "\\")
"""No name of a commit begins so, and a folder of a checkout cannot be called like a commit."""
_DIGITS = 12
_NO_FILE = {
    "symlink": "a link out of the project",
    "dangling": "a link that leads nowhere",
    "loop": "a link that leads to itself",
    "tree": "a folder",
}


@dataclass(frozen=True, slots=True)
class FilesAt:
    """The files of a project at one moment.

    name    for a reader: `main (1a2b3c4d5e6f)`, or the folder
    commit  40 hex digits or more; empty for a folder
    """

    name: str
    commit: str
    _root: Path
    _folder: Path

    def file(self, path: Path) -> Path:
        """Where the file that is called `path` now can be read as it was then.

        There is no such file where there was none; one outside of the project is itself. Raises
        InputError when the name leads out of the project, or to no file, then.
        """
        own = _absolute(path)
        if not own.is_relative_to(self._root):
            return path
        inside = own.relative_to(self._root)
        then = self._folder / inside
        if self.commit and not then.exists():
            _show(self._root, f"{self.commit}:{inside.as_posix()}", then, at=self.name)
        return then

    def file_or_folder(self, path: Path) -> Path:
        """Where what is called `path` now can be read as it was then: a file as by `file`, or a
        folder with the files that lie directly in it, not those of folders in that.
        """
        own = _absolute(path)
        if not self.commit or not own.is_relative_to(self._root):
            return self.file(path)
        inside = own.relative_to(self._root).as_posix()
        names = _names_in(self._root, f"{self.commit}:{inside}")
        for name in names:
            self.file(path / name)
        return self._folder / inside if names else self.file(path)

    def called(self, path: Path) -> Path:
        """How a message names the file of then that is called `path` now: as git does."""
        own = _absolute(path)
        if not self.commit or not own.is_relative_to(self._root):
            return self.file(path)
        return Path(f"{self._short}:{own.relative_to(self._root).as_posix()}")

    def brings(self, path: Path) -> bool:
        """Whether a change could have brought the file that is called `path` now: git keeps it, a
        link that it is reached by, or the submodule that it is in, and otherwise than then.
        """
        if not (self._root / ".git").exists():
            return False
        ways = {(self._root, _absolute(path)), (self._root.resolve(), path.resolve())}
        return any(
            self._is_otherwise(own.relative_to(root)) for root, own in ways if root in own.parents
        )

    def _is_otherwise(self, inside: Path) -> bool:
        """Whether git keeps something on the way to `inside` that was not the same then. Folders
        are nothing that it keeps, links and submodules are.
        """
        for one in (inside, *inside.parents[:-1]):
            kept = _object(self._root, f":0:{one.as_posix()}")
            then = self.commit and _object(self._root, f"{self.commit}:{one.as_posix()}")
            if kept and kept != then:
                return True
        return False

    @property
    def _short(self) -> str:
        return self.name.partition(" ")[0]


@contextmanager
def files_at(ref: str, *, near: Path) -> Iterator[FilesAt]:
    """The files at `ref` of the project that the file `near` is in.

    `ref` is a commit by any name that git knows, or a folder that holds the project, which is
    written with `./`, `../` or whole. What is read must be read before the end of the block;
    errors of the block that name such files name them as git does, `main:configs/support.yaml`.

    Raises InputError where there is no such commit or folder, MachineError without git.
    """
    root = _root_of(near)
    if ref.startswith(_FOLDER_STARTS) or Path(ref).is_absolute():
        folder = _absolute(Path(ref))
        if not folder.is_dir():
            raise InputError(f"no such folder: {ref}", help="name a commit, or a folder")
        yield FilesAt(str(Path(ref)), "", root or _absolute(Path()), folder)
        return
    if root is None:
        what = f"{near} is in no git repository, so {quoted(ref)} says nothing"
        raise InputError(what, help="name a folder that holds the project of before: ../before")
    commit = _commit(root, ref)
    name = commit[:_DIGITS] if commit.startswith(ref) else f"{ref} ({commit[:_DIGITS]})"
    with tempfile.TemporaryDirectory(prefix="ticketbench-") as shown:
        then = FilesAt(name, commit, root, Path(shown))
        try:
            yield then
        except TicketbenchError as error:
            raise _as_git_says(error, shown + os.sep, str(then.called(root / "x"))[:-1]) from None


def _root_of(near: Path) -> Path | None:
    """The nearest folder above with .git, by name: where a link of the checkout leads does not
    count, or a link in place of a file would have no file of before.
    """
    with_git = (one for one in _absolute(near).parents if (one / ".git").exists())
    return next(with_git, None)


def _commit(root: Path, ref: str) -> str:
    shown = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if shown.returncode == 0:
        return shown.stdout.decode("ascii").strip()
    said = shown.stderr.decode("utf-8", "replace").strip()
    if said:
        raise InputError(f"git cannot read {root}: {clipped(said)}", help="see `git status` there")
    raise InputError(
        f"there is no commit {quoted(ref)} in this checkout",
        help="fetch it; in CI let the checkout take more than the last commit: `fetch-depth: 0`",
    )


def _object(root: Path, name: str) -> bytes:
    """The digits of what is kept under `name`; empty where nothing is."""
    return _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", name).stdout.strip()


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([_program(), "-C", str(root), *words], capture_output=True, check=False)


def _program() -> str:
    program = shutil.which("git")
    if program is None:
        raise MachineError("git is not installed", help="install it, or name a folder")
    return program


def _show(root: Path, name: str, to: Path, *, at: str) -> None:
    """Write the file `name` of a commit; nothing where there was none."""
    path = name.partition(":")[2]
    if "\n" in path:
        raise InputError(f"the name {quoted(path)} has two lines", help="rename the file")
    words = [_program(), "-C", str(root), "cat-file", "--batch", "--follow-symlinks"]
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=told) as git,
    ):
        assert git.stdin is not None
        assert git.stdout is not None
        git.stdin.write(os.fsencode(name) + b"\n")
        git.stdin.close()
        head = git.stdout.readline()
        kind, n = _kind(head)
        if kind == "blob":
            to.parent.mkdir(parents=True, exist_ok=True)
            with to.open("wb") as file:
                _copy(git.stdout, file, n)
        git.stdout.read()
        git.wait()
        told.seek(0)
        said = told.read().decode("utf-8", "replace").strip()
    if said or (kind == "missing" and _is_listed(root, name)):
        # Not the same as no file: rules that cannot be shown must not be taken for none.
        what = f"{path} of {at} is not in this checkout" + (f": {clipped(said)}" if said else "")
        raise InputError(what, help="fetch it: `git fetch --refetch`; in CI check out all of it")
    if kind == "blob" and is_pointer(to):
        raise InputError(
            f"{path} is kept by Git LFS, and git shows only a pointer to it at {at}",
            help="check the commit out beside, `git worktree add ../before REF`, with its files, "
            "`git -C ../before lfs pull`, and name that folder: --against ../before",
        )
    if kind not in ("blob", "missing", "notdir"):
        what = f"{path} is {_NO_FILE.get(kind, 'no file')} at {at}"
        raise InputError(what, help="name another commit")


def _names_in(root: Path, folder: str) -> list[str]:
    """The files that a folder of a commit holds; none where it is a file, or not there."""
    listed = _git(root, "ls-tree", "-z", "--full-tree", folder)
    if listed.returncode != 0:
        return []
    entries = (entry.partition(b"\t") for entry in listed.stdout.split(b"\0") if entry)
    return [os.fsdecode(name) for kind, _, name in entries if kind.split()[1] == b"blob"]


def _is_listed(root: Path, name: str) -> bool:
    """Whether the commit holds a file of this name, even where its content was never fetched."""
    commit, _, path = name.partition(":")
    listed = _git(root, "ls-tree", "--full-tree", commit, "--", f":(literal){path}")
    if listed.returncode != 0:  # a folder of it was never fetched either
        return True
    return bool(listed.stdout)


def _kind(head: bytes) -> tuple[str, int]:
    """What git says before it shows something: its kind, and its length where it is shown."""
    words = head.decode("utf-8", "replace").split()
    if words[-1:] == ["missing"]:
        return "missing", 0
    if len(words) == 3:
        return words[1], int(words[2])
    return (words[0] if words else ""), 0


def _copy(source: IO[bytes], to: IO[bytes], n: int) -> None:
    while n > 0 and (part := source.read(min(n, 1 << 20))):
        n -= to.write(part)
    if n:
        raise MachineError("git ended before a file was shown whole", help="see `git fsck`")


def _as_git_says(error: TicketbenchError, folder: str, name: str) -> TicketbenchError:
    def told(text: str) -> str:
        return text.replace(folder, name)

    problems = [Problem(told(p.what), told(p.where), told(p.help)) for p in error.problems]
    return type(error).of(problems)


def _absolute(path: Path) -> Path:
    """Without resolving links, which a checkout may bring."""
    return Path(os.path.abspath(path))
