"""`ticketbench serve` in this process, and questions that every shape can ask."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ticketbench.edge.engines import engines
from ticketbench.edge.secret import ApiKey
from ticketbench.edge.serving.batches.conduct import Conduct
from ticketbench.edge.serving.server import ClassifyServer
from ticketbench.edge.serving.service import Service

TEXT = "I was charged twice for March, please refund me; the app also shows an error 😡"
OPTIONS = {
    "billing": "Is this about a charge, an invoice or a refund?",
    "technical": "Is this about an error or a bug?",
    "환불 Grüße": "Is this about a greeting?",
}
YES_NO = "Is the customer asking for a refund?"
LEVELS = ["calm", "waiting for a refund", "angry about an error"]
NAMED = list(OPTIONS.items())


def scores(options: list[tuple[str, str]], text: str = TEXT) -> list[float]:
    """What the lexical engine itself says."""
    found = engines().get("lexical").classify(text, options)
    return [found[name] for name, _ in options]


@contextmanager
def served(
    key: str | None = None,
    aliases: tuple[str, ...] = (),
    engine: str = "lexical",
    conduct: Conduct | None = None,
) -> Iterator[ClassifyServer]:
    """A server over an engine, until the block ends."""
    service = Service(engines().get(engine), ApiKey(key) if key else None, aliases=aliases)
    with ClassifyServer(service, conduct=conduct) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
