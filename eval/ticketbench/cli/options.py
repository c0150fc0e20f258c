"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_Command = Callable[..., Any]


def set_option(command: _Command) -> _Command:
    """Add `--set KEY=VALUE` as the parameter `overrides`."""
    option = click.option(
        "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override the config."
    )
    return option(command)


def stored_mode_option(command: _Command) -> _Command:
    """Add `--mode replay|auto`; only `run` asks unless told otherwise."""
    option = click.option(
        "--mode",
        type=click.Choice(["replay", "auto"]),
        default="replay",
        show_default=True,
        help="replay sends nothing, auto asks for what is missing.",
    )
    return option(command)


def config_option(command: _Command) -> _Command:
    """Add `--config CONFIG`, which makes the sides rubric sets of it."""
    option = click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="A and B are rubric sets of this config.",
    )
    return option(command)


def map_option(command: _Command) -> _Command:
    """Add `--map OLD=NEW[,NEW...]` as the parameter `mapping`, a tuple of texts."""
    option = click.option(
        "--map",
        "mapping",
        multiple=True,
        metavar="OLD=NEW[,NEW]",
        help="A label of A is this label, or these labels, of B; repeat it.",
    )
    return option(command)


def label_map(given: tuple[str, ...]) -> dict[str, list[str]]:
    """From `OLD=NEW[,NEW]` texts to a label map; a label given twice gets all of them."""
    found: dict[str, list[str]] = {}
    for text in given:
        old, equals, new = text.partition("=")
        names = [name for name in new.split(",") if name]
        if not (old and equals and names):
            raise click.UsageError(f"--map takes OLD=NEW or OLD=NEW,NEW, got {text!r}")
        found.setdefault(old, []).extend(names)
    return found
