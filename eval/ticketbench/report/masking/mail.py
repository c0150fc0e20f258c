"""Addresses of mail, also where the at sign is written as (at) or the dot as (dot).

An at sign is looked for, then what may stand before and behind it: patterns that begin with the
local part would read a long word again from each of its letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ticketbench.report.masking.links import Span

_AT = re.compile(
    r"@|%40|&\#(?:64|x40);|&commat;|[(\[{<][ ]?(?:at|@|\u00e4t|arroba)[ ]?[)\]}>]",
    re.IGNORECASE,
)
_AT_WORD = re.compile(r" at (?=[^\s@.]{1,63}(?: (?:dot|punkt) |\.[^\s@.]))", re.IGNORECASE)
_LIKE_A_LOCAL = re.compile("[A-Za-z][A-Za-z0-9-]*[._+][A-Za-z0-9._+-]*[A-Za-z0-9]")
"""What stands before the word "at" where the dots of the domain are dots: "look at shop.example" is
no address.
"""
_DOT_WORDS = re.compile(r"(?:(?<![\w.+-])[\w.+-]{1,64} (?:dot|punkt) ){1,4}$", re.IGNORECASE)
_FAR = 128

_LONGEST_LOCAL = 256
_PUNCTUATION = "\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a\u2026\u3001\uff0c"
_LOCAL = re.compile(
    # Backwards from the at sign: a quoted text, or a run without what no address has bare.
    rf'[ ]?("(?:"\\|[^"\n\x00]){{1,128}}"|[^\s@<>()\[\],;:"\\\x00{_PUNCTUATION}]{{1,256}})'
)
_BEFORE = re.compile("[A-Za-z_-]{2,16}=(?=[^=]+$)|'(?=.)")
"""As in `from=anna@example.com`: the name of a field; or the quote that opens before it."""

_LABEL = rf"[^\s\x00-\x2c./\x3a-\x40\x5b-\x5e`\x7b-\x7f{_PUNCTUATION}]{{1,63}}"
_DOT = r"(?:\.|[ ]\.[ ]|[ ]?[(\[{][ ]?(?:dot|punkt|point|\.)[ ]?[)\]}][ ]?|[ ](?:dot|punkt)[ ])"
_DOMAIN = re.compile(
    rf"[ ]?(?:(?:{_LABEL}{_DOT}){{1,12}}(?![0-9-]){_LABEL}(?<!@.)"
    r"|\[?(?:[0-9]{1,3}\.){3}[0-9]{1,3}\]?|\[IPv6:[0-9A-Fa-f:.]{2,45}\])",
    re.IGNORECASE,
)
_BARE_HOST = re.compile(r"(?!v?[0-9])[A-Za-z][A-Za-z0-9-]{1,62}+(?!\w|\.\w)")
"""A host of a house's own network, without a dot; `v4` is a version."""


def addresses(text: str) -> Iterator[Span]:
    """Every address, from its local part to the end of its domain."""
    signs = sorted([*_AT.finditer(text), *_AT_WORD.finditer(text)], key=lambda one: one.start())
    done = 0
    for sign in signs:
        if sign.start() < done:
            continue
        domain = _DOMAIN.match(text, sign.end())
        if domain is None and sign[0] == "@" and text[sign.start() - 1 : sign.start()].isalnum():
            domain = _BARE_HOST.match(text, sign.end())
        start = _local_start(text, sign.start(), done) if domain else sign.start()
        if domain and start < sign.start() and _sure(text[start : sign.start()], sign, domain):
            start = _with_dot_words(text, start, done) if sign[0] != "@" else start
            done = domain.end()
            yield start, done


def _sure(local: str, sign: re.Match[str], domain: re.Match[str]) -> bool:
    """Whether "at" as a word is the sign: by a dot as a word behind it, or by what is before it."""
    spelled = " " in domain[0]
    return sign[0].lower() != " at " or spelled or _LIKE_A_LOCAL.fullmatch(local) is not None


def _with_dot_words(text: str, start: int, done: int) -> int:
    found = _DOT_WORDS.search(text, max(done, start - _FAR), start)
    return found.start() if found else start


def _local_start(text: str, end: int, done: int) -> int:
    """Where the local part that ends at `end` starts; `end` itself where there is none."""
    before = text[max(done, end - _LONGEST_LOCAL) : end][::-1]
    found = _LOCAL.match(before)
    if found is None:
        return end
    start = end - found.end()
    local = text[start:end]
    if "//" in local:
        return start + local.rfind("/") + 1
    named = _BEFORE.match(local)
    return start + named.end() if named else start
