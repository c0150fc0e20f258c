"""What docs/parts.md says, run."""

from __future__ import annotations

import re
from pathlib import Path

from forked import ticketbench_in
from part_files import parts, records
from ticketbench.measure.parts.codes import STEPS
from ticketbench.measure.parts.statistics import MOST_GROUPS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "parts.md").read_text(encoding="utf-8")
CALLS = re.findall(r"^    ticketbench (.*?)(?: +#.*)?$", PAGE, re.MULTILINE)


def test_the_commands_of_the_page_run_and_say_in_how_many_parts(tmp_path: Path) -> None:
    parts(tmp_path / "predictions", records(120), 3)
    here = [call for call in CALLS if "dask" not in call and "scheduler" not in call]
    assert len(here) == 4
    folder, pattern, again, processes = (ticketbench_in(tmp_path, *c.replace("'", "").split())
                                         for c in here)  # fmt: skip
    assert "120 tickets in 3 parts. All measures" in folder.stdout, folder.stderr
    assert "TB215" in folder.stderr
    assert '"dataset": "predictions"' in pattern.stdout
    assert folder.stdout == again.stdout == processes.stdout


def test_the_grid_and_the_groups_are_those_of_the_page() -> None:
    assert (STEPS, MOST_GROUPS) == (10**5, 10**6)
