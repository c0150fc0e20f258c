"""What a code or a word means, looked up as people write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.report.dictionary.codes import CODES
from ticketbench.report.dictionary.glossary import GLOSSARY


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code or a word, what it means, and what to do; `action` is empty for words."""

    name: str
    title: str
    meaning: str
    action: str = ""


def explanations() -> tuple[Explanation, ...]:
    """All codes, then all words, in the order in which they are printed."""
    codes = (Explanation(name, *code) for name, code in CODES.items())
    words = (Explanation(word.term, "", word.explanation) for word in GLOSSARY.values())
    return (*codes, *words)


def explanation(text: str) -> Explanation:
    """Of a code or word, whatever its case; blanks, dashes and underscores are alike.

    One of two words as which a term stands ("firm, thin") is enough. Raises InputError, with what
    comes closest, for anything else.
    """
    known = _by_spelling()
    found = known.get(_spelled(text))
    if found is None:
        near = suggestion(_spelled(text), known)
        near = f"{near} " if near.startswith("did") else ""
        help_ = f"{near}all of them: ticketbench explain"
        raise InputError(f"{quoted(text)} is no code and no word of this tool", help=help_)
    return found


def _by_spelling() -> Mapping[str, Explanation]:
    found: dict[str, Explanation] = {}
    for one in explanations():
        short = re.search(r"\((\w+)\)", one.name)
        parts = [re.sub(r"\(\w+\)", "", part) for part in one.name.split(",")]
        for name in (one.name, *parts, *([short[1]] if short else [])):
            found.setdefault(_spelled(name), one)
    found |= {_spelled(key): Explanation(word.term, "", word.explanation)
              for key, word in GLOSSARY.items() if _spelled(key) not in found}  # fmt: skip
    return found


def _spelled(text: str) -> str:
    return " ".join(re.sub(r"[-_]", " ", text).casefold().split())
