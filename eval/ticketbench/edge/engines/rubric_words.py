"""What a rubric is about, apart from the words that only make it a question."""

from __future__ import annotations

import re

_QUESTION = re.compile(
    r"^(?:is|are|does|do|has|have|was|can|could|would)\s+"
    r"(?:this|the|a|an)?\s*(?:text|ticket|message|customer|user|person|sender|request)?\s*"
    r"(?:about|asking|ask|asks|want|wants|need|needs|report|reports|mention|mentions)?\s*"
    r"(?:about|for|to|how|whether|that)?\s+",
    re.IGNORECASE,
)
_BETWEEN_PHRASES = re.compile(r"[,;]|(?<![\w/-])(?:and|or)(?![\w/-])", re.IGNORECASE)


def without_question(rubric: str) -> str:
    """The rubric without leading words like "Is the customer asking about"."""
    return _QUESTION.sub("", rubric.strip())


def phrases(rubric: str) -> tuple[str, ...]:
    """What the rubric lists: it split at `,`, `;`, "and" and "or", without its question words.

    A rubric that holds nothing else is its own only phrase.
    """
    parts = _BETWEEN_PHRASES.split(without_question(rubric))
    found = tuple(words for part in parts if (words := _without_ends(part)))
    return found or (rubric,)


def _without_ends(part: str) -> str:
    """Without blanks and `?.!` at both ends; in one pass, where a pattern takes the square."""
    start, end = 0, len(part)
    while start < end and _is_end(part[start]):
        start += 1
    while end > start and _is_end(part[end - 1]):
        end -= 1
    return part[start:end]


def _is_end(character: str) -> bool:
    return character in "?.!" or character.isspace()
