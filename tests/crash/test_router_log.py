"""A service that is killed while it routes loses no line of the log that it was told is written.

A process routes as fast as it can, four threads at once, and says the id of each decision when
`decide` has returned. It gets SIGKILL at a random moment, and another one goes on with the same
file. 10 kills here; TICKETBENCH_CRASH_POINTS says how many else (`make crash-test`: 200).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import ticketbench
from policies import POLICY
from ticketbench.production.decision_log import read_decisions

POINTS = int(os.environ.get("TICKETBENCH_CRASH_POINTS", "10"))
SEED = 20261129
SOURCES = Path(ticketbench.__file__).parent.parent

SERVICE = """
import json, os, sys, threading
from ticketbench.production import Policy, Router

answer = json.dumps({"scores": {"billing": 0.875, "general": 0.125}, "top_label": "billing"})
router = Router(
    Policy.load(sys.argv[1]), post=lambda body, seconds: (200, answer.encode()), log=sys.argv[2]
)

def serve():
    while True:
        # A long id, so that lines cross the pages in which a file is written.
        decision = router.decide("I was charged twice", ticket_id="T" * 200)
        os.write(1, f"{decision.decision_id}\\n".encode())

for _ in range(4):
    threading.Thread(target=serve).start()
"""


def test_no_acknowledged_line_is_lost_by_a_kill_and_a_torn_one_spoils_no_other(
    tmp_path: Path,
) -> None:
    chance, log = random.Random(SEED), tmp_path / "decisions.jsonl"
    POLICY.save(tmp_path / "policy.json")
    acknowledged: list[str] = []
    for kill in range(POINTS):
        if kill % 3 == 1:  # as a kill within a line leaves it, which a kernel seldom does
            with log.open("ab") as file:
                file.write(b'{"schema":"ticketbench/decision@1","timest')
        acknowledged += _killed(tmp_path, log, after_s=chance.uniform(0.001, 0.15))
    read = read_decisions([log])
    found = {one.decision_id for one in read.decisions}
    assert len(acknowledged) > 10 * POINTS
    assert set(acknowledged) <= found
    assert len(found) == len(read.decisions)
    planted = len(range(1, POINTS, 3))
    assert planted <= read.n_torn <= planted + POINTS
    assert (read.n_foreign, read.n_repeated) == (0, 0)
    assert all(one.ticket_id == "T" * 200 and one.score == 0.875 for one in read.decisions)


def _killed(folder: Path, log: Path, *, after_s: float) -> list[str]:
    """The ids that a service acknowledged before its end, so many seconds after the first."""
    command = [sys.executable, "-c", SERVICE, str(folder / "policy.json"), str(log)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    out = folder / "acknowledged"
    with out.open("wb") as file, subprocess.Popen(command, stdout=file, env=environment) as process:
        until = time.monotonic() + 30
        while not out.stat().st_size and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(after_s)
        process.kill()
    return [line for line in out.read_text().split("\n")[:-1] if len(line) == 36]
