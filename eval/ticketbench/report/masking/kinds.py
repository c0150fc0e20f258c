"""The kinds of strings that are masked, in the order they are looked for.

Add a kind: one entry. What an earlier kind has found no later one sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ticketbench.report.masking import accounts, hosts, keys, links, mail, numbers
from ticketbench.report.masking.links import Span


@dataclass(frozen=True, slots=True)
class Kind:
    """What is looked for: its name, and a function from a plain text to where it stands."""

    name: str
    find: Callable[[str], Iterable[Span]]


BY_FORM = (
    Kind("url user", links.users),
    Kind("url value", links.values),
    Kind("url part", links.parts),
    Kind("mail", mail.addresses),
    Kind("iban", accounts.ibans),
    # Before all digits: a long number within a key would leave the rest of it.
    Kind("key", keys.keys),
    Kind("card", accounts.cards),
    Kind("ip", hosts.hosts),
    Kind("number", numbers.of_states),
)
"""Kinds that are told by their form, whatever surrounds them."""

BY_DIGITS = (
    Kind("phone", numbers.phones),
    Kind("number", numbers.others),
)
"""Kinds of digits, looked for once dates, amounts and the like are left out."""

OF_IDS = (
    Kind("mail", mail.addresses),
    Kind("iban", accounts.ibans),
    Kind("phone", numbers.strict_phones),
)
"""What an id or a group may be called by; as other numbers ids would all be masked."""

NAME = "name"
"""The kind of what a user lists: `ticketbench.report.masking.names` finds it."""


def form_of(kind: str) -> str:
    """What stands in its place: always the same, so that no length tells anything."""
    return f"[{kind}]"
