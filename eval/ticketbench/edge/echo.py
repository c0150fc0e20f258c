"""What a server says, without what it repeats of a ticket."""

from __future__ import annotations

import json
import re

_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|\\.")
_LEAST_RUN = 16


def without_text(said: str, text: str) -> str:
    """`said` without the runs that stand in `text`, too, however JSON wrote them; blanks are alike.

    Servers repeat what they cannot take. What shares no run of 16 characters stays as it is.
    """
    plain = " ".join(unescaped(said).split())
    known, parts, i = " ".join(text.split()), [], 0
    while i < len(plain):
        end = i + _LEAST_RUN
        if plain[i:end] not in known or end > len(plain):
            parts.append(plain[i])
            i += 1
            continue
        while end < len(plain) and plain[i : end + 1] in known:
            end += 1
        parts.append("[text]")
        i = end
    return "".join(parts) if "[text]" in parts else said


def unescaped(said: str) -> str:
    """The characters that JSON wrote with a backslash as themselves."""
    return _ESCAPED.sub(_character, said)


def _character(found: re.Match[str]) -> str:
    try:
        return str(json.loads(f'"{found[0]}"'))
    except ValueError:
        return found[0]
