"""Delimiters and encodings by name."""

from __future__ import annotations

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.tables.dialect import delimiter_of, encoding_of, say_delimiter, say_encoding
from ticketbench.edge.tables.rows import Dialect


@pytest.mark.parametrize(
    ("text", "sign"),
    [(";", ";"), ("tab", "\t"), ("\t", "\t"), ("|", "|"), ("\\t", "\t"), ("^", "^")],
)
def test_a_delimiter_is_one_sign_or_the_word_tab(text: str, sign: str) -> None:
    assert delimiter_of(text) == sign


@pytest.mark.parametrize(
    "text", ["", ";;", '"', "'", "\n", "\r", "a", "7", "\0", "comma", "\ud800"]
)
def test_what_quotes_line_ends_and_values_need_is_no_delimiter(text: str) -> None:
    with pytest.raises(InputError, match="is no delimiter"):
        delimiter_of(text)


@pytest.mark.parametrize(
    ("name", "found"), [("CP1252", "cp1252"), ("latin-1", "iso8859-1"), ("UTF8", "utf-8")]
)
def test_an_encoding_is_known_by_any_of_its_names(name: str, found: str) -> None:
    assert encoding_of(name) == found


@pytest.mark.parametrize("name", ["cp125", "", "a\0b", "utf 99", "../x", "\u00e9" * 500])
def test_an_unknown_encoding_is_an_error(name: str) -> None:
    with pytest.raises(InputError, match="unknown encoding"):
        encoding_of(name)


@pytest.mark.parametrize(
    "name", ["hex", "base64", "rot13", "zip", "idna", "punycode", "unicode_escape", "undefined"]
)
def test_a_codec_of_no_text_files_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="is no encoding of text files"):
        encoding_of(name)


def test_who_checks_a_file_alone_is_told_the_key_and_the_option() -> None:
    both = Dialect(options="config or flags")
    said = say_delimiter("\t", both, instead=",", line="")
    assert said == "write dataset.delimiter: \"tab\", or here --delimiter 'tab'"
    said = say_encoding(both, ["cp1250", "cp1252"])
    assert said == ("write dataset.encoding: cp1250, or here --encoding cp1250, or perhaps cp1252")
