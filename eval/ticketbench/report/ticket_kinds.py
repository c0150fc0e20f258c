"""The kinds of tickets as a command names them: those of the page's chips, which of them, in words.

Which tickets are of a kind is said by the chips alone.
"""

from __future__ import annotations

import numpy as np

from ticketbench.core.types import BoolArray
from ticketbench.report.decide.tickets import chips
from ticketbench.report.decide.view import View
from ticketbench.report.words import numbers
from ticketbench.report.words.setting import at_text

CHIP_OF = {
    "broken": "broken",
    "fixed": "fixed",
    "still": "still",
    "out-wrong": "wrong",
    "near-tie": "near",
    "suspect": "suspect",
    "no-label": "none",
    "failed": "failed",
    "all": "all",
}
"""From the name of a kind to the key of its chip, in the order of the chips."""

OF_TWO = ("broken", "fixed")
"""Kinds that take a set to hold against."""

READ_FIRST = ("broken", "out-wrong", "still")
"""What is worth reading where nobody names a kind, the first one that has tickets."""


def kinds(view: View) -> dict[str, BoolArray]:
    """The tickets of each kind that has a meaning here; a kind without a chip has none."""
    found = {key: kept for key, _, kept in chips(view)}
    nothing = np.zeros(len(view.ids), dtype=np.bool_)
    return {
        kind: found.get(chip, nothing)
        for kind, chip in CHIP_OF.items()
        if kind not in OF_TWO or view.other is not None
    }


def kind_name(kind: str, label_word: str) -> str:
    """What a kind is called where a label has another name: `no-team`; one word in any case."""
    plain = label_word.replace("-", "").isalnum()
    return f"no-{label_word}" if kind == "no-label" and plain else kind


def kind_text(view: View, kind: str, n: int) -> str:
    """So many tickets of a kind in words: "28 broken by v2 (v1 had the right team)"."""
    new, tickets = view.sets[view.use].name, numbers.count(n, "ticket")
    old = "" if view.other is None else view.sets[view.old].name
    still = f"still wrong under {new} ({old} was wrong, too)" if old else f"wrong under {new}"
    at = at_text(view.found.setting or view.found.today)
    return {
        "broken": f"{n:,} broken by {new} ({old} had the right {view.word})",
        "fixed": f"{n:,} fixed by {new} ({old} had a wrong {view.word})",
        "still": f"{n:,} {still}",
        "out-wrong": f"{tickets} sent out wrong by {new} at {at}",
        "near-tie": f"{numbers.count(n, 'near tie')} of {new} (its two best answers score alike)",
        "suspect": f"{tickets} whose {view.word} may be wrong (the answers contradict it)",
        "no-label": f"{tickets} without a {view.word}",
        "failed": f"{tickets} that a version did not answer",
        "all": tickets,
    }[kind]
