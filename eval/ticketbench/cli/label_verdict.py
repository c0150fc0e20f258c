"""The command `ticketbench label verdict`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.label_next import state_option
from ticketbench.cli.output import (
    ASIDE,
    STYLES,
    Piece,
    all_option,
    json_option,
    say_wrapped,
    show,
    show_columns,
    show_json,
    show_pieces,
    show_wrapped,
)

if TYPE_CHECKING:
    from ticketbench.flow.labels.judge import Labelled

_MOST_DISPUTED = 10


@click.command("verdict")
@click.option("--disagree", default="leave-out", metavar="RULE", show_default=True,
              help="Without a majority: leave-out, none, first, or a person.")  # fmt: skip
@click.option("--csv", "listed", type=click.Path(path_type=Path), metavar="FILE",
              help="Write the labelled tickets with both answers.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE",
              help="Write it as a page, such as verdict.html.")  # fmt: skip
@all_option
@state_option
@json_option
def verdict_command(
    disagree: str,
    listed: Path | None,
    out: Path | None,
    everything: bool,
    state: Path,
    as_json: bool,
) -> None:
    """Which set is better, as far as the labels say; look as often as you like.

    \b
    ticketbench label verdict
    ticketbench label verdict --all --csv differences.csv
    ticketbench label verdict --out verdict.html
    ticketbench label verdict --json
    """
    from ticketbench.flow.labels.judge import label_judge

    found = label_judge(state, disagree=disagree)
    if listed is not None:
        from ticketbench.flow.labels.differences import write_differences

        write_differences(found, state, listed)
        say_wrapped(f"the labelled tickets with both answers: {listed}")
    if out is not None:
        from ticketbench.edge.files.atomic import write_file
        from ticketbench.flow.labels.page import verdict_page

        write_file(out, verdict_page(found))
        say_wrapped(f"the page: {out}")
    if as_json:
        show_json("label-verdict", found)
    else:
        _show(found, everything=everything)


def _show(found: Labelled, *, everything: bool) -> None:
    from ticketbench.flow.labels import words
    from ticketbench.report.words.verdict import TONES

    tone = STYLES[TONES[found.verdict.outcome]]
    show_pieces(Piece(f"{words.headline(found)}.", f"bold {tone}".strip()))
    for text in words.lines(found):
        show_wrapped(f"{text}.", indent="")
    if not everything:
        show_pieces(Piece("whom it speaks of, what needs no label, disputed tickets: --all", ASIDE))
        return
    show()
    for text in words.more_lines(found):
        show_wrapped(f"{text}.", indent="")
    _show_disputed(found)


def _show_disputed(found: Labelled) -> None:
    from ticketbench.report.masking.texts import masked_id

    if not found.disputed:
        return
    show()
    head = [Piece(name, ASIDE) for name in ("number", "disputed", "said", "counts as")]
    rows = [
        [
            Piece(str(one.number)),
            Piece(masked_id(one.ticket_id)),
            Piece(", ".join(f"{who}: {label}" for who, label in one.said.items())),
            Piece(one.label or "neither"),
        ]
        for one in found.disputed[:_MOST_DISPUTED]
    ]
    show_columns([head, *rows], right=(0,))
    more = len(found.disputed) - _MOST_DISPUTED
    if more > 0:
        show_pieces(Piece(f"and {more:,} more: --json", ASIDE))
