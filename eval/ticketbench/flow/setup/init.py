"""A first project: configs, rubric sets and a small dataset of our own to try things on."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.files.links import written_at

STARTER = {
    "ticketbench.yaml": "configs/ticketbench.yaml",
    "v1.yaml": "configs/rubrics/v1.yaml",
    "v2.yaml": "configs/rubrics/v2.yaml",
    "tickets.csv": "datasets/tickets.csv",
}


def init(folder: Path) -> list[Path]:
    """Write the starter files into `folder` and return their paths.

    Raises InputError, before writing anything, when one of them is there already or would be
    written through a link out of the project.
    """
    source = resources.files("ticketbench.flow.setup").joinpath("starter")
    targets = {name: folder / target for name, target in STARTER.items()}
    there = [str(path) for path in targets.values() if os.path.lexists(path)]
    if there:
        raise InputError(
            f"{there[0]} is there already", help="nothing was written; choose an empty folder"
        )
    for path in targets.values():
        written_at(path)
    for name, path in targets.items():
        write_file(path, source.joinpath(name).read_bytes())
    return list(targets.values())
