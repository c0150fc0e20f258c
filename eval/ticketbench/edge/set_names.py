"""Names of sets such as `v2@there` look like addresses of mail: those of a config that was read are
shown in messages all the same, and what a slip of the hand makes of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*+(?![\w.-])"

_rubric_sets: set[str] = set()
_endpoints: set[str] = set()


def note_sets(rubric_sets: Iterable[str], endpoints: Iterable[str]) -> None:
    """From now on pairs with one of these rubric sets or endpoints are names of sets; without
    endpoints that have names there is no pair.
    """
    named = [name for name in endpoints if name]
    if named:
        _rubric_sets.update(rubric_sets)
        _endpoints.update(named)


def note_pairs(names: Iterable[str]) -> None:
    """The same of the names of sets that a report or a table of predictions has; what has no `@`,
    or the form of mail, is no pair.
    """
    for name in names:
        if re.fullmatch(f"{_NAME}@{_NAME}", name):
            rubric_set, _, endpoint = name.partition("@")
            note_sets([rubric_set], [endpoint])


def forget_noted_sets() -> None:
    """No pair is the name of a set again."""
    _rubric_sets.clear()
    _endpoints.clear()


def noted_sets() -> re.Pattern[str] | None:
    """Finds pairs of which one half was noted; None where nothing was."""
    if not _endpoints:
        return None
    left, right = ("|".join(map(re.escape, sorted(one))) for one in (_rubric_sets, _endpoints))
    return re.compile(
        rf"(?<![\w.+@-])(?:(?:{left})@{_NAME}|[A-Za-z0-9][A-Za-z0-9._-]*@(?:{right})(?![\w-]|\.\w))"
    )
