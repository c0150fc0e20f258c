"""A host and its port, and the host of a URL that leaves no doubt about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

PORTS = {"https": 443, "http": 80}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Names of this machine: plain http is for these alone, so that no key is overheard."""

_SHAPE = r"[a-z0-9]+\+(?=https?://)"
_USUAL_PORT = 443
_PLAIN = (
    r"(?P<scheme>https?)://(?P<name>[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<target>/[!$-;=?-~]*)?"
)
"""A name or an address in ASCII, a port, and a path of printable signs. No user name, no fragment,
no blank, nothing that two parsers may read in two ways."""


@dataclass(frozen=True, slots=True, order=True)
class Host:
    """A name in lower case and ASCII (IDNA), or an address, and a port; shown without 443.

    A name with a dot at its end, or below another, is another host.
    """

    name: str
    port: int = _USUAL_PORT

    def __str__(self) -> str:
        return self.name if self.port == _USUAL_PORT else f"{self.name}:{self.port}"


@dataclass(frozen=True, slots=True)
class PlainUrl:
    """What a request to a URL needs: whether it is encrypted, the host, and the target."""

    encrypted: bool
    host: Host
    target: str


def web_url(url: str) -> str:
    """`url` without the name of a shape before its scheme: https://host for systemone+https://host."""
    shape = re.match(_SHAPE, url, re.IGNORECASE)
    return url[shape.end() :] if shape else url


def has_shape(url: str) -> bool:
    """Whether the scheme of `url` names a shape, known or not."""
    return web_url(url) != url


def plain_url(url: str) -> PlainUrl | None:
    """The parts of `url` where they are plain to see, else None.

    A name that is not in ASCII is none: write it as `xn--...`.
    """
    found = re.fullmatch(_PLAIN, url, re.IGNORECASE)
    if found is None:
        return None
    name, scheme = found["name"].lower(), found["scheme"].lower()
    port = int(found["port"] or PORTS[scheme])
    looked_up = ".." not in name and all(len(part) < 64 for part in name.split("."))
    if not looked_up or len(name) > 253 or not 0 < port < 65_536:
        return None
    return PlainUrl(scheme == "https", Host(name, port), found["target"] or "/")
