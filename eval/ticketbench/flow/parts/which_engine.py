"""Which engine counts the parts: the one that is asked for."""

from __future__ import annotations

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
