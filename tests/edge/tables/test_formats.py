"""Table files: every value as the text in the file, every row with its physical line."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.tables import text_lines
from ticketbench.edge.tables.columns import column_names
from ticketbench.edge.tables.formats import delimited
from ticketbench.edge.tables.formats.delimited import parse_csv, parse_tsv
from ticketbench.edge.tables.formats.json_lines import parse_jsonl
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import (
    FORMATS,
    MOST_PROBLEMS,
    MalformedRow,
    Source,
    Table,
    line_of_problem,
    problems_error,
)

ENDINGS = pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
PLAIN = settings(derandomize=True, max_examples=50, deadline=None)
# A file has no NUL and no half surrogate pairs; both are errors of their own.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))
# A row without any value is none.
RECORDS = st.lists(st.tuples(TEXT, TEXT, TEXT).filter(lambda r: "".join(r).strip()), max_size=5)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(content: str | bytes, name: str = "t.csv") -> Table:
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    Path(name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return read_table(Path(name))


def values(found: Table, column: str) -> list[object]:
    return [row.values[column] for row in found.rows]


def lines(found: Table) -> list[int]:
    return [row.line for row in found.rows]


def problems(content: str | bytes, name: str = "t.csv") -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        table(content, name)
    return caught.value.problems


def only(content: str | bytes, name: str = "t.csv") -> Problem:
    (found,) = problems(content, name)
    return found


def damaged(content: bytes, name: str) -> Problem:
    """The problem of a file that holds exactly these bytes."""
    Path(name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_table(Path(name))
    (found,) = caught.value.problems
    return found


def parquet(**columns: object) -> bytes:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet as writer

    out = io.BytesIO()
    writer.write_table(pyarrow.table(columns), out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "id,text\n1,x\n"),
        ("t.CSV", "id,text\n1,x\n"),
        ("t.csv.gz", "id,text\n1,x\n"),
        ("t.tsv", "id\ttext\n1\tx\n"),
        ("t.tab", "id\ttext\n1\tx\n"),
        ("t.tsv.gz", "id\ttext\n1\tx\n"),
        ("t.jsonl", '{"id": "1", "text": "x"}\n'),
        ("t.ndjson", '{"id": "1", "text": "x"}\n'),
        ("t.jsonl.gz", '{"id": "1", "text": "x"}\n'),
        ("my.data.v1.csv", "id,text\n1,x\n"),
    ],
    ids=lambda value: value if value.startswith(("t.", "my.")) else None,
)
def test_a_format_is_found_by_its_suffix(name: str, content: str) -> None:
    found = table(content, name)
    assert (found.columns, found.rows[0].values) == (("id", "text"), {"id": "1", "text": "x"})


@pytest.mark.parametrize("name", ["t.doc", "t", "t.gz", "t.csv.zip"])
def test_an_unknown_suffix_lists_the_known_ones(name: str) -> None:
    found = damaged(b"", name)
    assert "unknown suffix" in found.what
    assert all(suffix in found.help for suffix in (*FORMATS.names(), ".gz"))


@pytest.mark.parametrize("name", ["nope.csv", "nope"])
def test_a_missing_file_is_said_to_be_missing(name: str) -> None:
    with pytest.raises(InputError, match="no such file: nope"):
        read_table(Path(name))


def test_a_folder_is_not_a_file() -> None:
    Path("d.csv").mkdir()
    with pytest.raises(InputError, match=r"d\.csv is a folder"):
        read_table(Path("d.csv"))


def test_a_path_below_a_file_is_an_input_error() -> None:
    Path("t.csv").write_text("id\n1\n")
    with pytest.raises(InputError, match=r"t\.csv"):
        read_table(Path("t.csv/x.csv"))


def test_a_name_too_long_for_the_disk_is_an_input_error() -> None:
    with pytest.raises(InputError):
        read_table(Path("a" * 300 + ".csv"))


def test_a_link_to_itself_is_an_input_error() -> None:
    Path("t.csv").symlink_to("t.csv")
    with pytest.raises(InputError, match=r"t\.csv"):
        read_table(Path("t.csv"))


@pytest.mark.parametrize(
    "word",
    [
        "NA",
        "N/A",
        "null",
        "None",
        "nan",
        "001",
        "no",
        "TRUE",
        "1e5",
        "1.10",
        "",
        " x ",
        "-0",
        "\u00a0",
    ],
    ids=repr,
)
@pytest.mark.parametrize(("suffix", "mark"), [(".csv", ","), (".tsv", "\t")], ids=["csv", "tsv"])
def test_a_delimited_value_stays_the_text_in_the_file(word: str, suffix: str, mark: str) -> None:
    found = table(f"id{mark}text\n1{mark}{word}\n", f"t{suffix}")
    assert values(found, "text") == [word]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12345678901234567890", "12345678901234567890"),
        ("1.10", "1.10"),
        ("1e5", "1e5"),
        ("-0", "-0"),
        ("true", "true"),
        ("false", "false"),
        ("null", None),
        ("NaN", "NaN"),
        ('"001"', "001"),
        ('["a", "b"]', ["a", "b"]),
        ("[]", []),
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'"a\u0000"', "a\0"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isprintable() else None,
)
def test_a_json_value_keeps_the_text_in_the_file(written: str, value: object) -> None:
    assert values(table(f'{{"x": {written}, "n": "1"}}\n', "t.jsonl"), "x") == [value]


def test_a_json_integer_longer_than_python_reads_is_kept() -> None:
    digits = "1" * 5000
    assert values(table(f'{{"x": {digits}}}\n', "t.jsonl"), "x") == [digits]


@ENDINGS
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
def test_line_endings_and_bom_do_not_change_a_csv(end: str, bom: bytes) -> None:
    content = bom + end.join(["id,text", "1,x", "2,y", ""]).encode()
    found = table(content)
    assert (found.columns, values(found, "text"), lines(found)) == (
        ("id", "text"),
        ["x", "y"],
        [2, 3],
    )


@ENDINGS
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
def test_line_endings_and_bom_do_not_change_a_jsonl(end: str, bom: bytes) -> None:
    content = bom + end.join(['{"id": "1"}', "", '{"id": "2"}', ""]).encode()
    found = table(content, "t.jsonl")
    assert (values(found, "id"), lines(found)) == (["1", "2"], [1, 3])


def test_the_last_line_needs_no_end() -> None:
    assert values(table("id,text\n1,x"), "text") == ["x"]


@ENDINGS
def test_rows_after_a_quoted_field_of_several_lines_keep_their_physical_line(end: str) -> None:
    content = end.join(["id,text", '1,"a', "b", 'c"', "2,x", "", "3,y", ""])
    assert lines(table(content)) == [2, 5, 7]


@ENDINGS
def test_line_ends_inside_quotes_are_kept_as_they_are(end: str) -> None:
    assert values(table(f'id,text{end}1,"a{end}b"{end}'), "text") == [f"a{end}b"]


def test_blank_lines_are_no_rows() -> None:
    assert values(table("\n\nid,text\n\n1,x\n\n"), "id") == ["1"]


def test_doubled_quotes_are_one_quote() -> None:
    assert values(table('id,text\n1,"say ""no"""\n'), "text") == ['say "no"']


