"""What somebody has before the first line of a page of explanation, by the page's name.

Each has the demo with the report of its run; a page that speaks of more files finds them made by
a function of this package.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

Given = Callable[[Path], None]
"""Puts files into the folder in which a page is followed."""

_GIVEN: dict[str, dict[str, Given]] = {}


def given(page: str, *, section: str = "") -> Callable[[Given], Given]:
    """Registers what a page takes for given, or one of its sections where that is more."""

    def register(make: Given) -> Given:
        _GIVEN.setdefault(page, {})[section] = make
        return make

    return register


def pages() -> dict[str, dict[str, Given]]:
    """Every page that is followed as a whole: what is there before its first line (""), and before
    the sections that need more.
    """
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return dict(sorted(_GIVEN.items()))
