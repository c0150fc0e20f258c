"""What of a link is about a person: who signs in, values of its query, long parts of its path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Span = tuple[int, int]
"""Where something starts and ends."""

_TOKEN = re.compile(r"(?<![^\s<>\"])[^\s<>\"/?]*[/?][^\s<>\"]*")
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}(?::[0-9]{1,5})?[/?#]")
_VALUE = re.compile(r"[?&;#][^?&;#=/]*=(?!\[url$)([^&;#]+)")
"""Not the first word of what stands for one already."""
_QUERY = re.compile(r"[?&][A-Za-z][\w.\-\[\]]*=[^&;#]")
_ALONE = re.compile(r"\?(?!\[url$)([^?&;#=]+)(?=[&#]|$)")
_PART = re.compile(r"[/#]([^/?#&]{16,})")
"""Shorter parts of a path are words, numbers of articles, years."""
_AT_END = ".,;:!?)]}'*\u00bb\u201d\u2019"


@dataclass(frozen=True, slots=True)
class _Link:
    """A link without its scheme: where it starts, its text, whether a scheme stood before it."""

    start: int
    text: str
    has_scheme: bool


def users(text: str) -> Iterator[Span]:
    """User name and password before the host."""
    for link in _links(text):
        authority = re.split(r"[/?#]", link.text, maxsplit=1)[0]
        end = authority.rfind("@")
        if link.has_scheme and end > 0:
            yield link.start, link.start + end


def values(text: str) -> Iterator[Span]:
    """What stands after `=` in query and fragment, and a query without any name."""
    for link in _links(text):
        found = [*_VALUE.finditer(link.text), *_ALONE.finditer(link.text)]
        for one in sorted(found, key=lambda match: match.start(1)):
            yield link.start + one.start(1), link.start + one.end(1)


def parts(text: str) -> Iterator[Span]:
    """Parts of a path that mix 16 or more letters and digits: they open what is behind them."""
    for link in _links(text):
        path = link.text.partition("?")[0]
        for one in _PART.finditer(path):
            if re.search("[0-9]", one[1]) and re.search(r"[^\W\d_]", one[1]):
                yield link.start + one.start(1), link.start + one.end(1)


def _links(text: str) -> Iterator[_Link]:
    if "/" not in text and "?" not in text:
        return
    for token in _TOKEN.finditer(text):
        found = token[0].rstrip(_AT_END)
        scheme = found.find("://")
        if scheme >= 0:
            yield _Link(token.start() + scheme + 3, found[scheme + 3 :], has_scheme=True)
            continue
        opened = len(found) - len(found.lstrip("(['*"))
        if _HOST.match(found, opened) or _QUERY.search(found):
            yield _Link(token.start() + opened, found[opened:], has_scheme=False)
