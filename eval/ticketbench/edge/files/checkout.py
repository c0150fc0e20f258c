"""Where a file stands in its checkout: the name under which a reviewer sees it."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from pathlib import Path

WORKSPACE = "GITHUB_WORKSPACE"


def in_checkout(path: Path, environment: Mapping[str, str]) -> str:
    """`path` from the root of its checkout, with `/` and without `..`.

    The root is the folder that GITHUB_WORKSPACE names, else the nearest one that git keeps. A file
    outside of both keeps the name it was given, or gets its whole one where that goes upwards.
    """
    absolute = Path(os.path.abspath(path))
    # The name as given comes first: a reviewer sees a link in the checkout, not what it leads to.
    names = (absolute, Path(os.path.realpath(path)))
    pairs = [(name, root) for root in _workspace(environment) for name in names]
    pairs += [(name, root) for name in names for root in _kept_by_git(name)]
    for name, root in pairs:
        if name.is_relative_to(root):
            return name.relative_to(root).as_posix()
    given = Path(os.path.normpath(path))
    return (absolute if ".." in given.parts else given).as_posix()


def _workspace(environment: Mapping[str, str]) -> tuple[Path, ...]:
    folder = environment.get(WORKSPACE, "")
    return (Path(os.path.abspath(folder)), Path(os.path.realpath(folder))) if folder else ()


def _kept_by_git(file: Path) -> list[Path]:
    return [folder for folder in file.parents if (folder / ".git").exists()][:1]
