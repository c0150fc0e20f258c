"""DataFrames as predictions, without a loss, and named columns as DataFrames."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import NONE, FloatArray, ScoreTable
from ticketbench.edge.results.by_column.clean import clean
from ticketbench.edge.results.by_column.sets import of_clean
from ticketbench.edge.results.forms.options import AS_OURS, SCORE_PREFIX, Form
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.rows import Predictions, predictions
from ticketbench.edge.tables.rows import Batch, Cell, Cells, Row, Stream, Table
from ticketbench.notebook.columns import Columns

if TYPE_CHECKING:
    import pandas as pd

_TICKET, _LABEL, _GROUP = "ticket_id", "label", "group_id"
_ROWS_A_BATCH = 10_000


def is_frame(data: object) -> TypeGuard[pd.DataFrame]:
    """Whether `data` is a DataFrame of pandas, which is not imported to find out."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.DataFrame)


def of_predictions(
    frame: pd.DataFrame, rubric_set: str | None, *, name: str, form: Form = AS_OURS
) -> Predictions:
    """What a DataFrame with the columns of predictions.csv says: ticket_id, label, score_<label>.

    A row without any score is a ticket without an answer. `name` is what its set is called where
    no row says so, `form` what its columns, scores and labels are. Raises InputError with the place
    of what is wrong, one problem a cause, as `DataFrame.iloc[3]`.
    """
    columns = _names(frame)
    named = set(form.columns.values())
    scores = [c.startswith(form.score_prefix) and c not in named for c in columns]
    cells = [
        _numbers(frame.iloc[:, i]) if of else _texts(frame.iloc[:, i])
        for i, of in enumerate(scores)
    ]
    return _predictions(columns, cells, _origin(name, form), rubric_set)


def of_probabilities(
    frame: pd.DataFrame, labels: object, groups: object = None, *, name: str
) -> Predictions:
    """What a DataFrame of probabilities says, whose columns are the labels, a ticket a row.

    `labels` are the gold labels and `groups` what ties tickets, in the order of the rows; a gold
    label of `__none__` is that of a ticket which no label fits, an empty one is refused. The index
    holds the ids where it is unique text; else they are 0 to n - 1, as text. Raises InputError with
    the place of every bad row, and for a gold label that is no column.
    """
    columns = _names(frame)
    _refuse_empty(frame, columns)
    gold = _beside(frame, labels, "labels")
    _refuse_unknown([label for label in gold if label], columns)
    heads = [_TICKET, _LABEL, *(SCORE_PREFIX + column for column in columns)]
    cells: list[Cells] = [_ids(frame), gold]
    cells += [_numbers(frame.iloc[:, i]) for i in range(len(columns))]
    if groups is not None:
        heads.append(_GROUP)
        cells.append(_beside(frame, groups, "groups"))
    return _predictions(heads, cells, _origin(name), None)


def of_table(table: ScoreTable) -> Predictions:
    """A score table with what it says of its tickets; not the gold label of one without answer."""
    names = [*table.gold_labels, NONE_LABEL]
    gold = [names[len(names) - 1 if i == NONE else i] for i in table.truth.tolist()]
    failed = [failure.ticket_id for failure in table.failures]
    unknown = [""] * len(failed)
    alone = table.n_groups == table.n_scored
    groups = () if alone else (*map(str, table.groups.tolist()), *unknown)
    return Predictions(table, (*table.ids, *failed), [*gold, *unknown], groups)


def frame_of(found: Columns) -> pd.DataFrame:
    """Named columns as a DataFrame, numbers to the last bit."""
    import pandas as pd

    return pd.DataFrame.from_records(list(found.rows), columns=list(found.names))


def _origin(name: str, form: Form = AS_OURS) -> Origin:
    return Origin(
        name="the DataFrame",
        dataset="DataFrame",
        rubric_set=name,
        columns="DataFrame.columns",
        place=lambda row: f"DataFrame.iloc[{row}]",
        row="row",
        chosen_by="rubric_set=",
        form=form,
    )


def _predictions(
    columns: Sequence[str], cells: Sequence[Cells], origin: Origin, rubric_set: str | None
) -> Predictions:
    """By column where nothing is unusual, else by row."""
    table = clean(Stream(columns, iter(()), batches=_batches(columns, cells)), origin)
    found = None if table is None else of_clean(table, origin, rubric_set)
    return found or predictions(_table(columns, cells), origin, rubric_set)


