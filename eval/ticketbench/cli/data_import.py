"""The command `ticketbench data import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ticketbench.cli.options import dialect_of, preset_options
from ticketbench.cli.output import (
    ASIDE,
    Piece,
    json_option,
    say_wrapped,
    show,
    show_columns,
    show_command,
    show_json,
    show_path,
    show_pieces,
)

if TYPE_CHECKING:
    from ticketbench.flow.data.asked import ImportAsked
    from ticketbench.flow.data.dataset import Imported
    from ticketbench.measure.agreement.summary import Agreement

_MOST_LABELS = 12


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--preset", default="none", metavar="NAME",
              help="The tool that wrote it; none: any table.")  # fmt: skip
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="OUT.csv",
              help="The dataset; notes and disagreements go beside it.")  # fmt: skip
@click.option("--preview", type=click.IntRange(1, 1000), metavar="N",
              help="Show N tickets before and after, write nothing.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite what is there.")
@click.option("--columns", multiple=True, metavar="ROLE=NAME,...",
              help="What a table calls its id, text, label, group, time.")  # fmt: skip
@click.option("--annotator", default="", metavar="COLUMN",
              help="Who labelled a row, where a ticket has several.")  # fmt: skip
@click.option("--annotators", default="", metavar="A,B", help="Columns with one person's labels.")
@click.option("--disagree", default="leave-out", metavar="RULE", show_default=True,
              help="No majority: leave-out, none, first, or a person.")  # fmt: skip
@preset_options
@click.option("--html", type=click.Choice(["auto", "keep"]),
              help="Make text of HTML, or keep it [by the preset].")  # fmt: skip
@click.option("--cut-quotes", is_flag=True, help="Cut quoted replies below a text.")
@click.option("--cut-signatures", is_flag=True, help="Cut signatures.")
@click.option("--delimiter", metavar="SIGN", help="Between fields: one sign, or tab.")
@click.option("--encoding", metavar="NAME", help="Of a table that is not UTF-8, such as cp1252.")
@json_option
def import_command(file: Path, out: Path | None, as_json: bool, **options: Any) -> None:
    """Make a dataset of what a help desk or an annotation tool exports.

    Every step is counted and noted in OUT.notes.json; tickets on which people disagree go to
    OUT.disagreements.csv. Nothing is sent, and no address or name of a customer is copied.

    \b
    ticketbench data import desk.json --preset zendesk --label-field 3601 -o d.csv
    ticketbench data import tasks.json --preset label-studio -o labelled.csv
    ticketbench data import people.csv --annotator annotator -o agreed.csv
    ticketbench data import bodies.csv --html auto --cut-quotes -o words.csv
    """
    from ticketbench.flow.data.dataset import data_import

    found = data_import(file, out, _asked(options))
    if as_json:
        show_json("import", found)
    else:
        _show(found, file)
    for remark in found.notes.remarks:
        warned = remark.startswith("this is page")
        say_wrapped(f"{'warning' if warned else 'note'}: {remark}")


def _asked(given: dict[str, Any]) -> ImportAsked:
    from ticketbench.edge.imports.preset import Asked
    from ticketbench.flow.data.asked import ImportAsked, columns_of

    of_preset = Asked(
        columns=columns_of(given["columns"]),
        annotator=given["annotator"],
        annotators=tuple(filter(None, map(str.strip, given["annotators"].split(",")))),
        text_field=given["text_field"],
        field=given["field"],
        label_tag=given["label_tag"],
        label_field=given["label_field"],
        parts=given["parts"] or "",
    )
    return ImportAsked(
        preset=given["preset"],
        of_preset=of_preset,
        html=given["html"] or "",
        cut=tuple(one for one in ("quotes", "signatures") if given[f"cut_{one}"]),
        disagree=given["disagree"],
        dialect=dialect_of(given["delimiter"], given["encoding"]),
        preview=given["preview"] or 0,
        force=given["force"],
    )


def _show(found: Imported, file: Path) -> None:
    """What became of the export, step by step, and what to do next."""
    from ticketbench.flow.data import words
    from ticketbench.flow.import_notes import step_text

    notes = found.notes
    if not found.files:
        _show_tickets(found)
        show_pieces(Piece("Nothing was written: this is a preview.", ASIDE))
        return
    show_pieces(Piece(f"{words.headline(notes)} of {file.name} -> {found.files[0]}", "bold"))
    _show_labels(found)
    if notes.left_out:
        show_pieces(Piece(f"left out: {words.left_out_text(notes)}"))
    for sentence in words.made_texts(notes):
        show_pieces(Piece(sentence))
    for step in notes.steps:
        show_pieces(Piece(step_text(step, notes.n_texts)))
    if found.shown:
        _show_tickets(found)
    if notes.agreement is not None:
        _show_agreement(notes.agreement)
    if words.resolution_text(notes.resolution):
        show_pieces(Piece(words.resolution_text(notes.resolution)))
    for path in found.files[1:]:
        show_path("disagreements" if ".disagreements" in path.name else "notes", path)
    show_command("Next: ", ["ticketbench", "validate", str(found.files[0])])


def _show_labels(found: Imported) -> None:
    """The labels with their counts, the most frequent first."""
    from ticketbench.core.quotes import clipped

    labels = list(found.notes.labels.items())
    rows = [[Piece(f"  {clipped(name)}"), Piece(f"{n:,}")] for name, n in labels[:_MOST_LABELS]]
    show_columns(rows, right=(1,))
    more = len(labels) - _MOST_LABELS
    if more > 0:
        show_pieces(Piece(f"  and {more} more labels", ASIDE))


def _show_tickets(found: Imported) -> None:
    """Tickets before and after all steps, masked."""
    for one in found.shown:
        show_pieces(
            Piece(f"ticket {one.id}", "bold"), Piece(f" {one.label or 'people disagree'}", ASIDE)
        )
        changed = one.before != one.after
        if changed:
            show_pieces(Piece(" ".join(one.before.split())), first="before", column=8)
        show_pieces(Piece(" ".join(one.after.split())), first="after" if changed else "", column=8)


def _show_agreement(found: Agreement) -> None:
    from ticketbench.flow.data import words
    from ticketbench.report.words import numbers

    show()
    show_pieces(Piece(words.agreement_text(found), "bold"))
    show_pieces(Piece(words.chance_text(found)))
    if found.pairs:
        show_pieces(Piece(f"confused most: {words.pairs_text(found)}"))
    header = [Piece(name, ASIDE) for name in ("label", "tickets", "said alike")]
    rows = [
        [Piece(one.label), Piece(f"{one.n:,}"), Piece(numbers.percent(one.share, 0))]
        for one in found.labels[:_MOST_LABELS]
    ]
    show_columns([header, *rows], right=(1, 2))
