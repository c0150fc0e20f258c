"""The command `ticketbench schema`."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("thing", type=click.Choice(["config", "rubrics"]), default="config")
def command(thing: str) -> None:
    """Print the JSON Schema of a config or a rubric file, for editors.

    An editor that knows it completes keys and marks what is wrong while you type.

    \b
    ticketbench schema > configs/ticketbench.schema.json
    ticketbench schema rubrics

    The first line of a config then is

    \b
    # yaml-language-server: $schema=ticketbench.schema.json
    """
    from ticketbench.cli.terminal import writable_json
    from ticketbench.edge.inputs.schema import json_schema

    click.echo(writable_json(json_schema(thing)), nl=False)
