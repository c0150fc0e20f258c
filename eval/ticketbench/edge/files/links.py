"""Which links are followed, to read and to write: those that stay in the project.

Git carries links, and a stranger's may lead to a secret, or to a file that must not be replaced.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ticketbench.core.errors import InputError

FOLLOW_LINKS = "TICKETBENCH_FOLLOW_LINKS"
"""With this variable set, links may lead out of the project; `--follow-links` sets it."""

_OUTPUT = re.compile(r"/dev/(stdout|stderr|fd/\d+)|/proc/self/fd/\d+")
_SPANNED: dict[Path, Path] = {}
"""Of a file that a config names, the folder that it shares with config and other inputs."""


@contextmanager
def following_links() -> Iterator[None]:
    """Links may lead out of the project meanwhile."""
    before = os.environ.get(FOLLOW_LINKS)
    os.environ[FOLLOW_LINKS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[FOLLOW_LINKS]


def let_links_stay_beside(paths: Iterable[Path]) -> None:
    """These files, a config and its inputs, may be links to others below their common folder, where
    no git root is above them.

    Any other link without git must stay in its own folder; a home folder is no project.
    """
    named = [_absolute(path) for path in paths]
    common = _common_folder([path.parent for path in named])
    if common is not None and not _holds_home(common):
        _SPANNED.update(dict.fromkeys(named, common))


def read_at(path: Path) -> str:
    """The name to open for reading: where links lead. Raises InputError when that is out of the
    project: the git root, else what its config spans, else its own folder.
    """
    if os.environ.get(FOLLOW_LINKS):
        return str(path)
    return _within(path, _root_of(path, without_git=_absolute(path).parent))


def written_at(path: Path) -> Path:
    """The file that a writer of `path` changes: where links lead, and `path` where there is none.

    Raises InputError when that is out of the project: the git root, else what its config spans,
    else the working folder, else its own. An output that has a name (/dev/stdout, /dev/fd/3) is
    itself.
    """
    if is_output(path):
        return path
    real = os.path.realpath(path)
    if not os.environ.get(FOLLOW_LINKS):
        own, here = _absolute(path), Path.cwd()
        around = here if here in own.parents and not _holds_home(here) else own.parent
        real = _within(path, _root_of(path, without_git=around))
    return path if real == os.path.abspath(path) else Path(real)


def is_output(path: Path) -> bool:
    """Whether `path` is a name of standard output or error, or of a pipe that a shell made."""
    return _OUTPUT.fullmatch(str(path)) is not None


def refuse_linked(path: Path, *, help: str) -> None:
    """Raise InputError when `path` is a link, or behind one: a folder of ours is exchanged or
    removed as a whole, and must be the one that its name says.
    """
    if path.is_symlink():
        raise InputError(f"{path} is a link", help=help)
    link = _linked_parent(path)
    if link is not None:
        raise InputError(f"{path} lies behind the link {link}", help=help)


def _linked_parent(path: Path) -> Path | None:
    """The nearest folder above `path` that is a link within the project or the working folder.

    Links further up, such as a home folder on another disk, are the machine's own.
    """
    own = _absolute(path)
    with_git = [one for one in own.parents if (one / ".git").exists()]
    here = Path.cwd() if path.is_absolute() else _common_folder([own, Path.cwd()])
    around = (*with_git[-1:], here)
    inside = (one for one in own.parents if any(outer in one.parents for outer in around))
    return next((one for one in inside if one.is_symlink()), None)


def _within(path: Path, root: str) -> str:
    """Where links lead that `path` consists of, which is within `root`, a folder without links."""
    real = os.path.realpath(path)
    if not Path(real).is_relative_to(root):
        help_ = "put the file itself there; if you trust the link: --follow-links"
        raise InputError(f"{path} is a link out of the project", help=help_)
    return real


def _root_of(path: Path, *, without_git: Path) -> str:
    """The real folder that links on the way to `path` must stay in.

    The nearest folder above it with .git, else the one its config spans, else `without_git`. A
    folder that is itself reached by a link out of a project is none.
    """
    own = _absolute(path)
    with_git = [one for one in own.parents if (one / ".git").exists()]
    spanned = [_SPANNED[own]] if own in _SPANNED else []
    nearest = next(iter(with_git or spanned), without_git)
    root = os.path.realpath(nearest)
    for outer in (one for one in (*with_git, *spanned) if one in nearest.parents):
        around = os.path.realpath(outer)
        root = root if Path(root).is_relative_to(around) else around
    return root


def _common_folder(paths: list[Path]) -> Path | None:
    """The folder above all of them; None where that is the root, or they are on several drives."""
    try:
        common = Path(os.path.commonpath(paths))
    except ValueError:
        return None
    return None if common == Path(common.anchor) else common


def _holds_home(folder: Path) -> bool:
    home = _absolute(Path(os.path.expanduser("~")))
    return folder in (home, *home.parents)


def _absolute(path: Path) -> Path:
    """Without resolving links, which is the question here."""
    return Path(os.path.abspath(path))
