"""Many questions to a server that strikes some of them: nothing lost, nothing wrong, no growth.

python benchmarks/soak.py [questions, default 20000] [percent struck, default 5]

The server of `tests/hostile_server.py`, in a process of its own, strikes a share of the questions
with the kinds of answers that it lists, none of which stops a run by itself. A process of its own
asks about all tickets, 8 at a time, with the retries and the cache of the product; then the server
calms down, and a second run finishes the rest. Counted: tickets scored and failed, stored answers
that are not what the server computed, and the peak memory, beside that of when a tenth of
the questions was over. Tickets and scores are made up.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(TESTS))

from attack.hostile_replay import RUBRICS, calm_down, stored, tickets  # noqa: E402
from hostile_server import KINDS, standing  # noqa: E402
from ticketbench.edge.answers.cache import AnswerCache  # noqa: E402
from ticketbench.edge.asking.one_question import Retry  # noqa: E402
from ticketbench.edge.endpoints import Connection, connect  # noqa: E402
from ticketbench.edge.replay.every_ticket import replay  # noqa: E402
from ticketbench.edge.replay.source import Source  # noqa: E402

IN_FLIGHT = 8
TIMEOUT_S = 1.0


def ask_all(path: str, url: str, n: int) -> None:
    """Ask about `n` tickets; print what came of it as JSON."""
    endpoint = connect(url, Connection(timeout_s=TIMEOUT_S))
    began = time.monotonic()
    peaks: list[float] = []

    def progress(done: int, of: int) -> None:
        if done in (of // 10, of):
            peaks.append(peak_mb())

    with AnswerCache(Path(path), endpoint) as cache:
        source = Source(
            url, cache, {}, concurrency=IN_FLIGHT, retry=Retry(base_s=0.1), timeout_s=TIMEOUT_S
        )
        table = replay(tickets(n), RUBRICS, source, progress=progress).table
    said = {
        "scored": len(table.scores),
        "failed": table.n_failed,
        "kinds": Counter(failure.kind for failure in table.failures),
        "seconds": time.monotonic() - began,
        "peaks_mb": peaks,
    }
    print(json.dumps(said))


def peak_mb() -> float:
    """This process's own peak memory; that of getrusage would start with the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def asked(path: Path, url: str, n: int) -> dict[str, Any]:
    """What a process that asks about `n` tickets says, checked."""
    command = [sys.executable, __file__, "--ask", str(path), url, str(n)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    said = json.loads(done.stdout)
    n_stored, wrong = stored(path, url, tickets(n))
    if said["scored"] + said["failed"] != n or wrong or n_stored != said["scored"]:
        raise RuntimeError(f"{said}, {n_stored} stored, {wrong} of them wrong")
    print(
        f"{n:,} questions: {said['scored']:,} scored + {said['failed']:,} failed "
        f"({', '.join(f'{v} {k}' for k, v in sorted(said['kinds'].items())) or 'none'}), "
        f"{n_stored:,} stored, {wrong} wrong; {said['seconds']:.0f} s, "
        f"peak memory {said['peaks_mb'][-1]:.0f} MB",
        flush=True,
    )
    return dict(said)


def main() -> None:
    """Print what each run left."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    share = float(sys.argv[2]) if len(sys.argv) > 2 else 5.0
    print(f"{share:g} % of the questions get one of {len(KINDS)} kinds of answers:")
    print("; ".join(f"{name} ({kind.fails or 'an answer'})" for name, kind in KINDS.items()))
    with tempfile.TemporaryDirectory() as name, standing(share) as url:
        path = Path(name) / "answers.sqlite"
        early, late = asked(path, url, n)["peaks_mb"]
        print(f"peak memory: {late / early:.2f} times that when {n // 10:,} questions were over")
        calm_down(url)
        rest = asked(path, url, n)
    if rest["failed"]:
        raise RuntimeError("the second run did not finish the rest")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ask"]:
        ask_all(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
