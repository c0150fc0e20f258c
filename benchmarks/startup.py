"""How long a user waits before any work: whole processes, in turn, medians and ratios of one run.

python benchmarks/startup.py
"""

from __future__ import annotations

import sys
import tempfile

from cost import Command, in_turn, median, ticketbench

ROUNDS = 5
EVERYTHING = "import pandas, sklearn.metrics, matplotlib.pyplot, requests_cache, click"


def main() -> None:
    """Print the median of each command and the ratios of CPU, all measured in turn."""
    with tempfile.TemporaryDirectory() as folder:
        run = ("run", "configs/quickstart.yaml", "--set", f"cache={folder}/a.sqlite")
        out = ("--out", f"{folder}/out")
        commands = {
            "--help": ticketbench("--help"),
            "import of pandas, sklearn, pyplot, requests-cache": Command(
                (sys.executable, "-c", EVERYTHING)
            ),
            "cached run without figures": ticketbench(*run, *out),
            "cached run with figures": ticketbench(*run, *out, "--set", "report.figures=true"),
        }
        found = in_turn(commands, rounds=ROUNDS)
    medians = {name: median(costs) for name, costs in found.items()}
    for name, one in medians.items():
        print(f"{one.cpu_s:7.2f} s CPU {one.wall_s:7.2f} s  {name}")
    short, imports, plain, figures = (one.cpu_s for one in medians.values())
    print(f"importing everything / --help: {imports / short:.1f}x")
    print(f"importing everything / cached run without figures: {imports / plain:.1f}x")
    print(f"cached run with / without figures: {figures / plain:.1f}x")


if __name__ == "__main__":
    main()
