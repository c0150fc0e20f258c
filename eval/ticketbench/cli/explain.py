"""The command `ticketbench explain`."""

from __future__ import annotations

import click

from ticketbench.cli.output import (
    Piece,
    json_option,
    show,
    show_columns,
    show_json,
    show_pieces,
    show_wrapped,
)


@click.command("explain")
@click.argument("words", nargs=-1, metavar="[CODE | WORD]")
@json_option
def command(words: tuple[str, ...], as_json: bool) -> None:
    """What a code (TB106) or a word of the reports means, and what to do.

    Without one it lists them all.

    \b
    ticketbench explain TB106
    ticketbench explain selective risk
    """
    from ticketbench.report.dictionary.explain import explanation

    if not words:
        _list(as_json=as_json)
        return
    found = explanation(" ".join(words))
    if as_json:
        show_json("explain", [found])
        return
    title = f"{found.name}: {found.title}" if found.title else found.name
    show_pieces(Piece(title, "bold"))
    show_wrapped(found.meaning)
    if found.action:
        show_wrapped(f"Do: {found.action}")


def _list(*, as_json: bool) -> None:
    from ticketbench.report.dictionary.explain import explanations

    every = explanations()
    if as_json:
        show_json("explain", every)
        return
    show_columns([(Piece(one.name), Piece(one.title)) for one in every if one.title])
    show()
    show("words:")
    show_wrapped(", ".join(one.name for one in every if not one.title))
    show()
    show("one of them: ticketbench explain TB106")
