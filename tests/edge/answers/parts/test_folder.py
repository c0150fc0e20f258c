"""Parts are written together: a failure leaves what was there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, MachineError
from ticketbench.edge.answers.parts.folder import write_parts


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_of_the_files_of_before_only_hidden_ones_stay(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    write_parts(folder, [("0.jsonl.gz", b"old")])
    (folder / ".gitattributes").write_bytes(b"*.gz filter=lfs\n")
    write_parts(folder, [("all.jsonl.gz", b"new")])
    assert names(folder) == [".gitattributes", "all.jsonl.gz"]
    assert names(tmp_path) == ["r"]


def test_where_one_part_cannot_be_made_the_old_ones_stay(tmp_path: Path) -> None:
    write_parts(tmp_path / "r", [("all.jsonl.gz", b"old")])

    def parts() -> Iterator[tuple[str, bytes]]:
        yield "all.jsonl.gz", b"new"
        raise OSError(28, "No space left on device")

    with pytest.raises(MachineError, match="cannot write"):
        write_parts(tmp_path / "r", parts())
    assert (tmp_path / "r" / "all.jsonl.gz").read_bytes() == b"old"
    assert names(tmp_path) == ["r"]


def test_a_file_is_not_replaced_by_a_folder(tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(b"mine")
    with pytest.raises(InputError, match="is a file"):
        write_parts(tmp_path / "r", [])
    assert (tmp_path / "r").read_bytes() == b"mine"


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "r").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="is a link"):
        write_parts(tmp_path / "r", [("all.jsonl.gz", b"new")])
    assert names(tmp_path / "elsewhere") == []
