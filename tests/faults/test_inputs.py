"""Rows 47 to 49 of the fault matrix: datasets and YAML that would be read as something else.

Readers have tests of their own; here it counts that a run refuses before it sends anything, and
that what it reads it passes on unchanged.
"""

from __future__ import annotations

import csv

import pytest

from fault_project import POSITIONS, FaultProject, each_position, report_is_sound, speaks_plainly
from ticketbench.edge.answers.cache_file import make

ROWS = {
    "duplicate_id": (b"t3,again,billing", "'t3' stands twice"),
    "empty_text": (b"x,,billing", "'text' is empty"),
    "unknown_label": (b"x,a,refund", "no rubric set has the label 'refund'"),
    "nul": (b"x,a\0b,billing", "NUL"),
    "too_few_cells": (b"x,a", ""),
    "latin_1": (b"x,caf\xe9,billing", "UTF-8"),
}


def with_row(project: FaultProject, place: int, row: bytes) -> int:
    """Put a row before the ticket at `place`; its line in the file."""
    path = project.folder / "tickets.csv"
    lines = path.read_bytes().splitlines()
    lines.insert(place + 1, row)
    path.write_bytes(b"\n".join(lines) + b"\n")
    return place + 2


@each_position
@pytest.mark.parametrize("name", ROWS)
def test_row47_a_row_that_is_not_right_is_refused_where_it_stands(
    project: FaultProject, name: str, position: str
) -> None:
    row, says = ROWS[name]
    line = with_row(project, POSITIONS[position], row)
    error = project.ends_with(2)
    problem = error.problems[0]
    # Of two tickets with one id, the later one is the one too many.
    later = 6 if name == "duplicate_id" and position == "first" else line
    assert problem.where.startswith(f"tickets.csv:{later}")
    assert says in problem.what
    assert project.server.seen == []
    assert not project.cache.exists()


def test_row47_the_command_tells_one_cause_once_with_its_rows(
    project: FaultProject,
) -> None:
    for _ in range(25):
        with_row(project, 5, b"x,,billing")
    ended = project.command()
    assert (ended.code, project.server.seen) == (2, [])
    speaks_plainly(ended, "  --> tickets.csv:7", "20 more")
    assert ended.err.count("'text' is empty") == 1


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_row47_line_ends_and_a_byte_order_mark_change_nothing(
    project: FaultProject, end: bytes, mark: bytes
) -> None:
    path = project.folder / "tickets.csv"
    path.write_bytes(mark + path.read_bytes().replace(b"\n", end))
    assert project.run().results.n_failed == 0
    report_is_sound(project, {})


# Row 48: what a table library would take for a number, a date or nothing.

IDS = ("001", "1e3", "12345678901234567890", "2026-01-02", "True")
WORDS = ("NA", "None", "null", "nan", "no")


def guessable(project: FaultProject) -> None:
    """Tickets whose ids and labels look like something else."""
    written = (word if word in ("NA", "None", "no") else f'"{word}"' for word in WORDS)
    names = [f'- {{name: {word}, rubric: "Is it this?"}}\n' for word in written]
    (project.folder / "v1.yaml").write_text("".join(names))
    rows = [f"{i},the word is {word},{word}\n" for i, word in zip(IDS, WORDS, strict=True)]
    (project.folder / "tickets.csv").write_text("id,text,label\n" + "".join(rows))


def predictions(project: FaultProject) -> list[dict[str, str]]:
    with (project.folder / project.out / "predictions.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_row48_ids_and_labels_stay_the_text_in_the_file(project: FaultProject, form: str) -> None:
    guessable(project)
    more = []
    if form == "jsonl":
        rows = [
            f'{{"id": "{i}", "text": "the word is {word}", "label": "{word}"}}\n'
            for i, word in zip(IDS, WORDS, strict=True)
        ]
        (project.folder / "tickets.jsonl").write_text("".join(rows))
        more = ["dataset.path=tickets.jsonl"]
    assert project.run(overrides=more).results.n_failed == 0
    found = predictions(project)
    assert tuple(row["ticket_id"] for row in found) == IDS
    assert tuple(row["label"] for row in found) == WORDS
    assert {f"score_{word}" for word in WORDS} <= found[0].keys()


def test_row48_the_command_keeps_them_too(project: FaultProject) -> None:
    guessable(project)
    ended = project.command()
    assert ended.code == 0, ended.err
    assert tuple(row["ticket_id"] for row in predictions(project)) == IDS


# Row 49: YAML that hides what it means.

BOMB = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\n"
DOCUMENTS = {
    "alias_bomb": ("eval.yaml", BOMB, 1, "anchors and aliases are not allowed"),
    "key_twice": ("eval.yaml", "version: 1\nversion: 1\n", 2, "'version' stands twice"),
    "tag": ("eval.yaml", "version: !!python/name:os.system 1\n", 1, "tag"),
    "label_twice": (
        "v1.yaml",
        '- {name: a, rubric: "a?"}\n- {name: a, rubric: "b?"}\n',
        2,
        "'a'",
    ),
    "rubric_key_twice": ("v1.yaml", "- {name: a,\n   name: b, rubric: c?}\n", 2, "stands twice"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_row49_yaml_that_hides_something_is_refused_where_it_stands(
    project: FaultProject, name: str
) -> None:
    file, text, line, says = DOCUMENTS[name]
    (project.folder / file).write_text(text)
    error = project.ends_with(2)
    problem = error.problems[0]
    assert problem.where.startswith(f"{file}:{line}:")
    assert says in problem.what
    assert project.server.seen == []
    assert not project.cache.exists()


def test_row49_a_file_over_one_megabyte_is_no_config(project: FaultProject) -> None:
    (project.folder / "eval.yaml").write_text("#" + "x" * 1_100_000)
    assert "larger than 1 MB" in str(project.ends_with(2))


def test_row49_the_command_says_line_and_column(project: FaultProject) -> None:
    (project.folder / "eval.yaml").write_text(BOMB)
    ended = project.command()
    assert (ended.code, project.server.seen) == (2, [])
    speaks_plainly(ended, "  --> eval.yaml:1:4", "anchors and aliases")


def test_inputs_are_checked_before_the_cache_is_touched(project: FaultProject) -> None:
    make(project.cache)
    before = project.cache.read_bytes()
    with_row(project, 0, b"x,,billing")
    project.ends_with(2)
    assert project.cache.read_bytes() == before
