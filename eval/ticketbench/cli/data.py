"""The commands `ticketbench data`."""

from __future__ import annotations

import click

from ticketbench.cli.data_import import import_command


@click.group("data")
def command() -> None:
    """Make a dataset of an export, or look into a table of tickets."""


command.add_command(import_command)
