"""The argument that says which column is what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def by_role(columns: Mapping[str, str | Sequence[str]] | None) -> dict[str, tuple[str, ...]]:
    """The columns of each role, also of one where a single name was given; nothing for None."""
    return {
        role: (given,) if isinstance(given, str) else tuple(given)
        for role, given in (columns or {}).items()
    }
