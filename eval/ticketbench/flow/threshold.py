"""Which threshold to set, from what a run saved or from a table of predictions; never asking."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os.path import isfile
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.types import NEEDS, ScoreTable, tells
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.measure.advice.threshold import ThresholdAdvice, advice, saved_advice
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.recommendation import Today

if TYPE_CHECKING:
    from ticketbench.flow.report.folder import ReportFolder
    from ticketbench.measure.results import RunResults

COSTS = {
    "misroute": "misroute",
    "review": "review",
    "escalate": "escalate",
    "missed_escalation": "missed",
}
"""The prices of `choose.costs` in a config, and what `Costs` calls them."""

_DEAREST = 1e12
"""As in a config: sums and products of larger prices would leave what a float holds."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked for beside what the settings say; None: nothing."""

    min_precision: float | None
    costs: Mapping[str, float] | None
    capacity: float | None

    @property
    def anything(self) -> bool:
        return not (self.min_precision is None and self.costs is None and self.capacity is None)

    def over(self, settings: Settings) -> Settings:
        """`settings` with what was asked for in its place; raises InputError, one a mistake."""
        if self.min_precision is not None:
            target = _share(self.min_precision, "min_precision", inside=True)
            settings = replace(settings, min_precision=target, target_stated=True)
        if self.costs is not None:
            costs = _costs(settings.costs, self.costs)
            settings = replace(settings, costs=costs, prices_stated=True)
        if self.capacity is not None:
            most = _share(self.capacity, "capacity", inside=False)
            settings = replace(settings, most_reviewed=most)
        return settings


def threshold(
    source: str,
    *,
    config: Path | None = None,
    min_precision: float | None = None,
    costs: Mapping[str, float] | None = None,
    capacity: float | None = None,
    form: Form = AS_OURS,
) -> ThresholdAdvice:
    """The threshold to set for a rubric set of a saved report, or for a table of predictions.

    `source` is SET (of the report of `config`, else of the latest one), FOLDER:SET, FOLDER, or a
    table FILE or FILE:SET, which is judged with the choices of `config`. Without `min_precision`
    (share right among routed tickets), `costs` (by their names in `choose.costs`; those not named
    stay) and `capacity` (largest share of tickets that people can read) nothing of a report is
    chosen again. `form` says how a table is written. Raises InputError where there is no such set,
    or a value cannot be.
    """
    wanted = _Wanted(min_precision, costs, capacity)
    file = _table_file(source)
    if file is not None:
        return _of_table(*file, config, wanted, form)
    if form != AS_OURS:
        help_ = "give the FILE; what a run left is read as it is"
        raise InputError("the form of a table is said, and no table is named", help=help_)
    from ticketbench.flow.report.folder import named_report, report_folder, set_of

    folder, name = named_report(source, config=config)
    found = report_folder(folder, texts=False)
    name = set_of(found.results, name, where=folder)
    if found.results.recommendation is not None and not wanted.anything:
        advised = saved_advice(found.results, found.tables, name)
    else:
        advised = _of_report(found, name, wanted)
    return replace(advised, source=str(folder))


def asked_for(
    settings: Settings,
    *,
    min_precision: float | None = None,
    costs: Mapping[str, float] | None = None,
) -> Settings:
    """`settings` with a target and prices in place of theirs; None: theirs stay.

    Raises InputError for what can be neither, as `threshold` does.
    """
    return _Wanted(min_precision, costs, None).over(settings)


def _table_file(source: str) -> tuple[Path, str | None] | None:
    """The table that is meant, and its rubric set where one is named; None: no file is there."""
    # Unlike a Path, this takes a text that is too long for a file for none.
    if isfile(source):
        return Path(source), None
    file, colon, name = source.rpartition(":")
    return (Path(file), name) if colon and isfile(file) else None


def _of_table(
    file: Path, name: str | None, config: Path | None, wanted: _Wanted, form: Form
) -> ThresholdAdvice:
    from ticketbench.edge.results.predictions import read_set

    read = read_set(file, name, form=form)
    found = _of_one(read.table, _configured(config), wanted)
    return replace(found, source=str(file), notes=(*read.notes, *filter(None, (read.unscored,))))


