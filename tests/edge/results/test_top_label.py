from __future__ import annotations

import math
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.predictions import every_score, read_score_table, read_set

HEAD = "ticket_id,label,top_label,score\n"


def read(folder: Path, text: str, form: Form | None = None) -> ScoreTable:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return read_set(path, form=form or Form()).table


def problems(folder: Path, text: str, form: Form | None = None) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as raised:
        read(folder, text, form)
    return raised.value.problems


def test_a_top_label_with_its_score_is_known_and_no_other_score(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "1,b,b,0.9\n2,a,b,0.4\n")
    assert (found.known, found.complete) == ("top score", False)
    assert found.labels == ("a", "b")
    assert found.top_score.tolist() == [0.9, 0.4]
    assert found.right.tolist() == [True, False]


def test_a_top_label_alone_has_no_score(tmp_path: Path) -> None:
    found = read(tmp_path, "ticket_id,label,top_label\n1,b,b\n2,a,b\n")
    assert found.known == "top label"
    assert all(map(math.isnan, found.top_score))
    assert found.right.tolist() == [True, False]


def test_an_empty_column_of_scores_is_no_score(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + "1,b,b,\n2,a,b,\n").known == "top label"


def test_score_columns_without_a_value_name_the_labels_of_the_set(tmp_path: Path) -> None:
    text = "ticket_id,label,top_label,score_c,score_a,score_b\n1,b,b,,,\n2,a,b,,,\n"
    assert read(tmp_path, text).labels == ("c", "a", "b")


def test_every_score_beside_a_top_label_is_read_as_ever(tmp_path: Path) -> None:
    text = "ticket_id,label,top_label,score,score_a,score_b\n1,b,b,0.9,0.1,0.9\n"
    found = read(tmp_path, text)
    assert found.complete
    assert found.stated is None


def test_a_row_without_a_top_label_is_a_ticket_without_an_answer(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "1,b,b,0.9\n2,a,,\n3,a,b,0.8\n")
    assert [one.ticket_id for one in found.failures] == ["2"]
    assert found.n_requested == 3


@pytest.mark.parametrize(
    ("rows", "what", "help_"),
    [
        ("1,b,b,59\n2,a,b,98.5\n", "2 of 2 rows: score is not above 0", "--scale percent"),
        ("1,b,b,-0.1\n2,a,b,-0.7\n", "from -0.7 to -0.1", "--scale log"),
        ("1,b,b,0\n2,a,b,0.7\n", "1 of 2 rows", "the share"),
        ("1,b,b,high\n2,a,b,0.7\n", "is no number, such as 'high'", "0.83"),
        ("1,b,b,nan\n2,a,b,0.7\n", "is no number, such as 'nan'", "0.83"),
        ("1,b,b,\n2,a,b,0.7\n", "score is empty beside a top_label", "leave the column"),
        ("1,b,,0.4\n2,a,b,0.7\n", "a score without a top_label", "fill in"),
        ("1,b,__none__,0.4\n2,a,b,0.7\n", "no label to answer with", "name it otherwise"),
    ],
)
def test_a_score_that_cannot_be_is_one_problem_a_cause(
    tmp_path: Path, rows: str, what: str, help_: str
) -> None:
    (problem,) = problems(tmp_path, HEAD + rows)
    assert what in problem.what
    assert help_ in problem.help
    assert problem.where.startswith(f"{tmp_path / 't.csv'}:2")


def test_percent_and_logarithms_are_shares_where_they_are_said(tmp_path: Path) -> None:
    percent = read(tmp_path, HEAD + "1,b,b,90 %\n2,a,b,40\n", Form(scale="percent"))
    logs = read(tmp_path, HEAD + f"1,b,b,{math.log(0.9)}\n2,a,b,0\n", Form(scale="log"))
    assert percent.top_score.tolist() == [0.9, 0.4]
    assert logs.top_score.tolist() == pytest.approx([0.9, 1.0])


def test_one_label_alone_is_no_choice(tmp_path: Path) -> None:
    assert "fewer than two labels" in problems(tmp_path, HEAD + "1,a,a,0.9\n")[0].what


@pytest.mark.parametrize(
    ("rows", "what", "help_"),
    [
        ("1,A,a,0.9\n2,b,b,0.8\n", "no row answers with gold A; did you mean a?", "A=a"),
        ("1,x,a,0.9\n2,y,b,0.8\n", "no gold label is answered with", "--labels"),
        ("1,a,,\n2,b,,\n", "fewer than two score columns", "no row has a top_label either"),
    ],
)
def test_gold_labels_are_held_against_what_is_answered(
    tmp_path: Path, rows: str, what: str, help_: str
) -> None:
    (problem,) = problems(tmp_path, HEAD + rows)
    assert what in problem.what
    assert help_ in problem.help


def test_a_gold_label_that_is_never_answered_is_wrong_and_no_mistake(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "1,a,a,0.9\n2,b,a,0.8\n3,c,a,0.8\n")
    assert (found.labels, found.right.tolist()) == (("a", "b", "c"), [True, False, False])


def test_whole_numbers_are_labels_with_and_without_decimals(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "1,0.0,0,0.9\n2,1.0,1,0.8\n3,1.0,0,0.8\n")
    assert found.right.tolist() == [True, True, False]


