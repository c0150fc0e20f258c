"""Which key may go to which host on this machine: shown, and said by its user."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.keys.host import Host
from ticketbench.core.keys.sources import (
    VARIABLE,
    in_user_file,
    in_variable,
    is_name,
    user_file,
)
from ticketbench.edge.key_hosts.bindings import bound_hosts
from ticketbench.edge.key_hosts.host import read_host


@dataclass(frozen=True, slots=True)
class BoundKey:
    """A variable with a key, the hosts it may go to, and whether it is set; never its value."""

    variable: str
    hosts: tuple[str, ...]
    is_set: bool


@dataclass(frozen=True, slots=True)
class Binding:
    """A binding and the file it is to be written to; `note` says what else has to be known."""

    variable: str
    host: str
    path: str
    note: str = ""


def list_keys() -> tuple[BoundKey, ...]:
    """Every key that is bound, by name. Raises InputError where bindings cannot be read."""
    return tuple(
        BoundKey(name, tuple(map(str, hosts)), bool(os.environ.get(name, "").strip()))
        for name, hosts in bound_hosts(os.environ).items()
    )


def binding(variable: str, host: str) -> Binding:
    """What `bind` would write; raises InputError for what is no variable's name or no host."""
    from ticketbench.edge.key_hosts.bindings import is_of_others
    from ticketbench.edge.redaction import note_key, refuse_key

    note_key(variable)
    refuse_key(f"{variable} {host}", "the arguments")
    if not is_name(variable):
        raise InputError(f"{variable!r} is no name of a variable", help="such as SHOP_KEY")
    path = user_file(os.environ)
    if path is None:
        raise InputError(
            "this user has no folder for settings", help=f"set HOME, or use {VARIABLE} instead"
        )
    notes = []
    if is_of_others(variable, read_host(host)):
        notes.append(f"by its name, {variable} is somebody else's secret")
    if variable in in_variable(os.environ):
        notes.append(f"{VARIABLE} names {variable} too: while it is set, it alone counts")
    return Binding(variable, str(read_host(host)), str(path), "; ".join(notes))


def bind(wanted: Binding) -> None:
    """Write the binding into the user's file, beside those that are there.

    Raises InputError when the file cannot be read or is not the user's alone, MachineError when it
    cannot be written.
    """
    from ticketbench.edge.files.atomic import not_written, write_file

    path = Path(wanted.path)
    known = in_user_file(os.environ)
    hosts = {name: [read_host(host) for host in written] for name, written in known.items()}
    hosts.setdefault(wanted.variable, []).append(read_host(wanted.host))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(path, _toml(hosts).encode("utf-8"))
        path.chmod(0o600)
    except OSError as error:
        raise not_written(path, error, "check its permissions") from None


def _toml(hosts: Mapping[str, list[Host]]) -> str:
    lines = ["# Which key may go to which host: `ticketbench key bind NAME HOST` adds a line."]
    for name, own in sorted(hosts.items()):
        listed = ", ".join(f'"{host}"' for host in dict.fromkeys(own))
        lines.append(f"{name} = [{listed}]")
    return "\n".join([*lines, ""])
