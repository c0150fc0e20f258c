"""The command `ticketbench doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from ticketbench.cli.output import json_option, show, show_json


@click.command("doctor")
@click.argument("config", required=False, type=click.Path(path_type=Path))
@click.option("--online", is_flag=True, help="Also ask the endpoint one question.")
@json_option
@click.pass_context
def command(ctx: click.Context, config: Path | None, online: bool, as_json: bool) -> None:
    """Check what a run needs; say what to do.

    Sends nothing without --online. Exits with 2, 4 or 5 when something blocks a run.

    \b
    ticketbench doctor configs/support.yaml
    ticketbench doctor configs/support.yaml --online
    """
    from ticketbench.flow.setup.doctor import doctor

    found = doctor(config, online=online)
    if as_json:
        show_json("doctor", found)
    for one in () if as_json else found:
        show(f"{one.status:8} {one.name}: {one.found}")
        if one.action:
            show(f"         next: {one.action}")
    ctx.exit(max(one.exit_code for one in found))
