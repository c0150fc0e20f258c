"""Several parts at a time, each in a process of this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from ticketbench.core.errors import MachineError
from ticketbench.flow.parts.engine import AnyTask, Counted, Where, engine


@engine("processes")
def processes(
    count: Callable[[AnyTask], Counted], tasks: Sequence[AnyTask], where: Where
) -> Iterator[Counted]:
    """As many at a time as there are cores; what is done first comes first.

    Raises MachineError, with the parts that are left, where a process is killed.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    # A fork of a process with threads may wait for ever; a fresh one takes a second.
    fresh = multiprocessing.get_context("spawn")
    n = max(1, min(len(tasks), _n_cores()))
    with ProcessPoolExecutor(n, mp_context=fresh, initializer=_end_with_parent) as pool:
        left = {pool.submit(count, task): task for task in tasks}
        try:
            for future in as_completed(tuple(left)):
                yield future.result()
                del left[future]
        except BrokenProcessPool:
            first = min(str(task.part) for task in left.values())
            what = f"a process was killed; not counted: {len(left)} parts, such as {first}"
            help_ = "give it more memory, or count one after the other: --engine serial"
            raise MachineError(what, help=help_) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _end_with_parent() -> None:
    """End this process when the one that started it is killed.

    It would wait for its next part for ever: it holds the writing end of its queue itself.
    """
    import multiprocessing
    import threading

    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _n_cores() -> int:
    """Those that this process may use; of a system that does not say so: all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
