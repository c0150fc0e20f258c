"""DataFrames as predictions and back: nothing is lost, and what cannot be says where and why."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ticketbench as tb
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.edge.results.rows import Predictions
from ticketbench.notebook import columns
from ticketbench.notebook import frames as module
from ticketbench.notebook.data import read_data
from ticketbench.notebook.frames import frame_of, of_predictions, of_probabilities

LABELS = ("a", "b", "c")
Y = ["a", "b", "c"]
NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=5)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Predictions as `to_frame("tickets")` has them: failures anywhere, groups, odd ids, ties."""
    ids = draw(st.lists(NAMES, min_size=1, max_size=8, unique=True))
    rows = []
    for i, ticket in enumerate(ids):
        parts = draw(st.lists(st.integers(1, 10**6), min_size=3, max_size=3))
        scores = [part / sum(parts) for part in parts]
        failed = i > 0 and draw(st.booleans())
        own = ["set", ticket, draw(st.sampled_from(["", "g1", "g2"]))]
        own.append(draw(st.sampled_from([*LABELS, "other", NONE_LABEL])))
        top = LABELS[int(np.argmax(scores))]
        told = ["", math.nan, *[math.nan] * 3] if failed else [top, max(scores), *scores]
        rows.append([*own, *told, draw(st.sampled_from(["timeout", "http"])) if failed else ""])
    head = ["rubric_set", "ticket_id", "group_id", "label", "top_label", "score"]
    return pd.DataFrame(rows, columns=[*head, *(f"score_{label}" for label in LABELS), "failure"])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(frame=frames(), bad=st.sampled_from([None, 0.9, math.inf, "x"]), kind=st.sampled_from("fO"))
def test_a_frame_is_read_alike_by_column_and_by_row(
    frame: pd.DataFrame, bad: object, kind: str
) -> None:
    if kind == "O" or bad == "x":
        frame = frame.astype({f"score_{label}": object for label in LABELS})
    if bad is not None:
        frame.loc[len(frame) - 1, "score_b"] = bad
    told = read(frame)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "clean", lambda stream, origin: None)
        assert told == read(frame)


def read(frame: pd.DataFrame) -> object:
    try:
        found = of_predictions(frame, None, name="x")
    except InputError as error:
        return error.problems
    table = found.table
    arrays = (table.truth, table.groups, table.scores, table.stated)
    own = [None if one is None else one.tolist() for one in arrays]
    said = (table.ids, table.labels, table.failures, table.provenance, found.notes, found.unscored)
    return own, said, list(found.labels), list(found.named_groups)


def test_a_clean_frame_never_becomes_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "predictions", None)
    frame = pd.DataFrame({"a": [0.9, 0.2], "b": [0.1, 0.8]}, dtype=np.float32)
    found = of_probabilities(frame.round(1), ["a", "b"], name="x")
    assert found.table.scores.tolist() == frame.round(1).to_numpy(np.float64).tolist()


def back(found: Predictions) -> pd.DataFrame:
    return frame_of(columns.tickets([(found, Policy())]))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(frame=frames())
def test_a_frame_comes_back_to_the_last_bit_and_in_its_order(frame: pd.DataFrame) -> None:
    found = of_predictions(frame, None, name="x")
    again = back(found)
    pd.testing.assert_frame_equal(again[frame.columns.tolist()], frame, check_exact=True)
    assert found.table.n_failed == (frame.failure != "").sum()
    twice = of_predictions(again, None, name="x")
    assert np.array_equal(twice.table.scores, found.table.scores)
    assert twice.table.failures == found.table.failures
    assert twice.table.labels == found.table.labels
    assert np.array_equal(twice.table.groups, found.table.groups)


def proba(*rows: list[float], index: Any = None) -> pd.DataFrame:
    return pd.DataFrame(rows or np.eye(3).tolist(), columns=list(LABELS), index=index)


def test_probabilities_keep_their_bits_and_take_ids_from_an_index_of_unique_text() -> None:
    third = [1 / 3, 1 / 3, 1 - 2 / 3]
    found = of_probabilities(proba(third, index=["t9"]), ["b"], name="mine")
    assert found.table.ids == ("t9",)
    assert found.table.scores[0].tolist() == third
    assert found.table.provenance.rubric_set == "mine"


