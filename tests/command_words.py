"""Whether a command that a page or a workflow names exists with its options; nothing is run."""

from __future__ import annotations

import re
import shlex

import click

from ticketbench.cli.main import cli

EVERYWHERE = ("--debug", "--follow-links", "--help", "-h", "--version")


def exists(call: str) -> None:
    """`run c.yaml --mode replay` is a command that has this option; values and what takes the
    place of a name are not looked at.
    """
    command, words = command_of(shlex.split(call, comments=True))
    with click.Context(command) as context:
        known = {name for one in command.get_params(context) for name in all_names(one)}
    asked = {found[1] for word in words if (found := re.fullmatch(r"(--?[a-z-]+)(=.*)?", word))}
    assert sorted(asked - known - {*EVERYWHERE}) == [], call


def all_names(option: click.Parameter) -> list[str]:
    """Also those by which it is switched off."""
    return [*option.opts, *option.secondary_opts]


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the first words name, through its groups, and the words behind it."""
    command: click.Command = cli
    while isinstance(command, click.Group) and words and re.match(r"[a-z]", words[0]):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"no command {words[0]}"
        command, words = found, words[1:]
    return command, words
