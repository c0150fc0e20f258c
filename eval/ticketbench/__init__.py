"""ticketbench: offline evaluation for rubric-based ticket classification.

The public names load on first use, so that `import ticketbench` stays fast.
"""

from __future__ import annotations

from ticketbench.core.version import __version__ as __version__

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Any

    from ticketbench.core.errors import TicketbenchError as TicketbenchError
    from ticketbench.core.policy import Costs as Costs
    from ticketbench.core.policy import Policy as Policy
    from ticketbench.core.types import Dataset as Dataset
    from ticketbench.core.types import Estimate as Estimate
    from ticketbench.core.types import Finding as Finding
    from ticketbench.core.types import RubricSet as RubricSet
    from ticketbench.core.types import ScoreTable as ScoreTable
    from ticketbench.core.types import Ticket as Ticket
    from ticketbench.edge.inputs.dataset import tickets as tickets
    from ticketbench.flow.gates.assertions import assert_no_regression as assert_no_regression
    from ticketbench.flow.gates.judge import GateRun as GateRun
    from ticketbench.flow.gates.judge import gate as gate
    from ticketbench.flow.run import RunOutcome as RunOutcome
    from ticketbench.flow.run import run as run
    from ticketbench.flow.score import Score as Score
    from ticketbench.flow.score import score as score
    from ticketbench.measure.compare import Comparison as Comparison
    from ticketbench.measure.compare import compare as compare
    from ticketbench.measure.evaluate import evaluate as evaluate
    from ticketbench.measure.evaluation import Evaluation as Evaluation
    from ticketbench.measure.evaluation import Settings as Settings
    from ticketbench.measure.gates.results import GateReport as GateReport
    from ticketbench.measure.label_results import LabelResult as LabelResult
    from ticketbench.measure.recommendation import Recommendation as Recommendation
    from ticketbench.measure.results import RunResults as RunResults
    from ticketbench.report.gates.places import Places as Places
    from ticketbench.report.masking.texts import Masking as Masking

_HOME = {
    "Comparison": "ticketbench.measure.compare",
    "Costs": "ticketbench.core.policy",
    "Dataset": "ticketbench.core.types",
    "Estimate": "ticketbench.core.types",
    "Evaluation": "ticketbench.measure.evaluation",
    "Finding": "ticketbench.core.types",
    "GateReport": "ticketbench.measure.gates.results",
    "GateRun": "ticketbench.flow.gates.judge",
    "LabelResult": "ticketbench.measure.label_results",
    "Masking": "ticketbench.report.masking.texts",
    "Places": "ticketbench.report.gates.places",
    "Policy": "ticketbench.core.policy",
    "Recommendation": "ticketbench.measure.recommendation",
    "RubricSet": "ticketbench.core.types",
    "RunOutcome": "ticketbench.flow.run",
    "RunResults": "ticketbench.measure.results",
    "Score": "ticketbench.flow.score",
    "ScoreTable": "ticketbench.core.types",
    "Settings": "ticketbench.measure.evaluation",
    "Ticket": "ticketbench.core.types",
    "TicketbenchError": "ticketbench.core.errors",
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
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOME]
