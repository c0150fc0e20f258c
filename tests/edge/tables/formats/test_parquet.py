"""What a Parquet file says of its columns: class names, floats, structs, lists."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from ticketbench.edge.tables.columns import at
from ticketbench.edge.tables.reading import open_table, read_table
from ticketbench.edge.tables.rows import Table

pyarrow = pytest.importorskip("pyarrow")

NAMES = ["account", "billing", "general"]
CLASS = {"names": NAMES, "_type": "ClassLabel"}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(metadata: object = None, /, **columns: Any) -> Table:
    from pyarrow import parquet

    arrow = pyarrow.table(columns)
    if metadata is not None:
        text = metadata if isinstance(metadata, str) else json.dumps(metadata)
        arrow = arrow.replace_schema_metadata({"huggingface": text})
    out = io.BytesIO()
    parquet.write_table(arrow, out)
    Path("t.parquet").write_bytes(out.getvalue())
    return read_table(Path("t.parquet"))


def features(**of: object) -> dict[str, object]:
    return {"info": {"features": of}}


def values(found: Table, column: str) -> list[object]:
    return [row.values[column] for row in found.rows]


def test_class_numbers_are_their_names() -> None:
    found = table(features(label=CLASS), label=[1, 2, 0], text=["x", "y", "z"])
    assert values(found, "label") == ["billing", "general", "account"]
    assert found.facts.class_names == {"label": tuple(NAMES)}
    assert found.facts.numbers == {}


@pytest.mark.parametrize("number", [-1, 3, 99, 2**62])
def test_a_number_without_a_name_stays_its_digits(number: int) -> None:
    found = table(features(label=CLASS), label=[1, number, None], text=["x", "y", "z"])
    assert values(found, "label") == ["billing", str(number), None]


@pytest.mark.parametrize(
    "feature",
    [{"feature": CLASS, "_type": "Sequence"}, {"feature": CLASS, "_type": "List"}, [CLASS]],
)
def test_lists_of_class_numbers_are_lists_of_names(feature: object) -> None:
    found = table(features(tags=feature), tags=[[1, 0], [7], []], text=["x", "y", "z"])
    assert values(found, "tags") == [["billing", "account"], ["7"], []]


def test_class_numbers_that_became_floats_are_their_names_where_they_are_whole() -> None:
    found = table(features(label=CLASS), label=[1.0, 1.5, float("nan")], text=["x", "y", "z"])
    assert values(found, "label") == ["billing", "1.5", "nan"]


def test_texts_under_the_same_metadata_stay_texts() -> None:
    found = table(features(label=CLASS), label=["1", "billing"])
    assert values(found, "label") == ["1", "billing"]


@pytest.mark.parametrize(
    "metadata",
    [
        "{", "[]", "7", "null", {}, {"info": 7}, {"info": {"features": ["label"]}},
        features(label=7), features(label={"_type": "ClassLabel"}),
        features(label={"_type": "ClassLabel", "names": [1, 2]}), features(other=CLASS),
        "[" * 100_000,
    ],
)  # fmt: skip
def test_metadata_of_another_form_say_nothing(metadata: object) -> None:
    assert values(table(metadata, label=[1, 2]), "label") == ["1", "2"]


def test_types_are_told_in_the_facts() -> None:
    found = table(id=[1000.0, 1001.5], n=[1, 2], yes=[True, False], text=["x", "y"])
    assert set(found.facts.floats) == {"id"}
    assert found.facts.numbers == {"id": (), "n": (), "yes": ()}
    assert values(found, "id") == ["1000.0", "1001.5"]


def test_lists_of_numbers_are_lists_of_texts_and_structs_are_reached() -> None:
    found = table(n=[[1, 2]], fields=[{"summary": "a", "x": {"y": [1.5]}}])
    (row,) = found.rows
    assert row.values["n"] == ["1", "2"]
    assert (at(row, "fields.summary"), at(row, "fields.x.y")) == ("a", ["1.5"])


def test_rows_are_read_a_part_after_the_other() -> None:
    table(id=[str(i) for i in range(2_500)])
    rows = open_table(Path("t.parquet")).rows
    assert [next(rows).line, *(row.line for row in rows)] == [*range(1, 2_501)]


def test_rows_without_values_are_left_out_and_counted() -> None:
    found = table(id=["a", None, ""], text=["x", None, " "])
    assert [row.line for row in found.rows] == [1]
    assert found.notes == ("left out: 2 rows without any value (rows 2-3)",)
