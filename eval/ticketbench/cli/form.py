"""Options that say how a table of predictions is written, where that is not as ours are."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click

from ticketbench.cli.options import at_options

if TYPE_CHECKING:
    from ticketbench.edge.results.forms.options import Form

_Command = Callable[..., Any]

_OPTIONS = (
    click.option("--columns", multiple=True, metavar="ROLE=COLUMN,...",
                 help="What the columns are called: ticket_id, label, top_label, score, scores, "
                      "group_id, rubric_set, repeat, failure."),
    click.option("--score-prefix", metavar="TEXT",
                 help="What the columns of scores begin with [score_]."),
    click.option("--scale", type=click.Choice(["prob", "percent", "log"]),
                 help="What a score is [prob]."),
    click.option("--delimiter", metavar="SIGN",
                 help="The sign between columns, or tab [by the suffix]."),
    click.option("--decimal", type=click.Choice([".", ","]),
                 help="The sign before decimals [.]."),
    click.option("--encoding", metavar="NAME", help="Of the text, such as cp1252 [utf-8]."),
    click.option("--labels", multiple=True, metavar="OLD=NEW",
                 help="A label, in gold and columns, is this one here; repeat it."),
    click.option("--empty-scores", type=click.Choice(["refuse", "zero"]),
                 help="What an empty cell among scores is [refuse]."),
    click.option("--gold", metavar="FILE",
                 help="Gold labels of a recording that holds none: cases.jsonl of a pack."),
)  # fmt: skip


def form_options(command: _Command) -> _Command:
    """Add the options of a table's form, which come as the one parameter `form`."""

    @functools.wraps(command)
    def with_form(**given: Any) -> Any:
        from ticketbench.edge.results.forms.options import Form

        own = {part.name: given.pop(part.name) for part in fields(Form)}
        return command(**given, form=_form(own))

    for option in reversed(_OPTIONS):
        with_form = option(with_form)
    return with_form


def form_of_words(text: str, *, where: str) -> Form:
    """The form that the options in `text` say, as a shell would split them.

    Raises InputError at `where` for quotes that do not close, and for other words.
    """
    from ticketbench.core.errors import InputError

    help_ = f"such as {where} '--columns label=gold --scale percent'"

    def alone(**given: Any) -> None:
        """Never called: its options are what is wanted."""

    for option in reversed(_OPTIONS):
        alone = option(alone)
    try:
        words = shlex.split(text)
    except ValueError:
        raise InputError("a quote does not close", where=where, help=help_) from None
    command = click.command(where, add_help_option=False)(alone)
    try:
        return _form(command.make_context(where, words).params)
    except click.UsageError as error:
        raise InputError(error.format_message(), where=where, help=help_) from None


def _form(given: dict[str, Any]) -> Form:
    from ticketbench.edge.results.forms.options import AS_OURS

    said = {name: value for name, value in given.items() if value not in (None, ())}
    if not said:
        return AS_OURS
    from ticketbench.core.errors import InputError
    from ticketbench.edge.results.forms.words import form_of, pairs_of

    try:
        for name in ("columns", "labels"):
            if name in said:
                said[name] = pairs_of(name, said[name])
        return form_of(said)
    except InputError as error:
        raise at_options(error) from None
