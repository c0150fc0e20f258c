"""Which proxy questions go through: none, the one of the environment, or one that is named.

Only https is sent through one: a proxy then passes on what it cannot read. What is plain goes to
this machine, and a key in it would stand open to the proxy.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from ticketbench.core.errors import InputError

NONE, FROM_ENVIRONMENT = "none", "env"
_PORT = 80
_VARIABLES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where a proxy is; user and password are in `headers` and never shown."""

    host: str
    port: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def proxy_for(url: str, choice: str) -> Proxy | None:
    """The proxy that questions to `url` go through: `choice` is none, env, or a proxy's URL.

    env reads what the system has (HTTPS_PROXY, ALL_PROXY, NO_PROXY). Raises InputError when that is
    no http:// proxy.
    """
    parts = urlsplit(url)
    if choice == NONE or parts.scheme.lower() != "https":
        return None
    if choice != FROM_ENVIRONMENT:
        return _parsed(choice)
    proxies = getproxies()
    found = proxies.get("https") or proxies.get("all")
    if not found or proxy_bypass(parts.netloc):
        return None
    return _parsed(found if "://" in found else f"http://{found}")


def proxy_variables(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The names of the variables that tell programs to use a proxy, where they are set."""
    return tuple(name for name in _VARIABLES if environment.get(name))


def _parsed(found: str) -> Proxy:
    try:
        parts = urlsplit(found)
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme != "http":
        what = "the proxy of the environment is no http:// URL"
        raise InputError(
            what, help="name another in the config, `endpoint: {proxy: http://...}`, or none"
        )
    if parts.username is None:
        return Proxy(host, port)
    user = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return Proxy(host, port, {"Proxy-Authorization": f"Basic {b64encode(user).decode()}"})
