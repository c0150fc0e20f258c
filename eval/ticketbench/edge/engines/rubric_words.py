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
    stripped = (re.sub(r"^[\s?.!]+|[\s?.!]+$", "", part) for part in parts)
    found = tuple(part for part in stripped if part)
    return found or (rubric,)