@pytest.mark.parametrize("index", [None, [7, 8, 9], ["x", "x", "y"], ["x", "", "y"]])
def test_any_other_index_gives_numbers(index: object) -> None:
    assert of_probabilities(proba(index=index), Y, name="x").table.ids == ("0", "1", "2")


def test_a_ticket_that_no_label_fits_is_wrong_for_every_label() -> None:
    found = of_probabilities(proba(), ["a", NONE_LABEL, "c"], name="x")
    assert found.table.truth.tolist() == [0, -1, 2]
    assert found.gold["1"] == NONE_LABEL


@pytest.mark.parametrize("nothing", [None, math.nan, "", pd.NA])
def test_a_ticket_that_nobody_has_labelled_is_refused_with_its_row(nothing: object) -> None:
    with pytest.raises(InputError, match="label is empty") as raised:
        of_probabilities(proba(), ["a", nothing, "c"], name="x")
    (problem,) = raised.value.problems
    assert problem.where == "DataFrame.iloc[1]"
    assert problem.help == "fill it in, with __none__ where no label fits, or drop the row"


@pytest.mark.parametrize(
    ("classes", "gold"),
    [
        ([0, 1, 2], [0, 1, 2]),
        ([0, 1, 2], [0.0, 1.0, 2.0]),
        ([0.0, 1.0, 2.0], np.array([0, 1, 2])),
        (["0", "1", "2"], pd.Series([0, 1, 2])),
        ([False, True], [False, True, True]),
    ],
)
def test_classes_are_matched_as_text_whatever_their_type(classes: list[Any], gold: Any) -> None:
    k = len(classes)
    found = of_probabilities(pd.DataFrame(np.eye(3)[:, :k][:k], columns=classes), gold[:k], name="")
    assert found.table.right.all()


def test_groups_tie_tickets() -> None:
    found = of_probabilities(proba(), Y, groups=["x", "x", None], name="x")
    assert found.table.groups.tolist() == [0, 0, 1]


def test_a_row_without_scores_is_a_ticket_without_an_answer_and_counted() -> None:
    found = of_probabilities(proba([1, 0, 0], [math.nan] * 3, [0, 0, 1]), Y, name="x")
    assert [failure.ticket_id for failure in found.table.failures] == ["1"]
    assert back(found).right.tolist() == [True, None, True]


def good() -> pd.DataFrame:
    return pd.DataFrame({"ticket_id": ["t1", "t2"], "label": ["a", "b"],
                         "score_a": [0.9, 0.2], "score_b": [0.1, 0.8]})  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "what", "where"),
    [
        (good().assign(score_b=[0.1, 0.9]), "sum to 1.1", "DataFrame.iloc[1]"),
        (good().assign(score_b=[0.1, math.nan]), "is missing", "DataFrame.iloc[1]"),
        (good().assign(score_b=[-0.1, 0.8]), "within [0, 1]", "DataFrame.iloc[0]"),
        (good().assign(score_b=["x", 0.8]), "not a number", "DataFrame.iloc[0]"),
        (good().assign(ticket_id="t"), "twice, first in row 0", "iloc[1]"),
        (good().assign(label=["a", None]), "label is empty", "DataFrame.iloc[1]"),
        (good().drop(columns="label"), "no column 'label'", "columns"),
        (good().drop(columns="score_b"), "fewer than two score", "columns"),
        (good().head(0), "there are no rows in the DataFrame", ""),
        (good().assign(rubric_set=["v1", "v2"]), "several rubric sets", ""),
    ],
)
def test_a_bad_frame_is_one_error_that_says_what_and_where(
    frame: pd.DataFrame, what: str, where: str
) -> None:
    with pytest.raises(InputError) as caught:
        of_predictions(frame, None, name="x")
    (problem,) = caught.value.problems
    assert what in problem.what
    assert where in problem.where


