"""The command `ticketbench validate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.options import dialect_of
from ticketbench.cli.output import json_option, say_findings, show, show_json

if TYPE_CHECKING:
    from ticketbench.edge.inputs.tickets.keys import DatasetKeys


@click.command("validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--rubrics", type=click.Path(path_type=Path),
              help="A rubric set that must have every label of the datasets.")  # fmt: skip
@click.option("--columns", multiple=True, metavar="ROLE=NAME,...",
              help="What columns of a dataset are: text=Body,label=Team.")  # fmt: skip
@click.option("--delimiter", metavar="SIGN", help="Between fields: one sign, or tab.")
@click.option("--encoding", metavar="NAME", help="Of a dataset that is not UTF-8, such as cp1252.")
@json_option
def command(
    paths: tuple[Path, ...],
    rubrics: Path | None,
    columns: tuple[str, ...],
    delimiter: str | None,
    encoding: str | None,
    as_json: bool,
) -> None:
    """Check configs, rubric sets and datasets; send nothing.

    Exits with 2 and file:line:column when something is wrong. Warnings do not change the exit
    code.

    \b
    ticketbench validate configs/support.yaml
    ticketbench validate datasets/new.csv --rubrics configs/rubrics/v2.yaml
    ticketbench validate semi.csv --delimiter ';' --columns text=Text,label=Team
    ticketbench validate app.py::LABELS
    """
    from ticketbench.flow.validate import validate

    checked = validate(paths, rubrics=rubrics, how=_keys(columns, delimiter, encoding))
    if as_json:
        show_json("validate", checked)
        return
    for one in checked:
        say_findings(one.findings)
        show(f"ok: {one.path}: {one.kind}, {one.summary}")


def _keys(
    columns: tuple[str, ...], delimiter: str | None, encoding: str | None
) -> DatasetKeys | None:
    """What the options say of a dataset; None where none is given."""
    if not columns and delimiter is None and encoding is None:
        return None
    from ticketbench.edge.inputs.tickets.keys import keys_of
    from ticketbench.flow.data.asked import columns_of

    dialect_of(delimiter, encoding)
    return keys_of(columns_of(columns), delimiter=delimiter, encoding=encoding)