def test_quotes_inside_a_plain_field_are_kept() -> None:
    assert values(table('id,text\n1,6" pipe\n'), "text") == ['6" pipe']


def test_trailing_blanks_of_a_field_are_kept() -> None:
    assert values(table("id,text\n1,  x \t\n"), "text") == ["  x \t"]


def test_unicode_line_separators_are_text() -> None:
    text = "a\u2028b\u2029c\x85d\x0be\x0cf"
    assert values(table(f"id,text\n1,{text}\n2,y\n"), "text") == [text, "y"]


def test_unicode_line_separators_do_not_split_jsonl() -> None:
    found = table('{"x": "a\u2028b"}\n{"x": "c\x85d"}\n', "t.jsonl")
    assert (values(found, "x"), lines(found)) == (["a\u2028b", "c\x85d"], [1, 2])


def test_a_field_beyond_the_limit_of_the_csv_module_is_read() -> None:
    text = "x" * 200_000
    assert values(table(f"id,text\n1,{text}\n"), "text") == [text]


def test_an_unterminated_quote_names_the_line_where_its_row_begins() -> None:
    found = only('id,text\n1,"a\nb"\n2,"open\n3,x\n4,y\n')
    assert found.where == "t.csv:4"
    assert "quote" in found.help


def test_text_after_a_closing_quote_names_its_line() -> None:
    assert only('id,text\n1,x\n2,"a"b\n').where == "t.csv:3"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2", "1 field where the header has 2"),
        ("2,y,z", "3 fields where the header has 2"),
        ("   ", "1 field where the header has 2"),
    ],
    ids=["short", "long", "blanks"],
)
def test_a_ragged_row_names_its_line(row: str, words: str) -> None:
    found = only(f'id,text\n1,"a\nb"\n{row}\n3,x\n')
    assert (found.where, words in found.what) == ("t.csv:4", True)