def threshold_of(
    table: ScoreTable,
    *,
    settings: Settings | None = None,
    min_precision: float | None = None,
    costs: Mapping[str, float] | None = None,
    capacity: float | None = None,
) -> ThresholdAdvice:
    """The same for a table that is at hand, whose `settings` say what is set now."""
    return _of_one(table, settings, _Wanted(min_precision, costs, capacity))


def _of_one(table: ScoreTable, settings: Settings | None, wanted: _Wanted) -> ThresholdAdvice:
    if not tells(table.known, "top score"):
        what = f"a threshold {NEEDS['top score']}, and {table.provenance.rubric_set} has none"
        raise InputError(what, help="add a column score, or score_<label> for every label")
    asked = wanted.over(settings or Settings()).fit_for(table)
    name = table.provenance.rubric_set
    found = advice([table.in_order_of_ids()], name, asked, Today(name, asked.policy))
    # Without settings nobody knows what is set now or runs today: the policy is the usual one.
    return found if settings else found.without("today", "config")


def _configured(config: Path | None) -> Settings | None:
    """The settings of a config; None without one."""
    if config is None:
        return None
    from ticketbench.flow.steps.inputs import read_inputs
    from ticketbench.flow.steps.settings import settings_of

    return settings_of(read_inputs(config, search=False))


def _of_report(found: ReportFolder, name: str, wanted: _Wanted) -> ThresholdAdvice:
    """Chosen again from the scores of a report, under its own settings but for what is wanted."""
    results = found.results
    evaluation = next(e for e in results.evaluations if e.rubric_set == name)
    certify = _certified(results)
    if wanted.min_precision is not None and evaluation.settings.promises == 0:
        # Who states a target for this very set asks for its promise, not for that of another.
        certify = name
    settings = wanted.over(evaluation.settings)
    return advice(found.tables, name, settings, _today(results), certify=certify)


def _certified(results: RunResults) -> str:
    """The one set of a run that a promise was made for; empty where several share it."""
    names = [e.rubric_set for e in results.evaluations if e.settings.promises]
    return names[0] if len(names) == 1 else ""


def _today(results: RunResults) -> Today:
    """What ran when the report was made; in reports of before it was asked the first set."""
    found, first = results.recommendation, results.evaluations[0]
    if found is None:
        return Today(first.rubric_set, first.settings.policy)
    return Today(found.today.rubric_set, found.today.policy)


def sureness(value: float) -> float:
    """How sure a promise is to be, above 0.5 and below 1; raises InputError for another number."""
    if 0.5 < value < 1:
        return value
    help_ = f"{value:g} of 100 is {value / 100:g}" if 50 < value < 100 else "such as 0.9"
    what = f"a promise is more than 0.5 and less than 1 sure, got {value:g}"
    raise InputError(what, where="confidence", help=help_)


def _share(value: float, name: str, *, inside: bool) -> float:
    """A share of 0 to 1; `inside` without its ends."""
    if (0 < value < 1) if inside else (0 <= value <= 1):
        return float(value)
    between = "above 0 and below 1" if inside else "from 0 to 1"
    help_ = f"{value:g} of 100 is {value / 100:g}" if 1 < value < 100 else "such as 0.9"
    raise InputError(f"a share is {between}, got {value:g}", where=name, help=help_)


def _costs(known: Costs, given: Mapping[str, float]) -> Costs:
    """`known` with the prices that are given."""
    changed: dict[str, float] = {}
    for name, price in given.items():
        if name not in COSTS:
            help_ = suggestion(name, COSTS)
            raise InputError(f"no price is called {quoted(name)}", where="costs", help=help_)
        if not (math.isfinite(price) and 0 <= price <= _DEAREST):
            most = f"at most {_DEAREST:g}" if price > _DEAREST else "0 or more"
            what = f"the price {name} has to be {most}, got {price:g}"
            raise InputError(what, where="costs", help="in any one unit, such as minutes")
        changed[COSTS[name]] = float(price)
    return replace(known, **changed)
