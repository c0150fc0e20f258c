"""Score tables of chosen rubric sets, from stored answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from gated_project import edit
from ticketbench.core.errors import InputError
from ticketbench.core.types import Failure
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.tables import missing_failures, rubric_set, scored

EVAL = Path("eval.yaml")


def test_only_the_named_sets_are_scored_once_each(answered: Path) -> None:
    found = scored(read_inputs(EVAL), ["v2", "v1", "v2"])
    assert list(found) == ["v2", "v1"]
    assert [table.provenance.rubric_set for table in found.values()] == ["v2", "v1"]
    assert found["v2"].right.tolist() == [True] * 6 + [False]


def test_tickets_stand_in_order_of_their_ids_whatever_the_file_says(answered: Path) -> None:
    before = scored(read_inputs(EVAL), ["v1"])["v1"]
    head, *rows = Path("tickets.csv").read_text(encoding="utf-8").splitlines()
    Path("tickets.csv").write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    after = scored(read_inputs(EVAL), ["v1"])["v1"]
    assert after.ids == before.ids == tuple(f"t{i}" for i in range(1, 8))
    assert after.scores.tolist() == before.scores.tolist()


def test_missing_answers_are_failures_and_nothing_is_sent_or_written(project: Path) -> None:
    before = sorted(path.name for path in project.iterdir())
    (table,) = scored(read_inputs(EVAL), ["v1"]).values()
    assert (table.n_scored, table.n_failed) == (0, 7)
    assert {failure.kind for failure in table.failures} == {"miss"}
    assert len(missing_failures(table.failures)) == 7
    assert sorted(path.name for path in project.iterdir()) == before


def test_an_edited_rubric_misses_the_answers_of_its_own_set_only(answered: Path) -> None:
    edit("v2.yaml", "a crash", "a crash, a fault")
    found = scored(read_inputs(EVAL), ["v1", "v2"])
    assert (found["v1"].n_failed, found["v2"].n_failed) == (0, 7)


def test_in_auto_mode_missing_answers_are_asked_for(project: Path) -> None:
    (table,) = scored(read_inputs(EVAL), ["v1"], mode="auto").values()
    assert (table.n_scored, table.n_failed) == (7, 0)


def test_an_unknown_set_is_an_input_error_with_the_nearest_name(answered: Path) -> None:
    inputs = read_inputs(EVAL)
    with pytest.raises(InputError, match=r"eval\.yaml has no rubric set 'v3'") as caught:
        rubric_set(inputs, "v3")
    assert "v1" in caught.value.problems[0].help
    with pytest.raises(InputError, match="no rubric set 'v3'"):
        scored(inputs, ["v3"])
    assert rubric_set(inputs, "v2").name == "v2"


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("miss", True), ("cache", True), ("contract", False), ("network", False),
        ("timeout", False), ("http", False), ("not_run", False),
    ],
)  # fmt: skip
def test_only_what_asking_would_mend_is_missing(kind: str, missing: bool) -> None:
    failures = [Failure("t1", kind), Failure("t2", "miss")]  # type: ignore[arg-type]
    assert len(missing_failures(failures)) == 1 + missing
