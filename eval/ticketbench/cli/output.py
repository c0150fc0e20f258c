"""What commands print: data on stdout, talk on stderr."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click

from ticketbench.cli.boundary import printable
from ticketbench.cli.terminal import writable_json
from ticketbench.core.types import Finding

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

GOOD, BAD, UNKNOWN, ASIDE = "blue", "yellow", "bright_yellow", "dim"
"""Of the sixteen colours that each terminal has its own theme for: 34, 33 (orange), 93; and dim."""

STYLES = {"good": GOOD, "bad": BAD, "unknown": UNKNOWN, "neutral": ""}
"""By the tone of what is said."""

_WIDEST = 10_000
_WIDTHS = 60, 80
_WIDEST_CELL = 24
_MOST_LINES = 2


class Piece(NamedTuple):
    """A part of a line in a style: one of the above, "bold", both with a space, or none."""

    text: str
    style: str = ""


def width() -> int:
    """80 columns, or as many as the terminal has, but no fewer than 60."""
    return max(_WIDTHS[0], min(_WIDTHS[1], shutil.get_terminal_size((80, 24)).columns))


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--json` as the parameter `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")(command)


def all_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--all` as the parameter `everything`."""
    help_ = "Print every table behind the first lines."
    return click.option("--all", "everything", is_flag=True, help=help_)(command)


