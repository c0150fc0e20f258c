"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ticketbench.core.errors import TicketbenchError
    from ticketbench.edge.tables.rows import Dialect
    from ticketbench.flow.parts.engine import Where

_Command = Callable[..., Any]

_ARGUMENTS = (
    "min_precision", "costs", "capacity", "confidence", "columns", "score_prefix", "scale",
    "delimiter", "decimal", "encoding", "labels", "empty_scores",
)  # fmt: skip
"""Arguments of functions that an option of a command is called after."""


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


def target_options(command: _Command) -> _Command:
    """Add `--min-precision SHARE` and `--costs NAME=N,...`, a text for `prices`."""
    costs = click.option(
        "--costs",
        metavar="NAME=N,...",
        help="Prices: misroute, review, escalate, missed_escalation.",
    )
    target = click.option(
        "--min-precision",
        type=float,
        metavar="SHARE",
        help="So many of what goes out are to be right, such as 0.9.",
    )
    return target(costs(command))


def preset_options(command: _Command) -> _Command:
    """Add what presets ask for: --text-field, --field, --label-tag, --label-field and --parts."""
    options = (
        click.option("--text-field", default="", metavar="NAME", help="The field of the text."),
        click.option("--field", default="", metavar="NAME", help="The question that is the label."),
        click.option(
            "--label-tag", default="", metavar="PATTERN", help="Tags that are labels: team_*."
        ),
        click.option(
            "--label-field", default="", metavar="NAME", help="The field that is the label."
        ),
        click.option(
            "--parts",
            type=click.Choice(["first", "all"]),
            help="Messages of a conversation that are the text.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def dialect_of(delimiter: str | None, encoding: str | None) -> Dialect:
    """How a table is said to be written by `--delimiter` and `--encoding`; None where it is not.

    Raises InputError for what is no sign or no encoding.
    """
    from ticketbench.edge.tables.dialect import delimiter_of, encoding_of
    from ticketbench.edge.tables.rows import Dialect

    sign = None if delimiter is None else delimiter_of(delimiter)
    return Dialect(sign, None if encoding is None else encoding_of(encoding), options="flags")


def engine_options(command: _Command) -> _Command:
    """Add `--engine NAME` and `--scheduler ADDRESS`: who counts parts, for `counted_where`."""
    engine = click.option(
        "--engine", help="Of parts: who counts them: serial, processes or dask [serial]."
    )
    scheduler = click.option(
        "--scheduler", help="With --engine dask: a scheduler that runs already."
    )
    return engine(scheduler(command))


def counted_where(engine: str | None, scheduler: str | None) -> Where:
    """Who counts parts, as both options say it: a scheduler alone is one of dask."""
    from ticketbench.flow.parts.engine import Where, asked_where

    return asked_where(engine, scheduler) or Where()


def confidence_option(command: _Command) -> _Command:
    """Add `--confidence SHARE`, how sure a promise is to be."""
    option = click.option(
        "--confidence",
        type=float,
        metavar="SHARE",
        help="How sure a promise is to be [0.9].",
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


def prices(text: str) -> dict[str, float]:
    """From NAME=NUMBER,... to prices by name; raises InputError for another form."""
    from ticketbench.core.errors import InputError
    from ticketbench.core.quotes import quoted

    found: dict[str, float] = {}
    for part in text.split(","):
        name, equals, value = (word.strip() for word in part.partition("="))
        try:
            price = float(value) if equals else None
        except ValueError:
            price = None
        if price is None or name in found:
            what = f"takes NAME=NUMBER,... with each name once, got {quoted(part)}"
            raise InputError(what, where="costs", help="such as --costs misroute=5,review=1")
        found[name] = price
    return found


def at_options(error: TicketbenchError) -> TicketbenchError:
    """The same, with options for the names that `threshold` gives its arguments."""
    options = {name: f"--{name.replace('_', '-')}" for name in _ARGUMENTS}
    error.problems = tuple(replace(p, where=options.get(p.where, p.where)) for p in error.problems)
    return error
