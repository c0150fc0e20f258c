"""A script: count the parts of a folder, of two to be compared, or of a config, by two workers of
dask, one of which is killed.

In a process of its own, since dask asks the system for an address that no test may ask for.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

from ticketbench.edge.results.store import envelope
from ticketbench.flow.compare_parts import compare_parts
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.score import score_parts
from ticketbench.flow.run import run


def main(folder: Path, other: Path | None = None) -> None:
    """Write what comes out to stdout, and the part that was done when a worker was killed."""
    from distributed import LocalCluster

    killed: list[int] = []
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:

        def told(done: int, of: int) -> None:
            if not killed:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
                killed.append(done)

        where = Where("dask", cluster.scheduler_address)
        if folder.suffix == ".yaml":
            done = run(folder, mode="replay", out=folder.parent / "dask", where=where, counted=told)
            found = (done.out / "results.json").read_bytes()
        elif other is None:
            found = envelope("score", score_parts(folder, where=where, told=told).score)
        else:
            with tempfile.TemporaryDirectory() as scratch:
                pair = compare_parts(
                    str(folder),
                    str(other),
                    where=where,
                    scratch=Path(scratch),
                    told=lambda stage: told,
                )
            found = envelope("compare", pair.compared)
    sys.stdout.buffer.write(found)
    sys.stderr.write(f"killed after {killed}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
