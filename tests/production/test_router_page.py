"""The tables of docs/router.md are those of the code."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from ticketbench.production import Decision
from ticketbench.production.decision_log import LoggedDecision

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "router.md").read_text(encoding="utf-8")


def told(heading: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    rows = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", rows, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_the_page_has_every_reason_and_every_field_of_the_log() -> None:
    said = re.search(r"reason +why it is not routed: (.*?); None", str(Decision.__doc__), re.DOTALL)
    assert said is not None
    assert told("What it does when something is wrong") - {"reason"} == set(
        re.findall(r"\w+", said[1])
    )
    read = {field.name for field in fields(LoggedDecision)}
    assert told("The log") - {"schema", "note"} == read
