"""`ticketbench score` of a folder of parts: what it says, and what does not go with it."""

from __future__ import annotations

from pathlib import Path

from forked import ticketbench_in
from part_files import parts, records, write


def test_the_answer_says_in_how_many_parts_the_tickets_lay(tmp_path: Path) -> None:
    parts(tmp_path / "p", records(1_200, failed=3), 2)
    done = ticketbench_in(tmp_path, "score", "p", "--all")
    assert "1,200 tickets in 2 parts, 3 without answer. All measures: --all." in done.stdout
    assert "parts: 2/2 counted" in done.stderr
    assert "counted in parts: left out: pairs of labels" in done.stderr


def test_an_error_names_the_part(tmp_path: Path) -> None:
    write(parts(tmp_path / "p", records(60), 2) / "z.csv", records(60)[3:4])
    done = ticketbench_in(tmp_path, "score", "p")
    assert done.returncode == 2
    assert "'t3' stands in two parts, p/part-1.csv and p/z.csv" in done.stderr


def test_options_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    parts(tmp_path / "p", records(60), 2)
    for words, told in (
        (("p", "--reference"), "goes with one file"),
        (("p/part-0.csv", "--engine", "serial"), "go with a folder or a pattern"),
        (("p", "--engine", "serial", "--scheduler", "tcp://a:1"), "knows no scheduler"),
        (("p", "--engine", "spark"), "unknown engine for parts"),
    ):
        done = ticketbench_in(tmp_path, "score", *words)
        assert done.returncode == 2
        assert told in done.stderr
