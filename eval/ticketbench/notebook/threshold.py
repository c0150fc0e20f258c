"""Which threshold to set for one rubric set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs
from ticketbench.flow.threshold import COSTS, threshold_of
from ticketbench.flow.threshold import threshold as threshold_at
from ticketbench.measure.advice.threshold import ThresholdAdvice
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.recommendation import Recommendation
from ticketbench.notebook import cards, columns
from ticketbench.notebook.data import Data, read_data
from ticketbench.notebook.evaluation import Evaluated
from ticketbench.notebook.result import Frames, Result


class AdvisedThreshold(Result):
    """The threshold to set, and what it is weighed against: what `threshold` prints.

    `advice` is all of it, as the command has it.
    """

    thing = "threshold"

    def __init__(self, advice: ThresholdAdvice) -> None:
        self.advice = advice

    @property
    def recommendation(self) -> Recommendation:
        """Which threshold to set, and whether that pays."""
        return self.advice.recommendation

    def _frames(self) -> Frames:
        return {
            "settings": partial(columns.weighed, self.advice),
            "thresholds": partial(columns.thresholds, [self.advice.own]),
            "labels": partial(columns.label_thresholds, self.advice),
        }

    def _data(self) -> ThresholdAdvice:
        return self.advice

    def _card(self) -> cards.Card:
        return cards.of_advice(self.advice)


def threshold(
    data: Data | Evaluated,
    *,
    labels: object = None,
    groups: object = None,
    rubric_set: str = "",
    config: str | Path | None = None,
    settings: Settings | None = None,
    min_precision: float | None = None,
    costs: Mapping[str, float] | Costs | None = None,
    capacity: float | None = None,
) -> AdvisedThreshold:
    """Which threshold to set, and what it is weighed against; nothing is asked.

    `data` is what `evaluate` takes or gives, or a text that the command takes: a rubric set of the
    latest report, or of that of `config`, or FOLDER:SET. `min_precision` is the share of what goes
    out that is to be right, `capacity` the largest share of tickets that people can read, and
    `costs` are all prices, or some by name, such as {"misroute": 8}. `settings` are those of a
    DataFrame, and say what is set now. Raises InputError where there is no such set, or a value
    cannot be.
    """
    if isinstance(costs, Costs):
        costs = _by_name(costs)
    if isinstance(data, str | Path):
        if not (labels is groups is settings is None) or rubric_set:
            help_ = "a file is FILE:SET; with other settings: tb.threshold(tb.evaluate(...))"
            raise InputError("a path or the name of a set goes without these arguments", help=help_)
        place = None if config is None else Path(config)
        return AdvisedThreshold(
            threshold_at(
                str(data), config=place,
                min_precision=min_precision, costs=costs, capacity=capacity,
            )
        )  # fmt: skip
    if config is not None:
        raise InputError("config= goes with the name of a rubric set", help="or use settings=")
    if isinstance(data, Evaluated):
        table = data.predictions.table
        settings = settings or data.settings
    else:
        table = read_data(data, labels=labels, groups=groups, rubric_set=rubric_set).table
    found = threshold_of(
        table, settings=settings, min_precision=min_precision, costs=costs, capacity=capacity
    )
    return AdvisedThreshold(found)


def _by_name(costs: Costs) -> dict[str, float]:
    """The prices by their names in a config; one that is not known is left out."""
    prices = {name: getattr(costs, own) for name, own in COSTS.items()}
    return {name: price for name, price in prices.items() if price is not None}
