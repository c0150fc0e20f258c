"""What reading a saved run costs: whole processes, in turn, medians of CPU and ratios of one run.

python benchmarks/saved_runs.py
"""

from __future__ import annotations

import sys
import tempfile

from cost import Command, cost, in_turn, median, ticketbench

ROUNDS = 7
READ = "from pathlib import Path; from ticketbench.flow.report.folder import report_folder; \
report_folder(Path({folder!r}), texts={texts})"
COMMANDS = {
    "threshold": ("threshold", "{folder}:v2"),
    "errors": ("errors", "{folder}:v2", "--kind", "broken"),
    "explain": ("explain", "selective", "risk"),
}


def reading(folder: str, *, texts: bool) -> Command:
    """A process that reads the saved run and does no more."""
    return Command((sys.executable, "-c", READ.format(folder=folder, texts=texts)))


def main() -> None:
    """Print medians, and each command against `--help` and a process that reads the saved run."""
    with tempfile.TemporaryDirectory() as made:
        folder = f"{made}/report"
        cost(ticketbench("run", "configs/quickstart.yaml", "--mode", "replay", "--out", folder))
        commands = {
            "--help": ticketbench("--help"),
            "reading, without texts": reading(folder, texts=False),
            "reading, with texts": reading(folder, texts=True),
        } | {
            name: ticketbench(*(word.format(folder=folder) for word in words))
            for name, words in COMMANDS.items()
        }
        found = {
            name: median(costs).cpu_s for name, costs in in_turn(commands, rounds=ROUNDS).items()
        }
    for name, seconds in found.items():
        print(f"{seconds:6.2f} s CPU  {name}")
    for name in COMMANDS:
        texts = "with" if name == "errors" else "without"
        both = found["--help"] + found[f"reading, {texts} texts"]
        print(f"{name} / (--help and reading, {texts} texts): {found[name] / both:.2f}x")


if __name__ == "__main__":
    main()
