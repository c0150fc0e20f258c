"""A project whose baseline is blessed and pinned, and a labelled week of tickets for a release."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from logged_project import kept, labelled, write_log

CONFIG, BASELINE, LABELS = Path("eval.yaml"), Path("base.json"), Path("labels.json")
WEEK = ("--a", "pin", "--b", "v2", "--config", "eval.yaml", "--from", "week.csv",
        "--texts", "texts.csv", "--batch", "1000")  # fmt: skip


def write_released(folder: Path, *, n: int = 400) -> None:
    """The project of `write_log` with a baseline; every fifth of n tickets differs."""
    write_log(folder, n=n)
    config = folder / CONFIG
    config.write_text(f"{config.read_text('utf-8')}baseline: {BASELINE}\n", encoding="utf-8")


def speaking_for(folder: Path, sheet: str, sides: Sequence[str], state: str = "labels.json") -> str:
    """Label a sheet: row i gets the answer of sides[i], `base` or `candidate`, from the start again
    where there are more rows.
    """
    data = kept(folder, state)
    ids: list[str] = data["log"]["ids"]  # type: ignore[index]
    names: list[str] = data["labels"]  # type: ignore[assignment]

    def label(i: int, row: object) -> str:
        side = data[sides[i % len(sides)]]
        return names[side["tops"][ids.index(row["ticket_id"])]]  # type: ignore[index]

    labelled(folder / sheet, label)
    return sheet
