"""The command `ticketbench rubrics join`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.options import set_option
from ticketbench.cli.output import (
    ASIDE,
    Piece,
    all_option,
    json_option,
    say,
    say_wrapped,
    show,
    show_columns,
    show_command,
    show_json,
    show_pieces,
    show_wrapped,
)
from ticketbench.cli.paste import joined_command

if TYPE_CHECKING:
    from ticketbench.flow.rubrics.join import JoinablePairs, JoinedSet
    from ticketbench.measure.rubrics.joined import IfAnyJoined

_path = click.Path(path_type=Path)
_FEW = 6
"""Pairs: all of four labels."""


@click.command("join")
@click.argument("config", type=_path)
@click.argument("labels", nargs=-1, metavar="[A B]")
@click.option("--on", required=True, metavar="SET", help="The rubric set to join labels of.")
@click.option("--name", default="", metavar="AB", help="What the joined label is called [A_B].")
@click.option("-o", "--out", type=_path, metavar="FILE", help="Write the joined set to this file.")
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@all_option
@set_option
@json_option
def join_command(
    config: Path,
    labels: tuple[str, ...],
    on: str,
    name: str,
    out: Path | None,
    force: bool,
    everything: bool,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Would two labels be better as one? Takes stored answers and sends nothing.

    Shows every pair if it were joined, and what fewer labels would send out at an equal risk. With
    A and B it says what to expect of these two, and with -o it writes the set that asks for them
    as one, and shows the command that tries it.

    \b
    ticketbench rubrics join configs/support.yaml --on v2
    ticketbench rubrics join configs/support.yaml --on v2 billing account
    """
    if len(labels) not in (0, 2):
        raise click.UsageError(f"name two labels or none, got {len(labels)}")
    if not labels:
        if name or out or force:
            raise click.UsageError("--name, -o and --force go with the two labels to join")
        _show_pairs(config, on, overrides, everything=everything, as_json=as_json)
        return
    _join(config, on, labels, name, out, overrides, force=force, all_=everything, as_json=as_json)


def _show_pairs(
    config: Path, on: str, overrides: Sequence[str], *, everything: bool, as_json: bool
) -> None:
    from ticketbench.flow.rubrics.join import joinable_pairs
    from ticketbench.flow.rubrics.join_words import now_text, pairs_note

    found = joinable_pairs(config, on, overrides=overrides)
    if as_json:
        show_json("rubrics-join-pairs", found)
        return
    show_pieces(Piece(f"{now_text(on, found.joined)}.", "bold"))
    show()
    _show_table(found.joined, everything=everything)
    show_wrapped(pairs_note(found.joined), indent="")
    show()
    _show_steps(found)


def _show_table(found: IfAnyJoined, *, everything: bool) -> None:
    from ticketbench.flow.rubrics.join_words import PAIRS_HEAD, pair_rows

    shown = found.pairs if everything else found.pairs[:_FEW]
    _show_rows(PAIRS_HEAD, pair_rows(shown))
    left = len(found.pairs) - len(shown)
    if left:
        show_pieces(Piece(f"and {left:,} more: --all", ASIDE))
    show()


def _show_steps(found: JoinablePairs) -> None:
    from ticketbench.flow.rubrics.join_words import (
        STEPS_HEAD,
        step_rows,
        step_texts,
        steps_note,
        steps_title,
    )
    from ticketbench.measure.rubrics.fewer_labels import FewerLabels

    show_pieces(Piece(f"{steps_title(found)}.", "bold"))
    if isinstance(found.fewer, FewerLabels):
        show()
        _show_rows(STEPS_HEAD, step_rows(found.fewer), step_texts(found.fewer))
        show()
        show_wrapped(steps_note(found.fewer), indent="")


def _show_rows(
    head: Sequence[str], rows: Sequence[Sequence[str]], below: Sequence[str] = ()
) -> None:
    """Names to the left, numbers to the right, and under each row its text, where it has one."""
    cells = [[Piece(name, ASIDE) for name in head], *([Piece(one) for one in row] for row in rows)]
    show_columns(cells, right=range(1, len(head)), below=["", *below] if below else ())


def _join(
    config: Path,
    on: str,
    labels: Sequence[str],
    name: str,
    out: Path | None,
    overrides: Sequence[str],
    *,
    force: bool,
    all_: bool,
    as_json: bool,
) -> None:
    from ticketbench.flow.rubrics.join import join, refuse_out, write_joined

    if out is not None:
        refuse_out(out, force=force)  # before anything is measured
    found = join(config, on, *labels, name=name, overrides=overrides)
    if out is not None:
        write_joined(found, out, force=force)
    if as_json:
        show_json("rubrics-join", found)
    else:
        _show_joined(found, everything=all_)
    if out is None:
        say("nothing was written: -o FILE writes the joined set")
        return
    _show_next(found, joined_command(found, config, out, overrides), out, as_json=as_json)


def _show_joined(found: JoinedSet, *, everything: bool) -> None:
    from ticketbench.flow.rubrics.join_words import now_text, pair_headline, pair_notes

    show_pieces(Piece(f"{pair_headline(found)}.", "bold"))
    show_pieces(Piece(f"{now_text(found.rubric_set, found.joined)}.", ASIDE))
    for note in pair_notes(found):
        show_wrapped(note, indent="")
    if everything:
        show()
        _show_table(found.joined, everything=True)


def _show_next(found: JoinedSet, words: Sequence[str], out: Path, *, as_json: bool) -> None:
    """Where the set is, and the command that asks it anew."""
    say_wrapped(f"written to {out}: edit the joined question, then ask it and compare")
    if not words:
        say_wrapped("compare needs a map of labels, which none with = or , in its name can be in")
    elif not as_json:
        show_command("try it: ", words)
