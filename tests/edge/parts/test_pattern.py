"""A path names parts where it is a folder, or a pattern that is no file of this name."""

from __future__ import annotations

from pathlib import Path

from part_files import records, write
from ticketbench.edge.parts.pattern import any_matches, in_parts


def test_a_file_whose_name_looks_like_a_pattern_is_one_file(tmp_path: Path) -> None:
    file = write(tmp_path / "a[1].csv", records(2))
    assert not in_parts(file)
    assert in_parts(tmp_path)
    assert in_parts(tmp_path / "*.csv")


def test_a_pattern_may_match_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", records(2))
    assert any_matches(tmp_path / "*.csv")
    assert not any_matches(tmp_path / "*.json")
    assert not any_matches(tmp_path / "a.csv")