def test_a_file_of_several_sets_asks_for_the_argument_that_chooses_one(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    good().assign(rubric_set=["v1", "v2"]).to_csv(path, index=False)
    with pytest.raises(InputError) as raised:
        read_data(path)
    assert raised.value.problems[0].help == "choose one: rubric_set=, of v1, v2"


def test_what_a_notebook_shows_of_an_error_has_place_and_advice() -> None:
    with pytest.raises(InputError) as caught:
        of_predictions(good().assign(score_b=0.5), None, name="x")
    (note,) = caught.value.__notes__
    assert note.startswith("DataFrame.iloc[0]: scores must be ")
    assert "rows: the scores sum to " in str(caught.value)


@pytest.mark.parametrize(
    ("frame", "gold", "what", "help_"),
    [
        (proba(), ["a", "b"], "2 values for 3 rows", "one for each row"),
        (proba(), ["a", "b", "bb"], "'bb' of labels= is no column", "did you mean 'b'?"),
        (proba(), "abc", "one value for each row", "an array, list or Series"),
        (proba(), dict(zip([2, 1, 0], Y, strict=True)), "one value for each row", "an array"),
        (proba(), set("abc"), "one value for each row", "an array, list or Series"),
        (proba(), np.array([Y]).T, "one value for each row", "an array, list or Series"),
        (proba(), pd.DataFrame({"y": Y}), "one value for each row", "an array, list or Series"),
        (proba(index=[0, 1, 2]), pd.Series(Y, index=[2, 1, 0]), "another order", ".loc["),
        (proba([1, 0, math.nan]), ["a"], "the column 'c' holds no number", "give 0"),
        (proba().set_axis(["a", "a", "b"], axis=1), Y, "two columns are called 'a'", "rename"),
    ],
)
def test_gold_labels_that_do_not_fit_are_one_error(
    frame: pd.DataFrame, gold: object, what: str, help_: str
) -> None:
    with pytest.raises(InputError) as caught:
        of_probabilities(frame, gold, name="x")
    (problem,) = caught.value.problems
    assert what in problem.what
    assert help_ in problem.help


def test_a_series_goes_by_position_where_its_index_names_other_rows() -> None:
    gold = pd.Series(Y, index=[40, 50, 60])
    assert of_probabilities(proba(), gold, name="x").table.right.all()


def foreign() -> pd.DataFrame:
    return pd.DataFrame({"id": [1, 2], "y_true": ["A", "b"], "p_a": [90.0, 20.0],
                         "p_b": [10.0, 80.0]})  # fmt: skip


def test_a_dataframe_of_other_names_and_percent_is_read_as_it_is_said() -> None:
    columns = {"ticket_id": "id", "label": "y_true"}
    found = tb.evaluate(
        foreign(), columns=columns, score_prefix="p_", scale="percent", labels={"A": "a"}
    )
    assert (found.accuracy.value, found.evaluation.labels) == (1.0, ("a", "b"))


def test_a_dataframe_of_another_form_is_told_in_python_what_to_write() -> None:
    with pytest.raises(InputError) as caught:
        tb.evaluate(foreign(), columns={"ticket_id": "id"})
    help_ = caught.value.problems[0].help
    assert "columns={'ticket_id': 'id', 'label': 'y_true'}, score_prefix='p_'" in help_
    columns = {"ticket_id": "id", "label": "y_true"}
    with pytest.raises(InputError, match="these are percent: scale='percent'"):
        tb.evaluate(foreign(), columns=columns, score_prefix="p_", labels={"A": "a"})


def test_objects_in_a_column_are_scores() -> None:
    frame = pd.DataFrame({"ticket_id": ["x", "y"], "label": ["a", "b"],
                          "scores": [{"a": 0.9, "b": 0.1}, {"a": 1 / 3, "b": 2 / 3}]})  # fmt: skip
    assert tb.evaluate(frame).predictions.table.scores.tolist() == [[0.9, 0.1], [1 / 3, 2 / 3]]


def test_a_path_takes_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("ticket_id;label;score_a;score_b\n1;0.0;0,9;0,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="no gold label has a score column"):
        tb.evaluate(path, delimiter=";", decimal=",")
    assert tb.evaluate(path, delimiter=";", decimal=",", labels={"0.0": "a"}).accuracy.value == 1.0


def test_a_form_does_not_go_with_probabilities() -> None:
    with pytest.raises(InputError, match="do not go with probabilities"):
        tb.evaluate(proba(), labels=["a", "b", "c"], scale="percent")
