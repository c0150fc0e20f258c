"""The API key: read from the environment, checked, and found again in whatever form it is written.

A key is looked for as it is, in other case, escaped as in JSON, URLs, HTML and Markdown (also mixed
and twice), in base64 wherever in a longer text it begins, and in hexadecimal digits.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import AnyStr, NoReturn

from ticketbench.core.keys.value import key_value

_IN_ITS_PLACE = "***"
_WORDLIKE = re.compile(r"[A-Za-z]{8,15}")


class ApiKey:
    """A key that shows itself only to `header_value`: not to str, repr, vars or a serializer."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "ApiKey(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ApiKey) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not copied or pickled")

    def header_value(self) -> str:
        """The key itself, for the request header and nothing else."""
        return self._value

    def redacted(self, content: AnyStr) -> AnyStr:
        """`content` with *** for every occurrence of the key, in any form."""
        if isinstance(content, bytes):
            for in_bytes in _patterns(self._value)[1]:
                content = in_bytes.sub(_IN_ITS_PLACE.encode(), content)
            return content
        for pattern in _patterns(self._value)[0]:
            content = pattern.sub(_IN_ITS_PLACE, content)
        return content

    def stands_in(self, text: str) -> bool:
        """Whether `text` holds the key, in any form."""
        return any(pattern.search(text) for pattern in _patterns(self._value)[0])

    def is_wordlike(self) -> bool:
        """Whether so short a word may stand in a text that nobody pasted it into."""
        return _WORDLIKE.fullmatch(self._value) is not None


def read_key(variable: str, environment: Mapping[str, str]) -> ApiKey | None:
    """The key in environment variable `variable`; None when it is unset or blank.

    Raises InputError where `key_value` does.
    """
    value = key_value(variable, environment)
    return None if value is None else ApiKey(value)


@lru_cache(maxsize=64)
def _patterns(value: str) -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[bytes], ...]]:
    """What finds the key in texts and in bytes. One pattern a form: searching for each in turn is
    three times as fast as for all at once.
    """
    escaped = "".join(map(_one_character, value))
    sources = (escaped, *_in_base64(value), _in_hexadecimal(value))
    return (
        tuple(re.compile(source) for source in sources),
        tuple(re.compile(source.encode()) for source in sources),
    )


def _one_character(character: str) -> str:
    """A pattern for one character, in either case and however it is escaped.

    Each branch begins with a plain character, so that the search can skip what cannot begin a key.
    """
    import html  # for a key alone: everything that prints imports this module

    cases = dict.fromkeys((character, character.lower(), character.upper()))
    codes = [ord(one) for one in cases if one.isascii()] or [ord(character)]
    digits = "|".join(_digits_in_any_case(f"{code:02x}") for code in codes)
    plain = "|".join(map(re.escape, cases))
    names = html.escape(character)[1:] if html.escape(character) != character else ""
    entities = [rf"#0*(?:{'|'.join(map(str, codes))});?", rf"#[xX]0*(?:{digits});?"]
    entities += [re.escape(names)] if names else []
    branches = [plain, rf"%(?:25)*(?:{digits})", rf"\\\\*(?:{plain}|u00(?:{digits}))"]
    branches += [rf"&(?:amp;)*(?:{'|'.join(entities)})"]
    return f"(?:{'|'.join(branches)})"


def _digits_in_any_case(digits: str) -> str:
    return "".join(f"[{d}{d.upper()}]" if d.isalpha() else d for d in digits)


def _in_base64(value: str) -> list[str]:
    """The characters of base64 that the key alone decides, for each of the three places."""
    found = []
    for before, shared in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(b"\0" * before + value.encode()).decode().rstrip("=")
        whole = (before + len(value)) * 8 // 6
        inner = encoded[shared:whole]
        found.append("".join({"+": "[+-]", "/": "[/_]"}.get(c, c) for c in inner))
    return found


def _in_hexadecimal(value: str) -> str:
    return _digits_in_any_case(value.encode().hex())
