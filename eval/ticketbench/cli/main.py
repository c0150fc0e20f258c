"""The `ticketbench` command: finds its subcommands by name and imports only the one that runs."""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Sequence
from contextlib import nullcontext

import click

from ticketbench.cli.boundary import run_guarded
from ticketbench.cli.terminal import columns, take_over
from ticketbench.core.version import __version__
from ticketbench.edge.files.links import following_links
from ticketbench.edge.redaction import note_keys_of, refuse_key

_DATE = "SOURCE_DATE_EPOCH"

COMMANDS = {
    "run": "Replay, measure, compare, choose thresholds, write the report.",
    "threshold": "Which threshold to set, and what it is weighed against.",
    "score": "Measure a table of predictions from anywhere.",
    "compare": "Is one rubric set, run or table better than another?",
    "label": "A verdict with fewer labels: only where two sets differ.",
    "errors": "List tickets of a saved run: broken, fixed, sent out wrong.",
    "report": "Make the page of a saved run again, without measuring.",
    "logs": "What logged decisions tell, alone or against a policy or run.",
    "gate": "Judge the gates of a config, for CI.",
    "policy": "Make, show and check the file that a router decides by.",
    "baseline": "Show, bless or pin the reference that gates compare with.",
    "rubrics": "Which rubrics are unclear, in each other's way, or changed.",
    "data": "Make a dataset of an export; look into a table.",
    "validate": "Check configs, rubric sets and datasets; send nothing.",
    "cache": "Show, share, check and clean stored answers.",
    "key": "Show and say which key may go to which host.",
    "serve": "Serve POST /classify on this machine.",
    "init": "Create a first project to try things on.",
    "doctor": "Check what a run needs; say what to do.",
    "schema": "Print the JSON Schema of a config, for editors.",
    "explain": "Say what a code or a word of the reports means.",
}


class LazyGroup(click.Group):
    """A group whose commands live in ticketbench.cli.<name> and are imported when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, most used first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command `cmd_name`, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"ticketbench.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for an unknown command."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from ticketbench.core.registry import suggestion

            help_ = suggestion(args[0], COMMANDS)
            raise click.UsageError(f"no such command {args[0]!r}; {help_}", ctx)
        return super().resolve_command(ctx, args)


EPILOG = """Exit codes: 0 done, 1 a gate failed, 2 wrong usage, config or data,
3 incomplete, 4 endpoint unreachable or refused, 5 this machine,
70 a bug, 130/143 interrupted or terminated,
141 the reader of stdout ended early."""


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)
@click.version_option(__version__, prog_name="ticketbench", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback on errors.")
@click.option("--follow-links", is_flag=True, expose_value=False,
              help="Read and write through links that lead out of the project, too.")  # fmt: skip
def cli() -> None:
    """Measure a rubric-based /classify API on your own labelled tickets.

    \b
    Try it without an API key, with an engine built in:
        ticketbench init demo && cd demo
        ticketbench run configs/ticketbench.yaml
    """
    _refuse_lost_folder()


def _refuse_lost_folder() -> None:
    """Relative paths lead nowhere when somebody deleted the folder that a shell stands in."""
    from ticketbench.core.errors import MachineError

    try:
        os.getcwd()
    except OSError as error:
        what = f"the working folder cannot be used: {error.strerror}"
        raise MachineError(what, help="change into a folder that is there") from None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code.

    `--debug` and `--follow-links` may stand anywhere, behind every command.
    """
    take_over()
    # Else numpy starts a thread a core, which costs half of what a small command computes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug, follows = ("--debug" in given, "--follow-links" in given)
    rest = [argument for argument in given if argument not in ("--debug", "--follow-links")]
    with following_links() if follows else nullcontext():
        code = run_guarded(lambda: _checked(rest), debug=debug)
    sys.exit(code)


def _checked(arguments: list[str]) -> object:
    """Run a command, none of whose arguments is a key."""
    _refuse_odd_date()
    note_keys_of(arguments)
    for argument in arguments:
        refuse_key(argument, "an argument")
    return cli(arguments, "ticketbench", standalone_mode=False, terminal_width=columns())


def _refuse_odd_date() -> None:
    """An import of scipy ends in an error of numpy where SOURCE_DATE_EPOCH is no integer."""
    given = os.environ.get(_DATE)
    if given is None or re.fullmatch(r"\s*[+-]?[0-9]{1,12}\s*", given):
        return
    if given.strip():
        from ticketbench.core.errors import InputError
        from ticketbench.core.quotes import quoted

        raise InputError(f"no number of seconds since 1970: {quoted(given)}", where=_DATE)
    del os.environ[_DATE]
