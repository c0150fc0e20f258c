"""Where a machine says to which hosts a key may go: one variable, and one file of the user.

TICKETBENCH_KEY_HOSTS="SHOP_KEY=router.shop.example OTHER_KEY=127.0.0.1:8080"

# ~/.config/ticketbench/keys.toml
SHOP_KEY = ["router.shop.example"]

Neither is ever looked for in a project or in the working folder.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from functools import lru_cache

from ticketbench.core.errors import InputError

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "TICKETBENCH_KEY_HOSTS"
BUILT_IN: Mapping[str, tuple[str, ...]] = {"SCALEDOWN_API_KEY": ("api.scaledown.xyz",)}
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"

Written = dict[str, tuple[str, ...]]
"""Hosts as they are written, by the variable that holds the key."""

_MOST_BYTES = 100_000
_NO_LINK, _NO_WAIT = getattr(os, "O_NOFOLLOW", 0), getattr(os, "O_NONBLOCK", 0)
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def is_name(text: str) -> bool:
    """Whether a variable can be called so."""
    return re.fullmatch(_NAME, text) is not None


def written_hosts(environment: Mapping[str, str]) -> Written:
    """Every key that is bound. What is built in always holds; for any key that the variable names,
    the variable alone counts and not the file.

    Raises InputError when either cannot be read, or the file is not the user's alone.
    """
    found = in_user_file(environment) | in_variable(environment)
    for name, hosts in BUILT_IN.items():
        found[name] = tuple(dict.fromkeys((*hosts, *found.get(name, ()))))
    return found


def in_variable(environment: Mapping[str, str]) -> Written:
    """What TICKETBENCH_KEY_HOSTS says; a key that it names twice may go to both hosts."""
    found: Written = {}
    for pair in environment.get(VARIABLE, "").split():
        name, equals, host = pair.partition("=")
        if not (equals and host and is_name(name)):
            raise InputError(
                f"{VARIABLE} takes NAME=HOST or NAME=HOST:PORT, with blanks in between",
                where=f"variable {VARIABLE}",
                help=f'write it like {VARIABLE}="SHOP_KEY=router.shop.example"',
            )
        found[name] = (*found.get(name, ()), host)
    return found


def in_user_file(environment: Mapping[str, str]) -> Written:
    """What the user's keys.toml says; nothing where there is none.

    Raises InputError when it is a link, no regular file, or may be written by others.
    """
    path = user_file(environment)
    if path is None:
        return {}
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_LINK | _NO_WAIT)
    except OSError:
        if not os.path.lexists(path):
            return {}
        raise _no_plain_file(path) from None
    try:
        _refuse_if_not_ours(path, os.fstat(descriptor))
        content = os.read(descriptor, _MOST_BYTES + 1)
    finally:
        os.close(descriptor)
    return dict(_parsed(path, content))


def _no_plain_file(path: Path) -> InputError:
    help_ = "replace it by a file of your own that you can read"
    what = "the file of keys is a link, no regular file, or cannot be read"
    return InputError(what, where=str(path), help=help_)


def user_file(environment: Mapping[str, str]) -> Path | None:
    """Where the user's keys.toml is or would be; None where the user has no such place.

    A relative place is none: it would lead into the working folder.
    """
    if os.name == "nt":
        base = environment.get("APPDATA", "")
    else:
        home = environment.get("HOME", "")
        base = environment.get("XDG_CONFIG_HOME", "")
        base = base if os.path.isabs(base) else os.path.join(home, ".config")
    return _user_file_in(base) if os.path.isabs(base) else None


@lru_cache(maxsize=8)  # everything that is printed asks for it
def _user_file_in(base: str) -> Path:
    from pathlib import Path

    return Path(base, "ticketbench", "keys.toml")


def _refuse_if_not_ours(path: Path, status: os.stat_result) -> None:
    """Whoever can write the file, or put another in its place, decides where keys go."""
    if path.is_symlink() or not stat.S_ISREG(status.st_mode):
        raise _no_plain_file(path)
    if os.name == "nt":
        return
    for place, found in ((path, status), (path.parent, path.parent.stat())):
        if found.st_mode & _OTHERS_WRITE:
            what = f"others can write {place}, which says where keys go"
            raise InputError(what, where=str(path), help=f"chmod go-w {place}")
        if found.st_uid not in (os.geteuid(), 0):
            what = f"{place}, which says where keys go, belongs to another user"
            raise InputError(what, where=str(path), help="replace it by a file of your own")


@lru_cache(maxsize=8)
def _parsed(path: Path, content: bytes) -> tuple[tuple[str, tuple[str, ...]], ...]:
    import tomllib

    shape = 'lines like SHOP_KEY = ["router.shop.example"]'
    try:
        if len(content) > _MOST_BYTES:
            raise ValueError
        values = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):  # with the library's words, which may quote the line
        raise InputError("not a TOML file", where=str(path), help=f"write {shape}") from None
    for name, hosts in values.items():
        listed = isinstance(hosts, list) and all(isinstance(host, str) for host in hosts)
        if not (listed and is_name(name)):
            raise InputError("not a file of keys and hosts", where=str(path), help=f"write {shape}")
    return tuple((name, tuple(hosts)) for name, hosts in values.items())
