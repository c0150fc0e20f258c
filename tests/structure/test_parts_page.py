"""What docs/parts.md says, run."""

from __future__ import annotations

import re
from pathlib import Path

from forked import ticketbench_in
from part_files import parts, records
from part_pairs import folders, pair
from ticketbench.measure.parts.codes import STEPS
from ticketbench.measure.parts.statistics import MOST_GROUPS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "parts.md").read_text(encoding="utf-8")
CALLS = re.findall(r"^    ticketbench (.*?)(?: +#.*)?$", PAGE, re.MULTILINE)


def test_the_commands_of_the_page_run_and_say_in_how_many_parts(tmp_path: Path) -> None:
    parts(tmp_path / "predictions", records(120), 3)
    here = [c for c in CALLS if c[:5] == "score" and "dask" not in c and "scheduler" not in c]
    assert len(here) == 4
    folder, pattern, again, processes = (ticketbench_in(tmp_path, *c.replace("'", "").split())
                                         for c in here)  # fmt: skip
    assert "120 tickets in 3 parts. All measures" in folder.stdout, folder.stderr
    assert "TB215" in folder.stderr
    assert '"dataset": "predictions"' in pattern.stdout
    assert folder.stdout == again.stdout == processes.stdout


def test_the_comparisons_of_the_page_run(tmp_path: Path) -> None:
    rows = pair(60)
    for side, name in zip(folders(tmp_path, rows, (2, 3)), ("old", "new"), strict=True):
        Path(side).rename(tmp_path / name)
    named = [{"rubric_set": name, **one} for name, own in zip(("v1", "v2"), rows, strict=True)
             for one in own]  # fmt: skip
    parts(tmp_path / "both", named, 2)
    here = [call for call in CALLS if call[:7] == "compare" and "scheduler" not in call]
    sides, sets = (ticketbench_in(tmp_path, *call.split()) for call in here)
    assert "in 2 and 3 parts." in sides.stdout, sides.stderr
    assert "TB215" in sides.stderr
    assert '"candidate": "v2"' in sets.stdout, sets.stderr


def test_the_grid_and_the_groups_are_those_of_the_page() -> None:
    assert (STEPS, MOST_GROUPS) == (10**5, 10**6)
