"""What is done with one part: stored answers are counted, nothing is asked, no key goes along."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from answering import answering
from canary import KEY
from parted import assert_identical
from ticket_parts import count, ticket_records, write_parts, write_project
from ticketbench.core.policy import Policy
from ticketbench.edge.inputs.config import read_config
from ticketbench.edge.parts.tickets import rows_of
from ticketbench.flow.parts.tickets import whole
from ticketbench.flow.parts.tickets.task import (
    CountedTickets,
    SetOfTask,
    TicketTask,
    counted_from_stored,
)
from ticketbench.flow.steps.inputs import part_inputs


def tasks(config: Path, *, at_once: int = 1_000) -> list[TicketTask]:
    inputs = part_inputs(read_config(config))
    labels = inputs.rubric_sets[0].labels
    rows = rows_of(inputs.parts, inputs.config.reading, labels)
    sets = tuple(SetOfTask(one, inputs.url_of(one), frozenset()) for one in inputs.rubric_sets)
    cache = inputs.config.cache_path
    return [
        TicketTask(part, rows, sets, cache, None, Policy(0.6, 0.3), 0, at_once)
        for part in inputs.parts.files
    ]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A project of two parts whose answers are stored."""
    write_parts(tmp_path / "p", ticket_records(50, groups=7), 2)
    found = write_project(tmp_path, "p/", more=", columns: {group: customer}")
    with answering("model-1"):
        count(found)
    return found


def test_a_worker_asks_nothing_and_counts_what_is_missing(tmp_path: Path, config: Path) -> None:
    (tmp_path / "answers.sqlite").unlink()
    with answering() as server:
        found = counted_from_stored(tasks(config)[0])
        assert server.asked == []
    assert found.sums is not None
    assert [one.failed for one in found.sums.sets] == [(("miss", 25),)] * 2
    assert found.n_failed == 50
    assert [one.first[0].detail for one in found.answers] == [
        "it is not stored, and nobody looked why"
    ] * 2


def test_how_many_rows_are_held_at_a_time_changes_nothing(config: Path) -> None:
    one, few = (counted_from_stored(tasks(config, at_once=n)[0]) for n in (1_000, 4))
    assert_identical(few.sums, one.sums)
    assert (few.counts, few.tickets, few.met) == (one.counts, one.tickets, one.met)
    assert few.origins == one.origins
    for a, b in ((few.ids, one.ids), (few.groups, one.groups)):
        np.testing.assert_array_equal(a, b)
        assert np.all(a[1:] > a[:-1])


def test_what_goes_to_a_worker_holds_no_key_and_no_ticket(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", KEY)
    monkeypatch.setenv("TICKETBENCH_ENDPOINT__KEY_ENV", "A_KEY")
    sent = []

    def noted(task: TicketTask) -> CountedTickets:
        sent.append(pickle.dumps(task))
        return counted_from_stored(pickle.loads(sent[-1]))

    monkeypatch.setattr(whole, "counted_from_stored", noted)
    with answering():
        count(config, "endpoint.key_env=A_KEY")
    assert len(sent) == 2
    for task in sent:
        assert KEY.encode() not in task
        assert b"A_KEY" not in task
        assert b"ticket number" not in task


def test_a_task_finds_its_files_from_any_folder(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    task = tasks(Path(config.name))[0].resolved()
    expected = counted_from_stored(task)
    monkeypatch.chdir("/")
    found = counted_from_stored(pickle.loads(pickle.dumps(task)))
    assert found.n_failed == 0
    assert_identical(found.sums, expected.sums)


def test_an_error_says_in_which_part_it_was(tmp_path: Path, config: Path) -> None:
    task = tasks(config)[0]
    task.part.write_text("id,text,label,customer\na,,billing,\n", encoding="utf-8")
    with pytest.raises(Exception, match="'text' is empty") as error:
        counted_from_stored(task)
    assert error.value.__notes__[-1] == f"in the part {task.part}"
