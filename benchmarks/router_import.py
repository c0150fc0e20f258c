"""What importing a router costs a service: whole processes, in turn, medians of one run.

python benchmarks/router_import.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "eval"
ROUNDS = 15
MOST_TIMES = 2.0
COMMANDS = {
    "an interpreter": "pass",
    "import json, http.client": "import json, http.client",
    "import ticketbench.production": "import ticketbench.production",
}


def seconds(code: str) -> float:
    """Wall time of one process; without site, so that an installed package of others adds none."""
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.append({str(SOURCES)!r}); {code}"]
    start = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - start


def main() -> int:
    """Print the medians and their ratio; 1 where it is over the limit."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for name, code in COMMANDS.items():
        seconds(code)  # the first one reads the disk, and compiles
    for _ in range(ROUNDS):
        for name, code in COMMANDS.items():
            times[name].append(seconds(code))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        print(f"{median * 1000:7.1f} ms  {name}")
    bare, library, ours = medians.values()
    print(f"a router / json and http.client, whole processes: {ours / library:.2f}x")
    ratio = (ours - bare) / (library - bare)
    print(f"the same without the interpreter: {ratio:.2f}x (limit {MOST_TIMES:.0f}x)")
    return int(ratio > MOST_TIMES)


if __name__ == "__main__":
    sys.exit(main())
