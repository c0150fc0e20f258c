"""What stands in a file or an answer, as a message may show it: short, on one line, no controls."""

from __future__ import annotations

from collections.abc import Collection, Iterable

MOST_SHOWN = 60
"""Characters of foreign text in one place of a message: enough to find it, too few to spill it."""

_MOST_NAMES = 3
_MOST_WORDS = 30
_MOST_IN_A_SENTENCE = 5


def clipped(text: str) -> str:
    """At most 60 characters of `text`; what is not printable is escaped, a cut ends with `…`.

    For reasons that a library gives, which may hold what stands in the file.
    """
    plain = repr(text[: MOST_SHOWN + 1])[1:-1]
    return plain if len(plain) <= MOST_SHOWN else f"{plain[: MOST_SHOWN - 1]}…"


def quoted(text: str) -> str:
    """`text` in quotes, at most 60 characters with them, on one line, controls escaped."""
    plain = repr(text[: MOST_SHOWN + 1])
    return plain if len(plain) <= MOST_SHOWN else f"{plain[: MOST_SHOWN - 2]}…{plain[0]}"


def without_controls(text: str) -> str:
    """`text` in full, as a name is shown; what is not printable is escaped: a tab is `\\t`."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def words(names: Collection[str], *, most: int = _MOST_WORDS) -> str:
    """Up to `most` names to choose from, clipped, without quotes, and how many more there are."""
    shown = ", ".join(clipped(name) for name in list(names)[:most])
    more = len(names) - most
    return f"{shown} and {more} more" if more > 0 else shown


def some(names: Collection[str]) -> str:
    """Up to five names in a sentence that can do without the others, and how many more."""
    return words(names, most=_MOST_IN_A_SENTENCE)


def listed(names: Iterable[str]) -> str:
    """The first three names in quotes, and how many more there are; empty for none."""
    names = list(names)
    shown = ", ".join(quoted(name) for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def columns_near(name: str, columns: Collection[str]) -> str:
    """How many columns a table has, and the five whose names are nearest to `name`.

    A single column may be the first line of something that is no table: it is not shown.
    """
    if len(columns) < 2:
        return "there is one column" if columns else "there are no columns"
    import difflib  # late: it takes longer to load than the rest of this file

    by_start = {column[:MOST_SHOWN]: column for column in columns}
    near = difflib.get_close_matches(name, by_start, n=_MOST_IN_A_SENTENCE, cutoff=0.0)
    named = ", ".join(quoted(by_start[one]) for one in near)
    return f"{len(columns)} columns, the nearest: {named}"
