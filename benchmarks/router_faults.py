"""How long a router takes when an endpoint fails in every way it can, fifty tickets at a time.

python benchmarks/router_faults.py

Ends with 1 where a decision took longer than its budget and a tenth. Every fault is a real server
on this machine. The time counts from `decide` to its return.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "faults"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from test_router import STEPS

from fault_server import FaultServer
from routed import router_at

BUDGET_S = 2.0
MOST = 1.1


def main() -> int:
    """Print how many faults there were, how many got their reason, and the slowest."""
    took: dict[str, float] = {}
    wrong: list[str] = []
    places = threading.Semaphore(50)
    with FaultServer() as server:
        server.by_text({name: step for name, (step, _) in STEPS.items()})

        def ask(name: str) -> None:
            with places:
                router = router_at(server.url, budget_s=BUDGET_S)
                began = time.monotonic()
                found = router.decide(name)
                took[name] = time.monotonic() - began
                # A step that is late by less than this budget is an answer here.
                if found.reason != STEPS[name][1] and name != "late":
                    wrong.append(name)

        threads = [threading.Thread(target=ask, args=(name,)) for name in STEPS]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    slowest = sorted(took, key=lambda name: -took[name])[:5]
    print(f"{len(took)} faults, {len(took) - len(wrong)} with their reason, budget {BUDGET_S} s")
    for name in slowest:
        print(f"  {took[name]:.3f} s  {name}")
    return int(bool(wrong) or took[slowest[0]] > MOST * BUDGET_S)


if __name__ == "__main__":
    sys.exit(main())
