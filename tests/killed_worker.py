"""A script: count the parts of a folder by two workers of dask, one of which is killed.

In a process of its own, since dask asks the system for an address that no test may ask for.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from ticketbench.edge.results.store import envelope
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.score import score_parts


def main(folder: Path) -> None:
    """Write what comes out to stdout, and the part that was done when a worker was killed."""
    from distributed import LocalCluster

    killed: list[int] = []
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:

        def told(done: int, of: int) -> None:
            if not killed:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
                killed.append(done)

        where = Where("dask", cluster.scheduler_address)
        found = score_parts(folder, where=where, told=told)
    sys.stdout.buffer.write(envelope("score", found.score))
    sys.stderr.write(f"killed after {killed}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
