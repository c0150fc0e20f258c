"""What two words stand for: rubric sets of a config, report folders, tables, rubric files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gated_project import edit
from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.flow.steps.sides import Side, read_sides

EVAL = Path("eval.yaml")
RUN, TABLE = "reports/eval", "reports/eval/predictions.csv"


def sides(first: str, second: str) -> tuple[Side, Side]:
    return read_sides((first, second))


def refused(first: str, second: str = f"{RUN}:v1") -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        sides(first, second)
    (problem,) = caught.value.problems
    return problem.what, problem.help


def rows_of(side: Side) -> dict[str, list[float]]:
    assert side.table is not None
    return dict(zip(side.table.ids, side.table.scores.tolist(), strict=True))


def test_two_sets_of_a_config_share_dataset_policy_and_costs(answered: Path) -> None:
    overrides = ["policy.threshold=0.7", "choose.costs.review=2"]
    first, second = read_sides(("v1", "v2"), config=EVAL, overrides=overrides)
    assert (first.name, second.name) == ("v1", "v2")
    assert first.rubrics is not None
    assert first.rubrics.labels == ("billing", "technical", "account")
    assert first.policy == second.policy == Policy(threshold=0.7)
    assert first.costs == second.costs == Costs(review=2.0)
    assert first.dataset == second.dataset != ""


def test_missing_answers_of_a_config_are_incomplete(project: Path) -> None:
    with pytest.raises(IncompleteError) as caught:
        read_sides(("v1", "v2"), config=EVAL)
    assert len(caught.value.problems) == 2
    assert caught.value.problems[0].help == "ask for them: ticketbench run eval.yaml"
    with pytest.raises(IncompleteError) as caught:
        read_sides(("v1", "v1"), config=EVAL)
    assert len(caught.value.problems) == 1


def test_an_unknown_set_of_a_config_is_an_input_error(answered: Path) -> None:
    with pytest.raises(InputError, match="no rubric set 'v3'"):
        read_sides(("v1", "v3"), config=EVAL)


def test_a_report_folder_its_results_and_its_config_are_one_side(answered: Path) -> None:
    of_folder, of_results = sides(f"{RUN}:v2", f"{RUN}/results.json:v2")
    of_config, _ = read_sides(("v2", "v1"), config=EVAL)
    for side in (of_folder, of_results):
        assert rows_of(side) == rows_of(of_config)
        assert side.rubrics == of_config.rubrics
        assert (side.dataset, side.policy) == (of_config.dataset, of_config.policy)


def test_a_report_of_several_sets_wants_one_of_them(answered: Path) -> None:
    what, help_ = refused(RUN)
    assert what == "reports/eval has several rubric sets"
    assert help_ == "choose one: reports/eval:SET, of v1, v2"
    what, help_ = refused(f"{RUN}:v3")
    assert what == "reports/eval has no rubric set 'v3'"
    assert "v1, v2" in help_


def test_a_report_of_one_set_needs_no_name(answered: Path) -> None:
    from ticketbench.flow.run import run

    edit("eval.yaml", "{v1: v1.yaml, v2: v2.yaml}", "{v2: v2.yaml}")
    run(EVAL, out=Path("one"))
    first, _ = sides("one", f"{TABLE}:v1")
    assert first.name == "v2"


def test_a_prediction_table_knows_neither_rubrics_nor_texts(answered: Path) -> None:
    first, _ = sides(f"{TABLE}:v1", f"{RUN}:v1")
    assert (first.rubrics, first.dataset, first.policy, first.costs) == (None, "", None, None)
    assert first.table is not None
    assert first.table.ids == tuple(f"t{i}" for i in range(1, 8))


def test_a_rubric_file_has_questions_and_no_answers(answered: Path) -> None:
    first, second = sides("v1.yaml", "v2.yaml")
    assert (first.name, first.table) == ("v1", None)
    assert second.rubrics is not None
    assert second.rubrics.rubrics[0].text.endswith("a payment or a refund?")


def test_sides_of_one_name_are_called_as_they_were_given(answered: Path) -> None:
    first, second = sides(f"{RUN}:v1", f"{TABLE}:v1")
    assert (first.name, second.name) == (f"{RUN}:v1", f"{TABLE}:v1")
    first, second = sides(f"{RUN}:v1", f"{TABLE}:v2")
    assert (first.name, second.name) == ("v1", "v2")


def test_a_name_with_a_colon_is_a_file_before_it_is_a_set(answered: Path) -> None:
    shutil.copytree(RUN, "old: 2024")
    shutil.copy(TABLE, "a:v1.csv")
    first, second = sides("old: 2024:v1", "a:v1.csv:v2")
    assert (first.name, second.name) == ("v1", "v2")
    Path("b:v1").mkdir()
    shutil.copytree(RUN, "b:v1", dirs_exist_ok=True)
    assert refused("b:v1")[0] == "b:v1 has several rubric sets"


def test_a_table_of_several_sets_wants_one_of_them_as_a_side_is_written(answered: Path) -> None:
    assert refused(TABLE)[1] == f"choose one: {TABLE}:SET, of v1, v2"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("v1", "no such file: v1"),
        ("gone.csv", "no such file: gone.csv"),
        ("gone.csv:v1", "no such file: gone.csv"),
        ("gone:v1", "gone"),
        ("tickets.csv", "there is no column 'ticket_id'"),
        ("answers.sqlite", "unknown suffix"),
        (f"{TABLE}", "holds several rubric sets"),
        (f"{TABLE}:v9", "has no rubric set 'v9'"),
    ],
)
def test_what_is_no_side_is_an_input_error(answered: Path, name: str, words: str) -> None:
    assert words in refused(name)[0]


def test_one_of_several_sets_in_a_table_is_chosen_as_it_is_for_a_folder(answered: Path) -> None:
    assert refused(f"{TABLE}")[1] == f"choose one: {TABLE}:SET, of v1, v2"


def test_a_table_that_names_no_set_says_so_where_one_is_named(answered: Path) -> None:
    Path("own.csv").write_text("ticket_id,label,score_a,score_b\nt1,a,0.9,0.1\n", encoding="utf-8")
    assert refused("own.csv:v9") == (
        "own.csv has no rubric set 'v9'",
        "its rows name none: ask without a name, or add a column rubric_set",
    )
    Path("own.csv").write_text("ticket_id,label,score_a,score_b\n", encoding="utf-8")
    assert refused("own.csv:v9")[0] == "there are no rows in own.csv"


def test_a_set_named_without_its_config_says_how_to_name_it(answered: Path) -> None:
    assert refused("v1")[1] == (
        "check the path; a rubric set needs the config that names it: --config CONFIG"
    )


def test_a_folder_that_holds_no_report_is_an_input_error(answered: Path) -> None:
    Path("empty").mkdir()
    what, _ = refused("empty")
    assert "empty/results.json" in what
