"""One text of several columns: such as a subject and a body."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise


def joined_text(parts: Iterable[str], *, join: str) -> str:
    """The parts in their order, `join` between them, each without its outer blanks.

    An empty part leaves nothing behind, and so does one that the next part begins with: a subject
    that was copied into the body.
    """
    given = [part.strip() for part in parts]
    given = [part for part in given if part]
    kept = [part for part, after in pairwise([*given, ""]) if not after.startswith(part)]
    return join.join(kept)
