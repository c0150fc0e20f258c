"""The commands `ticketbench data`."""

from __future__ import annotations

import click


@click.group("data")
def command() -> None:
    """Look into a file of tickets, or make a dataset of an export."""
