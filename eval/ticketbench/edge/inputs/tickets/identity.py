"""The id of a ticket: as the file has it, as a number became it, or made of the text."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field

_DIGITS = 12
_MOST_EXACT = 2**53
"""Above it not every whole number is a float, so the last digits of an id may be others."""

_FLOAT = re.compile(r"[+-]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?")
_NO_NUMBERS = ("nan", "inf", "-inf", "infinity", "-infinity")
"""What formats write for a float that is none."""

_SHORTENED = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d{2,3}")
"""How a spreadsheet shows a number of twelve digits or more: 1.23457E+11."""


class NoId(Exception):
    """A value that is no id; its words name the cause, `help` what to do."""

    def __init__(self, what: str, help: str) -> None:
        super().__init__(what)
        self.help = help


@dataclass(slots=True)
class IdsOfTexts:
    """Ids for texts of a file without any: `t-` and 12 hex digits of the text's SHA-256.

    A text that stands again gets -2, -3 in file order; so rows may move without changing ids.
    """

    _seen: Counter[str] = field(default_factory=Counter)

    def next(self, text: str) -> str:
        """The id of the next ticket, which has this text."""
        own = id_of_text(text)
        self._seen[own] += 1
        n = self._seen[own]
        return own if n == 1 else f"{own}-{n}"


def id_of_text(text: str) -> str:
    """`t-` and the first 12 hex digits of the text's SHA-256."""
    return f"t-{hashlib.sha256(text.encode('utf-8')).hexdigest()[:_DIGITS]}"


def whole_number(text: str) -> str | None:
    """The digits of a float that is a whole number and exact; None for every other text: digits
    without a point are no float, so 007 stays what it is.
    """
    if _FLOAT.fullmatch(text) is None:
        return None
    value = float(text)
    exact = value.is_integer() and abs(value) <= _MOST_EXACT
    return str(int(value)) if exact else None


def usable_id(text: str, *, is_float: bool) -> str:
    """The id as the file has it, a whole float without its `.0`.

    Raises NoId for a float that is no whole number or too large to be exact, and for a number that
    a spreadsheet shortened.
    """
    if is_float:
        found = whole_number(text)
        if found is not None:
            return found
        if _FLOAT.fullmatch(text) or text.lower() in _NO_NUMBERS:
            help_ = "ids became floats: store the column as text, or as whole numbers, again"
            raise NoId("is a float that is not exactly a whole number", help_)
    if text[:1] in "+-0123456789" and _SHORTENED.fullmatch(text.strip()):
        help_ = "a spreadsheet shortened these ids: format the column as text and export again"
        raise NoId("is a shortened number", help_)
    return text
