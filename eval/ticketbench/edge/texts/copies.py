"""What makes two texts copies of each other."""

from __future__ import annotations


def copy_key(text: str) -> str:
    """The same for texts that differ at most by case and blanks."""
    return " ".join(text.split()).casefold()
