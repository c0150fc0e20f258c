"""Parts counted by dask: by workers of an existing scheduler, or of a local cluster.

Where a part is counted, who lost one and counts it again: all of that is dask's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from ticketbench.core.errors import InputError, MachineError
from ticketbench.flow.parts.engine import AnyTask, Counted, Where, engine

_WAIT_S = 20.0
"""How long a scheduler may take to say who it is."""


@engine("dask")
def dask(
    count: Callable[[AnyTask], Counted], tasks: Sequence[AnyTask], where: Where
) -> Iterator[Counted]:
    """As the workers are done; one that dies loses the part it is at, which another one counts.

    They read the parts under the names they have here. Raises InputError without the extra `dask`,
    MachineError where no scheduler answers or it goes away, and where a part outlives several
    workers.
    """
    distributed = _distributed()
    with ExitStack() as stack:
        client = _client(distributed, where, stack)
        try:
            asked = [task.resolved() for task in tasks]
            futures = client.map(count, asked, pure=False)
            for future, counted in distributed.as_completed(futures, with_results=True):
                if future.cancelled():
                    raise MachineError("the scheduler of dask is gone", help="count again")
                future.release()  # else its worker, and this process, keep what is merged already
                yield counted
        except distributed.KilledWorker as error:
            what = f"several workers died while they counted one part ({error.last_worker.address})"
            raise MachineError(what, help="give workers more memory, or cut parts") from None


def _distributed() -> Any:
    """The library, whose types are half written."""
    try:
        import distributed
    except ImportError:
        help_ = 'pip install "ticketbench[dask]", or leave --engine dask out'
        raise InputError("counting with dask needs distributed", help=help_) from None
    return distributed


def _client(distributed: Any, where: Where, stack: ExitStack) -> Any:
    """A client of the scheduler that is named; else of a local cluster, which ends with it."""
    if where.scheduler is None:
        cluster = stack.enter_context(
            distributed.LocalCluster(threads_per_worker=1, dashboard_address=None)
        )
        return stack.enter_context(distributed.Client(cluster))
    keys = distributed.Security().get_connection_args("client")
    if where.scheduler.startswith("tls:") and keys.get("ssl_context") is None:
        what = f"{where.scheduler} needs keys and certificates"
        raise InputError(what, help="name them in the config of dask, distributed.comm.tls")
    try:
        # In a thread, since a notebook has a loop of its own.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _known(distributed, where.scheduler, keys)).result()
        return stack.enter_context(distributed.Client(where.scheduler, timeout=_WAIT_S))
    except Exception as error:  # what is no scheduler may answer anything
        what = f"no dask scheduler answers at {where.scheduler}"
        raise MachineError(what, help="check its address, such as tcp://host:8786") from error


async def _known(distributed: Any, address: str, keys: Any) -> None:
    """Ask what is at the address who it is: a client waits for ever where no answer comes."""
    async with distributed.rpc(address, connection_args=keys) as scheduler:
        await asyncio.wait_for(scheduler.identity(), _WAIT_S)
