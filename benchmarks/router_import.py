"""What importing a router costs a service: whole processes, in turn.

python benchmarks/router_import.py

Processor time, the least of many rounds: what else the machine does adds to each of them.
"""

from __future__ import annotations

import sys

from cost import ROOT, Command, in_turn

ROUNDS = 25
MOST_TIMES = 2.0
COMMANDS = {
    "an interpreter": "pass",
    "import json, http.client": "import json, http.client",
    "import ticketbench.production": "import ticketbench.production",
}


def bare(code: str) -> Command:
    """A process without site, so that packages of others add nothing."""
    code = f"import sys; sys.path.append({str(ROOT / 'eval')!r}); {code}"
    return Command((sys.executable, "-S", "-c", code))


def main() -> int:
    """Print the times and their ratio; 1 where it is over the limit."""
    found = in_turn({name: bare(code) for name, code in COMMANDS.items()}, rounds=ROUNDS)
    least = {name: min(one.cpu_s for one in costs) for name, costs in found.items()}
    for name, one in least.items():
        print(f"{one * 1000:7.1f} ms  {name}")
    interpreter, library, ours = least.values()
    ratio = ours / library
    print(f"a router / json and http.client, whole processes: {ratio:.2f}x (limit {MOST_TIMES}x)")
    without = (ours - interpreter) / (library - interpreter)
    print(f"the same without the interpreter: {without:.2f}x")
    return int(ratio > MOST_TIMES)


if __name__ == "__main__":
    sys.exit(main())
