"""What docs/parts.md says, run."""

from __future__ import annotations

import re
from pathlib import Path

from forked import ticketbench_in
from part_files import parts, records
from part_pairs import folders, pair
from parts_project import ticket_rows, write_parts, write_rubrics
from ticketbench.measure.parts.codes import STEPS
from ticketbench.measure.parts.evaluation import LEFT_OUT
from ticketbench.measure.parts.pairs.results import OF_A_RUN
from ticketbench.measure.parts.statistics import MOST_GROUPS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "parts.md").read_text(encoding="utf-8")
CALLS = re.findall(r"^    ticketbench (.*?)(?: +#.*)?$", PAGE, re.MULTILINE)

GATES = "gates: [{metric: accuracy, on: v2, min: 0.1}]\n"
ALSO = ("each answer", "coverage at a target and at equal coverage")
"""What the page says in other words."""


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


def test_a_run_and_its_gates_go_as_the_page_has_them(tmp_path: Path) -> None:
    write_rubrics(tmp_path)
    config = write_parts(tmp_path / "configs", ticket_rows(60), 3, more=GATES)
    text = config.read_text(encoding="utf-8").replace("path: tickets", "path: ../tickets/")
    config.write_text(text, encoding="utf-8")
    (tmp_path / "configs" / "tickets").rename(tmp_path / "tickets")
    of_config = [call for call in CALLS if call.split()[0] in ("validate", "run", "gate")]
    checked, ran, again, judged = (ticketbench_in(tmp_path, *c.split()) for c in of_config)
    assert "60 tickets in 3 parts" in checked.stdout, checked.stderr
    assert "180 answers, on tickets in 3 parts" in " ".join(ran.stdout.split()), ran.stderr
    assert "TB215" in ran.stderr
    assert "Read:" not in ran.stdout
    assert again.returncode == 0, again.stderr
    assert "1 gate passed" in judged.stdout, judged.stderr
    names = sorted(path.name for path in (tmp_path / "reports" / "support").iterdir())
    assert names == ["index.html", "manifest.json", "results.json", "summary.md"]


def test_what_the_page_says_is_left_out_is_named() -> None:
    named = " ".join(PAGE.split())
    for thing in (*LEFT_OUT, *OF_A_RUN):
        words = thing.partition(" (")[0].removeprefix("the ").replace("each label", "a label")
        assert words in named or words in ALSO, thing


def test_the_grid_and_the_groups_are_those_of_the_page() -> None:
    assert (STEPS, MOST_GROUPS) == (10**5, 10**6)
