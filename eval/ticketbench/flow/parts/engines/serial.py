"""One part after the other in this process: the least work, and the least memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ticketbench.flow.parts.engine import SERIAL, Where, engine
from ticketbench.flow.parts.task import Counted, Task, statistics_of_part


@engine(SERIAL)
def serial(tasks: Sequence[Task], where: Where) -> Iterator[Counted]:
    """Each in turn, in order."""
    return map(statistics_of_part, tasks)
