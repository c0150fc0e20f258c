"""Addresses of machines: IPv4 and IPv6, with port, length of prefix, zone and brackets."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from ticketbench.report.masking.links import Span

_DOT = r"(?:\.|\[\.\]|\(\.\))"
_FOUR = re.compile(rf"[0-9]{{1,3}}(?:{_DOT}[0-9]{{1,3}}){{3}}(?![0-9]|\.[0-9])")
_NAMED = re.compile(r"ip(?:-[0-9]{1,3}){4}(?![0-9])", re.IGNORECASE)
_SIX = re.compile(r"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*")
_LONGEST_SIX, _SHORTEST_SIX = 47, 3
_AT_END = re.compile(r"(?:(?<!:):)?\.*$")
"""The colon or the dots of the sentence around it."""
_ZONE = re.compile(r"%[A-Za-z0-9]{1,15}")
_TAIL = re.compile(r"\]:[0-9]{1,5}(?![0-9:])|:[0-9]{1,5}(?![0-9:])|/[0-9]{1,3}(?![0-9./])")
VERSION_BEFORE = re.compile(
    r"(?:^|[^A-Za-z])(?:v|ver|vers|versions?|releases?|build|firmware|fw|software|driver|update|"
    r"patch|app|ios|ipados|android|macos|windows|chrome|chromium|firefox|safari|edge|opera|office|"
    r"java|python|node|php)[.:=]?[ ]?v?$",
    re.IGNORECASE,
)
"""What stands before the number of a version, which may have four parts, too."""
_FAR_BEFORE = 16
_GOES_ON = re.compile(r"[0-9]\.?$")


def hosts(text: str) -> Iterator[Span]:
    """Every address; four numbers behind a word such as "version" are one."""
    found = sorted([*_of_six(text), *_of_four(text)]) if "." in text or ":" in text else []
    done = 0
    for start, end in sorted([*found, *(one.span() for one in _NAMED.finditer(text))]):
        if start >= done:
            done = end
            yield start, end


def version_before(text: str, start: int) -> bool:
    """Whether the word before `start` says that the number of a version comes."""
    return VERSION_BEFORE.search(text, max(0, start - _FAR_BEFORE), start) is not None


def _of_four(text: str) -> Iterator[Span]:
    for found in _FOUR.finditer(text):
        start, end = found.span()
        # Part of a longer row of numbers, or of one number with a dot more in front.
        if _GOES_ON.search(text, max(0, start - 2), start):
            continue
        if max(map(int, re.findall("[0-9]+", found[0]))) <= 255 and not version_before(text, start):
            yield _with_tail(text, start, end)


def _of_six(text: str) -> Iterator[Span]:
    """Runs of hexadecimal digits and colons that are an address once what surrounds it is off."""
    for run in _SIX.finditer(text):
        start, end = run.span()
        joined = run[0][0] != ":" and text[max(0, start - 1) : start].isalnum()
        if end - start > _LONGEST_SIX or joined:
            continue
        end -= len(_AT_END.findall(run[0])[0])
        start += run[0].startswith(":") and not run[0].startswith("::")
        if end - start >= _SHORTEST_SIX and _is_six(text[start:end]):
            zone = _ZONE.match(text, end)
            yield _with_tail(text, start, zone.end() if zone else end)


def _is_six(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


def _with_tail(text: str, start: int, end: int) -> Span:
    """With its port or the length of its prefix, and with the brackets that a port needs."""
    opened = text[max(0, start - 1) : start] == "["
    tail = _TAIL.match(text, end)
    if tail is None or (tail[0][0] == "]" and not opened):
        return start, end
    return start - (tail[0][0] == "]"), tail.end()
