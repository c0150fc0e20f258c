"""What importing a router costs a service: whole processes, in turn, and the modules they load.

python benchmarks/router_import.py

Processor time, the least of many rounds: what else the machine does adds to each of them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "eval"
ROUNDS = 25
MOST_TIMES = 2.0
COMMANDS = {
    "an interpreter": "pass",
    "import json, http.client": "import json, http.client",
    "import ticketbench.production": "import ticketbench.production",
}


def seconds(code: str) -> float:
    """Processor time of one process; without site, so that packages of others add nothing."""
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.append({str(SOURCES)!r}); {code}"]
    process = os.posix_spawn(sys.executable, command, os.environ)
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{code} failed")
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Print the times and their ratio; 1 where it is over the limit."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, code in COMMANDS.items():
            times[name].append(seconds(code))
    least = {name: min(values) for name, values in times.items()}
    for name, one in least.items():
        print(f"{one * 1000:7.1f} ms  {name}")
    bare, library, ours = least.values()
    ratio = ours / library
    print(f"a router / json and http.client, whole processes: {ratio:.2f}x (limit {MOST_TIMES}x)")
    print(f"the same without the interpreter: {(ours - bare) / (library - bare):.2f}x")
    return int(ratio > MOST_TIMES)


if __name__ == "__main__":
    sys.exit(main())