def _batches(columns: Sequence[str], cells: Sequence[Cells]) -> Iterator[Batch]:
    n = len(cells[0]) if cells else 0
    for start in range(0, n, _ROWS_A_BATCH):
        rows = range(start, min(n, start + _ROWS_A_BATCH))
        parts = (own[rows.start : rows.stop] for own in cells)
        yield Batch(rows, dict(zip(columns, parts, strict=True)))


def _table(columns: Sequence[str], cells: Sequence[Cells]) -> Table:
    rows = []
    texts = [_printed(own) if isinstance(own, np.ndarray) else own for own in cells]
    for number, values in enumerate(zip(*texts, strict=True)):
        own: dict[str, Cell] = dict(zip(columns, values, strict=True))
        rows.append(Row(number, own))
    return Table(tuple(columns), tuple(rows))


def _names(frame: pd.DataFrame) -> list[str]:
    """The columns as text; InputError where two have one name."""
    names = [_text(name) for name in frame.columns]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        what = f"two columns are called {quoted(doubled[0])}"
        raise InputError(what, where="DataFrame.columns", help="rename one")
    return names


def _texts(column: pd.Series[Any]) -> list[str]:
    """Every cell as text, empty where it has no value."""
    empty = column.isna().tolist()
    return ["" if none else _text(v) for none, v in zip(empty, column.tolist(), strict=True)]


def _numbers(column: pd.Series[Any]) -> Cells:
    """Floats as they are, NaN where one has no value; else texts, each with every digit it has."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
        values: FloatArray = column.to_numpy(np.float64)
        return values
    empty = column.isna().tolist()
    return ["" if none else _digits(v) for none, v in zip(empty, column.tolist(), strict=True)]


def _printed(numbers: FloatArray) -> list[str]:
    return ["" if value != value else repr(value) for value in numbers.tolist()]


def _digits(value: object) -> str:
    try:
        return repr(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return str(value)


def _text(value: object) -> str:
    """A name as text: a whole number without its decimals, which a gap in a column gives it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value, default=float)  # scores of all labels in one cell
    return str(value)


def _ids(frame: pd.DataFrame) -> list[str]:
    index: list[str] = frame.index.tolist()
    named = all(isinstance(name, str) and name for name in index)
    if named and len(set(index)) == len(index):
        return index
    return [str(i) for i in range(len(index))]


def _beside(frame: pd.DataFrame, values: Any, what: str) -> list[str]:
    """One text for each row, empty where there is none.

    A Series is taken by position, and refused where its index says that this mixes up the rows.
    """
    import pandas as pd

    flat = getattr(values, "ndim", 1) == 1
    # A set has no order, a dict one of its own: neither goes by the rows.
    unordered = isinstance(values, str | bytes | Set | Mapping)
    if unordered or not hasattr(values, "__len__") or not flat:
        raise InputError(f"{what}= takes one value for each row", help="an array, list or Series")
    if len(values) != len(frame):
        told = f"{what}= has {len(values):,} values for {len(frame):,} rows"
        raise InputError(told, help="give one for each row, in their order")
    if isinstance(values, pd.Series) and _mixed_up(frame.index, values.index):
        help_ = f"{what}.loc[frame.index] puts them in order; {what}.to_numpy() leaves them as is"
        raise InputError(f"the index of {what}= has the rows in another order", help=help_)
    return _texts(pd.Series(values, dtype=object))


def _mixed_up(rows: pd.Index[Any], others: pd.Index[Any]) -> bool:
    """Whether both name the same rows, each once, in another order."""
    if not rows.is_unique or not others.is_unique or rows.equals(others):
        return False
    return set(rows) == set(others)


def _refuse_empty(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """A label without any score would pass for one that the set does not have."""
    none = frame.isna().all().tolist()
    for name, empty in zip(columns, none, strict=True):
        if empty and len(frame) and not all(none):
            what = f"the column {quoted(name)} holds no number"
            raise InputError(what, where="DataFrame.columns", help="give 0 where it is never meant")


def _refuse_unknown(gold: Sequence[str], columns: Sequence[str]) -> None:
    known = {*columns, NONE_LABEL}
    unknown: Mapping[str, None] = dict.fromkeys(label for label in gold if label not in known)
    if not unknown:
        return
    first, more = next(iter(unknown)), len(unknown) - 1
    others = f" and {more} more of labels= are" if more else " of labels= is"
    what = f"{quoted(first)}{others} no column of the DataFrame"
    help_ = f"{suggestion(first, columns)}; a label that is never answered is a column of zeros"
    raise InputError(what, help=help_)
