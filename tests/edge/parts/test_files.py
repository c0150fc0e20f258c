"""Which files are parts, and what is refused before any is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from part_files import parts, records, write
from ticketbench.core.errors import InputError
from ticketbench.edge.parts.files import parts_of


def names(path: Path) -> list[str]:
    return [one.name for one in parts_of(path).files]


def test_a_folder_holds_parts_in_order_of_name_but_for_hidden_files(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(6), 3)
    for name in (".part-9.csv.crc", "_SUCCESS"):
        (folder / name).write_text("")
    assert names(folder) == ["part-0.csv", "part-1.csv", "part-2.csv"]
    assert parts_of(folder).name == "p"


def test_a_pattern_and_its_folder_have_one_name_and_the_same_parts(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(6), 3)
    assert parts_of(folder / "*.csv") == parts_of(folder)
    assert names(folder / "*-[01].csv") == ["part-0.csv", "part-1.csv"]


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as error:
        parts_of(path)
    problem = error.value.problems[0]
    return f"{problem.what} ({problem.help})"


def test_no_parts_are_an_error(tmp_path: Path) -> None:
    assert "there are no parts in" in refusal(tmp_path)
    assert "no file matches" in refusal(tmp_path / "*.csv")


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(4), 2)
    (folder / "readme.md").write_text("x")
    assert "readme.md is no table" in refusal(folder)


def test_parts_of_two_formats_are_named_with_the_pattern_of_one(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(4), 2)
    write(folder / "rest.jsonl", records(4))
    told = refusal(folder)
    assert "part-0.csv" in told
    assert "rest.jsonl" in told
    assert f"'{folder}/*.csv'" in told


def test_a_folder_in_the_folder_is_named(tmp_path: Path) -> None:
    parts(tmp_path / "p" / "day=1", records(4), 2)
    assert "day=1 is a folder among parts" in refusal(tmp_path / "p")


def test_the_same_file_under_two_names_is_named_twice(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(4), 2)
    (folder / "copy.csv").write_bytes((folder / "part-1.csv").read_bytes())
    told = refusal(folder)
    assert "copy.csv and" in told
    assert "part-1.csv are the same file" in told


def test_files_without_rows_may_be_the_same(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(4), 2)
    for name in ("x.csv", "y.csv"):
        (folder / name).write_text("ticket_id,label\n")
    assert len(parts_of(folder).files) == 4


@pytest.mark.parametrize("target", ["nowhere.csv", "z.csv"])
def test_a_link_that_leads_nowhere_is_named(target: str, tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(4), 2)
    (folder / "z.csv").symlink_to(target)
    assert "z.csv" in refusal(folder)


def test_the_report_of_a_run_is_no_folder_of_parts(tmp_path: Path) -> None:
    write(tmp_path / "predictions.csv", records(4))
    (tmp_path / "manifest.json").write_text("{}")
    told = refusal(tmp_path)
    assert "is the report of a run" in told
    assert "predictions.csv" in told