def reference_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--reference`: with --json, also values under the names of other libraries."""
    help_ = "With --json, also values under the names of other libraries, to check against them."
    return click.option("--reference", is_flag=True, help=help_)(command)


def say(text: str = "") -> None:
    """One line of talk, on stderr."""
    click.echo(printable(text), err=True)


def say_wrapped(text: str) -> None:
    """Talk on stderr, wrapped to 80 columns or the terminal."""
    for line in textwrap.wrap(printable(text), width(), subsequent_indent="  "):
        say(line)


def show(text: str = "", *, style: str = "") -> None:
    """One line of data, on stdout; in a `style` such as "bold" where stdout takes colour.

    It does on a terminal, unless NO_COLOR is set, and always where FORCE_COLOR is.
    """
    if style:
        show_line(Piece(text, style))
    else:
        click.echo(printable(text))


def show_pieces(*pieces: Piece, column: int = 0, first: str = "") -> None:
    """Data on stdout in styles, wrapped at 80 columns or the terminal.

    Every line but the first begins at `column`; the first has the word `first` before it, dim.
    """
    plain = _wrapped("".join(printable(text) for text, _ in pieces), width() - column)
    if _is_plain() and plain is not None:
        for i, text in enumerate(plain):
            click.echo(f"{'' if i else first:<{column}}{text}")
        return
    from rich.console import Console
    from rich.text import Text

    whole = Text.assemble(*((printable(text), style) for text, style in pieces))
    lines = whole.wrap(Console(width=width()), width() - column)
    for i, line in enumerate(lines):
        line.rstrip()
        start = f"{first:<{column}}" if i == 0 else " " * column
        _echo(Text.assemble((start, ASIDE if first and i == 0 else ""), line))


def show_of_100(text: str) -> None:
    """What becomes of a hundred tickets; "about 4 wrong" in the colour of what is wrong."""
    start, end = text.find("about "), text.find(" wrong")
    if -1 in (start, end):
        show_pieces(Piece(text))
        return
    end += len(" wrong")
    show_pieces(Piece(text[:start]), Piece(text[start:end], BAD), Piece(text[end:]))


def show_line(*pieces: Piece) -> None:
    """One line of data on stdout in styles, never wrapped: what it ends with may be a command."""
    if _is_plain():
        click.echo("".join(printable(text) for text, _ in pieces))
        return
    from rich.text import Text

    _echo(Text.assemble(*((printable(text), style) for text, style in pieces)))


def show_columns(
    rows: Sequence[Sequence[Piece]],
    *,
    right: Sequence[int] = (),
    below: Sequence[str] = (),
) -> None:
    """A row a line: each column as wide as its widest cell, those in `right` to the right.

    A cell of more than 24 columns pushes what follows it; columns move closer before a row is
    wrapped. Under each row stands its text of `below`, where there is one, in two lines at most.
    """
    cells = [[Piece(printable(text), style) for text, style in row] for row in rows]
    sizes = [[columns_of(cell.text) for cell in row] for row in cells]
    widths = [
        max((size for size in column if size <= _WIDEST_CELL), default=0)
        for column in zip_longest(*sizes, fillvalue=0)
    ]
    gap = Piece("  " if sum(widths) + 2 * (len(widths) - 1) <= width() else " ")
    for n, row in enumerate(cells):
        pieces: list[Piece] = []
        for i, cell in enumerate(row):
            pad = Piece(" " * max(0, widths[i] - columns_of(cell.text)))
            pieces += [pad, cell, gap] if i in right else [cell, pad, gap]
        show_pieces(*pieces)
        if n < len(below) and below[n]:
            show_wrapped(" ".join(below[n].split()), most_lines=_MOST_LINES)


def show_command(first: str, words: Sequence[str], *, note: str = "", quoted: bool = True) -> None:
    """A command as it can be pasted, with the word `first` before it and a note behind it.

    Where it is longer than a line, it goes on after a backslash. What is no command of a shell is
    not `quoted`.
    """
    indent, lines = " " * len(first), [""]
    for word in map(shlex.quote, words) if quoted else words:
        if lines[-1] and len(indent) + len(lines[-1]) + len(word) + 3 > width():
            lines[-1] += " \\"
            lines.append(f"  {word}")
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    fits = note and len(indent) + len(lines[-1]) + len(note) + 3 <= width()
    lines[-1] += f"   {note}" if fits else ""
    for i, line in enumerate([*lines, *([note] if note and not fits else [])]):
        show(f"{indent if i else first}{line}")


def show_path(said: str, path: Path) -> None:
    """A line that names a file: dim, and on a terminal a link to it."""
    from rich.style import Style
    from rich.text import Text

    fits = len(said) + len(str(path)) + 3 <= width()
    end = "   " if fits else "\n"
    link = path.absolute().as_uri() if sys.stdout.isatty() else None
    name = Text(printable(str(path)), style=Style(dim=True, link=link))
    _echo(Text.assemble((printable(said) + end, ASIDE), name))


def _wrapped(text: str, most: int) -> list[str] | None:
    """A `printable` text in lines of at most `most` columns, as rich wraps it; None where only rich
    knows how: a character or a word of a long text may be too wide, alone or with the space before
    the first one.
    """
    if columns_of(text) <= most:
        return [text.rstrip()]
    if not text.isascii() or text.startswith(" ") or any(len(word) > most for word in text.split()):
        return None
    return [line.rstrip() for line in textwrap.wrap(text, most, break_on_hyphens=False) or [""]]


def columns_of(text: str) -> int:
    """How many columns of a terminal a text takes that is `printable`."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _is_plain() -> bool:
    """Whether stdout surely takes no colour: what is printed then needs nothing of rich, which
    takes as long to load as many a command runs.
    """
    asked = any(name in os.environ for name in ("FORCE_COLOR", "TTY_COMPATIBLE"))
    return bool(os.environ.get("NO_COLOR")) or not (asked or sys.stdout.isatty())


def _echo(line: Text) -> None:
    """A styled line, as plain text where stdout takes no colour."""
    if _is_plain():
        click.echo(line.plain)
    else:
        click.echo(_drawn(line), color=True)


def show_wrapped(text: str, *, indent: str = "  ", most_lines: int | None = None) -> None:
    """Data on stdout, wrapped to 80 columns or the terminal, every line indented.

    After `most_lines` the rest is left out, cut at a word and with a mark.
    """
    lines = textwrap.wrap(
        printable(text),
        width(),
        initial_indent=indent,
        subsequent_indent=indent,
        max_lines=most_lines,
        placeholder=" ...",
    )
    for line in lines:
        click.echo(line)


def show_json(thing: str, data: Any) -> None:
    """Data in its versioned envelope, on stdout."""
    from ticketbench.edge.results.store import envelope

    click.echo(writable_json(envelope(thing, data).decode("utf-8")), nl=False)


def show_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A plain table on stdout; the first column to the left, the others to the right."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for i, name in enumerate(header):
        justify: Literal["left", "right"] = "right" if i else "left"
        table.add_column(Text(printable(name)), justify=justify, no_wrap=True)
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    for line in _drawn(table).splitlines():
        click.echo(line.rstrip())


def say_findings(findings: Sequence[Finding]) -> None:
    """Warnings and notes, on stderr."""
    for found in findings:
        text = f"{found.severity}: {found.title}: {found.evidence} ({found.code})"
        say_wrapped(text)
        say(f"  help: {found.action}")


def say_notes(notes: Sequence[str]) -> None:
    """What was decided in reading, a note each, on stderr."""
    for note in notes:
        say_wrapped(f"note: {note}")


def _drawn(what: RenderableType) -> str:
    """What rich makes of it for stdout: never cut or wrapped, and no text is markup."""
    from rich.console import Console

    console = Console(width=_WIDEST, highlight=False, markup=False, emoji=False)
    with console.capture() as drawn:
        console.print(what, end="", soft_wrap=True)
    return drawn.get()
