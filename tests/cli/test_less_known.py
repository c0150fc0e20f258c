"""Tables that say less of an answer, or say it more than once, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ticketbench as tb
from forked import ticketbench_in

TABLES = Path(__file__).parents[1] / "predictions"
TOP = "top_label=predicted_label,score=confidence"


def data(*arguments: str, folder: Path = TABLES) -> dict[str, Any]:
    done = ticketbench_in(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["data"]
    return found


def screen(*arguments: str, folder: Path = TABLES) -> tuple[str, str]:
    done = ticketbench_in(folder, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout, " ".join(done.stderr.split())


def refused(*arguments: str, folder: Path = TABLES) -> str:
    done = ticketbench_in(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    return " ".join(done.stderr.split())


def metric(evaluation: dict[str, Any], name: str) -> dict[str, Any]:
    found = (*evaluation["metrics"], *evaluation["routing"]["summary"]["metrics"])
    estimate: dict[str, Any] = next(one["estimate"] for one in found if one["name"] == name)
    return estimate


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return name


def test_a_top_label_with_its_score_tells_all_but_what_needs_every_score() -> None:
    found = data("score", "top-label-only.csv", "--columns", TOP)["evaluation"]
    assert metric(found, "accuracy")["value"] == pytest.approx(47 / 60)
    assert metric(found, "macro_f1")["value"] == pytest.approx(0.78236, abs=5e-6)
    assert metric(found, "brier_top_label")["value"] == pytest.approx(0.16865, abs=5e-6)
    routed = found["routing"]["summary"]
    assert (routed["routed"], routed["right"], routed["escalated"]) == (30, 28, 0)
    for name in ("log_loss", "brier_multiclass"):
        assert metric(found, name)["value"] is None
    assert found["settings"]["policy"]["escalate_above"] == 1
    assert found["known"] == "top score"


def test_what_is_not_known_is_a_dash_with_one_reason() -> None:
    out, err = screen("score", "top-label-only.csv", "--columns", TOP, "--all")
    lines = {line.split("  ")[0]: line[-1:] for line in out.splitlines()}
    assert lines["Log loss"] == lines["Brier score, all labels (0-2)"] == "–"
    assert "nan" not in out
    assert err.count("(TB212)") == 1
    assert "nothing is escalated" in err
    assert "escalat" not in out.replace("without escalation", "").replace("escalate_above: 1}", "")


def test_a_top_label_alone_tells_what_is_about_labels() -> None:
    out, err = screen(
        "score", "top-label-only.csv", "--columns", "top_label=predicted_label", "--all"
    )
    assert out.startswith("No threshold without scores: only top labels are known.")
    assert "78 of 100 answers are right [66, 87]" in out
    dashes = [line for line in out.splitlines() if line.endswith(" –")]
    assert len(dashes) == 10
    assert "nan" not in out
    assert err.count("(TB212)") == 1


def test_every_table_has_its_faces_whatever_it_knows(tmp_path: Path) -> None:
    text = (TABLES / "top-label-only.csv").read_text(encoding="utf-8")
    text = text.replace("predicted_label,confidence", "top_label,score")
    top = written(tmp_path, "top.csv", text)
    rows = [line.rpartition(",")[0] for line in text.splitlines()]
    label = written(tmp_path, "label.csv", "\n".join(rows))
    whole = str(TABLES / "all-60.csv")
    assert "without escalation" in screen("compare", whole, top, "--all", folder=tmp_path)[0]
    for pair in ((label, whole), (top, label), (label, label)):
        out, _ = screen("compare", *pair, "--all", folder=tmp_path)
        assert "nothing is routed" in out
        assert "nan" not in out
    assert "Nothing is escalated" in screen("threshold", top, folder=tmp_path)[0]
    told = refused("threshold", label, folder=tmp_path)
    assert "a threshold needs the score of the top label" in told


def test_a_stated_top_label_against_the_scores_is_a_counted_warning() -> None:
    told = "12 of 60 rows: top_label is not the largest score; judged by the scores: 78.3 % (by top"
    for arguments in (
        ("score", "top-label-against-scores.csv"),
        ("compare", "all-60.csv", "top-label-against-scores.csv"),
    ):
        assert f"{told}_label: 63.3 %) (TB213)" in screen(*arguments)[1]
    assert "TB213" not in screen("score", "all-60.csv")[1]


def test_where_all_rows_contradict_their_scores_the_table_is_refused(tmp_path: Path) -> None:
    rows = (TABLES / "all-60.csv").read_text(encoding="utf-8").splitlines()
    labels = ["billing", "technical", "account", "general"]
    lines = [f"{rows[0]},top_label"]
    for row in rows[1:]:
        scores = [float(cell) for cell in row.split(",")[2:]]
        lines.append(f"{row},{labels[scores.index(min(scores))]}")
    name = written(tmp_path, "against.csv", "\n".join(lines))
    assert "60 of 60 rows: top_label is not the" in refused("score", name, folder=tmp_path)


def test_repeats_are_tied_and_stand_one_by_one() -> None:
    out, _ = screen("score", "three-runs-a-ticket.csv", "--columns", "repeat=run")
    told = " ".join(out.split())
    assert "90 answers of 30 tickets: 80.0% [70.1, 87.2] right" in told
    assert "by repeat 1: 80.0%, 2: 73.3%, 3: 86.7%" in told
    assert "the label of 16 of 30 tickets changes between repeats (53.3%" in told
    found = data("score", "three-runs-a-ticket.csv", "--columns", "repeat=run")["evaluation"]
    assert (found["tickets"]["n_scored"], found["tickets"]["n_groups"]) == (90, 30)
    right = [(one["name"], one["right"], one["n"]) for one in found["repeats"]["each"]]
    assert right == [("1", 24, 30), ("2", 22, 30), ("3", 26, 30)]


def test_without_the_option_the_help_names_it() -> None:
    told = refused("score", "three-runs-a-ticket.csv")
    assert "the ticket '1000' stands twice" in told
    assert "--columns repeat=run" in told


def test_repeats_are_compared_ticket_by_ticket_and_repeat_by_repeat(tmp_path: Path) -> None:
    rows = (TABLES / "three-runs-a-ticket.csv").read_text(encoding="utf-8").splitlines()
    name = written(tmp_path, "fewer.csv", "\n".join(rows[:-2]))
    both = ("compare", str(TABLES / "three-runs-a-ticket.csv"), name, "--columns", "repeat=run")
    assert "88 answers in both, 2 only in" in refused(*both, folder=tmp_path)
    out, err = screen(*both, "--common", folder=tmp_path)
    assert "on the 88 answers in both" in " ".join(out.split())
    assert "Of 88 answers of 30 tickets with a label 0 are fixed" in out
    assert "left out: 2 only in three-runs-a-ticket" in err


def test_other_tickets_are_counted_and_those_in_both_compared_on_request() -> None:
    pair = ("compare", "all-60.csv", "55-of-60.csv")
    told = refused(*pair)
    assert "55 tickets in both, 5 only in all-60 (1008, " in told
    assert "--common" in told
    out, err = screen(*pair, "--common")
    assert out.split(".")[0].endswith("on the 55 tickets in both")
    assert "left out: 5 only in all-60 (1008, " in err
    found = data(*pair, "--common")["comparison"]
    assert (found["n_paired"], found["in_both"]) == (55, 55)
    same = data("compare", "all-60.csv", "all-60.csv", "--common")["comparison"]
    assert (same["n_paired"], same["in_both"]) == (60, 0)


def test_other_gold_labels_stay_an_error_with_their_number(tmp_path: Path) -> None:
    text = (TABLES / "55-of-60.csv").read_text(encoding="utf-8")
    changed = text.replace(",billing,", ",general,", 3)
    name = written(tmp_path, "other.csv", changed)
    told = refused("compare", str(TABLES / "all-60.csv"), name, "--common", folder=tmp_path)
    assert "has the gold label 'billing' in all-60 and 'general' in other" in told
    assert "3 tickets have another one" in told


def test_the_notebook_says_the_same() -> None:
    whole, top = TABLES / "all-60.csv", TABLES / "top-label-only.csv"
    less = tb.evaluate(top, columns={"top_label": "predicted_label", "score": "confidence"})
    frame = less.to_frame("tickets")
    assert frame["score"].notna().all()
    assert frame.filter(like="score_").isna().all(axis=None)
    found = tb.compare(tb.evaluate(whole), tb.evaluate(TABLES / "55-of-60.csv"), common=True)
    assert "on the 55 tickets in both" in found._repr_html_()
    repeats = tb.evaluate(TABLES / "three-runs-a-ticket.csv", columns={"repeat": "run"})
    told = repeats.to_frame("repeats")
    assert told["accuracy"].round(3).tolist() == [0.8, 0.733, 0.867]
    assert set(repeats.to_frame("tickets")["repeat"]) == {"1", "2", "3"}
    assert "changes between repeats" in repeats._repr_html_()


def test_every_plot_and_frame_is_made_of_labels_alone() -> None:
    only = tb.evaluate(TABLES / "top-label-only.csv", columns={"top_label": "predicted_label"})
    assert (only.to_frame("tickets")["outcome"] == "").all()
    for name in ("reliability", "confusion", "scores", "risk_coverage", "cost"):
        getattr(only.plot, name)()
    for name in only.frames:
        only.to_frame(name)
    assert "78 of 100 answers are right" in only._repr_html_()
