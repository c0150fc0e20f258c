"""Pages about what a config says, and about what follows from it on the page of a run."""

from __future__ import annotations

from pathlib import Path

from given import given


@given("config.md")
@given("engines.md")
@given("page.md")
@given("texts.md")
def the_demo(folder: Path) -> None:
    """Nothing beside the demo and its run."""
