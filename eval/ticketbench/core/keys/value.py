"""The key itself: read from the environment, and only one that can be kept secret."""

from __future__ import annotations

import re

from ticketbench.core.errors import InputError

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Mapping

HEADER = "x-api-key"
AUTHORIZATION = "authorization"
HEADERS = (HEADER, AUTHORIZATION)
"""Headers that a key can be sent in."""
SHORTEST = 8
"""Characters of a key: a shorter text stands in answers by chance, and would be taken out of them.
"""

_NUMERIC = r'[-+0-9eE.,:"\[\]{}]+'


def is_numeric(value: str) -> bool:
    """Whether `value` may stand in the numbers of JSON, and what is between them: taken out there,
    it would leave other numbers, or none.
    """
    return re.fullmatch(_NUMERIC, value) is not None


def header_value(header: str, key: str) -> str:
    """What stands in `header` for a key."""
    return f"Bearer {key}" if header == AUTHORIZATION else key


def key_value(variable: str, environment: Mapping[str, str]) -> str | None:
    """The key in environment variable `variable`; None when it is unset or blank.

    Raises InputError, without the key, when it has fewer than 8 characters, is a number, or holds
    anything but printable ASCII: such a key would end up in the text of a library's exception.
    """
    value = environment.get(variable, "").strip()
    if not value:
        return None
    if len(value) < SHORTEST:
        what = f"the key in {variable} has fewer than {SHORTEST} characters"
        raise InputError(what, help="copy it again, whole; without a key, unset the variable")
    if not all("!" <= character <= "~" for character in value):
        raise InputError(
            f"the key in {variable} holds a blank or a character outside ASCII",
            help="copy it again, without line ends",
        )
    if is_numeric(value):
        what = f"the key in {variable} is a number, which stands in answers and results by chance"
        raise InputError(what, help="get a key with letters; without a key, unset the variable")
    return value
