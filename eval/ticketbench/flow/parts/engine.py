"""How parts are counted: one after the other, or by several processes or machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ticketbench.core.registry import Registry
from ticketbench.flow.parts.task import Counted, Task

SERIAL = "serial"


@dataclass(frozen=True, slots=True)
class Where:
    """Who counts: an engine by name, and the address of a scheduler that runs already, if any."""

    engine: str = SERIAL
    scheduler: str | None = None


Engine = Callable[[Sequence[Task], Where], Iterator[Counted]]
"""Counts every task by `statistics_of_part` and gives what comes out, in any order."""

ENGINES: Registry[Engine] = Registry("engine for parts")


def engine(name: str) -> Callable[[Engine], Engine]:
    """Register an engine under its name."""
    return ENGINES.register(name)
