"""Whether a key may go to a host, and what to say about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ticketbench.core.errors import InputError
from ticketbench.core.keys.host import Host
from ticketbench.core.keys.sources import BUILT_IN, VARIABLE, written_hosts
from ticketbench.edge.key_hosts.host import host_of, read_host
from ticketbench.edge.secret import ApiKey, read_key

_OF_OTHERS = re.compile(
    r"(GITHUB|ACTIONS|AWS|AZURE|GOOGLE|CI|PYPI|SSH)_.*|.*_PASSWORD"
    r"|NPM_TOKEN|OPENAI_API_KEY|ANTHROPIC_API_KEY",
    re.IGNORECASE,
)
"""Variables whose secrets were made for another service than one that classifies."""
_AT_HOME = {"OPENAI_API_KEY": "api.openai.com"}
"""Services that classify, too, and what their own key is usually called."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The key that an endpoint gets, if it gets one, and a line that says so; the line is empty
    where there is no key that could go anywhere.
    """

    key: ApiKey | None
    words: str


def granted(
    url: str, variable: str, *, named: bool, environment: Mapping[str, str], where: str = ""
) -> Grant:
    """The key in `variable` for the endpoint at `url`, where this machine bound it to that host.

    A key that is not bound is not read. Raises InputError, at `where`, when the config `named` the
    variable; a variable that is only the default is left out.
    """
    host = host_of(url)
    if host is None or not environment.get(variable, "").strip():
        return Grant(None, "")
    if host in bound_hosts(environment).get(variable, ()):
        return Grant(read_key(variable, environment), f"key {variable} goes to {host}")
    if named:
        raise _not_bound(variable, host, environment, where)
    words = f"no key goes to {host}: {variable} is not bound to it ({how_to_bind(variable, host)})"
    return Grant(None, words)


def bound_hosts(environment: Mapping[str, str]) -> dict[str, tuple[Host, ...]]:
    """The hosts of every key that is bound, in the order of names; InputError for what is none."""
    written = written_hosts(environment)
    return {name: tuple(map(read_host, written[name])) for name in sorted(written)}


def how_to_bind(variable: str, host: Host) -> str:
    """The command that lets the key in `variable` go to `host`."""
    return f"ticketbench key bind {variable} {host}"


def is_of_others(variable: str, host: Host | None = None) -> bool:
    """Whether the name says that the secret belongs to another service than the one at `host`."""
    if host is not None and host.name == _AT_HOME.get(variable):
        return False
    return _OF_OTHERS.fullmatch(variable) is not None


def _not_bound(variable: str, host: Host, environment: Mapping[str, str], where: str) -> InputError:
    what = (
        f"{variable} is not bound to {host}: '{how_to_bind(variable, host)}' "
        "if you trust this config with it"
    )
    if is_of_others(variable, host):
        what += f"; by its name, {variable} is somebody else's secret: no config needs it"
    pair = f"{variable}={host}"
    line = " ".join([*environment.get(VARIABLE, "").split(), pair])
    action = str(host) if variable in BUILT_IN else pair
    help_ = f'or {VARIABLE}="{line}"; in the GitHub action: key-host: "{action}"'
    return InputError(what, where=where, help=help_)
