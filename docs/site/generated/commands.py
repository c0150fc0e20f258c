"""Every command with its options, as click knows them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from generated.markdown import block, code, plain, table
from ticketbench.cli.main import COMMANDS, cli

_AS_IT_STANDS = "\b"
"""click's mark of a paragraph whose lines it leaves alone: our examples."""


def page() -> str:
    """A heading a command: its usage, what it does with examples, and its options."""
    return "\n".join(_section(context) for context in contexts())


def contexts() -> Iterator[click.Context]:
    """Every command, those of a group after it, as they are listed by `ticketbench --help`."""
    root = click.Context(cli, info_name="ticketbench")
    for name in COMMANDS:
        yield from _below(root, name)


def _below(parent: click.Context, name: str) -> Iterator[click.Context]:
    group = parent.command
    assert isinstance(group, click.Group)
    command = group.get_command(parent, name)
    assert command is not None, name
    context = click.Context(command, info_name=name, parent=parent)
    yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from _below(context, below)


def _section(context: click.Context) -> str:
    command = context.command
    path = context.command_path.removeprefix("ticketbench ")
    level = "#" * (1 + len(path.split()))
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts = [f"{level} {path}\n", block(usage), *_told(command.help or "")]
    return "\n".join([*parts, _options(context)])


def _told(text: str) -> Iterator[str]:
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith(_AS_IT_STANDS):
            yield block(paragraph.removeprefix(_AS_IT_STANDS).strip("\n"))
        else:
            yield plain(paragraph) + "\n"


def _options(context: click.Context) -> str:
    records = [option.get_help_record(context) for option in context.command.get_params(context)]
    rows = [(code(names), plain(meaning)) for names, meaning in filter(None, records)]
    return table(("option", "meaning"), rows)
