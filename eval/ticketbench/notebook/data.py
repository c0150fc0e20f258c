"""What a function of the notebook takes for predictions: a file, a DataFrame, or a score table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Union

from ticketbench.core.errors import InputError
from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.edge.results.predictions import read_set
from ticketbench.edge.results.rows import Predictions
from ticketbench.notebook.frames import is_frame, of_predictions, of_probabilities, of_table

if TYPE_CHECKING:
    import pandas as pd

Data: TypeAlias = Union[str, Path, ScoreTable, "pd.DataFrame"]
"""A table of predictions: where it lies, or itself."""


def read_data(
    data: Data,
    *,
    labels: object = None,
    groups: object = None,
    rubric_set: str = "",
    name: str = "",
    form: Form = AS_OURS,
) -> Predictions:
    """The predictions in `data`.

    A path is a table of predictions, as `score` takes it. A DataFrame has the columns of one; or,
    with `labels`, probabilities whose columns are the labels. `rubric_set` chooses one of several,
    and names that of probabilities, which `name` does where nothing else says so. `form` says how
    a path, or a DataFrame of predictions, is written. Raises InputError for anything else, and for
    what cannot be read.
    """
    if is_frame(data):
        return _of_frame(data, labels, groups, rubric_set, name or "table", form)
    if not isinstance(data, str | Path | ScoreTable):
        what = f"predictions cannot be read from a value of type {type(data).__name__}"
        help_ = "give a path, or a pandas DataFrame: pd.DataFrame(probabilities, columns=labels)"
        raise InputError(what, help=help_)
    if labels is not None or groups is not None:
        what = "labels= and groups= go with a DataFrame of probabilities"
        raise InputError(what, help="a table of predictions has columns of its own for them")
    if isinstance(data, ScoreTable):
        _refuse_form(form, "a score table")
        return of_table(data)
    return read_set(Path(data), rubric_set or None, chosen_by="rubric_set=", form=form)


def _refuse_form(form: Form, what: str) -> None:
    if form != AS_OURS:
        help_ = "they go with a path, or a DataFrame with gold labels in a column"
        raise InputError(f"columns=, scale= and their like do not go with {what}", help=help_)


def _of_frame(
    frame: pd.DataFrame, labels: object, groups: object, rubric_set: str, name: str, form: Form
) -> Predictions:
    has_columns = {"ticket_id", "label"} <= set(frame.columns)
    if labels is None and form == AS_OURS and not has_columns:
        what = "the DataFrame says no gold labels"
        help_ = "add labels= to probabilities; or give columns ticket_id, label, score_<label>"
        raise InputError(what, help=help_)
    if labels is None:
        if groups is not None:
            raise InputError("groups= goes with labels=", help="the column group_id names groups")
        return of_predictions(frame, rubric_set or None, name=name, form=form)
    _refuse_form(form, "probabilities and labels=")
    if has_columns:
        what = "gold labels are given twice: by labels= and in the column label"
        raise InputError(what, help="leave labels= out, or give the columns of labels only")
    return of_probabilities(frame, labels, groups, name=rubric_set or name)
