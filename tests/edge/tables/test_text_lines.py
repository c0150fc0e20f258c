"""Encodings: read as said or marked, never guessed, and what else is told at its line."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.tables import text_lines
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import Dialect, Options, Table

UMLAUTS = "id,text\n1,Grüße aus Köln\n2,für die Müllers – „schön“\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(data: bytes, encoding: str | None = None, options: Options = "none") -> Table:
    Path("t.csv").write_bytes(data)
    return read_table(Path("t.csv"), Dialect(encoding=encoding, options=options))


def problem(data: bytes, encoding: str | None = None, options: Options = "none") -> Problem:
    with pytest.raises(InputError) as caught:
        table(data, encoding, options)
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_table_is_read_in_the_encoding_that_is_said(encoding: str) -> None:
    found = table(UMLAUTS.encode(encoding), encoding)
    assert [row.values["text"] for row in found.rows] == [
        "Grüße aus Köln",
        "für die Müllers – „schön“",
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("config", "write dataset.encoding: "),
        ("flags", "write --encoding "),
        ("score flags", "write --encoding "),
        ("none", "save the file as UTF-8; it may be in "),
    ],
)
def test_bytes_that_are_no_utf_8_are_shown_with_a_suggestion(options: Options, words: str) -> None:
    found = problem(UMLAUTS.encode("cp1252"), options=options)
    assert found.where == "t.csv:2"
    assert found.what == "not UTF-8 text: the bytes fc"
    assert found.help.startswith(words)
    assert found.help.removeprefix(words).startswith("cp1252")


def test_a_short_text_or_a_million_rows_before_change_nothing() -> None:
    before = b"id,text\n" + b"1,plain words\n" * 200_000
    assert problem(b"id\n\xe9").where == "t.csv:2"
    assert problem(before + "2,café\n".encode("cp1252")).where == "t.csv:200002"


def test_a_byte_that_the_encoding_has_no_letter_for_is_told_at_its_line() -> None:
    found = problem(b"id,text\r\n1,\xe9\r\n2,\x81\r\n", "cp1252")
    assert (found.where, found.what) == ("t.csv:3", "not cp1252 text: the bytes 81")


@pytest.mark.parametrize("name", ["cp12", "hex"])
def test_an_encoding_that_is_none_is_told_with_the_file(name: str) -> None:
    assert problem(b"id\n1\n", name).where == "t.csv"


def test_a_mark_that_contradicts_what_is_said_is_refused() -> None:
    found = problem(codecs.BOM_UTF8 + b"id\n1\n", "cp1252")
    assert "begins with the mark of UTF-8" in found.what
    assert problem(UMLAUTS.encode("utf-32")).what == "this is UTF-32 text"


def test_utf_16_that_is_said_and_does_not_begin_with_its_mark_is_refused() -> None:
    found = problem(b"id,text\n1,plain words\n", "utf-16")
    assert found.where == "t.csv:1"
    assert found.what == "not utf-16 text: it does not begin with the mark of it"
    assert "utf-16-le" in found.help


def test_half_a_file_of_two_byte_letters_is_told_at_its_line() -> None:
    found = problem(UMLAUTS.encode("utf-16")[:-1])
    assert found.where == "t.csv:3"


def test_what_is_no_table_is_none_in_any_encoding() -> None:
    found = problem("TOKEN=zq-secret\n".encode("utf-16"))
    assert found.what == "this is not a table"
    assert "secret" not in f"{found}"


def test_a_long_line_is_refused_in_any_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_lines, "MOST_ROW_BYTES", 1_000)
    found = problem(("id\n" + "x" * 2_100).encode("utf-16"))
    assert "a row of more than" in found.what


def test_what_is_no_western_text_is_not_taken_for_one() -> None:
    letters = "id,text\n1,Добрый день, счёт за май неверный\n2,Приложение не открывается\n"
    found = problem(letters.encode("cp1251"))
    assert not found.help.startswith("save the file as UTF-8; it may be in cp1252")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_told_as_such_and_read_once_it_is_said(encoding: str) -> None:
    data = UMLAUTS.encode(encoding)
    found = problem(data, options="config")
    assert (found.what, found.help) == (
        "this is not a table", f"write dataset.encoding: {encoding}",
    )  # fmt: skip
    assert len(table(data, encoding).rows) == 2
