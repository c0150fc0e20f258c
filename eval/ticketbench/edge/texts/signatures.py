"""The lines below a closing: name, post, phone. Cut only where a known sign says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

MOST_LINES = 6
"""So many lines may stand below a closing; more are a text that goes on."""
MOST_BELOW_A_RULE = 12
"""The line `-- ` is made for signatures alone, so more may stand below it."""
LONGEST_LINE = 60
SHARED_LINES, SHARING_TEXTS = 3, 3

_CLOSING = re.compile(
    r"\s*(?:(?:(?:with\s)?(?:best|kind|kindest|warm|warmest|many)?\s?regards|"
    r"(?:with\s)?(?:best|kind)\swishes|yours\s(?:sincerely|faithfully|truly)|sincerely(?:\syours)?|"
    r"(?:mit\s)?(?:freundliche[nm]?|beste[nm]?|herzliche[nm]?|viele[nm]?|liebe[nm]?|schöne[nm]?)\s"
    r"gr(?:ü(?:ß|ss)|ue(?:ß|ss))e?n?|mit\sfreundlichem\sgru(?:ß|ss)|mfg|hochachtungsvoll|"
    r"(?:bien\s)?cordialement|(?:meilleures|sincères|cordiales)\ssalutations|bien\sà\s(?:vous|toi)|"
    r"un\s(?:cordial\s)?saludo|saludos(?:\scordiales)?|atentamente|cordiali\ssaluti|"
    r"distinti\ssaluti|met\svriendelijke\sgroet(?:en)?|hartelijke\sgroet(?:en)?)\s?[,.!]?|"
    r"(?:best|cheers|thanks|many\sthanks|thank\syou|danke|vielen\sdank|merci|gracias|grazie),)\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"--\s*$")
_PHONE = re.compile(
    r"\s*(?:Sent from (?:my|Outlook|Mail|Yahoo)|Get Outlook for|Gesendet (?:von|mit)|"
    r"Von meinem \w+ gesendet|Envoyé (?:de|depuis) mon|Enviado desde mi|Inviato da|"
    r"Verzonden vanaf mijn)\b.{0,60}$"
)
_GOES_ON = re.compile(r"\?|^\s*p\.?\s?s\b|^\s*>|(?:\S+\s+){5,}\S*[.!:]\s*$", re.IGNORECASE)


def cut_signature(text: str) -> str:
    """`text` without the signature at its end; as it is where that is all there is.

    A signature is what stands below a line `-- `, or a known closing with at most six short lines
    that are no sentences, or the last line that a phone adds.
    """
    return unsigned(text) or text


def unsigned(text: str) -> str:
    """What `cut_signature` leaves, but empty where all of the text is a signature."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    kept = _without_phone(lines)
    start = _signature(lines[:kept])
    kept = kept if start is None else start
    return text if kept == len(lines) else "\n".join(lines[:kept]).rstrip()


def holds_signature(text: str) -> bool:
    """Whether there is a signature to cut."""
    return cut_signature(text) != text


def shared_endings(texts: Sequence[str]) -> list[int]:
    """Which texts end in the same three lines as at least two others that say something else.

    A signature that no closing gives away: a name, an address and a phone number, a legal footer.
    """
    ends = [_ending(text) for text in texts]
    different = {(end, text) for end, text in zip(ends, texts, strict=True) if end}
    counts = Counter(end for end, _ in different)
    return [i for i, end in enumerate(ends) if end and counts[end] >= SHARING_TEXTS]


def _ending(text: str) -> str:
    """The last three lines that hold words, where more stand above them; else empty."""
    if text.count("\n") < SHARED_LINES:
        return ""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return "\n".join(lines[-SHARED_LINES:]) if len(lines) > SHARED_LINES else ""


def _without_phone(lines: list[str]) -> int:
    """The number of lines above the one that a phone adds."""
    last = _last_written(lines)
    return last if last >= 0 and _PHONE.match(lines[last]) else len(lines)


def _last_written(lines: list[str]) -> int:
    return next((i for i in range(len(lines) - 1, -1, -1) if lines[i].strip()), -1)


def _signature(lines: list[str]) -> int | None:
    """The line that a signature at the end begins with."""
    below = 0
    closing = None
    for i in range(len(lines) - 1, -1, -1):
        line = lines[i]
        if not line.strip():
            continue
        if below <= MOST_BELOW_A_RULE and _RULE.match(line):
            return i
        if below <= MOST_LINES and closing is None and _CLOSING.match(line[:LONGEST_LINE]):
            closing = i
        if len(line) > LONGEST_LINE or _GOES_ON.search(line) or below == MOST_BELOW_A_RULE:
            break
        below += 1
    return closing
