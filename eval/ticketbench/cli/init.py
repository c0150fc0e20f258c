"""The command `ticketbench init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.output import (
    ASIDE,
    Piece,
    json_option,
    say,
    show,
    show_columns,
    show_json,
    show_pieces,
)

if TYPE_CHECKING:
    from ticketbench.flow.setup.project import Project

_MOST_LABELS = 12
"""That are shown; a table of 77 is looked up in the rubrics that are written."""


@click.command("init")
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("--from", "file", type=click.Path(path_type=Path), metavar="FILE",
              help="Make the project from this table of labelled tickets.")  # fmt: skip
@json_option
def command(folder: Path, file: Path | None, as_json: bool) -> None:
    """Create a project: from your own labelled tickets, or one to try things on.

    With --from the columns are guessed, and the config says what else they could be. Without it
    config, rubric sets and 24 tickets of our own are written. Nothing is overwritten.

    \b
    ticketbench init demo
    ticketbench init --from export.csv
    """
    if file is None:
        _starter(folder, as_json=as_json)
        return
    from ticketbench.flow.setup.project import as_argument, project_from

    made = project_from(file, folder)
    if as_json:
        show_json("init", made)
        return
    _show(made, file)
    rubrics = made.config.parent / "rubrics" / "v1.yaml"
    run = f"ticketbench run {as_argument(made.config)}"
    say(f"next: sharpen the questions in {rubrics}, then: {run}")


def _starter(folder: Path, *, as_json: bool) -> None:
    from ticketbench.flow.setup.init import init
    from ticketbench.flow.setup.project import as_argument

    written = init(folder)
    if as_json:
        show_json("init", {"written": written})
        return
    for path in written:
        show(str(path))
    say(f"next: cd {as_argument(folder)} && ticketbench run configs/ticketbench.yaml")


def _show(made: Project, file: Path) -> None:
    """What was guessed, with three tickets to check it by, and what was written."""
    from ticketbench.report.masking.texts import masked_id

    show(f"{file}: {made.n:,} tickets, {len(made.labels)} labels.", style="bold")
    show()
    for guess in made.columns:
        others = f"   or: {', '.join(guess.others)}" if guess.others else ""
        why = f"   {guess.reason}" if guess.reason else ""
        show_pieces(Piece(guess.column), Piece(f"{others}{why}", ASIDE), first=guess.role, column=8)
    _show_reading(made)
    counts = [f"{label} {n:,}" for label, n in made.labels.items()]
    more = f" and {len(counts) - _MOST_LABELS} more" if len(counts) > _MOST_LABELS else ""
    show_pieces(Piece(", ".join(counts[:_MOST_LABELS]) + more), first="labels", column=8)
    show()
    rows = [(Piece(masked_id(one.id), "bold"), Piece(one.label)) for one in made.shown]
    show_columns(rows, below=[ticket.text for ticket in made.shown])
    show()
    for path in made.written:
        show(f"wrote {path}")


def _show_reading(made: Project) -> None:
    """What the config has to say beside its columns, so that the file can be read."""
    if all(guess.role != "id" for guess in made.columns):
        show_pieces(Piece("none found: ids are made of the texts"), first="id", column=8)
    if made.delimiter:
        sign = "tab" if made.delimiter == "\t" else made.delimiter
        show_pieces(Piece(sign), Piece("   between fields", ASIDE), first="sign", column=8)
    if made.separator:
        between = Piece("   between labels of all_labels", ASIDE)
        show_pieces(Piece(made.separator), between, first="sign", column=8)
    renamed = [f"{old} = {new}" for old, new in made.spellings.items() if old != new]
    if renamed:
        show_pieces(Piece(", ".join(renamed)), first="spelled", column=8)
