"""A look into a file of tickets in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from forked import ticketbench
from ticketbench.core.errors import InputError
from ticketbench.notebook.exports.inspection import inspect

EXPORTS = Path(__file__).resolve().parents[2] / "exports"
MAILS = EXPORTS / "html-bodies-with-quotes.csv"


def test_frames_and_json_are_those_of_the_command() -> None:
    found = inspect(MAILS)
    assert found.to_json() == ticketbench("data", "inspect", str(MAILS), "--json").stdout
    assert found.to_frame("labels")["tickets"].tolist() == [3, 3, 3, 3]
    assert found.to_frame("columns")["column"].tolist() == ["id", "text", "label"]
    assert len(found.to_frame("personal")) == 0
    assert "12 of 12 texts hold HTML markup" in found._repr_html_()
    assert repr(found).endswith("12 tickets, 4 labels>")


def test_columns_and_the_way_a_file_is_written_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [
        "nr;subject;body;team",
        *(f"{i};Zähler {i};er geht nicht;{'ab'[i % 2]}" for i in range(8)),
    ]
    path.write_bytes("\n".join(rows).encode("cp1252"))
    columns = {"text": ["subject", "body"], "label": "team"}
    found = inspect(path, columns=columns, delimiter=";", encoding="cp1252")
    assert found.to_frame("columns")["column"].tolist() == ["nr", "subject,body", "team"]
    assert found.to_frame()["label"].tolist() == ["a", "b"]


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        inspect(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="no delimiter"):
        inspect(MAILS, delimiter="xx")


def test_what_a_preset_has_to_be_told_is_told_here_too() -> None:
    desk = EXPORTS / "zendesk.ndjson"
    assert "looks like" in repr(inspect(desk))
    assert len(inspect(desk, label_tag="team_*").to_frame("labels")) == 4
