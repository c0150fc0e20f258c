"""What a user says of the form of a table, as words: checked, and one error a mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.edge.results.forms.options import ROLES, Form
from ticketbench.edge.tables.dialect import delimiter_of, encoding_of

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "scale": ("prob", "percent", "log"),
    "decimal": (".", ","),
    "empty_scores": ("refuse", "zero"),
}
_NAMES = tuple(part.name for part in fields(Form))
_SEVERAL = re.compile(rf",(?=\s*(?:{'|'.join(ROLES)})\s*=)")


def pairs_of(name: str, texts: Sequence[str]) -> dict[str, str]:
    """`OLD=NEW` texts as pairs; of `columns` each text may hold several, apart by commas.

    A comma or `=` within the name of a column stays there: only one before another role ends it.
    Raises InputError for another form, and for what is said twice.
    """
    found: dict[str, str] = {}
    form = "ROLE=COLUMN" if name == "columns" else "OLD=NEW"
    for text in texts:
        for part in _SEVERAL.split(text) if name == "columns" else [text]:
            old, equals, new = part.partition("=")
            old, new = old.strip(), new.strip()
            if not equals or not new:
                raise InputError(f"takes {form}, got {quoted(part)}", where=name)
            if old in found:
                raise InputError(
                    f"says twice what {quoted(old)} is", where=name, help="say it once"
                )
            found[old] = new
    return found


def form_of(said: Mapping[str, Any]) -> Form:
    """The form that is said, each part under its name in `Form`. Raises InputError for another."""
    for name, value in said.items():
        if name not in _NAMES:
            raise InputError(f"a form has no {quoted(name)}", help=suggestion(name, _NAMES))
        if name in _CHOICES and value not in _CHOICES[name]:
            known = ", ".join(_CHOICES[name])
            raise InputError(f"cannot be {quoted(str(value))}", where=name, help=f"known: {known}")
        if name in ("columns", "labels"):
            _check_pairs(name, value)
    parts = dict(said)
    if parts.get("gold") is not None:
        parts["gold"] = str(parts["gold"])
    for name, read in (("delimiter", delimiter_of), ("encoding", encoding_of)):
        if parts.get(name) is not None:
            parts[name] = _named(name, parts[name], read)
    return Form(**parts)


def _check_pairs(name: str, value: object) -> None:
    if not isinstance(value, Mapping) or not all(
        isinstance(text, str) for pair in value.items() for text in pair
    ):
        raise InputError("takes names by names", where=name, help="such as {'label': 'y_true'}")
    unknown = [role for role in value if role not in ROLES]
    if name == "columns" and unknown:
        what = f"{quoted(unknown[0])} is no role of a column"
        raise InputError(what, where=name, help=suggestion(unknown[0], ROLES))


def _named(name: str, value: object, read: Callable[[str], str]) -> str:
    try:
        return read(str(value))
    except InputError as error:
        raise error.located(name) from None
