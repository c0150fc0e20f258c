"""One part after the other in this process: the least work, and the least memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ticketbench.flow.parts.engine import SERIAL, AnyTask, Counted, Where, engine


@engine(SERIAL)
def serial(
    count: Callable[[AnyTask], Counted], tasks: Sequence[AnyTask], where: Where
) -> Iterator[Counted]:
    """Each in turn, in order."""
    return map(count, tasks)
