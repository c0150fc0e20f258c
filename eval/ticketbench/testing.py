"""A classifier with scores of your choice, for the tests of what asks one.

    from ticketbench.testing import classify_server

    def test_a_sure_answer_is_routed():
        with classify_server(scores={"billing": 0.9}) as url:
            assert route("I was charged twice", endpoint=url) == "billing"

The fixture `classify_server` of the pytest plugin does the same until the end of a test.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import fsum

from ticketbench.core.errors import MachineError
from ticketbench.edge.contract import Reply
from ticketbench.edge.engines import Engine
from ticketbench.edge.secret import ApiKey
from ticketbench.edge.serving.batches.conduct import Conduct
from ticketbench.edge.serving.server import ClassifyServer
from ticketbench.edge.serving.service import CLASSIFY, Service

Scores = Mapping[str, float] | Callable[[str], Mapping[str, float]]
"""Scores by label, the same for every text, or made of the text; within [0, 1], at most 1 in all.
"""


@contextmanager
def classify_server(
    scores: Scores,
    *,
    status: int = 200,
    key: str | None = None,
    batch_delay_s: float = 0.0,
    batch_order: str = "as-asked",
    batch_fail: float = 0.0,
) -> Iterator[str]:
    """The URL of a /classify on this machine that answers with `scores` until the block ends.

    Labels of a request that have no score share evenly what is left to 1; where none is without,
    the scores are divided by their sum. With another `status` than 200, every answer has it and
    carries no scores. With a `key`, requests must carry it. Beside /classify stand the other paths
    of `ticketbench serve`, for the model `test-v1`.

    A batch is completed `batch_delay_s` after its upload at the earliest; its output comes
    "as-asked" or "shuffled", and a share of `batch_fail` of its questions fails, the same ones of
    the same batch in every test.

    Raises ValueError for scores that cannot be any, and for such settings of batches; where scores
    are made of the text, those are answered with 500 and the reason.
    """
    if isinstance(scores, Mapping):
        _refuse_impossible(scores)

    def classify(text: str, labels: Sequence[tuple[str, str]]) -> dict[str, float]:
        try:
            given = scores(text) if callable(scores) else scores
            return _completed(given, [name for name, _ in labels])
        except Exception as error:  # noqa: BLE001 - what the test's own function raises
            raise MachineError(f"no scores: {type(error).__name__}: {error}") from None

    engine = Engine("test", "v1", lambda: classify)
    service = _Answers(engine, None if key is None else ApiKey(key), status=status)
    conduct = Conduct(batch_delay_s, batch_order, batch_fail)
    with ClassifyServer(service, conduct=conduct) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.root + CLASSIFY
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True, slots=True)
class _Answers(Service):
    """Fails with `status`, where that is not 200, whatever it is asked."""

    status: int = 200

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if self.status != 200:
            return Reply(self.status, b'{"detail":"the test wants it so"}')
        return Service.handle(self, method, path, headers, body)


def _completed(given: Mapping[str, float], labels: Sequence[str]) -> dict[str, float]:
    _refuse_impossible(given)
    without = [name for name in labels if name not in given]
    left = 1 - fsum(given.get(name, 0.0) for name in labels)
    share = max(0.0, left) / len(without) if without else 0.0
    found = {name: given.get(name, share) for name in labels}
    total = fsum(found.values())
    return {name: p / total if total else 1 / len(labels) for name, p in found.items()}


def _refuse_impossible(scores: Mapping[str, float]) -> None:
    if not all(0 <= p <= 1 for p in scores.values()) or fsum(scores.values()) > 1 + 1e-9:
        raise ValueError("scores are within [0, 1], and at most 1 in all")
