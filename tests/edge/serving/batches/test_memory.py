"""Batches from their upload to their output: answered alike, in bounded room, ended on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from served import NAMED, TEXT
from ticketbench.core.classify import parse_answer, question
from ticketbench.core.errors import MachineError
from ticketbench.core.shapes.batch import (
    Answered,
    Batch,
    ItemFailed,
    OutputLine,
    Question,
    Unreadable,
    read_output,
)
from ticketbench.edge.engines import Engine, engines
from ticketbench.edge.serving.batches import memory
from ticketbench.edge.serving.batches.conduct import Conduct
from ticketbench.edge.serving.batches.memory import Batches
from ticketbench.edge.serving.server import LIMITS
from ticketbench.edge.serving.shapes import classify
from ticketbench.edge.serving.shapes.model import Model
from ticketbench.edge.serving.shapes.problem import Problem

MODEL = Model(engines().get("lexical"), limits=LIMITS)
LABELS = [name for name, _ in NAMED]
ASKED = [Question(f"q{i}", question(f"{TEXT} {i * 'error '}", NAMED)) for i in range(20)]


@pytest.fixture
def batches() -> Iterator[Batches]:
    found = Batches()
    yield found
    found.close()


def completed(
    batches: Batches, asked: Sequence[Question], model: Model = MODEL
) -> list[OutputLine]:
    """What each line of the output of a batch says."""
    return list(read_output(batches.output(waited(batches, batches.add(model, asked)))))


def ids(lines: Sequence[OutputLine]) -> set[str]:
    """The questions that these lines are about."""
    return {line.custom_id for line in lines if not isinstance(line, Unreadable)}


def waited(batches: Batches, batch: Batch, state: str = "completed") -> str:
    """The id of a batch that has come so far."""
    until = time.monotonic() + 20
    while batches.found(batch.id).state != state:
        assert time.monotonic() < until, f"it never is {state}"
        time.sleep(0.002)
    return batch.id


class Gate:
    """An engine that answers when `opened`, and says when it is `asked`."""

    def __init__(self) -> None:
        self.asked, self.opened = threading.Event(), threading.Event()
        self.n = 0

    def model(self) -> Model:
        return Model(Engine("gate", "v1", lambda: self._classify))

    def _classify(self, text: str, labels: Sequence[tuple[str, str]]) -> dict[str, float]:
        self.n += 1
        self.asked.set()
        assert self.opened.wait(20)
        return {name: 1 / len(labels) for name, _ in labels}


def test_a_batch_has_the_answers_of_single_questions(batches: Batches) -> None:
    found = completed(batches, ASKED)
    for asked, line in zip(ASKED, found, strict=True):
        assert isinstance(line, Answered)
        assert line.custom_id == asked.custom_id
        single = json.dumps(classify.answer(MODEL, asked.body)).encode()
        assert parse_answer(line.content, LABELS) == parse_answer(single, LABELS)


def test_its_id_can_be_guessed_from_no_other(batches: Batches) -> None:
    ids = {batches.add(MODEL, ASKED[:1]).id for _ in range(5)}
    assert len(ids) == 5
    assert all(len(one) == len("batch_") + 24 for one in ids)


def test_what_classify_refuses_fails_alone_with_its_status_and_reason(batches: Batches) -> None:
    wrong = [Question("empty", b'{"text":"","labels":[]}'),
             Question("long", question("x" * 20_001, NAMED))]  # fmt: skip
    found = completed(batches, [ASKED[0], *wrong, ASKED[1]])
    assert [type(one) for one in found] == [Answered, ItemFailed, ItemFailed, Answered]
    assert found[1:3] == [
        ItemFailed("empty", 422, "'text' must be a non-empty string"),
        ItemFailed("long", 422, "a text of more than 20,000 characters"),
    ]


def test_an_engine_that_cannot_answer_fails_the_question(batches: Batches) -> None:
    def broken(text: str, labels: object) -> dict[str, float]:
        raise MachineError("no weights")

    model = Model(Engine("broken", "v1", lambda: broken))
    assert completed(batches, ASKED[:1], model) == [ItemFailed("q0", 500, "no weights")]


def test_a_bug_fails_the_batch_and_not_the_ones_behind_it(
    batches: Batches, capsys: pytest.CaptureFixture[str]
) -> None:
    def mistaken(text: str, labels: object) -> dict[str, float]:
        raise KeyError(text)

    failed = batches.add(Model(Engine("bug", "v1", lambda: mistaken)), ASKED[:2])
    assert len(completed(batches, ASKED)) == 20
    assert batches.found(failed.id).state == "failed"
    with pytest.raises(Problem, match="the batch is failed") as raised:
        batches.output(failed.id)
    assert raised.value.status == 409
    assert capsys.readouterr().err == "error: this is a bug in ticketbench (KeyError)\n"


def test_a_share_fails_on_demand_and_the_next_batch_answers_them() -> None:
    batches = Batches(Conduct(fail=0.25, order="shuffled", seed=3))
    first = completed(batches, ASKED)
    failed = {line.custom_id for line in first if isinstance(line, ItemFailed)}
    assert len(failed) == 5
    assert ids(first) == {one.custom_id for one in ASKED}
    again = completed(batches, [one for one in ASKED if one.custom_id in failed])
    assert sum(isinstance(line, Answered) for line in again) == 4
    batches.close()


def test_a_batch_is_queued_then_at_work_then_completed(batches: Batches) -> None:
    gate = Gate()
    first, second = (batches.add(gate.model(), ASKED[:2]) for _ in range(2))
    assert first == Batch(first.id, "queued", 2)
    assert gate.asked.wait(20)
    assert [batches.found(one.id).state for one in (first, second)] == ["processing", "queued"]
    for one in (first, second):
        with pytest.raises(Problem, match="not completed: no output yet") as raised:
            batches.output(one.id)
        assert raised.value.status == 409
    gate.opened.set()
    assert batches.found(waited(batches, second)) == Batch(second.id, "completed", 2)


def test_a_delay_holds_a_batch_back_until_it_is_over() -> None:
    now = [100.0]
    batches = Batches(Conduct(delay_s=30), clock=lambda: now[0])
    batch = batches.add(MODEL, ASKED)
    while batches._kept[batch.id].output is None:
        time.sleep(0.001)
    now[0] = 129.9
    assert batches.found(batch.id).state == "processing"
    now[0] = 130.0
    batches.close()
    assert len(list(read_output(batches.output(batch.id)))) == 20


def test_an_unknown_id_is_answered_with_404(batches: Batches) -> None:
    for ask in (batches.found, batches.output):
        with pytest.raises(Problem, match="no batch of this id") as raised:
            ask("batch_0")
        assert raised.value.status == 404


def test_the_oldest_that_is_over_makes_place(batches: Batches) -> None:
    kept = [batches.add(MODEL, ASKED[:1]) for _ in range(memory.MOST_BATCHES)]
    waited(batches, kept[-1])
    batches.add(MODEL, ASKED[:1])
    with pytest.raises(Problem):
        batches.found(kept[0].id)
    assert batches.found(kept[1].id).state == "completed"


@pytest.mark.parametrize("limit", ["batches", "bytes"])
def test_no_batch_at_work_makes_place(
    batches: Batches, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    gate = Gate()
    if limit == "bytes":
        monkeypatch.setattr(memory, "MOST_KEPT_BYTES", 16 * (len(ASKED[0].body) + 2))
    monkeypatch.setattr(memory, "MOST_BATCHES", 16 if limit == "batches" else 100)
    kept = [batches.add(gate.model(), ASKED[:1]) for _ in range(16)]
    with pytest.raises(Problem, match="16 batches are at work; come back later") as raised:
        batches.add(MODEL, ASKED[:1])
    assert raised.value.status == 503
    gate.opened.set()
    for one in kept:
        waited(batches, one)
    batches.add(MODEL, ASKED[:1])


def test_closing_answers_no_further_question() -> None:
    batches, gate = Batches(), Gate()
    first, second = (batches.add(gate.model(), ASKED) for _ in range(2))
    assert gate.asked.wait(20)
    closing = threading.Thread(target=batches.close)
    closing.start()
    while not batches._stop.is_set():
        time.sleep(0.001)
    gate.opened.set()
    closing.join(20)
    assert gate.n == 1
    assert [batches.found(one.id).state for one in (first, second)] == ["processing", "queued"]


def test_many_at_once_get_their_own_answers(batches: Batches) -> None:
    found: dict[int, list[OutputLine]] = {}

    def ask(i: int) -> Callable[[], None]:
        own = [Question(f"{i}-{one.custom_id}", one.body) for one in ASKED]
        return lambda: found.__setitem__(i, completed(batches, own))

    threads = [threading.Thread(target=ask(i)) for i in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for i, lines in found.items():
        assert ids(lines) == {f"{i}-{one.custom_id}" for one in ASKED}
    assert len(found) == 8
