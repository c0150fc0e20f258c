"""Sheets carry no answer, run nothing, and come back as they went out."""

from __future__ import annotations

import json
from pathlib import Path

from ticketbench.edge.labels.answers import labels_in
from ticketbench.edge.labels.sheet import Blank, label_studio_tasks, sheet_csv

NASTY = ("=cmd|' /C calc'!A0", "@SUM(1)", "'quoted", "-1", 'a\r\nb,"c"')


def test_a_sheet_has_places_ids_texts_and_an_empty_label() -> None:
    text = sheet_csv([Blank(4, "T1", "hello"), Blank(9, "T2", "bye")]).decode("utf-8-sig")
    assert text == "place,ticket_id,text,label\n4,T1,hello,\n9,T2,bye,\n"


def test_it_begins_with_the_mark_that_a_spreadsheet_needs_to_read_umlauts() -> None:
    assert sheet_csv([Blank(1, "T1", "Gr\u00fc\u00dfe")]).startswith(b"\xef\xbb\xbf")


def test_no_cell_is_a_formula_and_ids_come_back_as_they_were(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    written = sheet_csv([Blank(i, name, name) for i, name in enumerate(NASTY)])
    assert b"\n0,=" not in written
    sheet.write_bytes(written)
    assert [one.ticket_id for one in labels_in(sheet)] == [name.strip() for name in NASTY]


def test_tasks_hold_the_text_and_the_id_in_the_data_and_nothing_else() -> None:
    (task,) = json.loads(label_studio_tasks([Blank(4, "T1", "hello")]))
    assert task == {"data": {"id": "T1", "ticket_id": "T1", "place": 4, "text": "hello"}}
