"""The command `ticketbench rubrics check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.options import set_option, stored_mode_option
from ticketbench.cli.output import (
    all_option,
    json_option,
    show,
    show_command,
    show_json,
    show_table,
    show_wrapped,
)
from ticketbench.cli.paste import join_command

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.flow.rubrics.check import RubricsCheck

_MOST = 10


@click.command("check")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--on", required=True, metavar="SET", help="The rubric set to look at.")
@stored_mode_option
@set_option
@all_option
@json_option
def check_command(
    config: Path,
    on: str,
    mode: Mode,
    overrides: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> None:
    """Which rubrics get in each other's way? Sends nothing.

    Pairs of labels by the share of their tickets that get the other label, and how well the scores
    tell the two apart; labels that never win; whether escalation pays on these tickets.

    \b
    ticketbench rubrics check configs/support.yaml --on v2
    ticketbench rubrics check configs/support.yaml --on v2 --json
    """
    from ticketbench.flow.rubrics.check import check

    found = check(config, on, mode=mode, overrides=overrides)
    if as_json:
        show_json("rubrics-check", found)
        return
    _show(found, most=len(found.diagnosis.pairs) if everything else _MOST)
    for pair in found.diagnosis.flagged[:1]:
        show()
        command = join_command(config, on, pair.first, pair.second, overrides=overrides)
        show_command("Try: ", command)


def _narrow(cells: tuple[str, str, str, str, str, str]) -> tuple[str, str, str, str]:
    """What 80 columns hold: who is in the way stands above, and the page has both scores high."""
    there_back, mixed, apart, _, near_ties, _ = cells
    return there_back, mixed, apart, near_ties


def _show(found: RubricsCheck, *, most: int) -> None:
    from ticketbench.report.words.production import escalation_text
    from ticketbench.report.words.rubrics import (
        APART,
        MIXED,
        NEAR_TIES,
        label_texts,
        pair_cells,
        pair_heads,
        pair_text,
        pairs_headline,
    )

    told = found.diagnosis
    show_wrapped(f"{found.rubric_set}: {pairs_headline(told)}.", indent="")
    for pair in told.flagged[:most]:
        show_wrapped(f"{pair_text(pair)}.")
    for text in label_texts(told):
        show_wrapped(f"{text}.")
    show_wrapped(f"escalation: {escalation_text(found.escalation, found.escalated)}.")
    if not told.pairs:
        return
    show()
    head = ("pair", *_narrow(pair_heads(found.escalate_above)))
    rows = [
        (f"{pair.first} / {pair.second}", *_narrow(pair_cells(pair))) for pair in told.pairs[:most]
    ]
    show_table(head, rows)
    if len(told.pairs) > most:
        show(f"and {len(told.pairs) - most:,} more pairs: --all")
    show()
    for text in (f"{MIXED}; in brackets one-sided bounds at 95%", APART, NEAR_TIES):
        show_wrapped(f"{text}.", indent="")
