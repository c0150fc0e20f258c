"""Texts as they stand in a YAML file that we write."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.edge.files.yaml_text import as_comment, as_yaml, in_quotes
from ticketbench.edge.inputs.documents import read_document

TEXTS = [
    "billing", "no", "null", "1.5", "a: b", "# c", "'", '"', "two\nlines", "tab\there", " ", "é",
    "\x85\u2028", "-", "../a/b.yaml", "a, b", "{c}", "\\n",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_back_as_it_was(text: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    written = f"- {as_yaml(text)}\n- {in_quotes(text)}  # {as_comment(text)}\n- end\n"
    file.write_text(written, encoding="utf-8")
    assert read_document(file).data == [text, text, "end"]


def test_a_plain_word_stays_plain() -> None:
    assert [as_yaml(text) for text in ("billing", "a_b-c.d", "true")] == [
        "billing", "a_b-c.d", '"true"',
    ]  # fmt: skip
