"""How parts are counted: one after the other, or by several processes or machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ticketbench.core.errors import InputError
from ticketbench.core.registry import Registry, import_modules
from ticketbench.flow.parts.part import Counted, Task

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


def engine_of(where: Where) -> Engine:
    """The engine that is asked for; InputError for an unknown one, and for a scheduler without
    one that has it.
    """
    from ticketbench.flow.parts import engines

    import_modules(engines.__name__)
    if where.scheduler is not None and where.engine != "dask":
        what = f"the engine {where.engine} knows no scheduler"
        raise InputError(what, help="a scheduler goes with --engine dask")
    return ENGINES.get(where.engine)
