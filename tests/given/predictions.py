"""The page on tables of predictions: tables as other tools write them."""

from __future__ import annotations

import shutil
from pathlib import Path

from given import given

TABLES = Path(__file__).resolve().parents[1] / "predictions"
NAMED = {
    "answers.csv": "top-label-only.csv",
    "runs.csv": "three-runs-a-ticket.csv",
    "before.csv": "all-60.csv",
    "after.csv": "55-of-60.csv",
}
"""What the page calls them, and what they are called here."""


@given("predictions.md")
def tables(folder: Path) -> None:
    """A table that says less, or more often, of each kind that the page speaks of."""
    for name, own in NAMED.items():
        shutil.copy(TABLES / own, folder / name)
