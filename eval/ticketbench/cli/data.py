"""The commands `ticketbench data`."""

from __future__ import annotations

import click

from ticketbench.cli.data_import import import_command
from ticketbench.cli.data_inspect import inspect_command


@click.group("data")
def command() -> None:
    """Look into a file of tickets, or make a dataset of an export.

    \b
    ticketbench data inspect export.csv
    ticketbench data import tasks.json --preset label-studio -o dataset.csv
    """


command.add_command(inspect_command)
command.add_command(import_command)
