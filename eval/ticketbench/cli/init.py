"""The command `ticketbench init`."""

from __future__ import annotations

from pathlib import Path

import click

from ticketbench.cli.output import json_option, say, show, show_json


@click.command("init")
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@json_option
def command(folder: Path, as_json: bool) -> None:
    """Create a first project to try things on: config, rubric sets and 24 tickets.

    Nothing is overwritten.

    \b
    ticketbench init demo
    """
    from ticketbench.flow.init import init

    written = [str(path) for path in init(folder)]
    if as_json:
        show_json("init", written)
        return
    for path in written:
        show(path)
    say(f"next: cd {folder} && ticketbench run configs/ticketbench.yaml")
