"""Whether a word on the command line names a side in parts, told without reading a table."""

from __future__ import annotations

from pathlib import Path

from ticketbench.edge.parts.pattern import any_matches, in_parts
from ticketbench.flow.steps.sides import RESULTS


def names_parts(text: str) -> bool:
    """Whether a word is a folder or a pattern of parts, or a set of these; no report of a run."""
    path, _ = split(text)
    return in_parts(path) and not (path / RESULTS).is_file()


def split(text: str) -> tuple[Path, str | None]:
    """`FOLDER:SET`, `PATTERN:SET` or `FILE:SET` in two; names may have colons of their own."""
    ends = [len(text), *(i for i in reversed(range(1, len(text))) if text[i] == ":")]
    for end in ends:
        path = Path(text[:end])
        if path.exists() or any_matches(path):
            return path, text[end + 1 :] if end < len(text) else None
    return Path(text), None
