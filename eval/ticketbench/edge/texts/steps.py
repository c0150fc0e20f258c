"""Markup, quotes and signatures in this order, and what each step did to a text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ticketbench.edge.texts.html import plain
from ticketbench.edge.texts.quotes import own_words
from ticketbench.edge.texts.signatures import unsigned

STEPS: Mapping[str, Callable[[str], str]] = {
    "html": plain,
    "quotes": own_words,
    "signatures": unsigned,
}
"""In the order they are taken: a quote is seen once its markup is gone, a closing once it ends the
text. Each may leave nothing."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text after the steps: which changed it, and which were not taken since nothing was left."""

    text: str
    changed: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()


def cleaned(text: str, steps: Collection[str]) -> Cleaned:
    """`text` after those of STEPS whose names are given; an empty result keeps the text before."""
    changed, emptied = [], []
    for name, step in STEPS.items():
        if name in steps and (left := step(text)) != text:
            if left.strip():
                text = left
                changed.append(name)
            else:
                emptied.append(name)
    return Cleaned(text, tuple(changed), tuple(emptied))
