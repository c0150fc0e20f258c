"""Phones, and any other number of seven digits or more, grouped or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ticketbench.report.masking.links import Span
from ticketbench.report.masking.look_alikes import phone_before, rows_of_digits

LEAST_DIGITS = 7
"""A shorter number is a price, a year, a room; behind a word such as "phone" five are enough."""

_LEAST_SAID, _MOST_DIALLED, _MOST_GROUP = 5, 15, 8
_SPACED = re.compile(r"[ \t][-/][ \t]|[ \t]{2}")
_LETTER, _JOINED = re.compile("[A-Za-z]"), re.compile("[A-Za-z0-9]")
"""Of Latin script alone: in others words stand at numbers without a blank."""
_TWO_DIGITS = re.compile("[0-9]{2}(?=[A-Za-z0-9 +-]{0,4}[0-9])")
_EXTENSION = re.compile(
    r"[ \t,;]{0,2}\(?(?:(?:ext|extn|extension|durchwahl|dw|app|poste|interno|int|anexo|ramal|wew|"
    r"toestel|tlv|\u0434\u043e\u0431|x)[.:]?|#)[ \t]{0,2}[0-9]{1,6}(?![0-9])",
    re.IGNORECASE,
)
_NORTH_AMERICAN = re.compile(r"(?:1[-. ])?\(?[2-9][0-9]{2}\)?[-. /]{1,2}[0-9]{3}[-. ][0-9]{4}")
_OF_STATES = re.compile(
    r"(?:"
    r"[A-Z]{2}[ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?[A-Z]"  # Britain
    r"|[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]"  # Italy
    r"|[A-Z]{5}[0-9]{4}[A-Z]"  # India
    r"|[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[A-Z0-9][0-9]|[A-Z&]{3,4}[0-9]{6}[A-Z0-9]{3}"  # Mexico
    r"|[12][ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?2[AB][ ]?[0-9]{3}[ ]?[0-9]{3}(?:[ ]?[0-9]{2})?"  # Corsica
    r"|[0-9]{2}[ ]?[0-9]{6}[ ]?[A-Z][ ]?[0-9]{3}"  # Germany
    r"|[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Z]|[0-9]{6}\+[0-9]{4}"  # Finland, Sweden
    r")(?![A-Za-z0-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Number:
    """Digits in a row: where, how many, in how many groups, the largest of them."""

    start: int
    end: int
    digits: str
    groups: int
    largest: int


def of_states(text: str) -> Iterator[Span]:
    """Numbers that a state gives its people and whose digits stand between letters."""
    done = 0
    for row in _TWO_DIGITS.finditer(text):
        if row.start() < done:
            continue
        for start in range(max(done, row.start() - 6), row.start() + 1):
            joined = start and _JOINED.match(text, start - 1)
            found = None if joined else _OF_STATES.match(text, start)
            if found:
                done = found.end()
                yield found.span()
                break


def phones(text: str) -> Iterator[Span]:
    """International and national numbers with their extensions."""
    for one in _numbers(text):
        said = phone_before(text, one.start)
        least = _LEAST_SAID if said else LEAST_DIGITS - ("+" in text[one.start : one.start + 2])
        if len(one.digits) >= least and (said or _dialled(text, one)):
            yield one.start, _with_extension(text, one.end)


def others(text: str) -> Iterator[Span]:
    """Every number of seven digits or more, with letters that stand at it."""
    for one in _numbers(text):
        if len(one.digits) >= LEAST_DIGITS:
            yield one.start, one.end


def strict_phones(text: str) -> Iterator[Span]:
    """Phones that look like nothing else: with a plus sign, with 00 and a country, or grouped as
    they are dialled. An id of digits alone is none.
    """
    for one in _numbers(text):
        shape = text[one.start : one.end]
        international = one.digits.startswith("00") and re.match("00[1-9]", one.digits)
        grouped = one.groups > 1 and one.digits[0] == "0" and one.digits[1:2] != "0"
        if not LEAST_DIGITS <= len(one.digits) <= _MOST_DIALLED + 2:
            continue
        if (
            "+" in shape
            or (international and len(one.digits) >= 12)
            or (grouped and len(one.digits) >= 9)
            or _NORTH_AMERICAN.fullmatch(shape)
        ):
            yield one.start, one.end


def _with_extension(text: str, end: int) -> int:
    found = _EXTENSION.match(text, end)
    if found is None:
        return end
    closes = "(" in found[0] and text[found.end() : found.end() + 1] == ")"
    return found.end() + closes


def _dialled(text: str, one: _Number) -> bool:
    shape, n = text[one.start : one.end], len(one.digits)
    if re.search("[A-Za-z]", shape):
        return False
    if "+" in shape or "(" in shape or re.match("00[1-9]", one.digits):
        return n <= _MOST_DIALLED + 4
    if one.digits[0] == "0":
        return n <= 12
    if shape[3:4] == shape[6:7] == "-" and n == 9:  # 123-45-6789 is a number of a state
        return False
    return one.groups > 1 and n <= 12 and one.largest <= _MOST_GROUP


def _numbers(text: str) -> Iterator[_Number]:
    for row in rows_of_digits(text):
        for start, end in _pieces(text, *row):
            yield from _without_words(text, start, end)


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """A chain cut where a range or a list goes on; an area code before a dash is no range."""
    for gap in _SPACED.finditer(text, start, end):
        before = text[start : gap.start()]
        if not re.match(r"[+(]*0|\+|\(", before) or sum(c.isdigit() for c in before) > 6:
            yield start, gap.start()
            start = gap.end()
    yield start, end


def _without_words(text: str, start: int, end: int) -> Iterator[_Number]:
    """The number without groups that letters stand at, unless the group is long itself."""
    start += _unclosed(text[start:end])
    groups = [(one.start(), one.end()) for one in re.compile("[0-9]+").finditer(text, start, end)]
    for i, edge in ((0, text[max(0, start - 1) : start]), (-1, text[end : end + 1])):
        if groups and _LETTER.match(edge) and groups[i][1] - groups[i][0] < LEAST_DIGITS:
            if i == -1 and (_check_letter(text, end) or _EXTENSION.match(text, end)):
                continue
            del groups[i]
    if not groups:
        return
    first, last = groups[0][0], groups[-1][1]
    begin = start if text[start:first].strip("+( ") == "" and first - start < 4 else first
    digits = "".join(text[a:b] for a, b in groups)
    yield _Number(
        begin - _letters(text[max(0, begin - 8) : begin][::-1]),
        last + _letters(text[last : last + 8]),
        digits,
        len(groups),
        max(b - a for a, b in groups),
    )


def _unclosed(shape: str) -> int:
    """How many brackets it begins with that it does not close."""
    n = shape.count("(") - shape.count(")")
    return min(max(n, 0), len(shape) - len(shape.lstrip("(")))


def _check_letter(text: str, end: int) -> bool:
    """Whether one letter ends the number, as in 12345678Z."""
    return bool(_LETTER.match(text, end)) and not _JOINED.match(text, end + 1)


def _letters(text: str) -> int:
    """How many letters and digits `text` begins with."""
    return next((i for i, c in enumerate(text) if not _JOINED.match(c)), len(text))
