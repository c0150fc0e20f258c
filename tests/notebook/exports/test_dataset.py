"""An import in a notebook."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotated import EXPORTS, rows
from forked import ticketbench_in
from ticketbench.core.errors import InputError
from ticketbench.notebook.exports.dataset import import_tickets


def test_frames_and_json_are_what_the_command_writes_and_prints(tmp_path: Path) -> None:
    export = EXPORTS / "label-studio.json"
    found = import_tickets(export, preset="label-studio", out=tmp_path / "d.csv")
    frame = found.to_frame()
    assert frame["id"].tolist() == [row["id"] for row in rows(tmp_path / "d.csv")]
    assert found.to_frame("disagreements")["labels"].tolist() == [
        "billing|general",
        "technical|general",
    ]
    words = ("data", "import", str(export), "--preset", "label-studio", "-od.csv", "--force")
    told = json.loads(ticketbench_in(tmp_path, *words, "--json").stdout)
    assert json.loads(found.to_json())["data"]["notes"] == told["data"]["notes"]
    assert repr(found).startswith("<ImportedTickets: 10 tickets of 12 records")


def test_nothing_is_written_where_no_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = import_tickets(
        EXPORTS / "two-annotators-as-columns.csv", annotators=["anna", "ben"], disagree="first"
    )
    assert len(found.to_frame()) == 12
    assert found.to_frame("labels")["n"].sum() == 12
    assert [*tmp_path.iterdir()] == []


def test_columns_are_named_by_role(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Key,Subject,Body,Team\nK1,Hello,Where is it?,a\n", "utf-8")
    columns = {"id": "Key", "text": ["Subject", "Body"], "label": "Team"}
    found = import_tickets(tmp_path / "t.csv", columns=columns)
    assert found.to_frame()["text"].tolist() == ["Hello\n\nWhere is it?"]
    with pytest.raises(InputError, match="no column 'Ky'"):
        import_tickets(tmp_path / "t.csv", columns={**columns, "id": "Ky"})


def test_a_table_is_read_as_it_is_said_to_be_written(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("id;text;label\n1;zu spät;a\n", encoding="cp1252")
    with pytest.raises(InputError):
        import_tickets(table)
    found = import_tickets(table, delimiter=";", encoding="cp1252")
    assert found.to_frame()["text"].tolist() == ["zu spät"]


def test_a_step_by_another_name_is_refused_since_it_would_do_nothing() -> None:
    bodies = EXPORTS / "html-bodies-with-quotes.csv"
    with pytest.raises(InputError, match="cut cannot be 'quote'"):
        import_tickets(bodies, cut=("quote",))
    with pytest.raises(InputError, match="html cannot be 'yes'"):
        import_tickets(bodies, html="yes")
