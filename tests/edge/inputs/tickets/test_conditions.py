"""The rows that are judged: chosen before anything else, and no others."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.errors import InputError
from ticketbench.edge.inputs.dataset import LoadedDataset, Reading, load_dataset
from ticketbench.edge.inputs.tickets.keys import DatasetKeys

ROWS = [
    {"id": "1", "text": "a", "label": "x", "split": "train", "lang": "en"},
    {"id": "2", "text": "b", "label": "x", "split": "test", "lang": "en"},
    {"id": "3", "text": "c", "label": "y", "split": "test", "lang": "de"},
    {"id": "4", "text": "d", "label": "y", "split": "test", "lang": "fr"},
]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(rows: Sequence[Mapping[str, str]] = ROWS) -> None:
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, rows[0].keys())
    table.writeheader()
    table.writerows(rows)
    Path("t.csv").write_text(out.getvalue(), encoding="utf-8")


def load(**keys: Any) -> LoadedDataset:
    return load_dataset(Path("t.csv"), Reading(DatasetKeys(**keys)))


def ids(found: LoadedDataset) -> str:
    return "".join(ticket.id for ticket in found.dataset.tickets)


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({"split": "test"}, "234"),
        ({"split": "test", "lang": ["en", "de"]}, "23"),
        ({"split": ["train", "test"]}, "1234"),
        ({}, "1234"),
    ],
)
def test_all_conditions_have_to_be_met(where: dict[str, Any], kept: str) -> None:
    written()
    assert ids(load(where=where)) == kept


def test_the_fingerprint_is_that_of_a_file_of_these_rows() -> None:
    written()
    chosen = load(where={"split": "test"}).dataset
    written(ROWS[1:])
    assert chosen.fingerprint == load().dataset.fingerprint


def test_rows_that_are_not_chosen_may_be_wrong() -> None:
    written([{**ROWS[0], "id": "2", "text": ""}, *ROWS[1:]])
    found = load(where={"split": "test"})
    assert (ids(found), found.intake.rows_text) == ("234", "3 of 4 rows: split = test")


def test_numbers_for_texts_count_in_the_rows_that_are_chosen_alone() -> None:
    texts = (1, "b", 3, "d")
    lines = [json.dumps({**row, "text": text}) for row, text in zip(ROWS, texts, strict=True)]
    Path("t.jsonl").write_text("\n".join(lines), encoding="utf-8")
    chosen = Reading(DatasetKeys(where={"split": "test", "lang": ["en", "fr"]}))
    assert ids(load_dataset(Path("t.jsonl"), chosen)) == "24"
    with pytest.raises(InputError, match=r"holds a number.* \(2 of 4 rows: lines 1, 3\)"):
        load_dataset(Path("t.jsonl"))


def test_a_way_that_leads_nowhere_is_said_as_such() -> None:
    written([{**row, "meta": '{"lang": "en"}'} for row in ROWS])
    with pytest.raises(InputError) as caught:
        load(where={"meta.lung": "en"})
    assert caught.value.problems[0].help == "nothing stands there in any row: check the name"


@pytest.mark.parametrize(
    ("where", "what", "help_"),
    [
        ({"splt": "test"}, "there is no column 'splt' for the condition", "'split'"),
        ({"split": "tset"}, "no row has 'tset' in 'split'", "did you mean 'test'?"),
        ({"split": ["test", "dev"]}, "no row has 'dev' in 'split'", "known: "),
        ({"split": "Test"}, "no row has 'Test' in 'split'", "did you mean 'test'?"),
        ({"split": "train", "lang": "de"}, "no row of 4 meets all conditions: ", "ask for less"),
    ],
)
def test_what_is_not_there_is_an_error_with_the_nearest(
    where: dict[str, Any], what: str, help_: str
) -> None:
    written()
    with pytest.raises(InputError) as caught:
        load(where=where)
    (found,) = caught.value.problems
    assert found.what.startswith(what)
    assert help_ in found.help


CELL = st.sampled_from(["a", "b", "c d", "", " a"])


@settings(derandomize=True, max_examples=30, deadline=None)
@given(parts=st.lists(CELL, min_size=1, max_size=8))
def test_a_partition_adds_up(parts: list[str]) -> None:
    rows = [{"id": str(i), "text": "t", "label": "x", "part": p} for i, p in enumerate(parts)]
    written(rows)
    found = [ids(load(where={"part": part})) for part in dict.fromkeys(parts)]
    assert sorted(itertools.chain.from_iterable(found)) == sorted(ids(load()))
    assert ids(load(where={"part": [*dict.fromkeys(parts)]})) == ids(load())


@pytest.mark.parametrize("order", list(itertools.permutations(("id", "text", "label")))[:4])
def test_the_order_of_columns_and_rows_changes_nothing_but_the_order(
    order: tuple[str, ...],
) -> None:
    written([{name: row[name] for name in order} for row in ROWS])
    forward = load()
    written([{name: row[name] for name in order} for row in reversed(ROWS)])
    back = load()
    assert forward.dataset.tickets == tuple(reversed(back.dataset.tickets))
