"""What reading a saved run costs: whole processes, in turn, medians and ratios of one run.

python benchmarks/saved_runs.py
"""

from __future__ import annotations

import statistics
import sys
import tempfile

from startup import seconds, ticketbench

ROUNDS = 7
READ = "from pathlib import Path; from ticketbench.flow.report.folder import report_folder; \
report_folder(Path({folder!r}), texts={texts})"
COMMANDS = {
    "threshold": ("threshold", "{folder}:v2"),
    "errors": ("errors", "{folder}:v2", "--kind", "broken"),
    "explain": ("explain", "selective", "risk"),
}


def medians(commands: dict[str, list[str]]) -> dict[str, float]:
    """Each command in turn, after one run that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for round_ in range(ROUNDS + 1):
        for name, command in commands.items():
            taken = seconds(command)
            if round_:
                times[name].append(taken)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    """Print medians, and each command against `--help` and a process that reads the saved run."""
    with tempfile.TemporaryDirectory() as made:
        folder = f"{made}/report"
        run = ("run", "configs/quickstart.yaml", "--mode", "replay", "--out", folder)
        seconds(ticketbench(*run, "--set", "report.figures=false"))
        found = medians(
            {
                "--help": ticketbench("--help"),
                "reading, without texts": [
                    sys.executable, "-c", READ.format(folder=folder, texts=False),
                ],
                "reading, with texts": [
                    sys.executable, "-c", READ.format(folder=folder, texts=True),
                ],
            }
            | {
                name: ticketbench(*(word.format(folder=folder) for word in words))
                for name, words in COMMANDS.items()
            }
        )  # fmt: skip
    for name, median in found.items():
        print(f"{median:6.2f} s  {name}")
    for name in COMMANDS:
        texts = "with" if name == "errors" else "without"
        both = found["--help"] + found[f"reading, {texts} texts"]
        print(f"{name} / (--help and reading, {texts} texts): {found[name] / both:.2f}x")


if __name__ == "__main__":
    main()
