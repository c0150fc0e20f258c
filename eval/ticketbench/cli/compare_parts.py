"""What `ticketbench compare` does with predictions in parts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ticketbench.cli.options import counted_where

if TYPE_CHECKING:
    from ticketbench.flow.compare import Compared


def in_parts(base: str, candidate: str) -> bool:
    """Whether one of both sides at least is a folder or a pattern of parts."""
    from ticketbench.flow.parts.pairs.word import names_parts

    return names_parts(base) or names_parts(candidate)


def refuse_lists(mapping: tuple[str, ...], most: int | None, *, reference: bool) -> None:
    """Raise UsageError for what needs single tickets, or every score of one."""
    if reference:
        raise click.UsageError("--reference needs every score: it goes with one file a side")
    if most is not None:
        raise click.UsageError("--flips lists tickets: it goes with one file a side")
    if mapping:
        what = "--map goes with one file a side; in parts, labels are named alike: --labels OLD=NEW"
        raise click.UsageError(what)


def of_parts(
    base: str,
    candidate: str,
    judged: dict[str, Any],
    engine: tuple[str | None, str | None],
    scratch: Path | None,
) -> tuple[Compared, tuple[int, ...]]:
    """What the parts say, and how many they are on each side; says what was decided in reading."""
    from ticketbench.cli.output import say_notes
    from ticketbench.cli.progress import stages
    from ticketbench.flow.compare_parts import compare_parts

    found = compare_parts(
        base, candidate, **judged, where=counted_where(*engine), scratch=scratch, told=stages()
    )
    say_notes(found.notes)
    return found.compared, found.n_parts
