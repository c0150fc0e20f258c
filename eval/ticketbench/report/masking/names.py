"""Words and names that a user lists, as whole words in any case."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from ticketbench.report.masking.links import Span

_WORD = re.compile("[\\w\u0300-\u036f]+")
_GAP = re.compile(r"[\s.'\u2019-]{1,3}")

Names = Mapping[str, Sequence[tuple[str, ...]]]
"""Names as their words, by the first of these, the longest first."""


def listed_names(words: Iterable[str]) -> Names:
    """The lines of a list, ready to look for; a line without any letter or digit is left out."""
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for line in words:
        parts = tuple(_same(part) for part in _WORD.findall(line))
        if parts:
            found[parts[0]].add(parts)
    return {first: sorted(all_, key=lambda one: (-len(one), one)) for first, all_ in found.items()}


def names_in(text: str, names: Names) -> Iterator[Span]:
    """Where a listed name stands; its words may be parted by a blank, a dot or a dash."""
    if not names:
        return
    words = [*_WORD.finditer(text)]
    i = 0
    while i < len(words):
        n = next(
            (
                len(one)
                for one in names.get(_same(words[i][0]), ())
                if _stands(text, words[i : i + len(one)], one)
            ),
            0,
        )
        if n:
            yield words[i].start(), words[i + n - 1].end()
        i += n or 1


def _stands(text: str, words: Sequence[re.Match[str]], name: tuple[str, ...]) -> bool:
    if len(words) < len(name) or any(
        _same(w[0]) != part for w, part in zip(words, name, strict=True)
    ):
        return False
    return all(_GAP.fullmatch(text, a.end(), b.start()) for a, b in pairwise(words))


def _same(word: str) -> str:
    """One spelling in any case, accents with their letter or apart."""
    return unicodedata.normalize("NFC", word).casefold()
