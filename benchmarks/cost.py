"""What whole processes cost: CPU seconds, wall seconds and peak memory, measured in turn.

On a machine that does other work, walls say little and CPU seconds drift too: commands that are
compared run in turn, and their ratio is taken round by round. A process's peak starts with that of
the process that starts it, so a benchmark that measures here imports nothing large itself.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIB = 1024
"""Linux counts the peak in KiB."""


@dataclass(frozen=True)
class Command:
    """Words to run, the folder to run them in, and variables beside those of this process."""

    words: Sequence[str]
    folder: Path = ROOT
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cost:
    """Of one whole process and all that it waited for: seconds, and MiB of its largest process."""

    cpu_s: float
    wall_s: float
    peak_mib: float


def ticketbench(*arguments: str, folder: Path = ROOT) -> Command:
    """The tool in this environment."""
    return Command((sys.executable, "-m", "ticketbench", *arguments), folder)


def cost(command: Command) -> Cost:
    """Of one run, which must succeed: else its last words are raised."""
    return printed(command)[0]


def printed(command: Command) -> tuple[Cost, str]:
    """The cost of one run, which must succeed, and what it printed."""
    # Python keeps what it compiled, as on a user's machine: else every run would compile it again.
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **command.variables}
    with tempfile.TemporaryFile() as file:
        start = time.perf_counter()
        child = subprocess.Popen(
            command.words, cwd=command.folder, env=variables, stdout=file, stderr=file
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        file.seek(0)
        text = file.read().decode("utf-8", "replace")
    if child.returncode:
        raise SystemExit(
            f"{' '.join(command.words)} ended with {child.returncode}:\n{text[-2000:]}"
        )
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / MIB), text


def so_far() -> Cost:
    """What this process has cost up to now; its wall is a clock, to be subtracted."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter(), used.ru_maxrss / MIB)


def in_turn(commands: Mapping[str, Command], *, rounds: int) -> dict[str, list[Cost]]:
    """Each command once uncounted, so that caches are warm, then all of them in each round."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for round_ in range(rounds + 1):
        for name, command in commands.items():
            one = cost(command)
            if round_:
                costs[name].append(one)
    return costs


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each measure."""
    return Cost(
        statistics.median(one.cpu_s for one in costs),
        statistics.median(one.wall_s for one in costs),
        statistics.median(one.peak_mib for one in costs),
    )


def cpu_ratios(above: Sequence[Cost], below: Sequence[Cost]) -> Iterator[float]:
    """CPU seconds of one command over those of another, round by round."""
    return (a.cpu_s / b.cpu_s for a, b in zip(above, below, strict=True))
