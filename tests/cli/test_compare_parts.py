"""`ticketbench compare` of folders of parts: what it says, and what does not go with them."""

from __future__ import annotations

from pathlib import Path

from forked import ticketbench_in
from part_pairs import files, folders, pair


def test_the_answer_is_that_of_two_files_and_says_in_how_many_parts(tmp_path: Path) -> None:
    rows = pair(400)
    folders(tmp_path, rows, (2, 3))
    files(tmp_path, rows)
    done = ticketbench_in(tmp_path, "compare", "a", "b/*.csv", "--all", "--threshold", "0.7")
    whole = ticketbench_in(tmp_path, "compare", "a.csv", "b.csv", "--threshold", "0.7")
    turned = next(line for line in whole.stdout.splitlines() if "broken" in line)
    assert f"{turned[:-1]}, in 2 and 3 parts." in done.stdout
    rows_of = [one.stdout.split("\n\n")[1] for one in (done, whole)]
    assert rows_of[0] == rows_of[1]
    assert "reading parts: 5/5 done" in done.stderr
    assert "comparing tickets: 1/1 done" in done.stderr
    assert "counted in parts: left out: lists of tickets" in done.stderr


def test_the_bytes_of_json_are_the_same_for_any_cut_and_engine(tmp_path: Path) -> None:
    rows = pair(60)
    folders(tmp_path / "1", rows, (1, 2))
    folders(tmp_path / "2", rows, (4, 1))
    one = ticketbench_in(tmp_path / "1", "compare", "a", "b", "--json")
    other = ticketbench_in(tmp_path / "2", "compare", "a", "b", "--json", "--engine", "serial")
    assert one.stdout == other.stdout
    assert '"still_wrong": []' in one.stdout


def test_an_error_names_the_part(tmp_path: Path) -> None:
    base, candidate = pair(20)
    folders(tmp_path, (base, candidate[1:]), (1, 1))
    done = ticketbench_in(tmp_path, "compare", "a", "b")
    assert done.returncode == 2
    assert "a/part-0.csv" in done.stderr
    assert "19 tickets in both, 1 only in a" in done.stderr


def test_options_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    rows = pair(20)
    folders(tmp_path, rows, (1, 1))
    files(tmp_path, rows)
    for words, told in (
        (("a", "b", "--reference"), "goes with one file a side"),
        (("a", "b", "--flips", "3"), "goes with one file a side"),
        (("a", "b.csv", "--map", "x=y"), "--labels OLD=NEW"),
        (("a.csv", "b.csv", "--engine", "serial"), "go with a folder or a pattern"),
        (("a.csv", "b.csv", "--scratch", "."), "go with a folder or a pattern"),
        (("a", "b", "--engine", "spark"), "unknown engine for parts"),
        (("a", "b", "--scheduler", "tcp://a:1"), "--scratch FOLDER"),
        (("a", "gone/*.csv"), "no file matches gone/*.csv"),
    ):
        done = ticketbench_in(tmp_path, "compare", *words)
        assert done.returncode == 2, words
        assert told in done.stderr
