"""A look into a file: over all rows, and over a sample of the texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ticketbench.flow.data.inspection import inspect as looking
from ticketbench.flow.data.inspection.inspect import inspect
from ticketbench.flow.data.inspection.words import sampled, sentences

ANSWERS = [
    {"id": i, "completed_by": i, "was_cancelled": False, "result": [
        {"value": {"choices": [choice]}, "from_name": "team", "to_name": "t", "type": "choices"}]}
    for i, choice in ((1, "billing"), (2, "general"))
]  # fmt: skip


def table(folder: Path, n: int) -> Path:
    path = folder / "t.csv"
    rows = [f"t{i},<p>my order {i} never came</p>,{'ab'[i % 2]},c{i % 5}" for i in range(n)]
    path.write_text("\n".join(("id,text,label,customer", *rows, "")), encoding="utf-8")
    return path


def test_a_sample_of_the_texts_is_looked_at_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOKED_AT", 20)
    found = inspect(table(tmp_path, 50))
    assert (found.n, found.contents.n, found.contents.of, found.contents.markup.n) == (
        50,
        20,
        50,
        20,
    )
    assert "in 20 of 50 texts, drawn with a fixed seed; --all looks at all" in sampled(found)
    assert found.n_different is None
    assert found == inspect(table(tmp_path, 50))


def test_all_texts_are_looked_at_where_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "LOOKED_AT", 20)
    found = inspect(table(tmp_path, 50), everything=True)
    assert (found.contents.n, found.contents.markup.n, sampled(found)) == (50, 50, "")


def test_customers_are_counted_with_the_largest(tmp_path: Path) -> None:
    found = inspect(table(tmp_path, 50))
    assert (found.n_groups, found.largest_group) == (5, 10)
    assert any("5 customers or threads wrote them" in one for one in sentences(found))


def test_the_answers_of_several_people_in_an_export_are_counted(tmp_path: Path) -> None:
    tasks = [
        {"id": 1, "data": {"text": "the app crashes"}, "predictions": [], "annotations": ANSWERS},
        {"id": 2, "data": {"text": "a refund please"}, "predictions": [],
         "annotations": [ANSWERS[0], {**ANSWERS[0], "completed_by": 2}]},
    ]  # fmt: skip
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    found = inspect(path)
    assert found.export is not None
    assert (found.export.preset, found.export.choice) == ("label-studio", "")
    assert (found.annotators.tickets, found.annotators.disagreed) == (2, 1)
    assert (found.balance.n, found.balance.n_without) == (1, 0)


def test_a_column_of_another_name_is_found_in_json_lines(tmp_path: Path) -> None:
    rows = [{"nr": f"T{i}", "anfrage": f"where is order {i} now", "team": ["ab"[i % 2]]}
            for i in range(12)]  # fmt: skip
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = inspect(path)
    assert {one.role: one.column for one in found.columns} == {
        "id": "nr", "text": "anfrage", "label": "team",
    }  # fmt: skip
    assert [one.label for one in found.balance.labels] == ["a", "b"]
