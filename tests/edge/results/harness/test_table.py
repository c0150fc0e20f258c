"""Which files are of a harness, and what else they may be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.predictions import read_set

ROW: dict[str, Any] = {
    "state_hash": "x",
    "question_hash": "q",
    "id": "team",
    "type": "choice",
    "answer": {"probabilities": {"a": 0.9, "b": 0.1}},
    "gold": "a",
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def lines(*rows: dict[str, Any], file: str = "p.jsonl") -> Path:
    Path(file).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return Path(file)


def test_a_table_that_lacks_one_key_of_a_harness_is_none_of_its_files() -> None:
    own = {"ticket_id": "1", "label": "a", "scores": {"a": 0.9, "b": 0.1}, "gold": "b"}
    assert read_set(lines(own)).notes == ()
    near = {**ROW, "ticket_id": "1", "label": "b", "scores": {"a": 0.9, "b": 0.1}}
    del near["state_hash"]
    assert read_set(lines(near)).gold == {"1": "b"}


def test_a_file_whose_own_columns_are_named_is_read_as_it_stands() -> None:
    row = {**ROW, "scores": {"a": 0.9, "b": 0.1}}
    form = Form(columns={"ticket_id": "question_hash", "label": "gold"})
    found = read_set(lines(row), form=form)
    assert (found.ids, found.notes) == (("q",), ())


@pytest.mark.parametrize(
    "broken",
    [
        {"type": 3, "answer": "none"},
        {"answer": [1]},
        {"answer": {"probabilities": {"a": 10**400}}},
    ],
)
def test_a_record_that_is_not_as_its_harness_writes_it_is_named_by_its_line(
    broken: dict[str, Any],
) -> None:
    with pytest.raises(InputError) as caught:
        read_set(lines(ROW, {**ROW, **broken}))
    one = caught.value.problems[0]
    assert (one.what, one.where) == ("this record is not as jev-eval writes it", "p.jsonl:2")


def test_a_line_cut_off_is_named() -> None:
    path = lines(ROW, ROW)
    path.write_text(path.read_text()[:-30])
    with pytest.raises(InputError) as caught:
        read_set(path)
    assert caught.value.problems[0].where.startswith("p.jsonl:2")


def test_a_file_without_any_gold_label_says_so() -> None:
    with pytest.raises(InputError) as caught:
        read_set(lines({**ROW, "gold": None}))
    one = caught.value.problems[0]
    assert one.what == "none of 1 answer in this file of jev-eval has a gold label"
    assert one.help == "label the tickets, and run jev-eval again"


def test_an_object_of_json_that_no_harness_wrote_is_told_as_before() -> None:
    Path("p.json").write_text('{"results": [{"a": 1}]}')
    with pytest.raises(InputError, match="this is no list of JSON objects"):
        read_set(Path("p.json"))


def test_objects_within_objects_are_no_way_to_go_on_for_ever() -> None:
    Path("p.json").write_text('{"results":' * 100_000)
    with pytest.raises(InputError, match="nested too deeply"):
        read_set(Path("p.json"))


def test_a_ticket_that_stands_twice_is_an_error_where_ids_are_the_users() -> None:
    record = {"schema": "s1-record/1", "item_id": "t1", "question_id": "q", "primitive": "noul",
              "model_requested": "m", "model_served": "m", "p": 0.5, "label": True}  # fmt: skip
    with pytest.raises(InputError, match="the ticket 't1' stands twice"):
        read_set(lines(record, record))
