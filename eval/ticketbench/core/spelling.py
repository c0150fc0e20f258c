"""Whether two names differ at most in how they are written: of labels, and of columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_GAP = re.compile(r"(?!^-\d)[\s_-]+")


def label_form(label: str) -> str:
    """What labels have in common that differ only in case, compatibility forms, blanks, `_`, `-`.

    The sign of a number stays: -1 is no spelling of 1. To find what may be meant, never to take
    one label for another: a ticket's label is that of a rubric to the letter, or an error. The form
    of a form is itself. Unicode Standard 3.13, D146 (compatibility caseless match).
    """
    return _GAP.sub(" ", _folded(label).strip()).strip()


def labels_by_form(labels: Iterable[str]) -> dict[str, list[str]]:
    """The labels under the form they share, each once; forms and labels in the order given."""
    found: dict[str, list[str]] = {}
    for label in dict.fromkeys(labels):
        found.setdefault(label_form(label), []).append(label)
    return found


def column_form(name: str) -> str:
    """A column's name without case, and with `_` for any blank or sign between its words.

    Empty for a name of signs alone.
    """
    return re.sub(r"[\W_]+", "_", _folded(name)).strip("_")


def _folded(text: str) -> str:
    # Folding makes letters that have a compatibility form, and the other way round.
    text = unicodedata.normalize("NFD", text)
    for _ in range(2):
        text = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", text)