def test_all_ragged_rows_are_one_problem() -> None:
    found = only("id,text\n1\n2,x\n3,y,z\n")
    what = "2 of 3 rows have 1 or 3 fields where the header has 2 (lines 2, 4)"
    assert (found.where, found.what) == ("t.csv:2", what)


def test_ragged_rows_before_an_unterminated_quote_are_listed_too() -> None:
    found = problems('id,text\n1\n2,"x\n')
    assert [problem.where for problem in found] == ["t.csv:2", "t.csv:3"]


def test_five_lines_of_a_cause_are_listed_and_the_rest_is_counted() -> None:
    found = only("id,text\n" + "1\n" * 77 + "1,x\n")
    places = "lines 2, 3, 4, 5, 6 and 72 more"
    assert found.what == f"77 of 78 rows have 1 field where the header has 2 ({places})"


def test_exactly_twenty_problems_have_no_rest() -> None:
    error = problems_error([Problem(str(i)) for i in range(MOST_PROBLEMS)])
    assert len(error.problems) == MOST_PROBLEMS


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "\nid,id#2,id\n1,x,2\n"),
        ("t.jsonl", '\n{"id": 1, "text": "x", "id": 2}\n'),
    ],
    ids=["csv", "jsonl"],
)
def test_a_doubled_column_that_cannot_be_numbered_names_its_line(name: str, content: str) -> None:
    found = only(content, name)
    assert (found.where, "'id" in found.what) == (f"{name}:2", True)


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"], ids=["nothing", "blanks", "bom"])
def test_an_empty_csv_says_so(content: str) -> None:
    found = only(content)
    assert (found.where, "empty" in found.what) == ("t.csv:1", True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[1]", "not a JSON object"),
        ('"x"', "not a JSON object"),
        ('{"id": 1,', "not valid JSON"),
        ("{'id': 1}", "not valid JSON"),
        ('{"id": 1} {"id": 2}', "not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
    ids=["list", "string", "cut", "quotes", "two", "deep"],
)
def test_a_bad_json_line_names_its_line(line: str, words: str) -> None:
    found = only(f'{{"id": "1"}}\n\n{line}\n{{"id": "3"}}\n', "t.jsonl")
    assert (found.where, words in found.what) == ("t.jsonl:3", True)


def test_bad_json_lines_are_a_problem_a_cause() -> None:
    found = problems('[]\n{"id": "1"}\n{,\n7\n{;\n', "t.jsonl")
    assert [(problem.where, problem.what) for problem in found] == [
        ("t.jsonl:1", "2 of 5 rows are no JSON objects (lines 1, 4)"),
        ("t.jsonl:3", "2 of 5 rows are not valid JSON (lines 3, 5)"),
    ]


def test_jsonl_columns_are_those_of_all_rows() -> None:
    found = table('{"a": "1"}\n{"b": "2", "a": "3"}\n', "t.jsonl")
    assert found.columns == ("a", "b")


@ENDINGS
def test_bytes_that_are_not_utf8_name_their_physical_line(end: str) -> None:
    found = only(f"id,text{end}1,x{end}2,".encode() + b"\xff" + end.encode())
    assert (found.where, "UTF-8" in found.help) == ("t.csv:3", True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_read_by_its_mark(encoding: str) -> None:
    bom = {"utf-16": "", "utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}[encoding]
    found = table(f"{bom}id,text\n1,caf\u00e9\U0001f600\n".encode(encoding))
    assert _records(found) == [("1", "caf\u00e9\U0001f600")]


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl"])
def test_every_text_format_refuses_latin_1(name: str) -> None:
    assert only("caf\u00e9".encode("latin-1"), name).where == f"{name}:1"


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[:-6],
        lambda packed: packed[:5],
        lambda packed: packed[:-8] + bytes(8),
        lambda packed: packed[:12] + bytes(8) + packed[20:],
        lambda packed: b"id,text\n1,x\n",
        lambda packed: packed + b"more",
    ],
    ids=["cut", "header only", "checksum", "content", "not packed", "tail"],
)
def test_a_damaged_gzip_file_is_named(damage: Any) -> None:
    packed = gzip.compress(b"id,text\n" + b"1,x\n" * 20)
    found = damaged(damage(packed), "t.csv.gz")
    assert "gzip" in found.what
    assert found.where.startswith("t.csv.gz")


def test_several_gzip_members_are_one_file() -> None:
    Path("t.csv.gz").write_bytes(gzip.compress(b"id,text\n1,x\n") + gzip.compress(b"2,y\n"))
    assert values(read_table(Path("t.csv.gz")), "id") == ["1", "2"]


def _written(records: list[tuple[str, str, str]], **options: Any) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, **options).writerows([("id", "text", "label"), *records])
    return out.getvalue().encode("utf-8")