def test_what_needs_every_score_refuses_such_a_table(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEAD + "1,b,b,0.9\n2,a,b,0.4\n", encoding="utf-8")
    with pytest.raises(InputError, match="no more than the top score"):
        every_score(read_score_table(path), path)


SCORES = "ticket_id,label,top_label,score_a,score_b\n"


def test_rows_that_state_another_top_label_are_kept(tmp_path: Path) -> None:
    found = read(tmp_path, SCORES + "1,b,b,0.1,0.9\n2,a,a,0.2,0.8\n3,a,other,0.6,0.4\n")
    assert found.stated is not None
    assert found.stated.tolist() == [1, 0, -2]
    assert found.top.tolist() == [1, 1, 0]


def test_a_tie_at_the_top_and_an_empty_cell_contradict_nothing(tmp_path: Path) -> None:
    # No order of the labels makes both ties go the way they are stated.
    rows = "1,b,b,0.5,0.5\n2,a,a,0.5,0.5\n3,a,,0.9,0.1\n"
    assert read(tmp_path, SCORES + rows).stated is None


def test_where_every_row_contradicts_the_scores_nothing_is_judged(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SCORES + "1,b,b,0.9,0.1\n2,a,b,0.8,0.2\n")
    assert "2 of 2 rows: top_label is not the largest score" in problem.what


def test_names_of_labels_that_are_mapped_contradict_nothing(tmp_path: Path) -> None:
    text = SCORES + "1,b,B team,0.1,0.9\n2,a,A team,0.8,0.2\n"
    form = Form(labels={"A team": "a", "B team": "b"})
    assert read(tmp_path, text, form).stated is None


def test_a_top_label_that_is_a_column_but_for_its_spelling_is_an_error_with_the_option(
    tmp_path: Path,
) -> None:
    text = "ticket_id,label,top_label,score_a,score_b c\n1,a,A,0.9,0.1\n2,a,B_c,0.2,0.8\n"
    (problem,) = problems(tmp_path, text)
    assert problem.what == "2 rows: top_label A, B_c have no score column; did you mean a, b c?"
    assert problem.help == "--labels A=a --labels 'B_c=b c'"
    found = read(tmp_path, text, Form(labels={"A": "a", "B_c": "b c"}))
    assert found.stated is None


def test_top_labels_that_are_never_gold_are_told_as_what_may_be_no_answer(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(HEAD + "1,b,b,0.9\n2,a,unknown,0.4\n3,a,a,0.4\n")
    (note,) = read_set(tmp_path / "t.csv").notes
    assert note.startswith("1 of 3 rows: top_label is no gold label of the table: unknown (1)")
    (tmp_path / "t.csv").write_text(HEAD + "1,b,b,0.9\n3,a,a,0.4\n")
    assert read_set(tmp_path / "t.csv").notes == ()


def test_the_score_of_a_top_label_with_a_comma_or_sign_names_the_option(tmp_path: Path) -> None:
    (comma,) = problems(tmp_path, HEAD + '1,b,b,"0,9"\n2,a,b,"0,4"\n')
    assert "--decimal ," in comma.what
    (sign,) = problems(tmp_path, HEAD + "1,b,b,90%\n2,a,b,40 %\n")
    assert sign.help == "say so: --scale percent"
    assert (
        read(tmp_path, HEAD + "1,b,b,90%\n2,a,b,40%\n", Form(scale="percent")).top_score[0] == 0.9
    )


def test_shares_that_are_said_to_be_percent_or_logarithms_are_refused(tmp_path: Path) -> None:
    text = HEAD + "1,b,b,0.9\n2,a,b,1\n"
    (percent,) = problems(tmp_path, text, Form(scale="percent"))
    assert percent.what == "2 of 2 rows: no score is above 1: these are shares, not --scale percent"
    assert percent.help == "leave --scale percent out"
    (log,) = problems(tmp_path, text, Form(scale="log"))
    assert log.help == "these are shares, not logarithms: leave --scale log out"


def test_one_score_in_percent_among_shares_never_makes_percent_of_all(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, HEAD + "1,b,b,0.9\n2,a,b,40\n3,a,a,0.5\n")
    assert found.what.startswith("1 of 3 rows: ")
    assert "--scale" not in found.help


def test_a_number_that_two_columns_may_be_is_not_read_as_one_of_them(tmp_path: Path) -> None:
    rows = "1,1.00,0.5,0.3,0.2\n2,2,0.2,0.2,0.6\n"
    (tmp_path / "t.csv").write_text(f"ticket_id,label,score_1,score_1.0,score_2\n{rows}")
    found = read_set(tmp_path / "t.csv")
    assert found.notes == ()
    assert found.unscored.startswith("1 row whose gold label has no score column")


def test_a_top_label_without_scores_beside_rows_with_all_is_no_ticket_without_an_answer(
    tmp_path: Path,
) -> None:
    head = "ticket_id,label,top_label,score_a,score_b\n"
    (found,) = problems(tmp_path, head + "1,a,a,0.9,0.1\n2,b,b,,\n3,b,,,\n")
    assert found.what.startswith("1 of 3 rows: there is a top_label without the scores")
    assert found.where.endswith("t.csv:3")
    assert len(read(tmp_path, head + "1,a,a,0.9,0.1\n3,b,,,\n").failures) == 1
