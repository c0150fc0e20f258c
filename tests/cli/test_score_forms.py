"""`ticketbench score` and `compare` on tables in the forms that people have.

The figures of each table are those that pandas and scikit-learn give, written down here.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from forked import ticketbench, ticketbench_in

TABLES = Path(__file__).resolve().parents[1] / "predictions"
NAMES = ("billing", "technical", "account", "general")
LABELS = [f"--labels={name.title()}={name}" for name in NAMES]

READ: dict[str, tuple[str, float]] = {
    "all-60.csv": ("", 0.67944),
    "answer-log.jsonl": ("", 0.67951),
    "class-numbers.csv": ("", 0.67944),
    "decimal-commas.csv": ("--delimiter ; --decimal ,", 0.67944),
    "gold-in-other-case.csv": (" ".join(LABELS), 0.67944),
    "log-probabilities.csv": ("--scale log", 0.67944),
    "percent.csv": ("--scale percent", 0.67937),
    "scikit-learn-names.csv": ("--columns label=y_true --score-prefix proba_", 0.67944),
}
"""Each table, the options that say its form, and the log loss of its 60 tickets."""

REFUSED = {
    "decimal-commas.csv": (1, ["--delimiter ';' --decimal ','"]),
    "gold-in-other-case.csv": (
        1,
        [
            "20 rows: gold Account, Billing, General, Technical have no score column; "
            "did you mean account, billing, general, technical?",
            "--labels Account=account --labels Billing=billing --labels General=general "
            "--labels Technical=technical",
        ],
    ),
    "log-probabilities.csv": (
        2,
        ["no score is above 0: these look like log-probabilities: --scale log"],
    ),
    "percent.csv": (
        2,
        [
            "60 of 60 rows: score_billing ... score_general sum to about 100: these are percent: "
            "--scale percent",
            "largest 96 in score_account",
        ],
    ),
    "scikit-learn-names.csv": (1, ["write: --columns label=y_true --score-prefix proba_"]),
    "small-scores-left-empty.csv": (
        5,
        ["20 rows, 22 cells, first line 5, column score_billing", "--empty-scores zero"],
    ),
}
"""Each table without options: the line of its one error, and what that says."""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def scored(file: str | Path, *options: str) -> dict[str, Any]:
    done = ticketbench("score", str(file), *options, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["data"]
    return found


def metric(found: dict[str, Any], name: str) -> float:
    (one,) = (m for m in found["evaluation"]["metrics"] if m["name"] == name)
    value: float = one["estimate"]["value"]
    return value


def on_one_line(text: str) -> str:
    """What a message says, wherever a terminal would break it."""
    return " ".join(text.split())


def refused(*words: str) -> str:
    done = ticketbench(*words, COLUMNS="300")
    assert (done.returncode, done.stdout) == (2, ""), done.stdout
    assert done.stderr.count("error: ") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("name", READ)
def test_a_table_in_the_form_that_is_said_has_its_figures(name: str) -> None:
    options, log_loss = READ[name]
    found = scored(TABLES / name, *options.split())
    assert metric(found, "accuracy") == 47 / 60
    assert metric(found, "macro_f1") == pytest.approx(0.78236, abs=5e-6)
    assert metric(found, "log_loss") == pytest.approx(log_loss, abs=2e-5)


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_in_another_form_is_one_error_with_the_option_that_says_it(name: str) -> None:
    line, words = REFUSED[name]
    shown = on_one_line(refused("score", str(TABLES / name)))
    assert [one for one in words if one not in shown] == []
    assert f"{name}:{line} " in shown


@pytest.mark.parametrize("name", ["gold-in-other-case.csv", "scikit-learn-names.csv"])
def test_the_option_of_the_error_is_the_one_to_type(name: str) -> None:
    shown = refused("score", str(TABLES / name))
    options = shown.split("help: ")[1].removeprefix("write: ").split()
    assert metric(scored(TABLES / name, *options), "accuracy") == 47 / 60


def test_gold_of_whole_numbers_with_decimals_is_read_and_said() -> None:
    done = ticketbench("score", str(TABLES / "class-numbers.csv"))
    assert "note: gold 0.0 ... 3.0 read as 0 ... 3" in done.stderr
    assert scored(TABLES / "class-numbers.csv")["notes"] == ["gold 0.0 ... 3.0 read as 0 ... 3"]


def test_small_scores_that_were_left_empty_are_taken_as_they_stand_and_told_once() -> None:
    found = scored(TABLES / "small-scores-left-empty.csv", "--empty-scores", "zero")
    whole = scored(TABLES / "all-60.csv")
    for name in ("accuracy", "macro_f1"):
        assert metric(found, name) == metric(whole, name)
    assert metric(found, "log_loss") == pytest.approx(metric(whole, "log_loss"), abs=2e-5)
    (note,) = found["notes"]
    assert "22 empty cells among the scores of 20 of 60 rows are 0" in note
    assert "20 of these then sum to 0.9754 to 0.9967, first line 5" in note
    assert note.endswith("at most 0.0246 of a row; accuracy is not touched, log loss hardly")


def test_logarithms_with_empty_cells_are_told_as_what_they_are() -> None:
    rows = "1,a,-0.0513,-2.9957,\n2,b,-3.5066,-0.1054,-2.6593\n3,c,,-2.9957,-0.0513\n"
    Path("p.csv").write_text(f"ticket_id,label,score_a,score_b,score_c\n{rows}", encoding="utf-8")
    shown = on_one_line(refused("score", "p.csv", "--empty-scores", "zero"))
    assert "these look like log-probabilities: --scale log" in shown
    assert "largest -0.0513 in score_c, smallest -3.5066 in score_a" in shown
    found = scored("p.csv", "--empty-scores", "zero", "--scale", "log")
    assert metric(found, "accuracy") == 1.0


@pytest.mark.parametrize("options", ["", "--scale percent"])
def test_empty_scores_that_lack_more_than_small_ones_hold_are_named(options: str) -> None:
    rows = [("0.8", "0.16", ""), ("0.7", "0.2", ""), ("0.5", "0.46", ""), ("0.6", "0.6", "")]
    if options:
        rows = [tuple(cell and f"{100 * float(cell):g}" for cell in row) for row in rows]
    lines = [f"{i},a,{','.join(row)}\n" for i, row in enumerate(rows)]
    text = "ticket_id,label,score_a,score_b,score_c\n" + "".join(lines)
    Path("p.csv").write_text(text, encoding="utf-8")
    shown = on_one_line(refused("score", "p.csv", "--empty-scores", "zero", *options.split()))
    assert "2 of 4 rows: " in shown
    assert "p.csv:3 " in shown
    Path("p.csv").write_text("".join(text.splitlines(keepends=True)[:2]), encoding="utf-8")
    found = scored("p.csv", "--empty-scores", "zero", *options.split())
    assert "1 of these then sum to 0.96, first line 2" in found["notes"][0]


def test_a_gold_label_whose_score_was_left_empty_is_told_as_what_moves_log_loss() -> None:
    text = "ticket_id,label,score_a,score_b,score_c\n1,c,0.80,0.16,\n2,b,0.30,0.70,\n"
    Path("p.csv").write_text(text, encoding="utf-8")
    (note,) = scored("p.csv", "--empty-scores", "zero")["notes"]
    assert "log loss hardly" not in note
    assert note.endswith("log loss counts 1 empty gold label as half a last digit")


def test_empty_scores_are_zero_where_the_row_then_sums_to_1() -> None:
    text = "ticket_id,label,score_a,score_b,score_c\n1,a,0.9,0.1,\n2,b,,1.0,\n3,c,0.2,0.2,0.6\n"
    Path("p.csv").write_text(text, encoding="utf-8")
    found = scored("p.csv", "--empty-scores", "zero")
    assert metric(found, "accuracy") == 1.0
    assert found["notes"] == ["3 empty cells among the scores of 2 of 3 rows are 0"]


def test_gold_that_has_no_column_is_counted_and_may_be_none() -> None:
    text = "ticket_id,label,score_a,score_b\n1,a,0.9,0.1\n2,other,0.2,0.8\n3,b,0.1,0.9\n"
    Path("p.csv").write_text(text, encoding="utf-8")
    shown = on_one_line(ticketbench("score", "p.csv").stderr)
    assert "p lacks other: 1 tickets" in shown
    assert "--labels other=__none__" in shown
    found = scored("p.csv", "--labels", "other=__none__")
    assert "TB204" not in {one["code"] for one in found["evaluation"]["findings"]}
    compared = ticketbench("compare", "p.csv", "p.csv")
    assert "1 row whose gold label has no score column" in on_one_line(compared.stderr)


def test_no_gold_label_with_a_column_is_an_error_and_no_accuracy_of_0() -> None:
    text = "ticket_id,label,score_0,score_1\n1,billing,0.9,0.1\n2,account,0.2,0.8\n"
    Path("p.csv").write_text(text, encoding="utf-8")
    shown = refused("score", "p.csv")
    assert "2 rows: no gold label has a score column: gold account, billing; columns 0, 1" in shown
    names = ("--labels", "account=1", "--labels", "billing=0")
    assert metric(scored("p.csv", *names), "accuracy") == 1.0


def test_a_column_with_a_comma_or_an_equals_sign_in_its_name_can_be_said() -> None:
    text = 'id,"team, final",a=b,p_a,p_b\n1,a,x,0.9,0.1\n2,b,y,0.2,0.8\n'
    Path("p.csv").write_text(text, encoding="utf-8")
    columns = ("--columns", "ticket_id=id,label=team, final,group_id=a=b", "--score-prefix", "p_")
    assert metric(scored("p.csv", *columns), "accuracy") == 1.0


def test_both_sides_of_a_comparison_have_the_form_but_one_that_a_run_left() -> None:
    percent = str(TABLES / "percent.csv")
    shutil.copy(TABLES / "all-60.csv", "new.csv")
    done = ticketbench("compare", percent, percent, "--scale", "percent", "--json")
    assert done.returncode == 0, done.stderr
    head = "rubric_set,ticket_id,group_id,label,top_label,score,"
    with open("new.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = [name for name in rows[0] if name.startswith("score_")]
    lines = [f"v1,{r['ticket_id']},,{r['label']},,," + ",".join(r[x] for x in labels) + ",route,"
             for r in rows]  # fmt: skip
    text = "\n".join([f"{head}{','.join(labels)},outcome,failure", *lines, ""])
    Path("ours.csv").write_text(text, encoding="utf-8")
    done = ticketbench("compare", "ours.csv", percent, "--scale", "percent")
    assert done.returncode == 0, done.stderr


BAD = {
    "a role twice": (("--columns", "label=a", "--columns", "label=b"), "says twice"),
    "no role": (("--columns", "lable=a"), "did you mean 'label'"),
    "no column": (("--columns", "label=gone"), "there is no column 'gone' (--columns label=gone)"),
    "no pair": (("--labels", "Billing"), "takes OLD=NEW"),
    "no prefix": (("--score-prefix", "proba_"), "no column begins with 'proba_'"),
    "no sign": (("--delimiter", "semicolon"), "'semicolon' is no delimiter"),
    "no encoding": (("--encoding", "cp12345"), "unknown encoding 'cp12345'"),
    "a confidence of percent": (("--confidence", "90"), "90 of 100 is 0.9"),
    "two columns made one": (("--labels", "billing=account"), "one column is made of"),
    "a column of no label": (("--labels", "billing=__none__"), "__none__ is made of"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_option_that_cannot_be_is_one_error(case: str, tmp_path: Path) -> None:
    options, words = BAD[case]
    shutil.copy(TABLES / "all-60.csv", tmp_path)
    done = ticketbench_in(tmp_path, "score", "all-60.csv", *options, COLUMNS="300")
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_label_map_that_fits_nothing_is_noted_with_the_nearest_name() -> None:
    done = ticketbench("score", str(TABLES / "all-60.csv"), "--labels", "Biling=billing")
    assert done.returncode == 0
    assert "no label is called so; did you mean 'billing'?" in on_one_line(done.stderr)


def test_a_threshold_is_advised_on_a_table_of_any_form() -> None:
    file, options = str(TABLES / "percent.csv"), ("--scale", "percent")
    asked = ticketbench("threshold", file, *options, "--json")
    assert asked.returncode == 0, asked.stderr
    advice = json.loads(asked.stdout)["data"]["recommendation"]
    assert advice["kind"] == scored(file, *options)["recommendation"]["kind"]
    assert "a table is said" in refused("threshold", "v2", "--config", "gone.yaml", *options)


def test_a_promise_is_as_sure_as_is_asked_for() -> None:
    settings = scored(TABLES / "all-60.csv", "--confidence", "0.8")["evaluation"]["settings"]
    assert settings["confidence"] == 0.8


def test_with_a_few_tickets_no_threshold_is_recommended() -> None:
    rows = (TABLES / "all-60.csv").read_text(encoding="utf-8").splitlines()[:29]
    Path("few.csv").write_text("\n".join(rows), encoding="utf-8")
    assert scored("few.csv")["recommendation"]["kind"] == "too few"


def test_a_new_name_that_is_nearly_a_column_is_a_slip() -> None:
    text = "ticket_id,label,score_a,score_billing\n1,a,0.9,0.1\n2,Bill,0.2,0.8\n"
    Path("p.csv").write_text(text, encoding="utf-8")
    shown = refused("score", "p.csv", "--labels", "Bill=biling")
    assert "--labels Bill=biling: no label with scores is called 'biling'" in shown
    assert "did you mean 'billing'?" in shown
    assert "TB204" in ticketbench("score", "p.csv", "--labels", "Bill=other").stderr


def test_a_prefix_that_is_cut_short_is_told_whole() -> None:
    file = str(TABLES / "scikit-learn-names.csv")
    shown = refused("score", file, "--columns", "label=y_true", "--score-prefix", "prob")
    assert "help: --score-prefix proba_" in shown


def test_two_tables_that_are_written_differently_are_compared() -> None:
    first, second = (str(TABLES / name) for name in ("percent.csv", "scikit-learn-names.csv"))
    of_b = "--columns label=y_true --score-prefix proba_"
    done = ticketbench("compare", first, second, "--scale", "percent", "--of-b", of_b, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["data"]
    assert [one["n_scored"] for one in found["answered"]] == [60, 60]
    assert found["flips"] == []


@pytest.mark.parametrize("of_b", ["--colums label=x", "--scale prozent", "word", "'"])
def test_what_is_no_option_of_a_table_is_told_with_an_example(of_b: str) -> None:
    file = str(TABLES / "all-60.csv")
    assert "such as --of-b '--columns label=gold" in refused("compare", file, file, "--of-b", of_b)


def test_columns_of_one_of_two_compared_tables_are_said_of_that_one() -> None:
    wide, top = TABLES / "scikit-learn-names.csv", TABLES / "top-label-only.csv"
    columns = "label=y_true,top_label=predicted_label,score=confidence"
    options = ["--columns", columns, "--score-prefix", "proba_", "--common", "--json"]
    done = ticketbench("compare", str(wide), str(top), *options)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["data"]["comparison"]
    assert found["known"] == "top score"
    shown = refused("compare", str(wide), str(top), "--columns", f"{columns},group_id=customer")
    assert "there is no column 'customer'" in shown
