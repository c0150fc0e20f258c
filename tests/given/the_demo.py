"""Pages that need the demo alone."""

from __future__ import annotations

from pathlib import Path

from given import given


@given("config.md")
@given("engines.md")
@given("errors.md")
@given("notebook.md")
@given("page.md")
@given("results.md")
@given("texts.md")
@given("thresholds.md")
def the_demo(folder: Path) -> None:
    """Nothing beside it."""
