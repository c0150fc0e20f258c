"""A text with every string of a personal kind replaced by a fixed form, and how many there were."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import itemgetter

from ticketbench.report.masking.kinds import BY_DIGITS, BY_FORM, NAME, OF_IDS, Kind, form_of
from ticketbench.report.masking.links import Span
from ticketbench.report.masking.look_alikes import look_alikes, rows_of_digits
from ticketbench.report.masking.names import Names, names_in
from ticketbench.report.masking.spelling import Spelt, spelt

MOST_SHOWN = 500
"""Characters of a text in one place of a page."""

_CUT = " (cut)"
_OPEN_FORM = re.compile(r"\[[a-z ]{0,12}$")
_LONGEST_WORD = 0.2
"""Of what is shown: a longer word at its end is cut within, else little would be left."""

_HIDDEN = "\x00"
"""Stands where something was found: no pattern reads it as part of anything."""

_PATH = re.compile(
    r"(?:^|(?<=[\s'\"]))(?:(?:~|\.{1,2})?/\S+|[A-Za-z]:\\\S+"
    r"|\S+\.(?:csv|tsv|jsonl?|ya?ml|gz|parquet|sqlite)(?![A-Za-z]))"
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text as it may be shown, and the strings masked in it, counted by kind."""

    text: str
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many strings were masked."""
        return sum(self.counts.values())


def mask(text: str, names: Names | None = None, keep: Sequence[re.Pattern[str]] = ()) -> Masked:
    """`text` with `[mail]`, `[phone]` and the like in place of what is of such a kind.

    `names` are masked as `[name]`. What a pattern of `keep` covers as a whole, alone or with more,
    is not masked; a mail, an IBAN, a card, an address or a key is never kept in part.
    """
    plain = spelt(text)
    search = _Search(plain.text, [one.span() for each in keep for one in each.finditer(plain.text)])
    search.look_for(BY_FORM)
    if any(rows_of_digits(search.left)):
        search.hide([*search.kept_alone(), *look_alikes(search.left)])
        search.look_for(BY_DIGITS)
    if names:
        search.start_again()
        search.take(NAME, names_in(search.left, names))
    return _replaced(text, plain, search.found)


def mask_in_id(name: str) -> str:
    """An id of any length with what looks like mail, phone or IBAN in it masked; others see it as
    `masked_id` shows it.
    """
    plain = spelt(name)
    search = _Search(plain.text, [])
    search.look_for(OF_IDS)
    return _replaced(name, plain, search.found).text


def masked_message(text: str, *, keep: re.Pattern[str] | None = None) -> str:
    """A message that may name an id: masked like one, but for the names of files in it, and for
    what `keep` covers as a whole.
    """
    plain = spelt(text)
    kept = [_PATH] if keep is None else [_PATH, keep]
    search = _Search(plain.text, [one.span() for each in kept for one in each.finditer(plain.text)])
    search.look_for(OF_IDS)
    return _replaced(text, plain, search.found).text


def compiled(keep: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    """Regular expressions, ready to use; re.error for what is none."""
    return tuple(re.compile(one) for one in keep)


def cut(text: str, most: int = MOST_SHOWN) -> str:
    """At most `most` characters of `text`, ended at a word and with a mark; a short one as it is.

    A very long word is cut within. A form such as `[url value]` stays whole or goes.
    """
    if len(text) <= most:
        return text
    shown = text[:most]
    if not text[most].isspace():
        *_, last = re.split(r"\s", shown)
        shown = shown[: most - len(last)] if len(last) < _LONGEST_WORD * most else shown
    form = _OPEN_FORM.search(shown)
    return (shown[: form.start()] if form else shown).rstrip() + _CUT


class _Search:
    """What is left of a plain text to look in, and what was found: where, and of which kind."""

    def __init__(self, text: str, kept: Sequence[Span]) -> None:
        self.left = self._whole = text
        self._kept = sorted(span for span in kept if span[1] > span[0])
        self._kept_to = [*accumulate((end for _, end in self._kept), max)]
        self.found: list[tuple[int, int, str]] = []

    def look_for(self, kinds: Iterable[Kind]) -> None:
        """Take what each kind finds, one after the other."""
        for kind in kinds:
            self.take(kind.name, kind.find(self.left))

    def take(self, kind: str, spans: Iterable[Span]) -> None:
        """Note these strings, unless they are to be kept, and hide them from what comes later."""
        seen = [*spans]
        self.found += [(*span, kind) for span in seen if not self._keeps(span)]
        self.hide(seen)

    def hide(self, spans: Iterable[Span]) -> None:
        """Put nothing readable in place of `spans`."""
        parts, at = [], 0
        for start, end in sorted(spans):
            if end > at:
                start = max(start, at)
                parts += [self.left[at:start], _HIDDEN * (end - start)]
                at = end
        if parts:
            self.left = "".join([*parts, self.left[at:]])

    def kept_alone(self) -> list[Span]:
        """What is to be kept and is no piece of a longer word or number."""
        edges = ((span, self._whole[max(0, span[0] - 1) : span[0]]) for span in self._kept)
        return [
            span
            for span, before in edges
            if not (before.isalnum() or self._whole[span[1] : span[1] + 1].isalnum())
        ]

    def start_again(self) -> None:
        """Look in the whole text, but for what is masked."""
        self.left = self._whole
        self.hide([(start, end) for start, end, _ in self.found])

    def _keeps(self, span: Span) -> bool:
        i = bisect_right(self._kept, span[0], key=itemgetter(0))
        return i > 0 and self._kept_to[i - 1] >= span[1]


def _replaced(text: str, plain: Spelt, found: Sequence[tuple[int, int, str]]) -> Masked:
    if not found:
        return Masked(text)
    parts, at = [], 0
    counts: Counter[str] = Counter()
    for start, end, kind in sorted(found):
        first, last = plain.original(start, end)
        parts += [text[at:first], form_of(kind)]
        at = last
        counts[kind] += 1
    return Masked("".join([*parts, text[at:]]), dict(sorted(counts.items())))
