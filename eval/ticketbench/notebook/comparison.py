"""Two tables of predictions on the same tickets, compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.core.types import Estimate
from ticketbench.edge.results.rows import Predictions
from ticketbench.flow.compare import Compared, compare_sides, compare_two
from ticketbench.flow.parts.pairs.word import names_parts
from ticketbench.flow.steps.sides import Side, apart, names_in, side_of
from ticketbench.measure.compare import Comparison
from ticketbench.measure.rubrics.label_map import LabelMap
from ticketbench.notebook import cards, columns
from ticketbench.notebook.data import Data, read_data
from ticketbench.notebook.evaluation import Evaluated
from ticketbench.notebook.plots import ChangePlots
from ticketbench.notebook.result import Frames, Result

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.flow.compare_parts import PartsCompared


class ComparedSets(Result):
    """Whether the second of two sets is better than the first: what `compare` prints.

    `found` is all of it, as the command has it.
    """

    thing = "compare"

    def __init__(self, found: Compared) -> None:
        self.found = found

    @property
    def comparison(self) -> Comparison:
        """Every change with its interval, the verdict, and the tickets that turned."""
        return self.found.comparison

    @property
    def verdict(self) -> str:
        """Better, worse, no relevant difference, or cannot tell."""
        return self.found.verdict

    @property
    def accuracy(self) -> Estimate:
        """Candidate less base, with the interval that the verdict rests on."""
        return self.comparison.accuracy

    def metric(self, name: str) -> Estimate:
        """Candidate less base of the metric called `name`; InputError where there is none."""
        return self.comparison.metric(name)

    @property
    def plot(self) -> ChangePlots:
        """Its plots, each on axes that are given or new."""
        return ChangePlots(self.comparison)

    def _frames(self) -> Frames:
        one, still = self.comparison, self.found.still_wrong
        rest = [(one, wrong.flip) for wrong in still]
        return {
            "changes": partial(columns.changes, [one]),
            "flips": partial(columns.flips, [one], rest),
        }

    def _data(self) -> Compared:
        return self.found

    def _card(self) -> cards.Card:
        return cards.of_comparison(self.found)


class ComparedParts(ComparedSets):
    """The same of predictions in parts: what was counted of both; no ticket is kept.

    n_parts  in how many parts each side lay
    notes    what was decided in reading them
    """

    def __init__(self, found: PartsCompared) -> None:
        super().__init__(found.compared)
        self.n_parts, self.notes = found.n_parts, found.notes

    def _frames(self) -> Frames:
        return {"changes": partial(columns.changes, [self.comparison])}

    def _card(self) -> cards.Card:
        return cards.of_comparison(replace(self.found, notes=(*self.notes, *self.found.notes)))


def compare(
    a: Data | Evaluated,
    b: Data | Evaluated,
    *,
    labels: object = None,
    groups: object = None,
    config: str | Path | None = None,
    mode: Mode = "replay",
    overrides: Sequence[str] = (),
    mapping: LabelMap | None = None,
    threshold: float | None = None,
    escalate_above: float | None = None,
    common: bool = False,
) -> ComparedSets:
    """Is `b` better than `a` on the same tickets?

    Each is what `evaluate` takes or gives, or a text that the command takes: FILE, FILE:SET or
    FOLDER:SET; with `config` a rubric set of it. Where one is a folder of tables, or a pattern such
    as `parts/*.parquet`, both are counted part by part, and no ticket is kept. `labels` and
    `groups` go with two DataFrames of probabilities. `mapping` ties labels that are called
    otherwise on the other side. Both sides are judged under the policy of `b`, unless `threshold`
    or `escalate_above` says otherwise. Raises InputError where the tickets are not the same, unless
    `common`: then those in both are compared.
    """
    if config is not None:
        if not (isinstance(a, str) and isinstance(b, str)):
            help_ = "leave config= out to compare files and DataFrames"
            raise InputError("with config= both sides are names of rubric sets", help=help_)
        return ComparedSets(
            compare_sides(
                a, b, config=Path(config), mode=mode, overrides=overrides, mapping=mapping,
                threshold=threshold, escalate_above=escalate_above, common=common,
            )
        )  # fmt: skip
    if _names_parts(a) or _names_parts(b):
        given = {"labels=": labels, "groups=": groups, "mapping=": mapping}
        said = [name for name, value in given.items() if value is not None]
        return _of_parts(a, b, said, threshold, escalate_above, common=common)
    sides = apart(
        (_side(a, labels, groups, mapping, name="a"), _side(b, labels, groups, mapping, name="b")),
        (_called(a, "a"), _called(b, "b")),
    )
    found = compare_two(
        *sides,
        mapping=mapping,
        threshold=threshold,
        escalate_above=escalate_above,
        common=common,
    )
    return ComparedSets(found)


def _names_parts(data: Data | Evaluated) -> bool:
    return isinstance(data, str | Path) and names_parts(str(data))


def _of_parts(
    a: Data | Evaluated,
    b: Data | Evaluated,
    said: Sequence[str],
    threshold: float | None,
    escalate_above: float | None,
    *,
    common: bool,
) -> ComparedParts:
    from ticketbench.flow.compare_parts import compare_parts

    if said:
        what = f"{' and '.join(said)} cannot go with predictions in parts"
        raise InputError(what, help="write these into the tables, or give one file a side")
    if not (isinstance(a, str | Path) and isinstance(b, str | Path)):
        what = "predictions in parts are compared with a path: a folder, a pattern or a file"
        raise InputError(what, help="write the other side into a file")
    found = compare_parts(
        str(a), str(b), threshold=threshold, escalate_above=escalate_above, common=common
    )
    return ComparedParts(found)


def _side(
    data: Data | Evaluated, labels: object, groups: object, mapping: LabelMap | None, *, name: str
) -> Side:
    if isinstance(data, Evaluated):
        settings = data.evaluation.settings
        table = data.predictions.table.in_order_of_ids()
        notes = _notes(data.predictions, data.rubric_set)
        return Side(data.rubric_set, table, None, "", settings.policy, settings.costs, notes)
    if isinstance(data, str | Path):
        return side_of(str(data), mapped=names_in(mapping))
    found = read_data(data, labels=labels, groups=groups, name=name)
    own = found.table.provenance.rubric_set
    return Side(own, found.table.in_order_of_ids(), None, notes=_notes(found, own))


def _notes(found: Predictions, name: str) -> tuple[str, ...]:
    """What was decided in reading a side, and which gold labels have no scores there."""
    notes = (*found.notes, *filter(None, (found.unscored,)))
    return tuple(f"{name}: {note}" for note in notes)


def _called(data: Data | Evaluated, name: str) -> str:
    return str(data) if isinstance(data, str | Path) else name
