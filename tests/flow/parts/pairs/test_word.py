"""A word on the command line is a folder, a pattern or a file, perhaps with a set behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from part_files import parts, records
from ticketbench.flow.parts.pairs.word import names_parts, split


def test_a_word_is_split_at_the_colon_behind_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parts(tmp_path / "p", records(4), 2)
    parts(tmp_path / "p:q", records(4), 1)
    for text, path, name in (
        ("p", "p", None),
        ("p:v1", "p", "v1"),
        ("p:v1:b", "p", "v1:b"),
        ("p:q", "p:q", None),
        ("p:q:v1", "p:q", "v1"),
        ("p/*.csv", "p/*.csv", None),
        ("p/*.csv:v1", "p/*.csv", "v1"),
        ("p/part-0.csv:v1", "p/part-0.csv", "v1"),
        ("p:", "p", ""),
        (":p", ":p", None),
        ("gone:v1", "gone:v1", None),
    ):
        assert split(text) == (Path(path), name), text


def test_a_folder_is_parts_but_for_the_report_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parts(tmp_path / "p", records(4), 2)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "results.json").write_text("{}")
    named = ("p", "p:v1", "p/*.csv", "p/*.csv:v1", "gone/*.csv")
    assert all(map(names_parts, named))
    others = ("run", "run:v1", "p/part-0.csv", "p/part-0.csv:v1", "gone.csv", "v1")
    assert not any(map(names_parts, others))
