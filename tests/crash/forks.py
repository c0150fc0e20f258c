"""Many runs of the command, each a fork of one process that has imported everything."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from types import TracebackType

from crash.killed_run import Job, Outcome
from crash.projects import environment
from forked import with_tests


class Runs:
    """Takes one job after the other; a context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crash.killed_run"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=with_tests(environment()),
            text=True,
        )

    def outcome(self, job: Job) -> Outcome:
        """How the run ends."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(asdict(job))}\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._process.stdout.readline()))

    def __enter__(self) -> Runs:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()
