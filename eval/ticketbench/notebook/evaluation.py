"""One table of predictions, measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from ticketbench.core.errors import InputError
from ticketbench.core.types import Estimate
from ticketbench.edge.parts.pattern import in_parts
from ticketbench.edge.results.forms.options import AS_OURS, Form, FormWords
from ticketbench.edge.results.forms.words import form_of
from ticketbench.edge.results.rows import Predictions
from ticketbench.flow.score import Score, score_of
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.label_results import LabelResult
from ticketbench.measure.recommendation import Recommendation
from ticketbench.notebook import cards, columns
from ticketbench.notebook.data import Data, read_data
from ticketbench.notebook.plots import Plots
from ticketbench.notebook.result import Frames, Result

if TYPE_CHECKING:
    from ticketbench.flow.parts.score import PartScore


class Evaluated(Result):
    """One rubric set, measured, and what to set: what `score` prints.

    score     what came out, as the command has it
    settings  how it was asked to be measured; None: as usual
    """

    thing = "score"

    def __init__(
        self, predictions: Predictions, score: Score, settings: Settings | None = None
    ) -> None:
        self._predictions = predictions
        self.score = score
        self.settings = settings

    @property
    def predictions(self) -> Predictions:
        """What was measured, in the order in which it was given."""
        return self._predictions

    @property
    def evaluation(self) -> Evaluation:
        """Every number, in chapters."""
        return self.score.evaluation

    @property
    def recommendation(self) -> Recommendation:
        """Which threshold to set, and whether that pays."""
        return self.score.recommendation

    @property
    def rubric_set(self) -> str:
        """What the set is called."""
        return self.evaluation.provenance.rubric_set

    @property
    def accuracy(self) -> Estimate:
        """The share right among tickets whose gold is a label."""
        return self.evaluation.accuracy

    def metric(self, name: str) -> Estimate:
        """The metric called `name`, also of routing; InputError where none is."""
        return self.evaluation.metric(name)

    def of_label(self, label: str) -> LabelResult:
        """One gold label; InputError where there is no such label."""
        return self.evaluation.of_label(label)

    @property
    def plot(self) -> Plots:
        """Its plots, each on axes that are given or new."""
        return Plots([self.evaluation], self.rubric_set)

    def _frames(self) -> Frames:
        one = [self.evaluation]
        policy = self.evaluation.settings.policy
        repeats = {"repeats": partial(columns.repeats, one)} if self.evaluation.repeats else {}
        tickets = partial(columns.tickets, [(self.predictions, policy)])
        return of_evaluations(one) | repeats | {"tickets": tickets}

    def _data(self) -> Score:
        return self.score

    def _card(self) -> cards.Card:
        return cards.of_set(self.score)


class EvaluatedParts(Evaluated):
    """The same of predictions in parts: what was counted of them; no ticket is kept.

    n_parts  in how many parts they lay
    notes    what was decided in reading them
    """

    def __init__(self, found: PartScore, settings: Settings | None = None) -> None:
        self.score = found.score
        self.n_parts, self.notes = found.n_parts, found.notes
        self.settings = settings

    @property
    def predictions(self) -> Predictions:
        """None is kept: InputError."""
        raise InputError("of predictions in parts no ticket is kept", help="give one file")

    def _frames(self) -> Frames:
        return of_evaluations([self.evaluation])

    def _card(self) -> cards.Card:
        return cards.of_set(replace(self.score, notes=self.notes))


def of_evaluations(
    evaluations: Sequence[Evaluation],
) -> dict[str, Callable[[], columns.Columns]]:
    """The DataFrames that every evaluation has."""
    known: dict[str, Callable[[Sequence[Evaluation]], columns.Columns]] = {
        "metrics": columns.metrics,
        "labels": columns.labels,
        "confusions": columns.confusions,
        "pairs": columns.pairs,
        "outcomes": columns.outcomes,
        "thresholds": columns.thresholds,
        "sweep": columns.sweep,
        "calibration": columns.calibration,
    }
    return {name: partial(of, evaluations) for name, of in known.items()}


def evaluate(
    data: Data,
    *,
    labels: object = None,
    groups: object = None,
    rubric_set: str = "",
    settings: Settings | None = None,
    **form: Unpack[FormWords],
) -> Evaluated:
    """Measure predictions: a path, a DataFrame or a score table.

    A folder, or a pattern such as `parts/*.parquet`, is counted part by part: no ticket is kept.
    A DataFrame has the columns of predictions.csv: ticket_id, label, score_<label>. With `labels`,
    the gold labels in the order of the rows, it holds probabilities whose columns are the labels;
    `groups` then ties tickets that are not independent. A gold label of `__none__` is that of a
    ticket which no label fits. `rubric_set` chooses one of several, or names that of
    probabilities. What is called or written otherwise is said as the command does:
    `columns={"label": "y_true"}`, `score_prefix`, `scale`, `delimiter`, `decimal`, `encoding`,
    `empty_scores`, `gold`; `labels` as names by names then stands for `--labels`.
    Raises InputError with the place of what is wrong, one problem a cause.
    """
    said: dict[str, Any] = dict(form)
    if isinstance(labels, Mapping):
        labels, said["labels"] = None, labels
    written = form_of(said) if said else AS_OURS
    if isinstance(data, str | Path) and labels is groups is None and in_parts(Path(data)):
        return _of_parts(Path(data), rubric_set or None, settings, written)
    found = read_data(data, labels=labels, groups=groups, rubric_set=rubric_set, form=written)
    measured = replace(score_of(found.table, settings=settings), notes=found.notes)
    return Evaluated(found, measured, settings)


def _of_parts(
    path: Path, rubric_set: str | None, settings: Settings | None, form: Form
) -> EvaluatedParts:
    from ticketbench.flow.parts.score import score_parts

    found = score_parts(
        path, rubric_set=rubric_set, settings=settings, form=form, chosen_by="rubric_set="
    )
    return EvaluatedParts(found, settings)
