"""The command `ticketbench rubrics ablate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.options import set_option
from ticketbench.cli.output import (
    ASIDE,
    Piece,
    json_option,
    show,
    show_columns,
    show_json,
    show_pieces,
    show_wrapped,
)

if TYPE_CHECKING:
    from ticketbench.flow.rubrics.ablate import Ablation


@click.command("ablate")
@click.argument("config", type=click.Path(path_type=Path))
@click.argument("labels", nargs=-1, metavar="[LABEL...]")
@click.option("--on", required=True, metavar="SET", help="The rubric set to leave labels out of.")
@set_option
@json_option
def ablate_command(
    config: Path,
    labels: tuple[str, ...],
    on: str,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """What do the others do without a label, and where do its tickets go?

    Each LABEL is left out alone, every label of the set where none is named. Takes stored answers
    and sends nothing: what is left is divided by its sum, and it says where that is an assumption.

    \b
    ticketbench rubrics ablate configs/support.yaml --on v2
    ticketbench rubrics ablate configs/support.yaml --on v2 account --json
    """
    from ticketbench.flow.rubrics.ablate import ablate

    found = ablate(config, on, labels, overrides=overrides)
    if as_json:
        show_json("rubrics-ablate", found)
    else:
        _show(found)


def _show(found: Ablation) -> None:
    from ticketbench.flow.rubrics.ablate_words import (
        HEAD,
        NOTE,
        goes_to_text,
        nothing_text,
        rests_on_text,
        rows,
        title_text,
    )

    show_pieces(Piece(f"{title_text(found)}.", "bold"))
    show()
    cells = [[Piece(name, ASIDE) for name in HEAD], *(map(Piece, row) for row in rows(found))]
    below = ["", *(goes_to_text(one) for one in found.labels)]
    show_columns([list(row) for row in cells], right=(1, 2, 3, 4), below=below)
    show()
    for note in filter(None, (nothing_text(found), NOTE, rests_on_text(found))):
        show_wrapped(note, indent="")
