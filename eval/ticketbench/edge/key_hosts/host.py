"""The host of a URL and of a binding, as the library that connects sees it."""

from __future__ import annotations

import re

from ticketbench.core.errors import InputError
from ticketbench.core.keys.host import PORTS, Host, web_url

_LONGEST_NAME = 253
"""Characters of a name that DNS can look up."""


def host_of(url: str) -> Host | None:
    """The host that a request to `url` goes to; None where that is not plain to see: another scheme
    than http and https (with or without the name of a shape before it), no or an unreadable host, a
    user name; or where no host can be called so.
    """
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url

    try:
        parts = parse_url(web_url(url))  # the parser that will connect, not another one
    except LocationParseError:
        return None
    if parts.scheme not in PORTS or not parts.host or parts.auth is not None or "\\" in url:
        return None
    if not _can_be_looked_up(parts.host):
        return None
    return Host(parts.host, parts.port or PORTS[parts.scheme])


def _can_be_looked_up(name: str) -> bool:
    """Sockets and TLS raise errors of their own for a part that is empty or too long."""
    try:
        return len(name.encode("idna")) <= _LONGEST_NAME
    except UnicodeError:
        return False


def read_host(text: str) -> Host:
    """The host in a binding such as `router.shop.example` or `127.0.0.1:8080`.

    Raises InputError for a URL, a wildcard, or what is no host.
    """
    plain = re.fullmatch(r"[^\s/?#@*\\%]+", text)
    found = host_of(f"https://{text}") if plain else None
    if found is None:
        what = f"{text!r} is not a host"
        raise InputError(what, help="write HOST or HOST:PORT: no https://, no path, no wildcard")
    return found
