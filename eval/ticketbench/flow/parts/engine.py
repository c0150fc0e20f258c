"""How parts are counted: one after the other, or by several processes or machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self, TypeVar

from ticketbench.core.errors import InputError
from ticketbench.core.registry import Registry

SERIAL = "serial"


class PartTask(Protocol):
    """What a part is counted by, wherever that is done: it is pickled, so it holds no ticket and no
    key.
    """

    @property
    def part(self) -> Path:
        """The file, or what the task is called by in a message."""

    def resolved(self) -> Self:
        """The same with paths that a worker in another folder finds."""


AnyTask = TypeVar("AnyTask", bound=PartTask)
Counted = TypeVar("Counted")


@dataclass(frozen=True, slots=True)
class Where:
    """Who counts: an engine by name, and the address of a scheduler that runs already, if any."""

    engine: str = SERIAL
    scheduler: str | None = None


def asked_where(engine: str | None, scheduler: str | None) -> Where | None:
    """Who is to count, as a caller says it: a scheduler alone is one of dask; None where nothing
    is said.
    """
    if not engine and scheduler is None:
        return None
    return Where(engine or "dask", scheduler)


def refuse_engine(where: Where | None, config: Path) -> None:
    """Raise InputError where somebody is to count the one file that a config names."""
    if where is not None:
        what = f"{config} names one file, and an engine counts parts"
        raise InputError(what, help="leave --engine and --scheduler out (docs/parts.md)")


class Engine(Protocol):
    """Counts every task by one function and gives what comes out, in any order."""

    def __call__(
        self, count: Callable[[AnyTask], Counted], tasks: Sequence[AnyTask], where: Where
    ) -> Iterator[Counted]:
        """What `count` gives for each of `tasks`; it and they are pickled."""


ENGINES: Registry[Engine] = Registry("engine for parts")


def engine(name: str) -> Callable[[Engine], Engine]:
    """Register an engine under its name."""
    return ENGINES.register(name)
