"""ticketbench: offline evaluation for rubric-based ticket classification.

The public names load on first use, so that `import ticketbench` stays fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ticketbench.core.version import __version__ as __version__

if TYPE_CHECKING:
    from ticketbench.core.policy import Policy as Policy
    from ticketbench.core.types import Dataset as Dataset
    from ticketbench.core.types import RubricSet as RubricSet
    from ticketbench.core.types import ScoreTable as ScoreTable
    from ticketbench.edge.inputs.dataset import tickets as tickets
    from ticketbench.flow.gates.assertions import assert_no_regression as assert_no_regression
    from ticketbench.flow.gates.judge import gate as gate
    from ticketbench.flow.run import run as run
    from ticketbench.flow.score import score as score
    from ticketbench.measure.compare import compare as compare
    from ticketbench.measure.evaluate import evaluate as evaluate

_HOME = {
    "Dataset": "ticketbench.core.types",
    "Policy": "ticketbench.core.policy",
    "RubricSet": "ticketbench.core.types",
    "ScoreTable": "ticketbench.core.types",
    "assert_no_regression": "ticketbench.flow.gates.assertions",
    "compare": "ticketbench.measure.compare",
    "evaluate": "ticketbench.measure.evaluate",
    "gate": "ticketbench.flow.gates.judge",
    "run": "ticketbench.flow.run",
    "score": "ticketbench.flow.score",
    "tickets": "ticketbench.edge.inputs.dataset",
}

__all__ = sorted(_HOME)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'ticketbench' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOME]
