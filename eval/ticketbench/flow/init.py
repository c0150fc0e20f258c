"""A first project: configs, rubric sets and a small dataset of our own to try things on."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from ticketbench.core.errors import InputError, MachineError

STARTER = {
    "ticketbench.yaml": "configs/ticketbench.yaml",
    "v1.yaml": "configs/rubrics/v1.yaml",
    "v2.yaml": "configs/rubrics/v2.yaml",
    "tickets.csv": "datasets/tickets.csv",
    "gitignore": ".gitignore",
}


def init(folder: Path) -> list[Path]:
    """Write the starter files into `folder` and return their paths.

    Raises InputError, before writing anything, when one of them is there already.
    """
    source = resources.files("ticketbench.flow").joinpath("starter")
    targets = {name: folder / target for name, target in STARTER.items()}
    there = [str(path) for path in targets.values() if path.exists()]
    if there:
        raise InputError(
            f"{there[0]} is there already", help="nothing was written; choose an empty folder"
        )
    try:
        for name, path in targets.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(source.joinpath(name).read_bytes())
    except OSError as error:
        raise MachineError(f"cannot write into {folder}: {error.strerror}") from None
    return list(targets.values())
