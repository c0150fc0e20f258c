"""The command `ticketbench validate`."""

from __future__ import annotations

from pathlib import Path

import click

from ticketbench.cli.output import json_option, say_findings, show, show_json


@click.command("validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--rubrics", type=click.Path(path_type=Path),
              help="A rubric set that must have every label of the datasets.")  # fmt: skip
@json_option
def command(paths: tuple[Path, ...], rubrics: Path | None, as_json: bool) -> None:
    """Check configs, rubric sets and datasets; send nothing.

    Exits with 2 and file:line:column when something is wrong. Warnings do not change the exit
    code.

    \b
    ticketbench validate configs/support.yaml
    ticketbench validate datasets/new.csv --rubrics configs/rubrics/v2.yaml
    ticketbench validate app.py::LABELS
    """
    from ticketbench.flow.validate import validate

    checked = validate(paths, rubrics=rubrics)
    if as_json:
        show_json("validate", checked)
        return
    for one in checked:
        say_findings(one.findings)
        show(f"ok: {one.path}: {one.kind}, {one.summary}")
