"""What stands in texts beside what customers wrote: counted text by text, nothing of them kept."""

from __future__ import annotations

from collections import Counter

from ticketbench.edge.texts.html import holds_markup, to_text
from ticketbench.edge.texts.quotes import cut_quotes
from ticketbench.edge.texts.signatures import holds_signature
from ticketbench.measure.sample.inventory import Holding, Personal, TextContents
from ticketbench.report.masking.mask import mask

MOST_CHARACTERS = 20_000
"""Of one text that are looked at: a longer one is a document, and takes its time."""


class Contents:
    """Counts over the texts that were added."""

    def __init__(self) -> None:
        self._n = self._n_personal = 0
        self._holding: dict[str, Holding] = {}
        self._strings: Counter[str] = Counter()
        self._texts: Counter[str] = Counter()

    def add(self, name: str, text: str) -> None:
        """Look at one more text, of the ticket `name`."""
        self._n += 1
        text = text[:MOST_CHARACTERS]
        markup = holds_markup(text)
        plain = to_text(text) if markup else text
        own = cut_quotes(plain)
        for kind, holds in (
            ("markup", markup),
            ("quoted", own != plain),
            ("signatures", holds_signature(own)),
        ):
            if holds:
                before = self._holding.get(kind, Holding(0, name))
                self._holding[kind] = Holding(before.n + 1, before.first)
        counts = mask(text).counts
        self._strings.update(counts)
        self._texts.update(counts.keys())
        self._n_personal += bool(counts)

    def found(self, of: int) -> TextContents:
        """The counts, of `of` texts that there are."""
        kinds = sorted(self._strings, key=lambda kind: (-self._strings[kind], kind))
        return TextContents(
            n=self._n,
            of=of,
            markup=self._holding.get("markup", Holding()),
            quoted=self._holding.get("quoted", Holding()),
            signatures=self._holding.get("signatures", Holding()),
            personal=tuple(Personal(k, self._strings[k], self._texts[k]) for k in kinds),
            n_personal=self._n_personal,
        )
