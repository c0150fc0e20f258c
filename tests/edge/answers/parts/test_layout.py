"""Which files a recording in parts has: as many as its name says, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.answers.parts.layout import holds_nothing, part_name, parts_of, prefixes


def folder_of(path: Path, *names: str) -> Path:
    path.mkdir()
    for name in names:
        (path / name).touch()
    return path


@pytest.mark.parametrize("n_parts", [1, 16, 256])
def test_every_key_has_one_part(tmp_path: Path, n_parts: int) -> None:
    names = [part_name(prefix) for prefix in prefixes(n_parts)]
    found = parts_of(folder_of(tmp_path / "r", *names))
    assert len(found) == n_parts
    for key in ("00", "0f", "3f", "ff"):
        assert sum(key.startswith(prefix) for prefix in found) == 1


def test_parts_are_called_by_the_first_digits_of_their_keys() -> None:
    assert [part_name(prefixes(n)[-1]) for n in (1, 16, 256)] == [
        "all.jsonl.gz",
        "f.jsonl.gz",
        "ff.jsonl.gz",
    ]


@pytest.mark.parametrize("n_parts", [0, 2, 255])
def test_there_are_no_other_numbers_of_parts(n_parts: int) -> None:
    with pytest.raises(ValueError, match="1, 16 or 256 parts"):
        prefixes(n_parts)


def test_hidden_files_are_no_parts(tmp_path: Path) -> None:
    assert holds_nothing(folder_of(tmp_path / "empty", ".gitattributes"))
    assert len(parts_of(folder_of(tmp_path / "r", "all.jsonl.gz", ".gitattributes"))) == 1


@pytest.mark.parametrize(
    "name", ["README.md", "3f.jsonl", "3F.jsonl.gz", "3ff.jsonl.gz", "g.jsonl.gz"]
)
def test_a_file_that_is_no_part_is_refused_by_name(tmp_path: Path, name: str) -> None:
    names = [part_name(prefix) for prefix in prefixes(16)]
    with pytest.raises(InputError, match=name):
        parts_of(folder_of(tmp_path / "r", *names, name))


def test_parts_of_two_recordings_are_refused(tmp_path: Path) -> None:
    names = [part_name(prefix) for n in (16, 256) for prefix in prefixes(n)]
    with pytest.raises(InputError, match="parts of several recordings"):
        parts_of(folder_of(tmp_path / "r", *names))


def test_parts_that_are_missing_are_named(tmp_path: Path) -> None:
    names = [part_name(prefix) for prefix in prefixes(256) if prefix not in ("3f", "40")]
    with pytest.raises(InputError, match=r"2 of 256 parts are not there: '3f.jsonl.gz', '40"):
        parts_of(folder_of(tmp_path / "r", *names))
