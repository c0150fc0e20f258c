"""The group `ticketbench rubrics`, and its command `diff`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.options import (
    config_option,
    label_map,
    map_option,
    set_option,
    stored_mode_option,
)
from ticketbench.cli.output import json_option, say_wrapped, show, show_json
from ticketbench.cli.rubrics_lint import lint_command

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode


@click.group("rubrics")
def command() -> None:
    """Check the questions; show which of their words changed.

    \b
    ticketbench rubrics lint configs/support.yaml
    ticketbench rubrics diff v1 v2 --config configs/support.yaml
    """


command.add_command(lint_command)


@command.command("diff")
@click.argument("base", metavar="A")
@click.argument("candidate", metavar="B")
@config_option
@map_option
@stored_mode_option
@set_option
@json_option
def diff(
    base: str,
    candidate: str,
    config: Path | None,
    mapping: tuple[str, ...],
    mode: Mode,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show the words that changed, beside the tickets that flipped.

    A and B are rubric sets of a config, report folders (FOLDER:SET), rubric files, or lists in a
    Python file (app.py::LABELS). Without stored answers only the words are shown.

    \b
    ticketbench rubrics diff v1 v2 --config configs/support.yaml
    ticketbench rubrics diff configs/rubrics/v1.yaml configs/rubrics/v2.yaml
    ticketbench rubrics diff reports/old:v1 reports/new:v1
    """
    from ticketbench.cli.compare import show_change
    from ticketbench.flow.rubrics.diff import rubrics_diff

    found = rubrics_diff(
        base,
        candidate,
        config=config,
        mode=mode,
        overrides=overrides,
        mapping=label_map(mapping),
    )
    if as_json:
        show_json("rubrics-diff", found)
        return
    if not found.changes:
        show(f"{found.base} and {found.candidate} ask the same questions")
    for change in found.changes:
        show_change(change, answered=not found.unanswered)
    if found.reordered:
        say_wrapped("the order of the labels differs: it is part of every request")
    if found.unanswered:
        say_wrapped(f"no flips are counted: {found.unanswered}")
