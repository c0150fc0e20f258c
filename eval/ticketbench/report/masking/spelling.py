"""One spelling to look for patterns in: plain digits, dashes, dots and blanks, nothing invisible.

Patterns are written for this spelling alone. What they find is cut out of the text as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_DOTS = "\u3002\uff61"  # of Chinese and Japanese names of hosts
_MINUS = "\u2212"
_DROPPED = ("Cf", "Me")
"""Zero-width, soft-hyphen and direction characters, and the frames of keycap digits."""


@dataclass(frozen=True, slots=True)
class Spelt:
    """A text in plain characters; `dropped` says where one was left out, in order."""

    text: str
    dropped: Sequence[int] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` to `end`, at least one, stand in the text itself."""
        return self._at(start), self._at(end - 1) + 1

    def _at(self, i: int) -> int:
        return i + bisect_right(self.dropped, i)


def spelt(text: str) -> Spelt:
    """`text` with every character as one plain character, or none where it is invisible."""
    if text.isascii():
        return Spelt(text)
    plain = {c: _plain(c) for c in set(text) if not c.isascii()}
    changed = text.translate({ord(c): new for c, new in plain.items()})
    if len(changed) == len(text):
        return Spelt(changed)
    gone = re.compile("[" + "".join(re.escape(c) for c, new in plain.items() if not new) + "]")
    return Spelt(changed, [found.start() - i for i, found in enumerate(gone.finditer(text))])


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """The one ASCII character that it stands for, nothing, or itself."""
    category = unicodedata.category(character)
    if category in _DROPPED or "\ufe00" <= character <= "\ufe0f":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Zs":
        return " "
    if category == "Pd" or character == _MINUS:
        return "-"
    if character in _DOTS:
        return "."
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 and folded.isascii() else character
