"""The command `ticketbench key bind | list`."""

from __future__ import annotations

import sys

import click

from ticketbench.cli.output import json_option, say, show, show_json, show_table


@click.group("key")
def command() -> None:
    """Show and say which key may go to which host; values are never shown.

    \b
    ticketbench key list
    ticketbench key bind SHOP_KEY router.shop.example
    """


@command.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """Show the variables that hold keys, and the hosts each may go to.

    \b
    ticketbench key list
    """
    from ticketbench.flow.setup.key import list_keys

    keys = list_keys()
    if as_json:
        show_json("keys", keys)
        return
    rows = [(key.variable, ", ".join(key.hosts), "yes" if key.is_set else "no") for key in keys]
    show_table(("variable", "hosts", "set"), rows)


@command.command("bind")
@click.argument("variable")
@click.argument("host")
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can answer.")
@json_option
def bind_command(variable: str, host: str, yes: bool, as_json: bool) -> None:
    """Let the key in a variable go to a host, whatever config asks for it.

    HOST is a name or an address, with a port where it is not 443. It is written into a file of
    your own, not into the project.

    \b
    ticketbench key bind SHOP_KEY router.shop.example
    ticketbench key bind SHOP_KEY 127.0.0.1:8080 --yes
    """
    from ticketbench.flow.setup.key import bind, binding

    wanted = binding(variable, host)
    if wanted.note:
        say(f"note: {wanted.note}")
    if not yes and not _agreed(f"Let {wanted.variable} go to {wanted.host}?"):
        say("nothing was bound")
        return
    bind(wanted)
    if as_json:
        show_json("key-bind", wanted)
    else:
        show(f"{wanted.variable} may go to {wanted.host}: written to {wanted.path}")


def _agreed(question: str) -> bool:
    if not (sys.stdin and sys.stdin.isatty()):
        raise click.UsageError(
            "nobody is at a terminal to agree to it: add --yes, or set TICKETBENCH_KEY_HOSTS"
        )
    return click.confirm(question, err=True)