def _records(found: Table) -> list[tuple[object, ...]]:
    return [tuple(row.values.values()) for row in found.rows]


@PLAIN
@given(records=RECORDS, quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_any_csv_of_the_csv_module_is_read_back(
    records: list[tuple[str, str, str]], quoting: Any
) -> None:
    found = parse_csv(Source(_written(records, quoting=quoting))).whole()
    assert _records(found) == records


@PLAIN
@given(records=RECORDS)
def test_any_tsv_of_the_csv_module_is_read_back(records: list[tuple[str, str, str]]) -> None:
    assert _records(parse_tsv(Source(_written(records, delimiter="\t"))).whole()) == records


@PLAIN
@given(records=RECORDS, escaped=st.booleans())
def test_any_jsonl_of_the_json_module_is_read_back(
    records: list[tuple[str, str, str]], escaped: bool
) -> None:
    written = "".join(
        json.dumps(dict(zip(("id", "text", "label"), record, strict=True)), ensure_ascii=escaped)
        + "\n"
        for record in records
    )
    assert _records(parse_jsonl(Source(written.encode("utf-8"))).whole()) == records


@PLAIN
@given(records=RECORDS)
def test_any_packed_csv_is_read_back(
    records: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("packed") / "t.csv.gz"
    path.write_bytes(gzip.compress(_written(records)))
    assert _records(read_table(path)) == records


@PLAIN
@given(records=RECORDS)
def test_the_line_of_a_row_is_where_its_text_begins_in_the_file(
    records: list[tuple[str, str, str]],
) -> None:
    ids = [(f"row-{i}", text, label) for i, (_, text, label) in enumerate(records)]
    written = _written(ids, quoting=csv.QUOTE_ALL)
    # A CR, a LF and a CRLF each end a physical line.
    physical = io.StringIO(written.decode("utf-8"), newline=None).read().split("\n")
    found = parse_csv(Source(written)).whole()
    assert all(physical[row.line - 1].startswith(f'"{row.values["id"]}"') for row in found.rows)


@PLAIN
@given(data=st.binary(max_size=200))
@pytest.mark.parametrize("parse", [parse_csv, parse_tsv, parse_jsonl])
def test_any_bytes_are_a_table_or_a_located_problem(parse: Any, data: bytes) -> None:
    source = Source(data)
    try:
        found = parse(source).whole()
    except MalformedRow as error:
        source.bad.append(error)
    else:
        assert all(set(row.values) <= set(found.columns) for row in found.rows)
    bad = source.bad.error("t").problems if source.bad else ()
    assert all(problem.what and line_of_problem(problem) >= 1 for problem in bad)


@PLAIN
@given(data=st.binary(min_size=1, max_size=200))
def test_any_bytes_called_gzip_are_an_input_error(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "t.csv.gz"
    path.write_bytes(b"\x1f\x8b" + data)
    with pytest.raises(InputError):
        read_table(path)


def test_parquet_values_become_text() -> None:
    found = table(parquet(id=["001", "NA"], n=[1, 2], flag=[True, False]), "t.parquet")
    assert _records(found) == [("001", "1", "true"), ("NA", "2", "false")]


def test_parquet_rows_are_numbered_from_one() -> None:
    assert lines(table(parquet(id=["a", "b"]), "t.parquet")) == [1, 2]


def test_a_parquet_null_is_no_text() -> None:
    found = table(parquet(id=["a", None], n=["1", "2"]), "t.parquet")
    assert values(found, "id") == ["a", None]


def test_a_parquet_list_of_strings_stays_a_list() -> None:
    found = table(parquet(x=[["a", "b"], []], n=["1", "2"]), "t.parquet")
    assert values(found, "x") == [["a", "b"], []]


def test_a_large_parquet_integer_keeps_its_digits() -> None:
    assert values(table(parquet(id=[2**63 - 1]), "t.parquet"), "id") == [str(2**63 - 1)]


def test_parquet_text_is_kept_byte_for_byte() -> None:
    text = " a\r\nb\t\u00e9\u2028\U0001f600 "
    assert values(table(parquet(text=[text]), "t.parquet"), "text") == [text]


def test_a_parquet_column_of_time_lists_is_read() -> None:
    from datetime import UTC, datetime

    found = table(parquet(id=["a"], when=[[datetime(2024, 1, 2, tzinfo=UTC)]]), "t.parquet")
    assert "2024-01-02" in str(found.rows[0].values["when"])


def test_parquet_text_stored_as_bytes_is_not_turned_into_python_source() -> None:
    try:
        found = values(table(parquet(text=[b"caf\xc3\xa9"]), "t.parquet"), "text")
    except InputError as error:
        found = [error.problems[0].where]
    assert found in (["caf\u00e9"], ["t.parquet:1"])


def test_a_json_line_of_any_depth_is_read_or_refused() -> None:
    for depth in range(800, 1010):
        source = Source(('{"x": ' + '{"a":' * depth + "1" + "}" * depth + "}\n").encode())
        assert len(parse_jsonl(source).whole().rows) + len(source.bad) == 1


PARQUET_WITHOUT_TEXT = {
    "date": ("date32[day]", 1 << 22),
    "timestamp": ("timestamp[us]", 1 << 60),
    "time zone": ("timestamp[us, tz=Mars/Base]", 0),
    "bytes": ("binary", b"\xff"),
}
"""A type, and a value of it that neither Python nor UTF-8 has a form for."""


@pytest.mark.parametrize("what", PARQUET_WITHOUT_TEXT)
def test_a_parquet_value_without_a_text_is_refused_at_its_column_and_row(what: str) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    name, value = PARQUET_WITHOUT_TEXT[what]
    types = {
        "date": pyarrow.date32(),
        "timestamp": pyarrow.timestamp("us"),
        "time zone": pyarrow.timestamp("us", tz="Mars/Base"),
        "bytes": pyarrow.binary(),
    }
    plain = pyarrow.binary() if what == "bytes" else pyarrow.int32() if what == "date" else None
    column = pyarrow.array([None, value], plain).cast(types[what])
    found = only(parquet(id=["a", "b"], when=column), "t.parquet")
    assert (found.where, found.what) == (
        "t.parquet:2",
        f"'when' has a value that is no text here ({name})",
    )


def test_a_file_that_is_no_parquet_is_an_input_error() -> None:
    pytest.importorskip("pyarrow")
    found = only(b"id,text\n1,x\n", "t.parquet")
    assert (found.where, "Parquet" in found.what) == ("t.parquet:1", True)


def test_a_parquet_file_cut_in_half_is_an_input_error() -> None:
    data = parquet(id=[str(i) for i in range(1000)])
    assert "Parquet" in only(data[: len(data) // 2], "t.parquet").what


def test_a_parquet_file_with_a_damaged_page_is_an_input_error() -> None:
    data = bytearray(parquet(id=[str(i) for i in range(1000)]))
    data[20:1000] = bytes(980)
    assert "Parquet" in only(bytes(data), "t.parquet").what


@pytest.mark.parametrize(
    ("rows", "text"), [(200_000, "x" * 1_000), (3_000_000, "x"), (60, "x" * 2_000_000)]
)
def test_a_small_parquet_file_that_grows_without_measure_is_refused(rows: int, text: str) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    indices = pyarrow.repeat(0, rows).cast("int32")
    data = parquet(text=pyarrow.DictionaryArray.from_arrays(indices, [text]))
    assert len(data) < 200_000
    problem = only(data, "t.parquet")
    assert problem.what == "unpacks to more than 100 MB, a hundred times its size"


def test_a_parquet_file_of_many_equal_texts_is_read() -> None:
    text = "x" * 1_000
    found = table(parquet(text=[text] * 5_000, id=[str(i) for i in range(5_000)]), "t.parquet")
    assert set(values(found, "text")) == {text}
    assert values(found, "id")[4_999] == "4999"


def test_a_doubled_parquet_column_is_numbered() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet as writer

    out = io.BytesIO()
    writer.write_table(pyarrow.table([["1"], ["2"]], names=["id", "id"]), out)
    found = table(out.getvalue(), "t.parquet")
    assert (found.columns, found.facts.repeated) == (("id#1", "id#2"), {"id": (1, 2)})
    assert _records(found) == [("1", "2")]


def test_parquet_without_pyarrow_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    found = only(b"PAR1", "t.parquet")
    assert "ticketbench[parquet]" in found.help


# --- what is no table, and rows without end


SECRETS = {
    "env": "TOKEN=zq-secret,1\nOTHER=2\n",
    "exported": "export TOKEN=zq-secret\n",
    "commented": "# keys\n\n# of mine\nTOKEN = zq-secret\n",
    "with_mark": "\ufeffTOKEN=zq-secret\n",
    "private_key": "-----BEGIN OPENSSH PRIVATE KEY-----\nzq-secret\n",
    "environ": "PATH=/bin\0TOKEN=zq-secret\0",
    "bytes": "zq-secret\0,text,label\n1,x,a\n",
}


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl", "t.csv.gz"])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_file_of_secrets_is_no_table_and_not_quoted(name: str, secret: str) -> None:
    found = only(SECRETS[secret], name)
    assert (found.where, found.what) == (f"{name}:1", "this is not a table")
    assert "secret" not in f"{found}"


@pytest.mark.parametrize("first", ["id,text=1", "#id,label", "a b=c"])
def test_a_header_that_only_looks_like_one_is_read(first: str) -> None:
    assert table(f"{first}\n{first}\n").columns


@pytest.mark.parametrize(
    ("header", "signs"),
    [("id;text;x", "semicolons"), ("id\ttext\tx", "tabs"), ("id|text|x", "bars")],
)
def test_other_signs_between_the_columns_are_one_error_and_not_one_a_row(
    header: str, signs: str
) -> None:
    found = only(f"{header}\n1,2;3\n4;5,6,7\n")
    assert found.where.endswith(":1")
    assert found.what == f"the header is one field that holds 2 {signs}"
    assert found.help == "save it with commas between the columns"


def test_a_comment_above_the_header_is_one_error_and_not_one_a_row() -> None:
    found = only("# labelled.csv\nid,label\nT-1,billing\n")
    assert found.where.endswith(":1")
    assert found.what == "the first line is a comment"
    assert found.help == "take it out: the first line names the columns"


def test_a_nul_further_down_is_named_by_its_row() -> None:
    assert values(table("id,text\n1,a\0b\n"), "text") == ["a\0b"]


@pytest.fixture(autouse=True)
def _csv_limit() -> Iterator[None]:
    """The limit of a field is one of the whole process."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)


def test_comments_without_end_take_no_time() -> None:
    assert table("# #  \n" * 50_000 + "id\n")


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl"])
def test_a_long_line_is_refused_before_it_is_decoded(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (text_lines, delimited):
        monkeypatch.setattr(each, "MOST_ROW_BYTES", 1_000)
    rows = '{"id": "1"}\n' if name.endswith("l") else "id\n1\n"
    content = rows.encode() * 300 + b"\xff" * 1_500 + b"\n"
    found = only(content, name)
    assert (found.where, found.what) == (f"{name}:{content.count(10)}", "a row of more than 0 MB")


def test_a_quote_that_does_not_end_is_refused_where_it_began(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for each in (text_lines, delimited):
        monkeypatch.setattr(each, "MOST_ROW_BYTES", 1_000)
    found = only("id,text\n1,x\n" + '2,"' + "more\n" * 1_000)
    assert (found.where, "more than" in found.what) == ("t.csv:3", True)


@ENDINGS
def test_a_file_of_many_short_rows_has_no_limit(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (text_lines, delimited):
        monkeypatch.setattr(each, "MOST_ROW_BYTES", 1_000)
    assert len(table(f"id,text{end}" + f"1,x{end}" * 5_000).rows) == 5_000


def test_columns_are_compared_once_each() -> None:
    compared = 0

    class Name(str):
        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    column_names([Name(f"c{i}") for i in range(2_000)], 1)
    assert compared < 20_000
