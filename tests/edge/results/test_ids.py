from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.results.predictions import read_set

SCORED = '"label": "a", "score_a": 0.9, "score_b": 0.1}\n'


def test_ids_that_became_floats_are_those_of_the_other_table(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(f'{{"ticket_id": 1000.0, {SCORED}{{"ticket_id": "7.0", {SCORED}')
    assert read_set(path).ids[0] == "1000"


def test_a_text_that_looks_like_a_float_stays_an_id(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("ticket_id,label,score_a,score_b\n1.0,a,0.9,0.1\n1.10,b,0.1,0.9\n")
    assert read_set(path).ids == ("1.0", "1.10")


def test_ids_that_a_spreadsheet_shortened_are_one_error_with_a_count(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    rows = "1.23457E+11,a,0.9,0.1\n1.23458E+11,b,0.1,0.9\n3,b,0.1,0.9\n"
    path.write_text(f"ticket_id,label,score_a,score_b\n{rows}")
    with pytest.raises(InputError) as raised:
        read_set(path)
    (problem,) = raised.value.problems
    assert problem.what == "2 of 3 rows: ticket_id is a shortened number, such as 1.23457E+11"
    assert problem.where == f"{path}:2"
