"""Which words of which rubrics changed, with flips where both sides have answers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gated_project import edit
from ticketbench.core.errors import InputError
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.flow.rubrics.diff import RubricsDiff, rubrics_diff

EVAL = Path("eval.yaml")
RUN = "reports/eval"


def counts(found: RubricsDiff) -> dict[str, tuple[int, int, int, int]]:
    return {c.label: (c.fixed, c.broken, c.drawn, c.left) for c in found.changes}


def test_sets_of_a_config_are_diffed_with_their_flips(answered: Path) -> None:
    found = rubrics_diff("v1", "v2", config=EVAL)
    assert (found.base, found.candidate) == ("v1", "v2")
    assert (found.unanswered, found.reordered) == ("", False)
    assert counts(found) == {
        "billing": (2, 0, 0, 2),
        "technical": (2, 0, 0, 1),
        "account": (1, 0, 0, 2),
    }
    turned = rubrics_diff("v2", "v1", config=EVAL)
    assert counts(turned)["billing"] == (0, 2, 2, 0)


def test_report_folders_are_diffed_like_the_sets_they_hold(answered: Path) -> None:
    of_config = rubrics_diff("v1", "v2", config=EVAL)
    assert rubrics_diff(f"{RUN}:v1", f"{RUN}:v2") == of_config


def test_rubric_files_alone_have_words_and_no_flips(answered: Path) -> None:
    found = rubrics_diff("v1.yaml", "v2.yaml")
    assert found.unanswered == "rubric files have no answers"
    assert set(counts(found).values()) == {(0, 0, 0, 0)}
    words = found.changes[0].words
    assert (words[0].kind, words[0].text) == ("same", "Is ")
    assert "".join(w.text for w in words if w.kind != "removed") == found.changes[0].after


def test_a_list_in_a_python_file_is_diffed_like_a_rubric_file(answered: Path) -> None:
    for name in ("v1", "v2"):
        texts = [(r.label, r.text) for r in read_rubrics(Path(f"{name}.yaml")).rubrics]
        Path(f"{name}.py").write_text(f"LABELS = {texts!r}\n", encoding="utf-8")
    of_files = rubrics_diff("v1.yaml", "v2.yaml")
    of_lists = rubrics_diff("v1.py::LABELS", "v2.py::LABELS")
    assert (of_lists.base, of_lists.candidate) == ("v1.py::LABELS", "v2.py::LABELS")
    assert of_lists.changes == of_files.changes


def test_a_config_with_a_list_in_python_replays_the_answers_of_the_file(answered: Path) -> None:
    texts = [(r.label, r.text) for r in read_rubrics(Path("v2.yaml")).rubrics]
    Path("app.py").write_text(f"LABELS = {texts!r}\n", encoding="utf-8")
    of_file = rubrics_diff("v1", "v2", config=EVAL)
    edit(EVAL, "v2.yaml", "app.py::LABELS")
    assert rubrics_diff("v1", "v2", config=EVAL) == of_file
    Path("app.py").unlink()
    with pytest.raises(InputError, match=r"no such file: app\.py\n") as caught:
        rubrics_diff("v1", "v2", config=EVAL)
    assert caught.value.problems[0].where.startswith("eval.yaml:")


def test_missing_answers_leave_the_words_and_say_what_is_missing(project: Path) -> None:
    found = rubrics_diff("v1", "v2", config=EVAL)
    assert [change.label for change in found.changes] == ["billing", "technical", "account"]
    assert "7 answers missing for rubric set 'v1'" in found.unanswered
    assert "ask for them: ticketbench run eval.yaml" in found.unanswered


def test_equal_questions_have_no_changes(answered: Path) -> None:
    shutil.copy("v1.yaml", "v3.yaml")
    assert rubrics_diff("v1.yaml", "v3.yaml").changes == ()
    assert rubrics_diff("v1", "v1", config=EVAL).changes == ()


def test_another_order_of_the_labels_is_told(answered: Path) -> None:
    first, *others = Path("v1.yaml").read_text(encoding="utf-8").splitlines()
    Path("v3.yaml").write_text("\n".join([*others, first]) + "\n", encoding="utf-8")
    found = rubrics_diff("v1.yaml", "v3.yaml")
    assert found.reordered
    assert found.changes == ()


def test_a_new_and_a_removed_label_are_changes_and_no_other_order(answered: Path) -> None:
    Path("v3.yaml").write_text(
        'extends: v1.yaml\nremove: [technical]\nlabels:\n  - {name: refund, rubric: "A refund?"}\n'
    )
    found = rubrics_diff("v1.yaml", "v3.yaml")
    texts = {change.label: (change.before, change.after) for change in found.changes}
    assert texts == {"refund": ("", "A refund?"), "technical": ("Is this about a problem?", "")}
    assert not found.reordered


def test_a_renamed_label_is_one_change_where_a_map_says_so(answered: Path) -> None:
    shutil.copy("v1.yaml", "v3.yaml")
    edit("v3.yaml", "name: billing", "name: money")
    assert set(counts(rubrics_diff("v1.yaml", "v3.yaml"))) == {"billing", "money"}
    assert rubrics_diff("v1.yaml", "v3.yaml", mapping={"billing": ["money"]}).changes == ()


def test_a_side_whose_rubrics_are_not_known_is_an_input_error(answered: Path) -> None:
    table = f"{RUN}/predictions.csv:v1"
    for pair in ((table, f"{RUN}:v2"), (f"{RUN}:v2", table)):
        with pytest.raises(InputError, match="the rubrics of v1 are not known") as caught:
            rubrics_diff(*pair)
        assert "report folders or rubric files" in caught.value.problems[0].help


def test_an_unknown_set_is_an_input_error(answered: Path) -> None:
    with pytest.raises(InputError, match="no rubric set 'v3'"):
        rubrics_diff("v1", "v3", config=EVAL)


def test_tickets_that_differ_are_an_input_error_and_no_missing_answers(answered: Path) -> None:
    from ticketbench.flow.run import run

    shutil.copytree(RUN, "old")
    edit("tickets.csv", "Nothing loads", "Nothing at all loads")
    run(EVAL)
    with pytest.raises(InputError, match="different datasets"):
        rubrics_diff("old:v1", f"{RUN}:v2")
