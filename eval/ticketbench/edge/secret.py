"""The API key: read from the environment, checked, and never printed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import quote

from ticketbench.core.errors import InputError

HEADER = "x-api-key"
_SHORTEST = 8


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

    def redacted(self, content: bytes) -> bytes:
        """`content` with every occurrence of the key replaced, also escaped as JSON or in a URL."""
        in_json = json.dumps(self._value)[1:-1]
        forms = {self._value, in_json, in_json.replace("/", "\\/"), quote(self._value, safe="")}
        for form in sorted(forms, key=len, reverse=True):
            content = content.replace(form.encode("ascii"), b"***")
        return content


def read_key(variable: str, environment: Mapping[str, str]) -> ApiKey | None:
    """The key in environment variable `variable`; None when it is unset or blank.

    Raises InputError, without the key, when it has fewer than 8 characters, or holds anything but
    printable ASCII: such a key would end up in the text of a library's exception.
    """
    value = environment.get(variable, "").strip()
    if not value:
        return None
    if len(value) < _SHORTEST:
        # So short a text stands in answers by chance, and would be taken out of them.
        what = f"the key in {variable} has fewer than {_SHORTEST} characters"
        raise InputError(what, help="copy it again, whole; without a key, unset the variable")
    if not all("!" <= character <= "~" for character in value):
        raise InputError(
            f"the key in {variable} holds a blank or a character outside ASCII",
            help="copy it again, without line ends",
        )
    return ApiKey(value)
