"""The command `ticketbench errors`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ticketbench.cli.output import (
    ASIDE,
    BAD,
    GOOD,
    Piece,
    columns_of,
    json_option,
    say,
    say_wrapped,
    show,
    show_command,
    show_json,
    show_pieces,
    show_wrapped,
    width,
)
from ticketbench.cli.paste import errors_of

if TYPE_CHECKING:
    from ticketbench.flow.errors import Answer, ListedTicket, NoAnswer, TicketList

Texts = Literal["short", "full", "none"]

_FEW = 10
_BAR = 9
"""Signs of a bar; all of them are for a score that is printed as 1.00."""


@click.command("errors")
@click.argument("report", metavar="SET")
@click.option("--kind", default="", metavar="KIND",
              help="broken, fixed, still, out-wrong, near-tie, suspect, no-label, failed or all "
              "[broken, else out-wrong, else still].")  # fmt: skip
@click.option("--label", default="", metavar="L",
              help="Only tickets of this true label; A=B: A taken for B.")  # fmt: skip
@click.option("--as", "answered", default="", metavar="L", help="Only tickets answered with this.")
@click.option("--against", default="", metavar="SET", help="The older set [what runs today].")
@click.option("--texts", type=click.Choice(["short", "full", "none"]), default="short",
              show_default=True, help="Two lines of each text, all of it, or none.")  # fmt: skip
@click.option("--limit", "most", type=click.IntRange(0), metavar="N",
              help="Show so many tickets [10; with --json and --csv all].")  # fmt: skip
@click.option("--csv", "table", type=click.Path(path_type=Path), metavar="FILE",
              help="Write them as a table; - is stdout.")  # fmt: skip
@click.option("--config", type=click.Path(path_type=Path), help="SET is one of its report.")
@json_option
def command(
    report: str,
    kind: str,
    label: str,
    answered: str,
    against: str,
    texts: Texts,
    most: int | None,
    table: Path | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """List the tickets of one kind in a saved run, surest first.

    SET is a rubric set of the latest report, or FOLDER:SET. Nothing is asked or measured.

    \b
    ticketbench errors v2
    ticketbench errors v2 --kind fixed --limit 30
    ticketbench errors v2 --label technical=account --kind all
    ticketbench errors reports/support:v2 --against v1 --texts full
    ticketbench errors v2 --kind suspect --csv suspects.csv
    """
    from ticketbench.flow.errors import Wanted, listed_tickets

    on_stdout = str(table) == "-"
    if on_stdout and as_json:
        raise click.UsageError("--json and --csv - both go to stdout; write the table to a file")
    few = None if as_json or table else _FEW
    listed = listed_tickets(
        report,
        Wanted(kind, label, answered, against),
        config=config,
        most=few if most is None else most,
        texts=texts != "none",
    )
    if table is not None:
        _write(listed, table, on_stdout=on_stdout)
    if as_json:
        show_json("errors", listed)
    elif table is None:
        given = {"--label": label, "--as": answered, "--against": against}
        given["--config"] = "" if config is None else str(config)
        _show(listed, report, given, texts)
    if listed.note:
        say_wrapped(listed.note)


def _write(listed: TicketList, table: Path, *, on_stdout: bool) -> None:
    from ticketbench.edge.files.atomic import write_file
    from ticketbench.flow.errors import tickets_csv

    content = tickets_csv(listed)
    if on_stdout:
        click.echo(content, nl=False)
        return
    write_file(table, content.encode("utf-8"))
    few = f"; {len(listed.tickets):,} written" if len(listed.tickets) < listed.n else ""
    say(f"{table}: {listed.said}{few}")


def _show(listed: TicketList, report: str, given: dict[str, str], texts: Texts) -> None:
    """How many, the tickets, and how to see others."""
    from ticketbench.report.ticket_kinds import kind_name

    n, few = len(listed.tickets), len(listed.tickets) < listed.n
    order = ", surest first" if listed.n > 1 else ""
    show_pieces(Piece(f"{listed.said}{order}{f'; {n:,} shown' if few else ''}.", "bold"))
    _show_tickets(listed, texts)
    show()
    own = {"--kind": kind_name(listed.kind, listed.label_word), **given}
    cut = {} if texts == "short" else {"--texts": texts}
    _show_masked(listed, texts)
    if few:
        words = errors_of(report, {**own, **cut, "--limit": str(listed.n)})
        show_command(f"{listed.n - n:,} more: ", words)
    if texts == "short" and any(ticket.text for ticket in listed.tickets):
        limit = {"--limit": str(n)} if n != _FEW else {}
        words = errors_of(report, {**own, **limit, "--texts": "full"})
        show_command("Whole texts: ", words)
    _show_kinds(listed, report, given)


def _show_masked(listed: TicketList, texts: Texts) -> None:
    from ticketbench.report.words.masks import masked_text

    if texts == "none" or listed.note or not listed.tickets:
        return
    if listed.masked.mode == "none":
        show_pieces(
            Piece("No texts: its config lets none be shown; `report: {texts: masked}` does.", ASIDE)
        )
    elif masked_text(listed.masked):
        show_pieces(Piece(masked_text(listed.masked), ASIDE))


def _show_kinds(listed: TicketList, report: str, given: dict[str, str]) -> None:
    """Every kind with its count; where nothing was found, the command for one that has some."""
    from ticketbench.report.ticket_kinds import READ_FIRST, kind_name
    from ticketbench.report.words import numbers

    names = {kind: kind_name(kind, listed.label_word) for kind in listed.kinds}
    counts = [f"{names[kind]} {n:,}" for kind, n in listed.kinds.items() if n or kind != "failed"]
    first, column = "Kinds:", len("Kinds: ")
    show_pieces(Piece(", ".join(counts), ASIDE), first=first, column=column)
    some = [kind for kind in (*READ_FIRST, *names) if listed.kinds.get(kind)]
    if not listed.n and some:
        words = errors_of(report, {"--kind": names[some[0]], **given})
        show_command("Read:  ", words, note=numbers.count(listed.kinds[some[0]], "ticket"))


def _show_tickets(listed: TicketList, texts: Texts) -> None:
    """A line each where all fit, else one for the ticket and one an answer; then the text."""
    heads = [_head(listed, ticket) for ticket in listed.tickets]
    answers = [[_pieces(one) for one in ticket.answers] for ticket in listed.tickets]
    heads, flat = _aligned(heads), _aligned([one for row in answers for one in row])
    rest = iter(flat)
    answers = [[next(rest) for _ in row] for row in answers]
    rows = [
        [*head, *(p for one in row for p in (Piece(" "), *one))]
        for head, row in zip(heads, answers, strict=True)
    ]
    fit = all(sum(_cells(piece.text) for piece in row) - 1 <= width() for row in rows)
    spaced = any(ticket.text for ticket in listed.tickets) or not fit
    for i, ticket in enumerate(listed.tickets):
        if spaced or i == 0:
            show()
        if fit:
            show_pieces(*rows[i])
        else:
            show_pieces(*heads[i])
            for one in answers[i]:
                show_pieces(Piece("  "), *one)
        _show_text(ticket.text, texts)


def _head(listed: TicketList, ticket: ListedTicket) -> list[Piece]:
    """Id and true label, and the one that it may have instead."""
    none = f"no {listed.label_word}"
    gold = none if ticket.gold == "__none__" else ticket.gold or "?"
    maybe = f" (maybe {ticket.maybe}?)" if ticket.maybe else ""
    return [Piece(listed.masked.shown_id(ticket.ticket_id), "bold"), Piece(f"{gold}{maybe}")]


def _pieces(answer: Answer | NoAnswer) -> list[Piece]:
    """Set, label, score and bar; blue where right, orange where not."""
    from ticketbench.flow.errors import NoAnswer

    name = Piece(answer.rubric_set, ASIDE)
    if isinstance(answer, NoAnswer):
        return [name, Piece(f"no answer: {answer.failure}", BAD)]
    style = GOOD if answer.right else BAD
    score = f"{answer.score:.2f}"
    return [name, Piece(answer.label, style), Piece(score, style), Piece(bar(answer.score), style)]


def bar(score: float) -> str:
    """Nine signs, as many of them `#` as the score has ninths; all only where it prints as 1.00."""
    full = int(_BAR * score + 0.5)
    full = _BAR if f"{score:.2f}" == "1.00" else min(full, _BAR - 1)
    return "#" * full + "." * (_BAR - full)


def _aligned(rows: Sequence[Sequence[Piece]]) -> list[list[Piece]]:
    """The rows with a blank between cells, each as wide as the widest of its column.

    The last cell of a row that is shorter than others may be longer than its column.
    """
    most = max((len(row) for row in rows), default=0)
    kept = [row if len(row) == most else row[:-1] for row in rows]
    widths = [max(_cells(row[i].text) for row in kept if i < len(row)) for i in range(most)]
    return [
        [
            piece
            for cell, size in zip(row, widths, strict=False)
            for piece in (cell, Piece(" " * (1 + max(0, size - _cells(cell.text)))))
        ]
        for row in rows
    ]


def _cells(text: str) -> int:
    from ticketbench.cli.boundary import printable

    return columns_of(printable(text))


def _show_text(text: str, texts: Texts) -> None:
    from ticketbench.report.decide.excerpts import flat

    if texts == "short" and text:
        show_wrapped(flat(text), most_lines=2)
    elif text:
        for line in text.splitlines():
            show_wrapped(line) if line.strip() else show()
