"""A run: made, or read back from its report folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.types import Finding
from ticketbench.edge.results.predictions import read_sets
from ticketbench.edge.results.store import load as load_results
from ticketbench.flow import run as flow
from ticketbench.flow.parts.engine import asked_where
from ticketbench.flow.report.folder import PREDICTIONS, RESULTS, refuse_parts
from ticketbench.flow.steps.sources.batches import BatchWishes
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.recommendation import Recommendation
from ticketbench.measure.results import RunResults
from ticketbench.notebook import cards, columns
from ticketbench.notebook.evaluation import of_evaluations
from ticketbench.notebook.plots import Plots, evaluation_of
from ticketbench.notebook.result import Frames, Result
from ticketbench.report.words.recommendation import preferred

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode


class SavedRun(Result):
    """A run that lies in the folder `out`: what `run` prints, and every number behind it."""

    thing = "run"

    def __init__(self, out: Path, results: RunResults) -> None:
        self.out = out
        self.results = results

    @property
    def recommendation(self) -> Recommendation | None:
        """Which set and setting to use; None in a report of before there was one."""
        return self.results.recommendation

    def evaluation(self, rubric_set: str = "") -> Evaluation:
        """One set, measured; the one to use where none is named. InputError where it has none."""
        return evaluation_of(self.results.evaluations, rubric_set or self._chosen)

    @property
    def _chosen(self) -> str:
        return preferred(self.results).provenance.rubric_set

    @property
    def plot(self) -> Plots:
        """Its plots, each on axes that are given or new; of the set to use where none is named."""
        return Plots(self.results.evaluations, self._chosen)

    def _tickets(self) -> columns.Columns:
        """The scores are read when they are asked for; InputError where tickets lay in parts."""
        refuse_parts(self.out, self.results)
        evaluations = self.results.evaluations
        names = [e.provenance.rubric_set for e in evaluations]
        found = read_sets(self.out / PREDICTIONS, names)
        policies = (e.settings.policy for e in evaluations)
        return columns.tickets(list(zip(found, policies, strict=True)))

    def _frames(self) -> Frames:
        results = self.results
        board = results.leaderboard
        found = of_evaluations(results.evaluations) | {
            "changes": partial(columns.changes, results.comparisons),
        }
        if not results.in_parts:
            flips = partial(columns.flips, results.comparisons)
            found |= {"tickets": self._tickets, "flips": flips}
        return found if board is None else found | {"leaderboard": partial(columns.board, board)}

    def _data(self) -> RunResults:
        return self.results

    def _card(self) -> cards.Card:
        return cards.of_run(self.results)


class FreshRun(SavedRun):
    """A run that was made just now.

    sources  where each set's answers came from, in words
    asked    how many answers this run asked for and got
    notes    what is worth knowing about the texts in the report
    """

    def __init__(self, outcome: flow.RunOutcome) -> None:
        super().__init__(outcome.out, outcome.results)
        self.sources: tuple[str, ...] = outcome.sources
        self.asked: int = outcome.asked
        self.notes: tuple[Finding, ...] = outcome.notes


def load(folder: str | Path) -> SavedRun:
    """The run in a report folder; InputError where it holds no report of this version."""
    return SavedRun(Path(folder), load_results(Path(folder) / RESULTS, RunResults))


def run(
    config: str | Path,
    *,
    mode: Mode = "auto",
    out: str | Path | None = None,
    overrides: Sequence[str] = (),
    allow_failures: int = 0,
    most_requests: int | None = None,
    most_cost: float | None = None,
    tell: Callable[[str], None] | None = None,
    batch: bool | None = None,
    resume_batch: Sequence[str] = (),
    forget_batch: bool = False,
    engine: str = "",
    scheduler: str | None = None,
) -> FreshRun:
    """Replay every rubric set of `config`, measure, compare, and write the report.

    The report goes to `out`, by default reports/<config name>. With mode="replay" nothing is sent;
    else missing answers are asked for, at most `most_requests` and for at most `most_cost`, and
    `tell` hears which key goes where before. With `batch` they are uploaded and waited for, None
    leaves that to the config; batches that an interrupted run left open are waited for in any case,
    but for `forget_batch`. `resume_batch` names batches that this cache does not remember. Tickets
    in parts are counted by `engine`, serial where none is named, or by dask at `scheduler`. Raises
    what the command ends with: InputError, IncompleteError, EndpointError or MachineError.
    """
    return FreshRun(
        flow.run(
            Path(config),
            mode=mode,
            out=None if out is None else Path(out),
            overrides=overrides,
            allow_failures=allow_failures,
            most_requests=most_requests,
            most_cost=most_cost,
            tell=tell,
            batches=BatchWishes(batch, tuple(resume_batch), forget_batch),
            where=asked_where(engine, scheduler),
        )
    )
