"""`run` in batches as a user sees it: what is said first, and what when it is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from batch_project import CONFIG, batch_server, write_project
from canary import KEY, holds, places
from fault_project import binding
from forked import ticketbench_in
from ticketbench.edge.serving.batches.conduct import Conduct

pytestmark = pytest.mark.loopback

COMMAND = Path(sys.executable).with_name("ticketbench")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_says_what_goes_on_and_how_to_take_it_up(
    number: signal.Signals, tmp_path: Path
) -> None:
    with batch_server(Conduct(delay_s=3_600), KEY) as asked:
        write_project(tmp_path, asked.server.url, tickets=6)
        waits = threading.Event()
        asked.at = lambda what: waits.set() if what == "state" else None
        variables = {"SCALEDOWN_API_KEY": KEY, **dict([binding(asked.server.url)])}
        process = subprocess.Popen(
            [COMMAND, "run", CONFIG, "--batch"], cwd=tmp_path, env={**os.environ, **variables},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert waits.wait(120)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 128 + number
        lines = [line for line in said.splitlines() if line]
        first, uploaded, *_, goes_on, ended = lines[1:]  # the key has the first line
        assert first == "1 batch of 6 questions, 2 kB to upload"
        named = f"batch {asked.ids[0]} of 6 questions, uploaded at "
        assert uploaded.startswith(named)
        assert goes_on.startswith(named)
        assert goes_on.endswith("goes on without this run: the same command takes it up")
        assert ended.endswith("finished answers are kept")
        info = ticketbench_in(tmp_path, "cache", "info", CONFIG, **variables)
        assert f"open       {named}" in " ".join(info.stdout.split("\n"))
        plan = ticketbench_in(tmp_path, "run", CONFIG, "--dry-run", "--json", **variables)
        (waiting,) = json.loads(plan.stdout)["data"]["batches"]
        assert (waiting["waiting"], waiting["batches"]) == (6, 0)
        assert waiting["open"][0].startswith(named)
    assert not places(tmp_path)
    assert not holds("".join((said, info.stdout, plan.stdout)).encode())


def test_a_forgotten_batch_is_asked_again(tmp_path: Path) -> None:
    with batch_server(Conduct(delay_s=60)) as asked:
        write_project(tmp_path, asked.server.url, tickets=3)
        given = ("run", CONFIG, "--batch", "--set", "endpoint.batch_timeout_s=0.01")
        assert ticketbench_in(tmp_path, *given).returncode == 3
        done = ticketbench_in(tmp_path, "run", CONFIG, "--forget-batch")
        assert done.returncode == 0, done.stderr
        assert "3 answers: 0 kept, 3 asked, 0 failed." in done.stdout
        assert len(asked.uploads) == 1
