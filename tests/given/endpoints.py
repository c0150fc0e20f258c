"""The page on endpoints: a few tickets and two rubric sets."""

from __future__ import annotations

from pathlib import Path

from given import given
from small_project import write_project


@given("endpoints.md")
def tickets_and_rubrics(folder: Path) -> None:
    """A small project, whose config the page replaces."""
    write_project(folder)
