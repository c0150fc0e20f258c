"""`run`, `gate`, `validate` and `doctor` on tickets in parts, and what says that it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from forked import ticketbench_in
from parts_project import ticket_rows, write_parts, write_rubrics

GATES = "gates: [{metric: accuracy, on: v2, not_worse_than: v1, margin: 0.5}]\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("faces")
    write_rubrics(found)
    write_parts(found / "p", ticket_rows(60), 3, more=GATES)
    done = ticketbench_in(found, "run", "p/support.yaml", "--all")
    assert done.returncode == 0, done.stderr
    (found / "said.txt").write_text(done.stdout)
    return found


def test_a_run_says_in_how_many_parts_the_tickets_lay_and_leads_to_no_list(folder: Path) -> None:
    said = " ".join((folder / "said.txt").read_text().split())
    assert "180 answers, on tickets in 3 parts: 0 kept, 180 asked, 0 failed." in said
    assert "ticketbench errors" not in said
    assert "changed.csv" not in said
    assert "Not told of tickets in parts" in said or "No label" in said


def test_the_json_is_the_file(folder: Path) -> None:
    done = ticketbench_in(folder, "run", "p/support.yaml", "--mode", "replay", "--json")
    assert done.stdout == (folder / "reports/support/results.json").read_text()


def test_gates_say_what_turned_and_list_nothing(folder: Path) -> None:
    done = ticketbench_in(folder, "gate", "p/support.yaml", "--all")
    assert done.returncode == 0, done.stderr
    assert "still wrong; none is listed, in parts" in " ".join(done.stdout.split())
    assert "parts: 3/3 counted" in done.stderr
    assert "TB215" in done.stderr


def test_validate_reads_every_part(folder: Path, tmp_path: Path) -> None:
    done = ticketbench_in(folder, "validate", "p/support.yaml", "p/tickets", "p/tickets/*.csv")
    assert done.stdout.count("60 tickets in 3 parts") == 3, done.stderr
    write_rubrics(tmp_path)
    write_parts(tmp_path / "p", ticket_rows(30), 2)
    twice = tmp_path / "p" / "tickets" / "03.csv"
    twice.write_text("id,text,label,customer\nt001,once more,billing,\n")
    for name in ("p/support.yaml", "p/tickets"):
        done = ticketbench_in(tmp_path, "validate", name)
        assert done.returncode == 2
        assert "the ticket 't001' stands in two parts" in done.stderr
    twice.write_text("id,text,label,customer\nx,once more,nobody,\n")
    done = ticketbench_in(tmp_path, "validate", "p/support.yaml")
    assert done.returncode == 2
    assert "03.csv:2" in done.stderr
    assert ticketbench_in(tmp_path, "validate", "p/tickets").returncode == 0


def test_doctor_does_not_read_the_parts(folder: Path) -> None:
    done = ticketbench_in(folder, "doctor", "p/support.yaml")
    assert done.returncode == 0, done.stderr
    assert "tickets in 3 parts, not read here" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        "run p/support.yaml --dry-run",
        "gate p/support.yaml --dry-run",
        "baseline bless p/support.yaml",
        "errors reports/support:v2",
        "threshold reports/support:v2",
        "compare reports/support:v1 reports/support:v2",
    ],
)
def test_what_needs_single_tickets_says_so_in_a_sentence(folder: Path, words: str) -> None:
    done = ticketbench_in(folder, *words.split())
    assert done.returncode == 2
    assert "in parts" in " ".join(done.stderr.split())
    assert "one file" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_the_page_is_made_again_of_what_was_counted(folder: Path) -> None:
    before = (folder / "reports/support/index.html").read_bytes()
    done = ticketbench_in(folder, "report", "reports/support")
    assert done.returncode == 0, done.stderr
    assert "no charts and lists: the tickets lay in parts" in done.stdout + done.stderr
    assert (folder / "reports/support/index.html").read_bytes() == before
