"""The API key: read from the environment, checked, and never printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ticketbench.core.errors import InputError

HEADER = "x-api-key"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that shows itself only to `header_value`."""

    _value: str = field(repr=False)

    def __str__(self) -> str:
        return "***"

    def header_value(self) -> str:
        """The key itself, for the request header and nothing else."""
        return self._value

    def redacted(self, text: str) -> str:
        """`text` with every occurrence of the key replaced."""
        return text.replace(self._value, "***")


def read_key(variable: str, environment: Mapping[str, str]) -> ApiKey | None:
    """The key in environment variable `variable`; None when it is unset or blank.

    Raises InputError, without the key, when it holds anything but printable ASCII: such a key
    would end up in the text of a library's exception.
    """
    value = environment.get(variable, "").strip()
    if not value:
        return None
    if not all("!" <= character <= "~" for character in value):
        raise InputError(
            f"the key in {variable} holds a blank or a character outside ASCII",
            help="copy it again, without line ends",
        )
    return ApiKey(value)
