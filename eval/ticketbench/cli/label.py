"""The group `ticketbench label`."""

from __future__ import annotations

import click

from ticketbench.cli.label_import import import_command
from ticketbench.cli.label_next import next_command
from ticketbench.cli.label_verdict import verdict_command


@click.group("label")
def command() -> None:
    """A verdict with fewer labels: only where two sets differ.

    \b
    ticketbench label next --a v1 --b v2 --config support.yaml --from new.csv
    ticketbench label import labels-001-010.csv
    ticketbench label verdict
    """


command.add_command(next_command)
command.add_command(import_command)
command.add_command(verdict_command)
