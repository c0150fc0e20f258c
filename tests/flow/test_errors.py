"""Tickets of a kind out of a saved run: who is in the list, and with which answers."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from small_project import write_project
from ticketbench.core.errors import InputError
from ticketbench.flow.errors import (
    Answer,
    NoAnswer,
    TicketList,
    Wanted,
    listed_tickets,
    report_of_broken,
    tickets_csv,
)
from ticketbench.flow.run import run

CONFIG = Path("eval.yaml")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The report of the small project, whose texts may be shown."""
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path)
    return run(CONFIG, overrides=("report.texts=masked",)).out


def listed(kind: str = "all", **wanted: str) -> TicketList:
    return listed_tickets("v2", Wanted(kind, **wanted))


def spoilt(out: Path, old: str, new: str) -> None:
    """Replace the first `old` of predictions.csv."""
    path = out / "predictions.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_each_ticket_has_its_label_both_answers_and_its_text(out: Path) -> None:
    found = {one.ticket_id: one for one in listed().tickets}
    assert sorted(found) == [f"t{i}" for i in range(1, 8)]
    assert found["t1"].gold == "billing"
    assert found["t7"].gold == "__none__"
    assert [one.rubric_set for one in found["t1"].answers] == ["v1", "v2"]
    assert found["t2"].text == "The payment for my subscription failed"


def test_the_surest_answers_of_the_set_come_first_and_ties_by_id(out: Path) -> None:
    keys = []
    for one in listed().tickets:
        answer = one.answers[-1]
        assert isinstance(answer, Answer)
        keys.append((-round(answer.score, 5), one.ticket_id))
    assert keys == sorted(keys)


def test_labels_and_answers_restrict_the_list_and_its_counts(out: Path) -> None:
    every = listed()
    of_billing = listed(label="billing")
    assert {one.ticket_id for one in of_billing.tickets} == {"t1", "t2"}
    assert of_billing.kinds["all"] == of_billing.n == 2
    answers = ("billing", "technical", "account")
    parts = [listed(answered=answer) for answer in answers]
    assert sum(part.n for part in parts) == every.n
    cells = [listed(label=f"billing={answer}") for answer in answers]
    assert sum(cell.n for cell in cells) == of_billing.n
    assert [one.ticket_id for one in listed(label="__none__").tickets] == ["t7"]
    assert listed(label="no label").tickets == listed(label="__none__").tickets


def test_of_two_ways_to_part_a_label_with_an_equals_sign_the_known_one_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path)
    for name in ("tickets.csv", "v1.yaml", "v2.yaml"):
        path = Path(name)
        text = path.read_text(encoding="utf-8").replace("name: billing", 'name: "a=b"')
        path.write_text(text.replace(",billing\n", ",a=b\n"), encoding="utf-8")
    run(CONFIG)
    assert listed(label="a=b").label == "a=b"
    found = listed(label="a=b=account")
    assert (found.label, found.answered) == ("a=b", "account")
    found = listed(label="account=a=b")
    assert (found.label, found.answered) == ("account", "a=b")


def test_a_ticket_without_an_answer_has_failed_and_says_why(out: Path) -> None:
    lines = (out / "predictions.csv").read_text(encoding="utf-8").splitlines()
    head, row = lines[0], next(line for line in lines if line.startswith("v2,t3,"))
    cells = dict(zip(head.split(","), row.split(","), strict=True))
    kept = ("rubric_set", "ticket_id", "group_id", "label")
    empty = [cells[name] if name in kept else "" for name in cells]
    empty[list(cells).index("failure")] = "timeout"
    spoilt(out, row, ",".join(empty))
    found = listed("failed")
    assert [one.ticket_id for one in found.tickets] == ["t3"]
    assert found.tickets[0].answers[1] == NoAnswer("v2", "timeout")
    row_of_csv = next(csv.DictReader(io.StringIO(tickets_csv(found))))
    assert (row_of_csv["candidate_label"], row_of_csv["failure"]) == ("", "v2: timeout")
    assert all(
        one.ticket_id != "t3" for one in listed(label="technical", answered="account").tickets
    )


def test_a_formula_in_a_text_is_none_in_the_table(out: Path) -> None:
    found = listed()
    live = replace(found.tickets[0], text='=HYPERLINK("http://x")')
    rows = list(csv.DictReader(io.StringIO(tickets_csv(replace(found, tickets=(live,))))))
    assert rows[0]["text"] == '\'=HYPERLINK("http://x")'
    assert rows[0]["escaped"] == "1"


def test_without_its_config_the_list_stands_without_texts_and_says_why(out: Path) -> None:
    CONFIG.rename("moved.yaml")
    found = listed()
    assert {one.text for one in found.tickets} == {""}
    assert found.note.startswith("no texts: ")
    assert "text" not in tickets_csv(found).splitlines()[0].split(",")


def test_only_the_texts_that_are_shown_are_masked_and_counted(out: Path) -> None:
    assert listed_tickets("v2", Wanted("all"), most=2).masked.n == 2
    assert listed_tickets("v2", Wanted("all"), texts=False).masked.n == 0


def test_a_report_without_scores_is_refused_with_the_way_out(out: Path) -> None:
    (out / "predictions.csv").unlink()
    with pytest.raises(InputError, match=r"has no predictions\.csv"):
        listed()


def test_the_report_of_a_config_lists_what_was_compared_unless_it_has_other_broken_ones(
    out: Path,
) -> None:
    from ticketbench.flow.compare import compare_sides

    comparison = compare_sides("v1", "v2", config=CONFIG).comparison
    found = report_of_broken(comparison, CONFIG)
    assert found is not None
    assert (found.path, found.today) == (out, "v1")
    fixed = [flip for flip in comparison.flips if flip.kind == "fixed"]
    turned = tuple(replace(flip, kind="broken") for flip in fixed)
    assert turned
    assert report_of_broken(replace(comparison, flips=turned), CONFIG) is None
    assert report_of_broken(replace(comparison, candidate="v3"), CONFIG) is None
    shutil.rmtree(out)
    assert report_of_broken(comparison, CONFIG) is None
