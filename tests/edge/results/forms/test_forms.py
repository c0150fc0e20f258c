"""Tables that look like another form and are none, and forms beside the usual ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ticketbench.core.errors import InputError
from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.predictions import read_set
from ticketbench.edge.results.rows import Predictions


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read_whole(text: str, form: Form | None = None, file: str = "p.csv") -> Predictions:
    Path(file).write_text(text, encoding="utf-8")
    return read_set(Path(file), form=form or Form())


def read(text: str, form: Form | None = None, file: str = "p.csv") -> ScoreTable:
    return read_whole(text, form, file).table


def objects(*scores: Any, **more: Any) -> str:
    rows = [{"ticket_id": str(i), "label": "a", "scores": one, **more}
            for i, one in enumerate(scores)]  # fmt: skip
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_list_of_one_list_is_the_answer_about_one_text() -> None:
    pairs = [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.1}]
    found = read(objects([pairs], pairs), file="p.jsonl")
    assert (found.labels, found.scores.tolist()) == (("a", "b"), [[0.9, 0.1]] * 2)


def test_scores_beside_a_list_of_labels_belong_to_these() -> None:
    text = objects([0.9, 0.1], labels=["b", "a"])
    assert read(text, file="p.jsonl").scores.tolist() == [[0.9, 0.1]]
    assert read(text, file="p.jsonl").labels == ("b", "a")


def test_an_object_without_scores_is_a_ticket_without_an_answer() -> None:
    found = read(objects({"a": 0.9, "b": 0.1}, None), file="p.jsonl")
    assert [failed.ticket_id for failed in found.failures] == ["1"]


def test_objects_keep_the_digits_of_the_file() -> None:
    text = '{"ticket_id": "1", "label": "a", "scores": {"a": 0.33, "b": 0.33, "c": 0.33}}\n'
    assert read(text, file="p.jsonl").scores.tolist() == [[0.33, 0.33, 0.33]]
    with pytest.raises(InputError, match=r"sum to 0\.99, not to 1"):
        read(text.replace("0.33", "0.330"), file="p.jsonl")


def test_score_columns_win_over_a_column_called_scores() -> None:
    found = read("ticket_id,label,scores,score_a,score_b\n1,a,high,0.9,0.1\n")
    assert found.labels == ("a", "b")
    form = Form(columns={"scores": "raw"})
    cell = '"{""x"": 0.8, ""a"": 0.2}"'
    found = read(f"ticket_id,label,raw,score_a,score_b\n1,a,{cell},0.9,0.1\n", form)
    assert found.labels == ("x", "a")


def test_a_column_that_is_mapped_stands_for_the_one_of_that_name() -> None:
    text = "ticket_id,label,checked,score_a,score_b\n1,b,a,0.9,0.1\n"
    found = read(text, Form(columns={"label": "checked"}))
    assert found.truth.tolist() == [0]


def test_a_column_with_a_role_is_no_label() -> None:
    text = "ticket_id,label,score_a,score_b,score_max\n1,a,0.9,0.1,0.9\n"
    assert read(text, Form(columns={"score": "score_max"})).labels == ("a", "b")


def test_another_prefix_leaves_columns_with_ours_out() -> None:
    text = "ticket_id,label,score_a,score_b,p_x,p_a\n1,a,7,8,0.9,0.1\n"
    assert read(text, Form(score_prefix="p_")).labels == ("x", "a")


def test_an_empty_prefix_takes_every_other_column_for_a_label() -> None:
    text = "ticket_id,label,top_label,a,b\n1,a,a,0.9,0.1\n"
    assert read(text, Form(score_prefix="")).labels == ("a", "b")


def test_a_column_that_stands_twice_and_does_not_count_is_none_of_our_business() -> None:
    text = "ticket_id,label,note,note,score_a,score_b\n1,a,x,y,0.9,0.1\n"
    assert read(text).labels == ("a", "b")


def test_one_of_two_columns_is_chosen_by_its_number() -> None:
    text = "ticket_id,label,label,score_a,score_b\n1,b,a,0.9,0.1\n"
    assert read(text, Form(columns={"label": "label#2"})).truth.tolist() == [0]


def test_labels_that_are_numbers_are_left_alone_where_columns_say_the_same() -> None:
    found = read_whole("ticket_id,label,score_-1,score_0\n1,-1,0.9,0.1\n2,0,0.2,0.8\n")
    assert (found.table.truth.tolist(), found.notes) == ([0, 1], ())


def test_columns_with_decimals_are_meant_by_whole_numbers_and_by_top_labels() -> None:
    text = "ticket_id,label,top_label,score_0.0,score_1.0\n1,0,0,0.9,0.1\n2,1,1,0.2,0.8\n"
    found = read_whole(text)
    assert (found.table.labels, found.table.truth.tolist()) == (("0.0", "1.0"), [0, 1])
    assert found.notes == ("gold 0 ... 1 read as 0.0 ... 1.0",)


def test_leading_zeros_and_version_numbers_are_other_labels() -> None:
    found = read_whole("ticket_id,label,score_1,score_2\n1,01,0.9,0.1\n2,1.5,0.2,0.8\n3,1,1,0\n")
    assert found.table.gold_labels == ("1", "2", "01", "1.5")
    assert found.unscored.startswith("2 rows whose gold label has no score column")


def test_labels_apart_by_case_alone_are_two_where_both_have_columns() -> None:
    found = read("ticket_id,label,score_Open,score_open\n1,open,0.9,0.1\n2,Open,0.2,0.8\n")
    assert found.truth.tolist() == [1, 0]


def test_gold_that_is_none_throughout_is_no_mistake() -> None:
    found = read("ticket_id,label,score_a,score_b\n1,__none__,0.9,0.1\n")
    assert found.truth.tolist() == [-1]


def test_an_empty_gold_label_can_be_named() -> None:
    text = "ticket_id,label,score_a,score_b\n1,,0.9,0.1\n2,a,0.9,0.1\n"
    assert read(text, Form(labels={"": "__none__"})).truth.tolist() == [-1, 0]


def test_whole_percentages_are_let_be_off_by_what_their_rounding_allows() -> None:
    text = "ticket_id,label,score_a,score_b,score_c\n1,a,33,33,33\n2,b,10,90,1\n"
    found = read(text, Form(scale="percent"))
    assert found.scores.tolist() == [[1 / 3] * 3, [10 / 101, 90 / 101, 1 / 101]]


def test_the_logarithm_of_nothing_is_a_score_of_0() -> None:
    text = "ticket_id,label,score_a,score_b\n1,a,0,-inf\n2,b,-inf,-0.0\n"
    found = read(text, Form(scale="log"))
    assert found.scores.tolist() == [[1, 0], [0, 1]]


def test_a_table_with_one_ticket_a_row_is_not_long_though_it_has_a_score_and_a_class() -> None:
    text = "ticket_id,label,class,top_label,score\n1,a,x,a,0.9\n2,b,y,b,0.8\n"
    assert read(text).n_scored == 2


def test_rubric_sets_of_a_foreign_table_are_chosen_by_their_column() -> None:
    text = "id,gold,version,p_a,p_b\n1,a,v1,0.9,0.1\n1,a,v2,0.2,0.8\n"
    columns = {"ticket_id": "id", "label": "gold", "rubric_set": "version"}
    Path("p.csv").write_text(text, encoding="utf-8")
    found = read_set(Path("p.csv"), "v2", form=Form(columns=columns, score_prefix="p_"))
    assert found.table.scores.tolist() == [[0.2, 0.8]]


def test_one_cell_in_another_form_is_no_reason_to_read_all_rows_so() -> None:
    rows = "".join(f"{i},a,0.9,0.1\n" for i in range(9))
    for cell in ('"0,9"', "90%"):
        with pytest.raises(InputError) as raised:
            read(f"ticket_id,label,score_a,score_b\n{rows}9,a,{cell},0.1\n8b,a,{cell},0.1\n")
        (problem,) = raised.value.problems
        assert "--" not in f"{problem.what} {problem.help}"
        assert problem.help == "write all rows alike"
