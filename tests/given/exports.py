"""Pages on what other tools export: the small exports of each."""

from __future__ import annotations

import shutil
from pathlib import Path

from given import given

EXPORTS = Path(__file__).resolve().parents[1] / "exports"


@given("help_desk.md")
@given("imports.md")
def exports(folder: Path) -> None:
    """The exports, side by side."""
    shutil.copytree(EXPORTS, folder, dirs_exist_ok=True)
