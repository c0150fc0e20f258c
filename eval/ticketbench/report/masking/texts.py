"""The one way of a ticket's text to a person: what of it may be shown, and how much was masked.

What finds all kinds of strings is loaded for a text alone, or for a long id: it takes longer to
load than a table to print, in which most ids are short.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from ticketbench.core.types import Ticket

Mode = Literal["masked", "full", "none"]
"""What is shown of texts and ids: masked ones, both as they stand, or masked ids alone."""

_TOO_SHORT = re.compile("[A-Za-z0-9_-]{1,8}")
"""An id that holds nothing of these kinds: an address has other signs, an IBAN 12 characters, a
number without a plus sign nine digits. A page shows every id, and most are so short.
"""


@dataclass(frozen=True, slots=True)
class Masking:
    """What was masked: `n_strings` in `n_texts` of `n` texts, and how many of each kind.

    `names` says whether a list of names was looked for.
    """

    mode: Mode = "none"
    n_strings: int = 0
    n_texts: int = 0
    n: int = 0
    by_kind: Mapping[str, int] = field(default_factory=dict)
    names: bool = False

    def shown_id(self, name: str) -> str:
        """An id or a group for the eye; things are looked up by the one that it stands for."""
        return name if self.mode == "full" else masked_id(name)


def masked_id(name: str) -> str:
    """An id or a group as it may be shown: what looks like mail, phone or IBAN in it is masked.

    For the eye alone: two ids may come out alike, so nothing is looked up by it.
    """
    if _TOO_SHORT.fullmatch(name):
        return name
    from ticketbench.report.masking.mask import mask_in_id

    return mask_in_id(name)


NO_TEXTS = Masking()
"""Where no text is shown; ids are masked."""


@dataclass(frozen=True, slots=True)
class ShownTexts:
    """Texts by ticket id as they may be shown, none where none may be, and what was masked."""

    texts: Mapping[str, str]
    masking: Masking


_NOT_SHOWN = "(not shown: report.texts)"


class QuietText(str):
    """A text that others print by its `repr`, as a test runner does: that is `shown` instead."""

    shown: str

    def __new__(cls, text: str, shown: str) -> Self:
        """`text`, shown as `shown`."""
        made = super().__new__(cls, text)
        made.shown = shown
        return made

    def __repr__(self) -> str:
        return repr(self.shown)


def quiet(ticket: Ticket, shown: ShownTexts) -> Ticket:
    """An equal ticket whose `repr` shows only what may be shown."""
    if shown.masking.mode == "full":
        return ticket
    text = shown.texts.get(ticket.id, _NOT_SHOWN)
    in_file = ticket.text_in_file
    return replace(
        ticket,
        id=_quiet_id(ticket.id, shown),
        text=QuietText(ticket.text, text),
        group=None if ticket.group is None else _quiet_id(ticket.group, shown),
        metadata=tuple((name, _quiet_id(value, shown)) for name, value in ticket.metadata),
        text_in_file=None if in_file is None else QuietText(in_file, text),
    )


def _quiet_id(name: str, shown: ShownTexts) -> str:
    return QuietText(name, shown.masking.shown_id(name))


def shown_texts(
    tickets: Iterable[Ticket], mode: Mode, *, words: Sequence[str] = (), keep: Sequence[str] = ()
) -> ShownTexts:
    """The texts of `tickets` in this mode; the tickets themselves stay as they are.

    `words` are names to mask, `keep` regular expressions of what is not masked: see `mask`.
    """
    if mode == "none":
        return ShownTexts({}, Masking(mode))
    texts = {ticket.id: ticket.text for ticket in tickets}
    if mode == "full":
        return ShownTexts(texts, Masking(mode, n=len(texts)))
    from ticketbench.report.masking.mask import compiled, mask
    from ticketbench.report.masking.names import listed_names

    names, kept = listed_names(words), compiled(keep)
    masked = {id_: mask(text, names, kept) for id_, text in texts.items()}
    by_kind: Counter[str] = Counter()
    for one in masked.values():
        by_kind.update(one.counts)
    masking = Masking(
        mode,
        n_strings=by_kind.total(),
        n_texts=sum(one.n > 0 for one in masked.values()),
        n=len(texts),
        by_kind=dict(sorted(by_kind.items())),
        names=bool(names),
    )
    return ShownTexts({id_: one.text for id_, one in masked.items()}, masking)
