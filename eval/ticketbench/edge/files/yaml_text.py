"""Texts as they stand in a YAML file that we write: plain, in quotes, or in a comment."""

from __future__ import annotations

import json
import re


def as_yaml(text: str) -> str:
    """A plain word as it stands, anything else in quotes."""
    # What begins with a dot may be a number, so that only a path does.
    plain = re.fullmatch(r"(?:\.\.?/)*[A-Za-z_][A-Za-z0-9./_-]*", text)
    reserved = text.lower() in ("null", "true", "false")
    return text if plain and not reserved else in_quotes(text)


def in_quotes(text: str) -> str:
    """As JSON, which is YAML but for characters that no YAML file may hold as they are."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


def as_comment(text: str) -> str:
    """On one line: what follows a line end would be read."""
    return "".join(c if c.isprintable() else "?" for c in text)
