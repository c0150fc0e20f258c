"""A whole run over tickets in parts: counted, with what results and report need beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticketbench.core.intake import Intake
from ticketbench.core.types import Finding
from ticketbench.edge.asking.pacing import Budget
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.tickets.answers import SetAnswers
from ticketbench.flow.steps.inputs import PartInputs
from ticketbench.measure.parts.pairs.joint import Joint
from ticketbench.measure.parts.statistics import Statistics
from ticketbench.measure.results import DatasetSummary

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.edge.replay.together import ProgressOf


@dataclass(frozen=True, slots=True, eq=False)
class CountedRun:
    """Every ticket of a dataset in parts, answered and counted: the same for any number and order
    of parts and any engine, but for `answers` and `n_parts`.

    sets      of each rubric set, in the order of the config, under its policy and SEED
    joints    of the first set with each of the others, in order
    dataset   name, fingerprint, numbers of tickets, labels and groups
    intake    how the parts were read
    findings  what to know before any figure, in the order of `RunResults.findings`
    answers   how each set was answered: counts, and why tickets have no answer
    """

    sets: tuple[Statistics, ...]
    joints: tuple[Joint, ...]
    dataset: DatasetSummary
    intake: Intake
    findings: tuple[Finding, ...]
    answers: tuple[SetAnswers, ...]
    n_parts: int

    @property
    def asked(self) -> int:
        """Questions that this run sent and that were answered, over all sets."""
        return sum(one.asked for one in self.answers)

    @property
    def refused_before(self) -> int:
        """Questions that this run sent although they were refused before, over all sets."""
        return sum(one.refused_before for one in self.answers)

    @property
    def sources(self) -> tuple[str, ...]:
        """Where each set's answers came from, such as "v2: 400 recorded, 8 asked"."""
        raise NotImplementedError

    @property
    def in_numbers(self) -> dict[str, Any]:
        """The same for the manifest."""
        raise NotImplementedError


def counted_run(
    inputs: PartInputs,
    *,
    mode: Mode = "auto",
    where: Where | None = None,
    allow_failures: int = 0,
    budget: Budget | None = None,
    progress: ProgressOf | None = None,
    told: Callable[[int, int], None] = lambda done, of: None,
    tell: Callable[[str], None] | None = None,
) -> CountedRun:
    """Read, answer and count every part. What is missing is asked by this process alone.

    Nothing is written but answers to the cache. `told` hears how many of how many parts are
    counted, `progress` how asking goes on. Raises what `run` raises before its report: InputError
    for parts, IncompleteError for more than `allow_failures` missing answers in strict replay and
    where a limit stopped the asking, EndpointError where nobody answers.
    """
    raise NotImplementedError


def refuse_failed(run: CountedRun, allowed: int, out: Path, inputs: PartInputs) -> None:
    """After the report: raise IncompleteError when more than `allowed` answers failed."""
    raise NotImplementedError
