"""The command `ticketbench label import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.label_next import state_option
from ticketbench.cli.options import dialect_of
from ticketbench.cli.output import Piece, json_option, show_json, show_pieces, show_wrapped

if TYPE_CHECKING:
    from ticketbench.flow.labels.take import Taken


@click.command("import")
@click.argument("sheets", nargs=-1, required=True, metavar="SHEET...",
                type=click.Path(path_type=Path))  # fmt: skip
@click.option("--annotator", default="", metavar="NAME", help="Who labelled these sheets.")
@click.option("--annotators", default="", metavar="A,B",
              help="Columns with the labels of one person each, in place of `label`.")  # fmt: skip
@click.option("--replace", is_flag=True, help="Correct labels that were given before.")
@click.option("--delimiter", metavar="SIGN", help="The sign between columns [by the suffix].")
@click.option("--encoding", metavar="NAME", help="Of the text, such as cp1252 [utf-8].")
@state_option
@json_option
def import_command(
    sheets: tuple[Path, ...],
    annotator: str,
    annotators: str,
    replace: bool,
    delimiter: str | None,
    encoding: str | None,
    state: Path,
    as_json: bool,
) -> None:
    """Take in labels: all of them, or none where something is wrong.

    SHEET is one of `label next` with labels filled in, or the export of an annotation tool. The
    same labels again change nothing.

    \b
    ticketbench label import labels-001-010.csv
    ticketbench label import labels-001-010.csv --annotator anna
    """
    from ticketbench.flow.labels.take import label_import

    found = label_import(
        state,
        sheets,
        annotator=annotator,
        annotators=tuple(name for name in annotators.split(",") if name),
        dialect=dialect_of(delimiter, encoding),
        replace=replace,
    )
    if as_json:
        show_json("label-import", found)
    else:
        _show(found)


def _show(found: Taken) -> None:
    from ticketbench.flow.labels.words import gaps_text, taken_text

    show_pieces(Piece(f"{taken_text(found)}.", "bold"))
    if found.gaps:
        show_wrapped(f"{gaps_text(found.gaps)}.", indent="")
