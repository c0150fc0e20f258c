"""Which engine counts the parts: the one that is asked for; of one file none does."""

from __future__ import annotations

from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.registry import import_modules
from ticketbench.flow.parts import engines
from ticketbench.flow.parts.engine import ENGINES, Engine, Where


def engine_of(where: Where) -> Engine:
    """Its function; raises InputError for one that is none, or has no scheduler."""
    import_modules(engines.__name__)
    if where.scheduler is not None and where.engine != "dask":
        what = f"the engine {where.engine} knows no scheduler"
        raise InputError(what, help="a scheduler goes with --engine dask")
    return ENGINES.get(where.engine)


def refuse_engine(where: Where | None, config: Path) -> None:
    """Raise InputError where somebody is to count the one file that a config names."""
    if where is not None:
        what = f"{config} names one file, and an engine counts parts"
        raise InputError(what, help="leave --engine and --scheduler out (docs/parts.md)")
