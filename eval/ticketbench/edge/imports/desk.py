"""What help desks have in common: a label in tags or in a field, customers by number, times."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted, words
from ticketbench.edge.imports.preset import Asked, LeftOut
from ticketbench.edge.imports.values import at, plain

_MOST_SHOWN = 5
_NAMES = ("value", "name", "label", "title")
"""Where an object that stands for an option holds the name that people see."""


def texts_of(value: Any) -> tuple[str, ...]:
    """The names in a value, each once: a text, a number, an option as an object, or a list."""
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(dict.fromkeys(filter(None, map(_name, items))))


def tagged(tags: Iterable[str], patterns: str) -> tuple[str, ...]:
    """What the star of a pattern stands for in the tags that it fits; several patterns by commas,
    one without a star is a tag itself.

    Raises InputError for two stars in one.
    """
    found = []
    wanted = [one.strip() for one in patterns.split(",") if one.strip()]
    for tag in tags:
        for pattern in wanted:
            before, star, after = pattern.partition("*")
            if "*" in after:
                what = f"--label-tag {quoted(pattern)} has more than one star"
                raise InputError(what, help="such as --label-tag 'team_*'")
            if not star and tag == pattern:
                found.append(tag)
            elif star and tag.startswith(before) and tag.endswith(after):
                found.append(tag[len(before) : len(tag) - len(after)])
    return tuple(dict.fromkeys(filter(None, found)))


def desk_labels(
    asked: Asked, *, tags: Sequence[str], fields: Collection[str], value: Any, left_out: LeftOut
) -> tuple[str, ...]:
    """The labels of a ticket: of `value`, the field that was asked for, or of its tags; with both
    options the pattern says what of the field's value is the label. Counted where there is none.

    Raises InputError, with tags and fields that there are, where neither was asked for.
    """
    if not (asked.label_tag or asked.label_field):
        there = [f"tags here: {_few(tags)}"] if tags else []
        there += [f"fields: {_few(fields)}"] if fields else []
        what = "; ".join(("which tag or field holds the label is not said", *there))
        raise InputError(what, help="write --label-tag 'PREFIX_*' or --label-field NAME")
    found = texts_of(value) if asked.label_field else tuple(tags)
    if asked.label_tag:
        found = tagged(found, asked.label_tag)
    if not found:
        where = "the field" if asked.label_field else "a tag like"
        left_out.count(f"tickets without {where} {asked.label_field or asked.label_tag}")
        left_out.saw(tags, fields)
    return found


def field_value(values: Mapping[str, Any], name: str, *, under: Sequence[str]) -> Any:
    """The value of the field called `name`: at the top, or in one of the objects in `under`."""
    if not name:
        return None
    places = (name, *(f"{one}.{name}" for one in under))
    return next((found for one in places if (found := at(values, one)) is not None), None)


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; none for anything else."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def person(value: Any) -> str:
    """`p-` and 12 hex digits for a name or an address, the same wherever it stands.

    It ties a person's tickets without saying who it is. Who knows an address can tell whether it
    is the one: this is a pseudonym, not more.
    """
    name = plain(value).casefold()
    return f"p-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:12]}" if name else ""


def utc(value: Any) -> str:
    """Seconds since 1970 as a time in UTC; a time that is text as it stands."""
    if not isinstance(value, int | float):
        return plain(value)
    try:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""


def _few(names: Collection[str]) -> str:
    """The first five, and how many more there are."""
    more = len(names) - _MOST_SHOWN
    return words(list(names)[:_MOST_SHOWN]) + (f", and {more} more" if more > 0 else "")


def _name(value: Any) -> str:
    if isinstance(value, Mapping):
        return next((name for key in _NAMES if (name := plain(value.get(key)))), "")
    return plain(value)
