"""A /v1/batches on 127.0.0.1 that answers rightly, but for the turns that a test takes.

A batch is queued when it was uploaded, and completed from its second question on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from fault_server import FaultServer, Seen, Step, valid_answer
from ticketbench.core.shapes.batch import (
    BATCHES,
    COMPLETED,
    CONTENT_TYPE,
    PROCESSING,
    QUEUED,
    Batch,
    Question,
    answer_line,
    batch_json,
    question_of,
)

Kind = Literal["upload", "state", "output"]
Turn = Step | Callable[[bytes], bytes]
"""What is answered instead: this, or what is made of the body of the right answer."""


class FaultyBatches(FaultServer):
    """`turn` says what the next answers of a kind are; behind them they are right again.

    batches  the questions of each batch that was taken, by its id
    """

    def __init__(self) -> None:
        super().__init__()
        self.batches: dict[str, list[Question]] = {}
        self._turns: dict[Kind, Iterator[Turn]] = {}
        self._asked: Counter[str] = Counter()
        self._hang_ups = 0
        self.plan = self._answer

    def turn(self, kind: Kind, *turns: Turn) -> None:
        """Answer the next requests of a kind so."""
        self.turns(kind, turns)

    def turns(self, kind: Kind, turns: Iterable[Turn]) -> None:
        """The same with turns that may have no end."""
        self._turns[kind] = iter(turns)

    def hang_up(self, n: int = 1) -> None:
        """Reset the next connections of uploads before their body is read."""
        self._hang_ups = n

    def hangs_up_on(self, path: str) -> bool:
        """As long as `hang_up` wants it so."""
        hangs_up = path == BATCHES and self._hang_ups > 0
        self._hang_ups -= hangs_up
        return hangs_up

    @property
    def uploads(self) -> list[Seen]:
        """The uploads that arrived, in order."""
        return [seen for seen in self.seen if seen.method == "POST" and seen.path == BATCHES]

    def _answer(self, seen: Seen) -> Step:
        kind, right = self._right(seen)
        turn = next(self._turns.get(kind, iter(())), None)
        if isinstance(turn, Step):
            return turn
        media = CONTENT_TYPE if kind == "output" else "application/json"
        return Step(body=turn(right) if turn else right, content_type=media)

    def _right(self, seen: Seen) -> tuple[Kind, bytes]:
        """The kind of a request, and the body that answers it."""
        if seen.method == "POST":
            return "upload", self._taken(seen.body)
        batch_id, _, wants_output = seen.path.removeprefix(f"{BATCHES}/").partition("/")
        asked = self.batches[batch_id]
        if wants_output:
            return "output", b"".join(right_line(one) for one in asked)
        self._asked[batch_id] += 1
        state = COMPLETED if self._asked[batch_id] > 1 else PROCESSING
        return "state", batch_json(Batch(batch_id, state, len(asked)))

    def _taken(self, body: bytes) -> bytes:
        batch_id = f"b{len(self.batches) + 1}"
        self.batches[batch_id] = [question_of(json.loads(line)) for line in body.splitlines()]
        return batch_json(Batch(batch_id, QUEUED, len(self.batches[batch_id])))


def right_line(question: Question) -> bytes:
    """The line of the output that rightly answers a question."""
    return answer_line(question.custom_id, valid_answer(question.body))


def id_of(line: bytes) -> bytes:
    """The custom id of a line, as it stands in it."""
    return json.dumps(json.loads(line)["custom_id"]).encode()


def by_line(change: Callable[[list[bytes]], Iterable[bytes]]) -> Callable[[bytes], bytes]:
    """An output whose lines are changed, each with its line feed."""
    return lambda right: b"".join(change(right.splitlines(keepends=True)))


def of_line(number: int, change: Callable[[dict[str, Any]], Any]) -> Callable[[bytes], bytes]:
    """An output of which one line, as JSON, is changed in place."""

    def changed(lines: list[bytes]) -> list[bytes]:
        line = json.loads(lines[number])
        change(line)
        return [*lines[:number], json.dumps(line).encode() + b"\n", *lines[number + 1 :]]

    return by_line(changed)


def with_content(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
    """A change of the answer within a line."""

    def changed(line: dict[str, Any]) -> None:
        message = line["response"]["body"]["choices"][0]["message"]
        answer = json.loads(message["content"])
        change(answer)
        message["content"] = json.dumps(answer)

    return changed


def said(**fields: Any) -> Callable[[bytes], bytes]:
    """What is said of a batch, with other fields."""
    return lambda right: json.dumps({**json.loads(right), **fields}).encode()
