"""The page on many tickets: predictions of one and of two sets, and a project, in parts."""

from __future__ import annotations

from pathlib import Path

from given import given
from part_files import parts, records
from part_pairs import folders, pair
from parts_project import ticket_rows, write_parts, write_rubrics


@given("parts.md")
def in_parts(folder: Path) -> None:
    """Folders of predictions, and `configs/support.yaml` on the tickets in `tickets/`."""
    parts(folder / "predictions", records(120), 3)
    rows = pair(60)
    for side, name in zip(folders(folder, rows, (2, 3)), ("old", "new"), strict=True):
        Path(side).rename(folder / name)
    named = [
        {"rubric_set": name, **one}
        for name, own in zip(("v1", "v2"), rows, strict=True)
        for one in own
    ]
    parts(folder / "both", named, 2)
    write_rubrics(folder)
    config = write_parts(folder / "configs", ticket_rows(60), 3, more=GATES)
    text = config.read_text(encoding="utf-8").replace("path: tickets", "path: ../tickets/")
    config.write_text(text, encoding="utf-8")
    (folder / "configs" / "tickets").rename(folder / "tickets")


GATES = "gates: [{metric: accuracy, on: v2, min: 0.1}]\n"
