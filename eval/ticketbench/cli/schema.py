"""The command `ticketbench schema`."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("thing", type=click.Choice(["config", "rubrics", "policy"]), default="config")
def command(thing: str) -> None:
    """Print the JSON Schema of a config, a rubric file or a policy, for editors.

    An editor that knows it completes keys and marks what is wrong while you type.

    \b
    ticketbench schema > configs/ticketbench.schema.json
    ticketbench schema rubrics
    ticketbench schema policy

    The first line of a config then is

    \b
    # yaml-language-server: $schema=ticketbench.schema.json
    """
    from ticketbench.cli.terminal import writable_json
    from ticketbench.edge.inputs.schema import json_schema

    text = _policy_schema() if thing == "policy" else json_schema(thing)
    click.echo(writable_json(text), nl=False)


def _policy_schema() -> str:
    """The schema that a policy file is read by, written as those of other files are."""
    import json

    from ticketbench.edge.inputs.schema import DIALECT
    from ticketbench.production.policy_schema import SCHEMA

    schema = {"$schema": DIALECT, "title": "ticketbench policy", **SCHEMA}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
