"""The last boundary: no key that this machine knows leaves through a screen, a page or a file.

Which keys these are: the one of ScaleDown, every one that is bound to a host, and every one that a
config or an argument names. Names are noted before a config is checked, so that the message about
a broken config is covered too.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Sequence
from typing import AnyStr

from ticketbench.core.errors import InputError, TicketbenchError
from ticketbench.core.keys.sources import BUILT_IN, in_user_file, in_variable, is_name
from ticketbench.core.keys.value import SHORTEST, is_numeric
from ticketbench.edge.secret import ApiKey

_NAMING = re.compile(r"key[_-]env[\"']?[\s:=]+[\"']?([A-Za-z_][A-Za-z0-9_]*)", re.IGNORECASE)
_QUERY_VALUE = re.compile(r"(?<=[?&;])([^=&;#]*)=[^&;#]*")
_OF_A_SHAPE = re.compile(r"(?<=[?&;])(?!(?:model|ask|text|top|via)=)([^=&;#]*)=[^&;#]*")
"""All but what a shape takes for itself: two sets asked of two models are told apart by it."""
_RUN = re.compile(rf"[!-~]{{{SHORTEST},}}")

_SECTION = "TICKETBENCH_ENDPOINT"
_CONFIGS = (".yaml", ".yml", ".json")
_MOST_BYTES = 1_000_000

_noted: set[str] = set()


def note_key(variable: object) -> None:
    """From now on the value of this variable is a key; what is no variable's name is left out."""
    if isinstance(variable, str) and is_name(variable):
        _noted.add(variable)


def note_keys_named_in(text: str) -> None:
    """Note what a config or an argument names as `key_env`, also in a text that is not valid."""
    for variable in _NAMING.findall(text):
        note_key(variable)


def note_keys_of(arguments: Sequence[str]) -> None:
    """Note what a command line names as `key_env`: itself, in a variable that stands for a part of
    the config, or in a config that it names, which need not be one that can be read.
    """
    of_config = (f"{name}={value}" for name, value in os.environ.items() if _SECTION in name)
    for text in (" ".join(arguments), *of_config):
        note_keys_named_in(text)
    for argument in arguments:
        if argument.endswith(_CONFIGS):
            note_keys_named_in(_beginning(argument))


def _beginning(path: str) -> str:
    """The text of a regular file that is no larger than a config may be; else empty."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""
        with open(path, "rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def forget_noted_keys() -> None:
    """Only what this machine itself names as keys is one again."""
    _noted.clear()


def redact(text: AnyStr) -> AnyStr:
    """`text` with *** for every known key, in any form."""
    for key in _known_keys():
        text = key.redacted(text)
    return text


def holds_key(text: str, *, by_chance: bool = False) -> bool:
    """Whether a known key stands in `text`, in any form.

    With `by_chance`, for texts of other people, a short key that is a plain word does not count: it
    stands there though nobody pasted it.
    """
    keys = [key for key in _known_keys() if not (by_chance and key.is_wordlike())]
    return any(key.stands_in(text) for key in keys)


def refuse_key(text: str, place: str, *, where: str = "", by_chance: bool = False) -> None:
    """Raise InputError, without the key, when `text` holds one; `place` says what the text is."""
    if holds_key(text, by_chance=by_chance):
        raise InputError(
            f"the key itself stands in {redact(place)}: use key_env",
            where=redact(where),
            help="write the name of the variable that holds it, as endpoint.key_env; "
            "get a new key if others have seen this one",
        )


def refuse_key_in_any(texts: Iterable[str], place: str, *, where: Callable[[int], str]) -> None:
    """The same for many texts of other people, of which the first that holds a key is named; they
    are not even made where no key is known.
    """
    if not _known_keys():
        return
    made = list(texts)
    if holds_key("\n".join(made), by_chance=True):  # one search for all: most hold none
        for i, text in enumerate(made):
            refuse_key(text, place, where=where(i), by_chance=True)


def shown_url(url: str) -> str:
    """`url` as reports show it: without the values of its query, any of which may be a secret, but
    for those that a shape takes for itself and no server sees.
    """
    from ticketbench.core.keys.host import has_shape  # late: what prints has no URL

    return (_OF_A_SHAPE if has_shape(url) else _QUERY_VALUE).sub(r"\1=***", url)


def _known_keys() -> list[ApiKey]:
    """Longest first, so that a key within a longer one leaves nothing of it.

    Of a value that no key can have (line ends, other letters) each part is a secret all the same,
    but for one that is a number: no key is, and results hold it by chance.
    """
    values = (os.environ.get(variable, "") for variable in _known_variables())
    parts = {part for value in values for part in _RUN.findall(value) if not is_numeric(part)}
    return [ApiKey(part) for part in sorted(parts, key=lambda part: (-len(part), part))]


def _known_variables() -> set[str]:
    found = {*BUILT_IN, *_noted}
    for read in (in_variable, in_user_file):
        try:
            found |= read(os.environ).keys()
        except TicketbenchError:
            continue  # it is refused where a key is wanted; here there is no name to be had
    return found
