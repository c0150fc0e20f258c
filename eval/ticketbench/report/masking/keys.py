"""Keys and tokens that open an account, and what identifies a session as they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ticketbench.report.masking.links import Span

_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:sk|pk|rk|xox[a-z]|gh[a-z]|glpat|npm|pypi|hf|whsec|shp[a-z]{2}|SG|ya29|dop_v1|github_pat)"
    r"[-_.][A-Za-z0-9_.\-]{8,}[A-Za-z0-9]"
    r"|A(?:KIA|SIA)[A-Z0-9]{12,}"
    r"|AIza[A-Za-z0-9_\-]{20,}"
    r"|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    r"|eyJ[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]+){1,2}"
    r")"
)
_TOKEN = re.compile(r"[A-Za-z0-9+/_\-~]{24,}={0,2}")
_LONG = re.compile(r"[A-Za-z0-9_\-.]{11,}")
_SEGMENT = re.compile(r"[A-Za-z0-9]+")
_LEAST = 24
_LEAST_CHANGES = 0.25
"""Of neighbours in a key, this share at least changes between large, small and digit; in words
that dashes join, fewer do."""


def keys(text: str) -> Iterator[Span]:
    """What begins as keys of known services do, and 24 or more characters that mix letters and
    digits: hashes, UUIDs, tokens.
    """
    done = 0
    long = (one.span() for one in _LONG.finditer(text))
    found = [one.span() for span in long for one in _KNOWN.finditer(text, *span)]
    found += [one.span() for one in _TOKEN.finditer(text) if _mixed(one[0])]
    for start, end in sorted(found):
        if start >= done:
            done = end
            yield start, end


def _mixed(token: str) -> bool:
    segments = _SEGMENT.findall(token)
    kinds = ["".join(map(_kind, one)) for one in segments]
    if not any("9" in one for one in kinds) or not any(set(one) - {"9"} for one in kinds):
        return False
    if any(len(one) >= _LEAST and "9" in one and set(one) - {"9"} for one in kinds):
        return True
    changes = sum(a != b for one in kinds for a, b in pairwise(one))
    return changes >= _LEAST_CHANGES * sum(map(len, segments))


def _kind(character: str) -> str:
    if character.isdigit():
        return "9"
    return "A" if character.isupper() else "a"
