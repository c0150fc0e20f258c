"""What Git leaves in place of a file is told from what a file says itself."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.files.git_marks import both_sides, refuse_git_marks
from ticketbench.edge.files.reading import read_bytes, unpacked

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
PATH = Path("configs/x.yaml")

CONFLICTS = {
    "two sides": b"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\nd\n",
    "with the base": b"a\n<<<<<<< HEAD\nb\n||||||| 4ab21\nx\n=======\nc\n>>>>>>> other\n",
    "empty sides": b"a\n<<<<<<< HEAD\n=======\n>>>>>>> other\n",
    "no names": b"a\n<<<<<<<\nb\n=======\nc\n>>>>>>>",
    "windows": b"a\r\n<<<<<<< HEAD\r\nb\r\n=======\r\nc\r\n>>>>>>> other\r\n",
    "in a cell": b'id,text\n<<<<<<< HEAD\n1,"x\n=======\n1,"y\n>>>>>>> other\nz"\n',
    "in a conflict": b"a\n<<<<<<< HEAD\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> o\n",
}
NONE = {
    "one kind": b'id,text\n1,"\n<<<<<<< look\n"\n',
    "two kinds": b"a\n<<<<<<< HEAD\nb\n=======\nc\n",
    "other order": b"=======\n<<<<<<< HEAD\n>>>>>>> other\n=======\n",
    "inside a line": b"a\n <<<<<<< HEAD\n =======\n >>>>>>> other\n",
    "eight signs": b"<<<<<<<< a\n========\n>>>>>>>> b\n",
    "JSON": b'{"text": "<<<<<<< HEAD\\n=======\\n>>>>>>> other"}\n',
    "binary": b"PAR1\0\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n",
    "a text about Git LFS": b"version https://git-lfs.github.com/spec/v1 is what I see\n",
}


def refused(content: bytes, *, merge_help: str = "merge it") -> Problem:
    with pytest.raises(InputError) as found:
        refuse_git_marks(PATH, content, merge_help=merge_help)
    (problem,) = found.value.problems
    return problem


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_a_pointer_is_refused_with_the_command_that_fetches_the_file(end: bytes) -> None:
    found = refused(POINTER.replace(b"\n", end))
    assert "is a Git LFS pointer" in found.what
    assert (found.where, found.help) == ("configs/x.yaml:1", "git lfs pull")


@pytest.mark.parametrize("name", CONFLICTS)
def test_a_conflict_is_refused_at_its_first_line(name: str) -> None:
    found = refused(CONFLICTS[name])
    assert "has conflict markers of a merge" in found.what
    line = 3 if name == "in a conflict" else 2
    assert (found.where, found.help) == (f"configs/x.yaml:{line}", "merge it")


@pytest.mark.parametrize("name", NONE)
def test_signs_that_are_no_whole_conflict_are_part_of_the_file(name: str) -> None:
    refuse_git_marks(PATH, NONE[name])


def test_both_sides_are_all_lines_but_the_markers() -> None:
    assert both_sides(CONFLICTS["with the base"]) == b"a\nb\nx\nc\n"
    assert both_sides(NONE["two kinds"]) == NONE["two kinds"]


def test_whatever_is_read_is_looked_through(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(POINTER)
    with pytest.raises(InputError, match="pointer"):
        read_bytes(file)
    with pytest.raises(InputError, match="conflict"):
        unpacked(file, gzip.compress(CONFLICTS["two sides"]), most=1000)
