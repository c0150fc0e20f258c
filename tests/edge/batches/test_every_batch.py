"""The batches of one endpoint, against a real server of them: uploaded, waited for, read once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from served import served
from ticketbench.core.classify import question
from ticketbench.core.errors import EndpointError
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.open_batches import new_batch
from ticketbench.edge.asking.pacing import Budget
from ticketbench.edge.batches import uploads
from ticketbench.edge.batches.every_batch import Clock, EveryBatch
from ticketbench.edge.batches.polls import wait_for
from ticketbench.edge.batches.server import batch_server
from ticketbench.edge.batches.uploads import Wanted, custom_id
from ticketbench.edge.contract import answer_key
from ticketbench.edge.endpoints import Connection, connect
from ticketbench.edge.serving.batches.conduct import Conduct
from ticketbench.edge.serving.server import ClassifyServer

pytestmark = pytest.mark.loopback

LABELS = (("billing", "Is it about money?"), ("technical", "Is it about an error?"))
HOUR_S = 3600.0


@dataclass
class Time:
    """A clock on which a wait is over at once, and that keeps what was waited for."""

    now_s: float = 0.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now_s += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now_s, self.sleep)


class Project:
    """Questions about numbered tickets at one server, over one cache."""

    def __init__(self, server: ClassifyServer, path: Path) -> None:
        self.server, self.path = server, path
        self.url = server.url
        self.said: list[str] = []
        self.time = Time()
        self.uploaded: list[list[str]] = []
        self.uploads_of(server)

    def uploads_of(self, server: ClassifyServer) -> None:
        """Keep the ids of every upload."""
        taken = server.batches.add

        def add(model, questions):  # type: ignore[no-untyped-def]
            self.uploaded.append([one.custom_id for one in questions])
            return taken(model, questions)

        server.batches.add = add  # type: ignore[method-assign]

    def body(self, number: int) -> bytes:
        return question(f"ticket {number}: an error on my invoice", LABELS)

    def key(self, number: int) -> str:
        return answer_key(self.url, self.body(number))

    def batches(self, cache: AnswerCache, numbers: Sequence[int], **other: object) -> EveryBatch:
        """Of the questions about these tickets that have no answer yet."""
        noted, stored = cache.open_batches(), set(cache.stored_keys())
        of_key = {self.key(n): n for n in numbers if self.key(n) not in stored}
        found = batch_server(self.url, Connection())
        assert found is not None
        made = EveryBatch(
            wanted=Wanted(self.url, tuple(of_key), lambda key: self.body(of_key[key])),
            noted=noted,
            server=found,
            cache=cache,
            budget=Budget(),
            timeout_s=HOUR_S,
            clock=self.time.clock,
            tell=self.said.append,
        )
        for name, value in other.items():
            setattr(made, name, value)
        return made

    def run(self, numbers: Sequence[int], **taking: object) -> EveryBatch:
        """Take up what is open, upload the rest, wait for all of it."""
        with AnswerCache(self.path) as cache:
            batches = self.batches(cache, numbers)
            batches.take_up(**taking)  # type: ignore[arg-type]
            batches.upload(batches.left())
            wait_for([batches], clock=self.time.clock, progress=None)
        return batches

    def interrupted(self, numbers: Sequence[int]) -> str:
        """Upload and end before anything is read; the id of the batch."""
        with AnswerCache(self.path) as cache:
            batches = self.batches(cache, numbers)
            batches.upload(batches.left())
        return batches.pending[0].id

    def open(self) -> list[tuple[str, int]]:
        with AnswerCache(self.path) as cache:
            return [(one.id, len(one.custom_ids)) for one in cache.open_batches()]

    def stored(self) -> set[str]:
        with AnswerCache(self.path) as cache:
            return set(cache.stored_keys())


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with served(conduct=Conduct(order="shuffled")) as server:
        yield Project(server, tmp_path / "answers.sqlite")


def keys(project: Project, numbers: Sequence[int]) -> set[str]:
    return {project.key(number) for number in numbers}


def test_batched_answers_are_those_of_single_questions_under_the_same_keys(
    project: Project, tmp_path: Path
) -> None:
    batches = project.run(range(30))
    assert batches.outcomes == dict.fromkeys(map(project.key, range(30)))
    endpoint = connect(project.url, Connection())
    with AnswerCache(project.path) as cache, AnswerCache(tmp_path / "b.sqlite", endpoint) as single:
        answers, damaged = cache.read(cache.stored_keys())
        assert not damaged
        for number in range(30):
            one = json.loads(single.ask(project.url, project.body(number)).body)
            other = json.loads(answers[project.key(number)].content)
            assert (one["scores"], one["top_label"]) == (other["scores"], other["top_label"])
        assert cache.rubrics() == [dict(LABELS)]
    assert project.open() == []


def test_an_interrupted_run_is_taken_up_and_asks_nothing_twice(project: Project) -> None:
    batch_id = project.interrupted(range(10))
    assert project.open() == [(batch_id, 10)]
    batches = project.run(range(12))
    assert project.uploaded == [[custom_id(project.key(n)) for n in range(10)],
                                [custom_id(project.key(n)) for n in (10, 11)]]  # fmt: skip
    assert project.stored() == keys(project, range(12))
    assert (batches.counts.taken_up, batches.counts.uploaded, project.open()) == (1, 1, [])
    assert batch_id in project.said[0]


def test_a_batch_that_is_open_is_waited_for_at_once_a_new_one_after_two_seconds(
    project: Project,
) -> None:
    project.interrupted(range(3))
    with AnswerCache(project.path) as cache:
        batches = project.batches(cache, range(3))
        batches.take_up()
        wait_for([batches], clock=project.time.clock, progress=None)
    assert project.time.waits[0] == 0
    project.time.waits.clear()
    project.run(range(5))
    assert project.time.waits[:2] in ([0.0, 2.0], [2.0], [0.0, 2.0, 4.0], [2.0, 4.0])


def test_waits_double_up_to_a_minute_and_end_at_the_deadline_with_the_id(tmp_path: Path) -> None:
    with served(conduct=Conduct(delay_s=HOUR_S)) as server:
        project = Project(server, tmp_path / "answers.sqlite")
        batches = project.run(range(4))
    waits = [wait for wait in project.time.waits if wait]
    assert waits[:6] == [2, 4, 8, 16, 32, 60]
    assert set(waits[6:-1]) == {60}
    assert sum(waits) == HOUR_S
    assert {failure.kind for failure in batches.outcomes.values() if failure} == {"not_run"}
    ((batch_id, n),) = project.open()
    assert n == 4
    failure = batches.outcomes[project.key(0)]
    assert failure is not None
    assert f"batch {batch_id} is not finished after 1 h" in failure.detail
    assert f"--resume-batch {batch_id}" in failure.detail


def test_items_that_fail_fail_alone_and_are_asked_again_by_the_next_run(tmp_path: Path) -> None:
    with served(conduct=Conduct(fail=0.2)) as server:
        project = Project(server, tmp_path / "answers.sqlite")
        failed = {key for key, one in project.run(range(20)).outcomes.items() if one}
        assert len(failed) == 4
        assert project.stored() == keys(project, range(20)) - failed
        project.run(range(20))
    assert project.uploaded[1] == [custom_id(k) for k in map(project.key, range(20)) if k in failed]


def test_a_batch_whose_id_was_not_seen_is_told_and_not_asked_again(project: Project) -> None:
    batch_id = project.interrupted(range(6))
    with AnswerCache(project.path) as cache:
        (one,) = cache.open_batches()
        cache.note_batch(replace(one, id=""))
    with pytest.raises(
        EndpointError, match=r"a batch of 6 questions, uploaded at .* not seen"
    ) as e:
        project.run(range(6))
    assert "--resume-batch ID" in e.value.problems[0].help
    assert "--forget-batch" in e.value.problems[0].help
    batches = project.run(range(6), named=(batch_id,))
    assert batches.outcomes == dict.fromkeys(map(project.key, range(6)))
    assert (len(project.uploaded), project.open()) == (1, [])


def test_a_forgotten_batch_is_asked_again(project: Project) -> None:
    project.interrupted(range(6))
    project.run(range(6), forget=True)
    assert [len(one) for one in project.uploaded] == [6, 6]
    assert project.open() == []


def test_a_batch_that_nobody_remembers_is_read_by_its_id(project: Project) -> None:
    batch_id = project.interrupted(range(6))
    project.path.unlink()
    batches = project.run(range(8), named=(batch_id,))
    assert project.stored() == keys(project, range(6))
    assert len(project.uploaded) == 1
    failure = batches.outcomes[project.key(7)]
    assert failure is not None
    assert "no line for this question" in failure.detail


def test_several_batches_that_nobody_remembers_are_read_by_their_ids(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_LINES", 4)
    with AnswerCache(project.path) as cache:
        batches = project.batches(cache, range(10))
        batches.upload(batches.left())
    ids = tuple(one.id for one in batches.pending)
    assert len(ids) == 3
    project.path.unlink()
    assert project.run(range(10), named=ids).outcomes == dict.fromkeys(map(project.key, range(10)))


def test_a_batch_is_not_read_where_every_question_has_its_answer(project: Project) -> None:
    project.run(range(3))
    again = project.run(range(3), named=("b-9",))
    assert project.said[-1] == "no question is left to look for: b-9 is not read"
    assert again.counts.taken_up == 0


def test_a_line_for_a_question_of_another_batch_of_the_run_is_a_stray(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_LINES", 2)
    output, read = project.server.batches.output, list[bytes]()

    def with_the_lines_before(batch_id: str) -> bytes:
        read.append(output(batch_id))
        return b"".join(read)

    project.server.batches.output = with_the_lines_before  # type: ignore[method-assign]
    assert project.run(range(4)).counts.strays == 2


def test_a_batch_of_other_tickets_is_not_taken_for_this_one(project: Project) -> None:
    batch_id = project.interrupted(range(6))
    project.path.unlink()
    with pytest.raises(EndpointError, match="none of these questions"):
        project.run(range(100, 106), named=(batch_id,))
    assert project.stored() == set()


def test_an_open_batch_of_other_tickets_is_left_alone(project: Project) -> None:
    batch_id = project.interrupted(range(6))
    project.run(range(100, 106))
    assert project.open() == [(batch_id, 6)]
    assert project.stored() == keys(project, range(100, 106))


def test_of_an_open_batch_that_is_wanted_in_part_the_rest_stays_open(project: Project) -> None:
    batch_id = project.interrupted(range(6))
    project.run(range(4, 6))
    assert project.open() == [(batch_id, 4)]
    rest = project.run(range(6))
    assert rest.counts.strays == 0
    assert project.open() == []
    assert project.stored() == keys(project, range(6))
    assert len(project.uploaded) == 1


def test_a_batch_whose_id_was_not_seen_is_forgotten_when_its_id_is_told_though_all_of_it_failed(
    tmp_path: Path,
) -> None:
    with served(conduct=Conduct(fail=1.0)) as server:
        project = Project(server, tmp_path / "answers.sqlite")
        batch_id = project.interrupted(range(4))
        with AnswerCache(project.path) as cache:
            (one,) = cache.open_batches()
            cache.note_batch(replace(one, id=""))
        project.run(range(4), named=(batch_id,))
        assert project.open() == []


def test_a_batch_that_was_read_before_a_kill_is_forgotten(project: Project) -> None:
    batch = new_batch(project.url, [custom_id(project.key(n)) for n in range(5)])
    project.run(range(5))
    with AnswerCache(project.path) as cache:
        cache.note_batch(replace(batch, id="b-1"))
    project.run(range(5))
    assert project.open() == []


def test_a_limit_counts_before_the_upload(project: Project) -> None:
    with AnswerCache(project.path) as cache:
        batches = project.batches(cache, range(10), budget=Budget(most_requests=4))
        batches.upload(batches.left())
        wait_for([batches], clock=project.time.clock, progress=None)
    assert [len(one) for one in project.uploaded] == [4]
    open_ones = [one for one in batches.outcomes.values() if one is not None]
    assert {(one.kind, one.detail) for one in open_ones} == {
        ("not_run", "--max-requests 4 was reached")
    }
    assert len(open_ones) == 6


def test_a_batch_that_the_server_has_forgotten_stays_noted_and_is_told(project: Project) -> None:
    project.interrupted(range(3))
    with AnswerCache(project.path) as cache:
        (one,) = cache.open_batches()
        cache.note_batch(replace(one, id="batch_gone"))
    with pytest.raises(EndpointError, match="does not know batch batch_gone"):
        project.run(range(3))
    assert project.open() == [("batch_gone", 3)]


def test_nothing_is_noted_of_an_upload_that_cannot_leave_this_machine(project: Project) -> None:
    project.server.shutdown()
    project.server.server_close()
    with pytest.raises(EndpointError, match="no batch could be uploaded: connection refused"):
        project.run(range(3))
    assert project.time.waits == [0, 2, 4, 8, 16]
    assert project.open() == []
