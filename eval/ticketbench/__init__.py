"""ticketbench: offline evaluation for rubric-based ticket classification.

The public names load on first use, so that `import ticketbench` stays fast. Everything else is
imported from the module where it lives.
"""

from __future__ import annotations

from ticketbench.core.version import __version__ as __version__

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Any

    from ticketbench.core.errors import TicketbenchError as TicketbenchError
    from ticketbench.core.policy import Costs as Costs
    from ticketbench.core.policy import Policy as Policy
    from ticketbench.edge.inputs.dataset import tickets as tickets
    from ticketbench.flow.gates.assertions import assert_no_regression as assert_no_regression
    from ticketbench.measure.evaluation import Settings as Settings
    from ticketbench.notebook.comparison import compare as compare
    from ticketbench.notebook.evaluation import evaluate as evaluate
    from ticketbench.notebook.gates import gate as gate
    from ticketbench.notebook.report import load as load
    from ticketbench.notebook.report import run as run
    from ticketbench.notebook.threshold import threshold as threshold

_HOME = {
    "Costs": "ticketbench.core.policy",
    "Policy": "ticketbench.core.policy",
    "Settings": "ticketbench.measure.evaluation",
    "TicketbenchError": "ticketbench.core.errors",
    "assert_no_regression": "ticketbench.flow.gates.assertions",
    "compare": "ticketbench.notebook.comparison",
    "evaluate": "ticketbench.notebook.evaluation",
    "gate": "ticketbench.notebook.gates",
    "load": "ticketbench.notebook.report",
    "run": "ticketbench.notebook.report",
    "threshold": "ticketbench.notebook.threshold",
    "tickets": "ticketbench.edge.inputs.dataset",
}

__all__ = sorted(_HOME)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'ticketbench' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOME]
