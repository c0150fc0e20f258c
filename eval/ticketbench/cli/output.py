"""What commands print: data on stdout, talk and progress on stderr."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import click

from ticketbench.cli.boundary import AT_END, printable
from ticketbench.core.types import Finding
from ticketbench.edge.redaction import redact

if TYPE_CHECKING:
    from rich.console import RenderableType

_PLAIN_EVERY_S = 5.0
_WIDEST = 10_000


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--json` as the parameter `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")(command)


def reference_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--reference`: with --json, also values under the names of other libraries."""
    help_ = "With --json, also values under the names of other libraries, to check against them."
    return click.option("--reference", is_flag=True, help=help_)(command)


def say(text: str = "") -> None:
    """One line of talk, on stderr."""
    click.echo(printable(text), err=True)


def say_wrapped(text: str) -> None:
    """Talk on stderr, wrapped to 80 columns."""
    for line in textwrap.wrap(printable(text), 80, subsequent_indent="  "):
        say(line)


def show(text: str = "", *, style: str = "") -> None:
    """One line of data, on stdout; in a `style` such as "bold" where stdout takes colour.

    It does on a terminal, unless NO_COLOR is set, and always where FORCE_COLOR is.
    """
    if not style or os.environ.get("NO_COLOR"):
        click.echo(printable(text))
        return
    from rich.text import Text

    click.echo(_drawn(Text(printable(text), style=style)), color=True)


def show_wrapped(text: str, *, indent: str = "  ") -> None:
    """Data on stdout, wrapped to 80 columns, every line indented."""
    for line in textwrap.wrap(printable(text), 80, initial_indent=indent, subsequent_indent=indent):
        click.echo(line)


def show_json(thing: str, data: Any) -> None:
    """Data in its versioned envelope, on stdout."""
    from ticketbench.edge.results.store import envelope

    click.echo(redact(envelope(thing, data)), nl=False)


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


def _drawn(what: RenderableType) -> str:
    """What rich makes of it for stdout: never cut or wrapped, and no text is markup."""
    from rich.console import Console

    console = Console(width=_WIDEST, highlight=False, markup=False, emoji=False)
    with console.capture() as drawn:
        console.print(what, end="", soft_wrap=True)
    return drawn.get()


def progress_of(name: str) -> Callable[[int, int], None]:
    """A progress callback for one rubric set: a bar on a terminal, else a line now and then."""
    return _bar(name) if sys.stderr.isatty() else _lines(name)


def _lines(name: str) -> Callable[[int, int], None]:
    said_at = time.monotonic()

    def update(done: int, total: int) -> None:
        nonlocal said_at
        if done == total or time.monotonic() - said_at > _PLAIN_EVERY_S:
            said_at = time.monotonic()
            say(f"{name}: {done}/{total} asked")

    return update


def _bar(name: str) -> Callable[[int, int], None]:
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task(name)

    def update(done: int, total: int) -> None:
        if not bar.live.is_started:
            AT_END.append(bar.stop)
            bar.start()
        bar.update(task, completed=done, total=total)
        if done == total:
            bar.stop()

    return update
