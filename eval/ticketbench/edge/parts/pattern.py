"""Whether a path names parts: a folder, or a pattern with * or ?. Told from the name alone."""

from __future__ import annotations

import glob
from pathlib import Path

SIGNS = frozenset("*?[")
"""What makes a name a pattern."""


def in_parts(path: Path) -> bool:
    """Whether `path` is a folder or a pattern; a file that has the name of a pattern is none."""
    return path.is_dir() or (not SIGNS.isdisjoint(str(path)) and not path.exists())


def any_matches(path: Path) -> bool:
    """Whether `path` is a pattern that some file or folder matches."""
    return in_parts(path) and any(True for _ in glob.iglob(str(path), recursive=True))
