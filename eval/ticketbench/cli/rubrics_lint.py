"""The command `ticketbench rubrics lint`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.output import json_option, show, show_json

if TYPE_CHECKING:
    from ticketbench.flow.rubrics.lint import LintedSet, PlacedFinding


@click.command("lint")
@click.argument("files", nargs=-1, required=True, metavar="FILE...",
                type=click.Path(path_type=Path))  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit with 2 when there is a warning.")
@json_option
@click.pass_context
def lint_command(
    context: click.Context, files: tuple[Path, ...], strict: bool, as_json: bool
) -> None:
    """Say what may be wrong in the questions, before anything is asked.

    FILE is a rubric file, a list in a Python file (app.py::LABELS), or a config: all of its sets.
    Needs no answers and sends nothing. A comment behind a label hides a code that you have looked
    at: # ticketbench: ignore TB129. What a code means: ticketbench explain TB126.

    \b
    ticketbench rubrics lint configs/rubrics/v1.yaml configs/rubrics/v2.yaml
    ticketbench rubrics lint configs/support.yaml
    ticketbench rubrics lint app.py::LABELS --json
    """
    from ticketbench.flow.rubrics.lint import lint

    found = lint(files)
    if as_json:
        show_json("rubrics-lint", found)
    else:
        for one in found.sets:
            _show_set(one)
        for placed in found.unused:
            _show_finding(placed)
    if strict and found.n_warnings:
        context.exit(2)


def _show_set(linted: LintedSet) -> None:
    from ticketbench.report.words.numbers import count

    for placed in linted.findings:
        _show_finding(placed)
    levels = (count(len(linted.of_level(level)), level) for level in ("warning", "note"))
    ignored = f", {linted.n_ignored} ignored" if linted.n_ignored else ""
    labels = count(linted.n_labels, "label")
    show(f"{linted.path}: {labels}, {', '.join(levels)}{ignored}")


def _show_finding(placed: PlacedFinding) -> None:
    found = placed.finding
    show(f"{placed.where}: {found.severity}: {found.title}: {found.evidence} ({found.code})")
    show(f"  help: {found.action}")
