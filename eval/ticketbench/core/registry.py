"""Named things that register themselves where they are defined: metrics, sections, formats."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import MOST_SHOWN, quoted, words

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class Registry(Generic[T]):
    """A mapping from name to thing, in order of registration.

    `kind` is the word used in messages ("metric"). A second registration under a taken name is
    a programming error and raises ValueError.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}

    def add(self, name: str, entry: T) -> T:
        """Register `entry` under `name` and return it."""
        if name in self._entries:
            raise ValueError(f"the {self.kind} {name!r} is registered twice")
        self._entries[name] = entry
        return entry

    def register(
        self, *names: str, entry: Callable[[Any], T] = lambda decorated: decorated
    ) -> Callable[[F], F]:
        """A decorator that adds what it decorates under each of `names` and leaves it as it is.

        `entry` makes the thing to keep from what is decorated, by default that itself.
        """

        def decorate(decorated: F) -> F:
            kept = entry(decorated)
            for name in names:
                self.add(name, kept)
            return decorated

        return decorate

    def get(self, name: str) -> T:
        """The entry called `name`; an unknown name raises InputError that lists the known ones."""
        if name not in self._entries:
            raise InputError(
                f"unknown {self.kind} {quoted(name)}", help=suggestion(name, self._entries)
            )
        return self._entries[name]

    def names(self) -> tuple[str, ...]:
        """All names, in order of registration."""
        return tuple(self._entries)

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)


def suggestion(name: str, known: Iterable[str]) -> str:
    """A help sentence for an unknown name: the nearest known one, else all, or 30 of them."""
    import difflib  # for a wrong name alone: everything that is named imports this module

    known = list(known)
    near = difflib.get_close_matches(name[:MOST_SHOWN], known, n=1)
    if near:
        return f"did you mean {quoted(near[0])}?"
    return f"known: {words(known)}" if known else "none is known"


def import_modules(package: str) -> None:
    """Import every module of `package` in order of name, so that its entries register.

    An import error is not swallowed: a broken section must not vanish from the report.
    """
    path = importlib.import_module(package).__path__
    for module in sorted(found.name for found in pkgutil.iter_modules(path)):
        importlib.import_module(f"{package}.{module}")
