"""The command `ticketbench data inspect`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ticketbench.cli.options import dialect_of, preset_options
from ticketbench.cli.output import (
    ASIDE,
    Piece,
    json_option,
    show,
    show_columns,
    show_command,
    show_json,
    show_pieces,
    show_wrapped,
)
from ticketbench.core.quotes import clipped

if TYPE_CHECKING:
    from ticketbench.flow.data.inspection.found import Inspection


@click.command("inspect")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--columns", multiple=True, metavar="ROLE=NAME,...",
              help="What columns are, where a guess is wrong: text=Body,label=Team.")  # fmt: skip
@click.option("--preset", default="", metavar="NAME",
              help="The tool that wrote it, where that is not seen; none: any table.")  # fmt: skip
@preset_options
@click.option("--delimiter", metavar="SIGN", help="What stands between columns; `tab` for a tab.")
@click.option("--encoding", metavar="NAME", help="How the file is written, such as cp1252.")
@click.option("--all", "everything", is_flag=True,
              help="Look at all texts for markup and the like, not at 10,000.")  # fmt: skip
@json_option
def inspect_command(
    file: Path,
    columns: tuple[str, ...],
    preset: str,
    delimiter: str | None,
    encoding: str | None,
    everything: bool,
    as_json: bool,
    **of_preset: Any,
) -> None:
    """Look into a file of tickets before anything is made of it; send and write nothing.

    Which column is what and why, how many tickets each label has, texts that stand more than once
    or in two splits, how long texts are, markup, quoted replies, signatures, personal data, and
    what to type next. No text is shown.

    \b
    ticketbench data inspect export.csv
    ticketbench data inspect export.csv --columns text=Text,label=Team
    ticketbench data inspect export.csv --all --json
    """
    from ticketbench.edge.imports.preset import Asked
    from ticketbench.flow.data.asked import columns_of
    from ticketbench.flow.data.inspection.inspect import inspect

    dialect = dialect_of(delimiter, encoding)
    given: dict[str, Any] = {name: value or "" for name, value in of_preset.items()}
    found = inspect(
        file,
        columns=columns_of(columns),
        preset=preset,
        asked=Asked(**given),
        dialect=dialect,
        everything=everything,
    )
    if as_json:
        show_json("inspect", found)
        return
    _show(found)


def _show(found: Inspection) -> None:
    from ticketbench.flow.data.inspection.words import (
        guessed_from,
        headline,
        label_rows,
        length_text,
        other_labels,
        sampled,
        sentences,
    )

    show(headline(found), style="bold")
    for text in sentences(found):
        show_wrapped(_sentence(text))
    if text := sampled(found):
        show_wrapped(_sentence(text))
    if found.columns:
        show()
    for guess in found.columns:
        others = f"; or: {', '.join(map(clipped, guess.others))}" if guess.others else ""
        why = Piece(f"  {guess.reason}{others}", ASIDE)
        show_pieces(Piece(clipped(guess.column)), why, first=guess.role, column=12)
    if text := guessed_from(found):
        show_pieces(Piece(text, ASIDE), first="", column=12)
    if found.balance.labels:
        show()
        show_columns([[Piece(cell) for cell in row] for row in label_rows(found)], right=(1, 2))
        if text := other_labels(found):
            show(text)
    if text := length_text(found):
        show()
        show_pieces(Piece(text), first="texts", column=12)
    for i, command in enumerate(found.next):
        if not i:
            show()
        show_command("Next: " if not i else "then: ", shlex.split(command))


def _sentence(text: str) -> str:
    """A sentence with its capital and its stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
