"""The command `ticketbench threshold`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.boundary import printable
from ticketbench.cli.form import form_options
from ticketbench.cli.options import at_options, prices, target_options
from ticketbench.cli.output import (
    ASIDE,
    STYLES,
    Piece,
    columns_of,
    json_option,
    say,
    say_notes,
    show,
    show_json,
    show_pieces,
    show_wrapped,
    width,
)

if TYPE_CHECKING:
    from ticketbench.edge.results.forms.options import Form
    from ticketbench.measure.advice.threshold import ThresholdAdvice
    from ticketbench.report.threshold_table import TableRow

_NARROW = 72
"""With fewer columns the row to set has an arrow alone."""

_WIDEST_LABEL = 24
"""Columns that the names of labels have before they push what follows."""


@click.command("threshold")
@click.argument("source", metavar="SET")
@click.option("--config", type=click.Path(path_type=Path),
              help="SET is of the report of this config [the latest report].")  # fmt: skip
@target_options
@click.option("--capacity", type=float, metavar="SHARE",
              help="The largest share of tickets that people can read.")  # fmt: skip
@form_options
@click.option("--per-label", is_flag=True, help="Each label's own threshold, or why none.")
@click.option("--sets", "by_set", is_flag=True, help="A row for every rubric set, too.")
@click.option("--all", "everything", is_flag=True, help="What every rule chooses, and why.")
@json_option
def command(
    source: str,
    config: Path | None,
    min_precision: float | None,
    costs: str | None,
    capacity: float | None,
    form: Form,
    per_label: bool,
    by_set: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Which threshold to set, and what it is weighed against.

    SET is a rubric set of the latest report, or of that of --config; FOLDER:SET one of another, and
    FILE a table of predictions, written as the options of `score` say. Nothing is asked.

    \b
    ticketbench threshold v2
    ticketbench threshold v2 --costs misroute=8,review=2
    ticketbench threshold v2 --min-precision 0.95 --per-label
    ticketbench threshold reports/support:v2 --capacity 0.3
    """
    from ticketbench.core.errors import TicketbenchError
    from ticketbench.flow.threshold import threshold

    try:
        found = threshold(
            source,
            config=config,
            min_precision=min_precision,
            costs=None if costs is None else prices(costs),
            capacity=capacity,
            form=form,
        )
    except TicketbenchError as error:
        raise at_options(error) from None
    say_notes(found.notes)
    if as_json:
        show_json("threshold", found)
        return
    _show(found, by_set=by_set, told=everything, labelled=per_label)
    say(f"from the scores in {found.source}")


def _show(found: ThresholdAdvice, *, by_set: bool, told: bool, labelled: bool) -> None:
    """The answer, the table, and the line of the config that sets it."""
    from ticketbench.report.threshold_table import headline_text, notes, policy_line, table_rows

    show_pieces(Piece(f"{headline_text(found)}.", "bold"))
    if found.rows:
        show()
        _show_table(table_rows(found, by_set=by_set))
        show()
        for note in notes(found):
            show_pieces(Piece(note))
        show(policy_line(found))
    if labelled:
        _show_labels(found)
    if told:
        _show_rules(found)
    if found.rows:
        _show_more(found, told=told, labelled=labelled)


def _show_table(rows: Sequence[TableRow]) -> None:
    """The names to the left, numbers to the right; the row to set in bold with an arrow."""
    from ticketbench.report.threshold_table import HEADER

    cells = [(printable(row.name), row.alone, row.wrong, row.person) for row in rows]
    widths = [max(columns_of(row[i]) for row in (HEADER, *cells)) for i in range(4)]
    costs = [f"{row.cost} {row.interval}".rstrip() for row in rows]
    cost_width = max(map(len, [HEADER[4], *costs]))
    marks = [f"<- {row.mark}" if width() >= _NARROW else "<-" for row in rows]
    whole = sum(widths) + cost_width + max(map(len, marks))
    gap = "  " if whole + 10 <= width() else " "
    show_pieces(Piece(gap.join([*_aligned(HEADER[:4], widths), HEADER[4]]), ASIDE))
    for row, cell, cost, mark in zip(rows, cells, costs, marks, strict=True):
        bold = "bold " if row.mark else ""
        numbers = _aligned(cell, widths)
        show_pieces(
            Piece(gap.join([*numbers, ""]), bold.strip()),
            Piece(row.cost, f"{bold}{STYLES[row.tone]}".strip()),
            Piece(f" {row.interval}" if row.interval else "", ASIDE),
            Piece(f"{' ' * (cost_width - len(cost))}{gap}{mark}" if row.mark else "", bold.strip()),
        )


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """The first cell to the left, the others to the right."""
    pads = [" " * (size - columns_of(cell)) for cell, size in zip(cells, widths, strict=True)]
    return [
        cells[0] + pads[0],
        *(pad + cell for pad, cell in zip(pads[1:], cells[1:], strict=True)),
    ]


def _show_labels(found: ThresholdAdvice) -> None:
    """Each label with its threshold and what is promised of it."""
    from ticketbench.report.threshold_table import label_line, label_note, label_rows

    show()
    show(f"each {found.own.settings.label_word}'s own threshold:")
    rows = [(printable(row.label), row) for row in label_rows(found)]
    widest = max((columns_of(name) for name, _ in rows), default=0)
    at = min(widest, _WIDEST_LABEL) + 2
    for name, row in rows:
        before = name + " " * (min(widest, _WIDEST_LABEL) - columns_of(name))
        show_pieces(Piece(f"{row.threshold:<6}  {row.promise}"), first=before, column=at)
    show_pieces(Piece(label_note(found)))
    if label_line(found):
        show(label_line(found))


def _show_rules(found: ThresholdAdvice) -> None:
    """Every way to choose a threshold, with its sentence."""
    from ticketbench.report.words.thresholds import none_chosen_text, told

    show()
    show("every way to choose a threshold:")
    if none_chosen_text(found.own):
        show_wrapped(f"{none_chosen_text(found.own)}.")
    for rule, text in told(found.own):
        show(f"{rule}:")
        show_wrapped(f"{text}.")


def _show_more(found: ThresholdAdvice, *, told: bool, labelled: bool) -> None:
    """The options that tell more."""
    word = found.own.settings.label_word
    more = {
        "other rules": ("--all", told),
        f"each {word}'s own threshold": ("--per-label", labelled),
    }
    left = {what: option for what, (option, given) in more.items() if not given}
    if left:
        said = " and ".join(left)
        show_pieces(Piece(f"{said[:1].upper()}{said[1:]}: {', '.join(left.values())}", ASIDE))
