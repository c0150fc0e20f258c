"""Score tables of public labelled sets, answered by the lexical engine with both rubric sets.

Read from the folder that TICKETBENCH_TEST_DATA names; nothing is kept. Not set: none.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from engines import asked, dataset_of

from ticketbench.core.policy import Policy
from ticketbench.core.types import ScoreTable
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.measure.thresholds.tickets import Tickets

SETS = ("banking77-grouped", "clinc-oos", "bitext-support")
VERSIONS = ("v1", "v2")


@cache
def public_tables() -> dict[str, ScoreTable]:
    """A table a set and rubric set, named "banking77 v1" and so on."""
    root = os.environ.get("TICKETBENCH_TEST_DATA", "")
    found = {}
    for name in SETS if root else ():
        dataset = dataset_of(Path(root) / name, None)
        for version in VERSIONS:
            rubrics = read_rubrics(Path(root) / name / f"rubrics-{version}.yaml", version)
            found[f"{name.split('-')[0]} {version}"] = asked(dataset, rubrics, "lexical")[0]
    return found


@cache
def public_tickets() -> dict[str, Tickets]:
    """The same as a threshold rule sees them."""
    return {name: Tickets.of(table, Policy()) for name, table in public_tables().items()}
