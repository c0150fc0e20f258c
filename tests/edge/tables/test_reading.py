"""A table says the same in every dialect; a file that is none is an error, never a traceback."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets import Sheets, xlsx
from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.tables.reading import open_table, read_table
from ticketbench.edge.tables.rows import Dialect, Row, Table

Records = Sequence[tuple[str, str, str]]

NAMES = ("id", "text", "Team (L1)")
# What XML, cp1252 and a file of text can hold alike; blanks are left to the formats' own tests.
SIGNS = st.sampled_from("aZ09,;|\t\"'#=é€ß \n\r-")
CELL = st.text(SIGNS, max_size=8)
RECORDS = st.lists(st.tuples(st.from_regex(r"[a-z]{1,3}", fullmatch=True), CELL, CELL), max_size=4)
FEW = settings(derandomize=True, max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


def cells(found: Table) -> list[tuple[object, ...]]:
    return [tuple(row.values.values()) for row in found.rows]


def read(folder: Path, name: str, data: bytes, dialect: Dialect | None = None) -> Table:
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return read_table(path, dialect)


@FEW
@given(
    records=RECORDS,
    sign=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    said=st.booleans(),
    packed=st.booleans(),
)
def test_any_table_is_read_back_from_any_dialect(
    folder: Path, records: Records, sign: str, quoting: int, end: str, encoding: str,
    said: bool, packed: bool,
) -> None:  # fmt: skip
    if any(end in cell for record in records for cell in record for end in "\r\n"):
        quoting = csv.QUOTE_ALL  # the writer forgets line ends that are not its own
    out = io.StringIO(newline="")
    out.write("" if said else f"sep={sign}{end}")
    writer = csv.writer(out, delimiter=sign, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows([NAMES, *records])
    name = "t.csv.gz" if packed else "t.tsv" if sign == "\t" else "t.csv"
    own = encoding if encoding == "cp1252" else None
    dialect = Dialect(delimiter=sign if said else None, encoding=own)
    found = read(folder, name, out.getvalue().encode(encoding), dialect)
    assert (found.columns, cells(found)) == (NAMES, [tuple(record) for record in records])


@FEW
@given(records=RECORDS, indent=st.sampled_from([None, 1]), packed=st.booleans())
def test_any_table_is_read_back_from_json(
    folder: Path, records: Records, indent: int | None, packed: bool
) -> None:
    objects = [dict(zip(NAMES, record, strict=True)) for record in records]
    end = ".gz" if packed else ""
    listed = read(folder, f"t.json{end}", json.dumps(objects, indent=indent).encode())
    lines = "".join(json.dumps(one) + "\n" for one in objects)
    assert cells(read(folder, f"t.jsonl{end}", lines.encode())) == cells(listed)
    assert cells(listed) == [tuple(record) for record in records]


@FEW
@given(records=RECORDS)
def test_any_table_is_read_back_from_parquet(folder: Path, records: Records) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    columns = zip(*records, strict=True) if records else ((), (), ())
    named = {
        name: pyarrow.array(column, pyarrow.string())
        for name, column in zip(NAMES, map(list, columns), strict=True)
    }
    out = io.BytesIO()
    parquet.write_table(pyarrow.table(named), out)
    assert cells(read(folder, "t.parquet", out.getvalue())) == [tuple(one) for one in records]


@settings(FEW, max_examples=15)  # each starts a process
@given(records=RECORDS)
def test_any_table_is_read_back_from_a_sheet(folder: Path, records: Records) -> None:
    pytest.importorskip("python_calamine")
    sheet: Sheets = {"T": [NAMES, *records]}
    assert cells(read(folder, "t.xlsx", xlsx(sheet))) == [tuple(one) for one in records]


NASTY = {
    "no header": b"\n\n",
    "header of commas": b",,,\n,,,\n",
    "only a sep line": b"sep=;\n",
    "sep line twice": b"sep=;\nsep=;\n",
    "two signs in the sep line": b"sep=;;\nid;;text\n",
    "open quote": b'id,text\n1,"x\n' * 3,
    "quote in the header": b'id,"text\n1,x\n',
    "numbers for names": b"1,2,3\n4,5,6\n",
    "one name twice, numbered by hand": b"a,a,a#1\n1,2,3\n",
    "NUL in the header": b"id,te\0xt\n1,x\n",
    "half a mark": b"\xef\xbb",
    "marks alone": b"\xff\xfe",
    "UTF-16 without a mark": "id,text\n1,x\n".encode("utf-16-le"),
    "other digits": "id,text\n1,\u0661\n".encode("utf-16-be"),
    "HTML": b"<table><tr><td>id</td></tr></table>",
    "lines of another system": b"id,text\r\r\n1,x\r\r\n",
    "blanks only": b"   \n   \n",
}


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xlsx", ".ods"])
@pytest.mark.parametrize("nasty", NASTY)
def test_a_nasty_file_is_a_table_or_one_error(nasty: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(NASTY[nasty])
    problems: tuple[Problem, ...] = ()
    rows: tuple[Row, ...] = ()
    try:
        rows = read_table(path).rows
    except InputError as error:
        problems = error.problems
    assert len(problems) <= 1
    assert all(row.values and row.line > 0 for row in rows)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".json", ".parquet", ".xlsx", ".ods", ".xls"])
def test_a_pointer_is_told_as_one_in_every_format(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    with pytest.raises(InputError, match="is a Git LFS pointer"):
        read_table(path)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".json"])
def test_conflict_markers_are_told_as_such_in_every_text(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(b'<<<<<<< ours\n{"id": 1}\n=======\n{"id": 2}\n>>>>>>> theirs\n')
    with pytest.raises(InputError, match="has conflict markers"):
        read_table(path)


def test_bad_rows_are_told_after_the_good_ones(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"id,text\n1,x\n2\n3,y\n")
    rows, seen = open_table(path).rows, []
    with pytest.raises(InputError, match="1 field where the header has 2"):
        seen.extend(row.line for row in rows)
    assert seen == [2, 4]


def test_a_delimiter_says_nothing_of_objects_and_is_not_passed_over_in_silence(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"id": "1"}\n', encoding="utf-8")
    said = read_table(path, Dialect(delimiter=";", encoding="cp1252")).notes
    assert said == ("the delimiter that is given says nothing of a .jsonl file",)
