"""The small project asked of two endpoints: the lexical engine in process, and on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from small_project import CONFIG, write_project
from ticketbench.edge.engines import engines
from ticketbench.edge.serving.server import ClassifyServer
from ticketbench.edge.serving.service import Service

HERE = "local://lexical/v1/classify"
EVAL = Path("eval.yaml")


@contextmanager
def served() -> Iterator[str]:
    """The URL of `ticketbench serve` with the lexical engine."""
    with ClassifyServer(Service(engines().get("lexical"))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


def two_endpoints(folder: Path, there: str, *, more: str = "", first: str = "here") -> None:
    """The small project in `folder` with the endpoints `here` and `there`, `first` first."""
    write_project(folder)
    known = {"here": HERE, "there": there}
    names = [first, *(name for name in known if name != first)]
    lines = [f'  {name}: {{url: "{known[name]}", rate: none}}' for name in names]
    given = "\n".join(["endpoints:", *lines])
    text = CONFIG.replace(f'endpoint: {{url: "{HERE}"}}', given)
    (folder / "eval.yaml").write_text(text + more, encoding="utf-8")
