"""How long a user waits before any work: whole processes, in turn, medians and ratios of one run.

python benchmarks/startup.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
EVERYTHING = "import pandas, sklearn.metrics, matplotlib.pyplot, requests_cache, click"


def ticketbench(*arguments: str) -> list[str]:
    """The command line of the tool in this environment."""
    return [sys.executable, "-m", "ticketbench", *arguments]


def seconds(command: list[str]) -> float:
    """Wall time of one whole process that must succeed."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=dict(os.environ))
    return time.perf_counter() - start


def main() -> None:
    """Print the median of each command and the ratios, all measured in turn."""
    with tempfile.TemporaryDirectory() as folder:
        run = ("run", "configs/quickstart.yaml", "--set", f"cache={folder}/a.sqlite")
        out = ("--out", f"{folder}/out")
        commands = {
            "--help": ticketbench("--help"),
            "import of pandas, sklearn, pyplot, requests-cache": [sys.executable, "-c", EVERYTHING],
            "cached run without figures": ticketbench(*run, *out),
            "cached run with figures": ticketbench(*run, *out, "--set", "report.figures=true"),
        }
        for command in commands.values():
            seconds(command)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                times[name].append(seconds(command))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        print(f"{median:7.2f} s  {name}")
    short, imports, plain, figures = medians.values()
    print(f"importing everything / --help: {imports / short:.1f}x")
    print(f"importing everything / cached run without figures: {imports / plain:.1f}x")
    print(f"cached run with / without figures: {figures / plain:.1f}x")


if __name__ == "__main__":
    main()
