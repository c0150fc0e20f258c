"""Endpoints side by side on one labelled set: the second table of docs/engines.md.

TICKETBENCH_TEST_DATA=<folder of sets> python benchmarks/side_by_side.py [rows, default 1500]

The lexical engine in process, minilm behind `ticketbench serve` as a System One service, and
classifiers trained on the same tickets: one config, one run, one leaderboard.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import numpy as np

from ticketbench.edge.engines import engines
from ticketbench.edge.serving.server import ClassifyServer
from ticketbench.edge.serving.service import Service
from ticketbench.flow.run import run
from ticketbench.report.endpoints.words import board_heads, board_note, board_rows

SET = "clinc-oos"
CONFIG = """\
version: 1
endpoints:
  lexical: {{url: "local://lexical/v1/classify"}}
  minilm: {{url: "{minilm}", rate: none, concurrency: 2, timeout_s: 300}}
dataset: {{path: tickets.csv}}
rubric_sets: {{v1: {folder}/rubrics-v1.yaml, v2: {folder}/rubrics-v2.yaml}}
cache: answers.sqlite
trained_baselines: true
report: {{figures: false, texts: none}}
"""


@contextmanager
def served(engine: str) -> Iterator[str]:
    """The URL of an engine behind `serve`, asked as a System One service."""
    found = engines().get(engine)
    with ClassifyServer(Service(found)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        host = f"127.0.0.1:{server.server_address[1]}"
        yield f"systemone+http://{host}/v1/systemone?model={found.model}"
        server.shutdown()


def sample(folder: Path, rows: int) -> str:
    """The head of the table and so many of its rows, drawn once and for all."""
    head, *lines = (folder / "data.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    n = min(rows, len(lines))
    chosen = np.sort(np.random.default_rng(0).choice(len(lines), n, replace=False))
    return head + "".join(lines[i] for i in chosen)


def main() -> None:
    """Print the leaderboard as Markdown, and what it rests on."""
    folder = (Path(os.environ["TICKETBENCH_TEST_DATA"]) / SET).resolve()
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    with tempfile.TemporaryDirectory() as place, chdir(place), served("minilm") as minilm:
        Path("tickets.csv").write_text(sample(folder, rows), encoding="utf-8")
        text = CONFIG.format(minilm=minilm, folder=os.path.relpath(folder))
        Path("side.yaml").write_text(text, encoding="utf-8")
        results = run(Path("side.yaml")).results
    board = results.leaderboard
    assert board is not None
    table = [board_heads(board), *board_rows(results, board)]
    print(f"| {' | '.join(table[0])} |\n|{'---|' * len(table[0])}")
    for row in table[1:]:
        print(f"| {' | '.join(row)} |")
    print(f"\n{board_note(board)}.")


if __name__ == "__main__":
    main()
