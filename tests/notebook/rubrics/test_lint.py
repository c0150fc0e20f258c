"""Lint in a notebook."""

from __future__ import annotations

from pathlib import Path

from forked import ticketbench_in
from ticketbench.notebook.rubrics.lint import lint

VAGUE = """\
- {name: billing, rubric: "Is this about a problem?"}
- {name: account, rubric: "Is this about signing in, passwords or codes?"}
"""


def test_frame_json_and_card_are_those_of_the_command(tmp_path: Path) -> None:
    file = tmp_path / "vague.yaml"
    file.write_text(VAGUE)
    found = lint(file)
    assert (
        found.to_json() == ticketbench_in(tmp_path, "rubrics", "lint", str(file), "--json").stdout
    )
    first = found.to_frame().iloc[0]
    assert (first["where"], first["code"], first["severity"]) == (f"{file}:1:4", "TB125", "warning")
    assert first["labels"] == "billing"
    assert repr(found).startswith("<Linted: 1 rubric set: 1 warning")
    assert "TB125" in found._repr_html_()


def test_a_set_of_which_nothing_is_said_has_an_empty_frame(tmp_path: Path) -> None:
    file = tmp_path / "sharp.yaml"
    file.write_text(VAGUE.replace("a problem", "charges, refunds, invoices or anything else"))
    found = lint(file)
    codes = found.to_frame()["code"].tolist()
    assert "TB125" not in codes
    assert repr(found).startswith("<Linted: 1 rubric set: 0 warnings")
