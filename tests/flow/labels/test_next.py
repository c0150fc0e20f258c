"""The order is fixed once, sheets follow it, and what cannot be labelled is counted."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from forked import ticketbench_in
from labelled_states import labelled as labels_on
from labelled_states import state
from logged_project import kept, labelled, write_log
from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.edge.labels.state import Source, read_state
from ticketbench.flow.labels.batch import next_batch
from ticketbench.flow.labels.begin import Begin, Ear
from ticketbench.flow.labels.next import Handed, Sheet, label_next
from ticketbench.flow.labels.take import label_import
from ticketbench.flow.plan import RunPlan

N, DIFFER = 60, 12


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log whose questions are all answered."""
    made = tmp_path_factory.mktemp("log")
    write_log(made, n=N, customers=20)
    with contextlib.chdir(made):
        handed(state="elsewhere/labels.json")
    return made


@pytest.fixture
def folder(answered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(answered, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def begin(**more: object) -> Begin:
    source = Source("eval.yaml", (), "week.csv", "texts.csv", ())
    return replace(Begin("v1", "v2", source), **more)  # type: ignore[arg-type]


def handed(how: Sheet = Sheet(), state: str = "labels.json", **more: object) -> Handed:  # noqa: B008
    return label_next(Path(state), begin(**more), how)


def cells(sheet: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(sheet).read_text("utf-8-sig"))))


def test_what_agrees_what_differs_and_what_is_left_out_add_up(folder: Path) -> None:
    with (folder / "week.csv").open("a") as log:
        log.write("T1,billing,0.5\nT999,billing,0.5\n,billing,0.5\n")
    found = handed()
    assert (found.n_log, found.n_agree, found.n_to_label, found.n_left_out) == (63, 48, 12, 3)
    assert dict(found.left_out) == {
        "further decisions about a ticket": 1,
        "decisions without a text": 1,
        "decisions without a ticket_id": 1,
    }


def test_a_sheet_holds_the_first_ten_in_order_and_no_answer(folder: Path) -> None:
    found = handed()
    assert (found.sheet, found.numbers) == ("labels-001-010.csv", tuple(range(1, 11)))
    rows = cells(found.sheet)
    assert [*rows[0]] == ["place", "ticket_id", "text", "label"]
    assert {row["label"] for row in rows} == {""}
    places = [int(row["place"]) for row in rows]
    assert places == sorted(places) == list(read_state(Path("labels.json")).to_label[:10])


def test_only_differing_tickets_are_handed_out(folder: Path) -> None:
    handed()
    assert all(int(row["ticket_id"][1:]) % 5 == 0 for row in cells("labels-001-010.csv"))


def test_the_same_seed_is_the_same_order_whatever_the_order_of_the_files(folder: Path) -> None:
    handed()
    for name in ("week.csv", "texts.csv"):
        head, *rows = (folder / name).read_text().splitlines(keepends=True)
        (folder / name).write_text("".join([head, *reversed(rows)]))
    handed(state="again.json")
    handed(state="other.json", seed=1)
    first, again, other = (read_state(Path(f"{n}.json")) for n in ("labels", "again", "other"))
    assert (first.log.ids, first.to_label) == (again.log.ids, again.to_label)
    assert first.log.ids != other.log.ids


def test_the_second_sheet_goes_on_without_options_and_ends_with_nothing(folder: Path) -> None:
    path = Path("labels.json")
    label_import(path, [labelled(Path(handed().sheet), lambda _, __: "billing")])
    second = label_next(path, None)
    assert (second.sheet, second.numbers, second.begins) == ("labels-011-012.csv", (11, 12), False)
    label_import(path, [labelled(Path(second.sheet), lambda _, __: "billing")])
    assert label_next(path, None).sheet == ""


def test_a_person_gets_sheets_of_their_own_from_the_top(folder: Path) -> None:
    path = Path("labels.json")
    label_import(path, [labelled(Path(handed().sheet), lambda _, __: "billing")])
    anna = label_next(path, None, Sheet(annotator="anna", size=3))
    assert (anna.sheet, anna.numbers) == ("labels-anna-001-003.csv", (1, 2, 3))


def test_a_sheet_with_labels_is_not_written_over(folder: Path) -> None:
    sheet = labelled(Path(handed().sheet), lambda _, __: "billing")
    before = sheet.read_bytes()
    with pytest.raises(InputError, match="is there already") as caught:
        label_next(Path("labels.json"), None)
    assert "ticketbench label import labels-001-010.csv" in caught.value.problems[0].help
    assert sheet.read_bytes() == before
    label_next(Path("labels.json"), None, Sheet(force=True))
    assert {row["label"] for row in cells(str(sheet))} == {""}


def test_the_same_call_again_leaves_the_same_bytes(folder: Path) -> None:
    handed()
    before = {path.name: path.read_bytes() for path in folder.glob("labels*")}
    assert handed().begins is False
    assert {path.name: path.read_bytes() for path in folder.glob("labels*")} == before


def test_batches_are_larger_from_a_hundred_labels_on() -> None:
    of = state(300, range(1, 251))
    sizes = [
        len(next_batch(labels_on(of, *(["x"] * n)), annotator="", size=None).numbers)
        for n in (0, 99, 100, 240, 250)
    ]
    assert sizes == [10, 10, 25, 10, 0]


def test_texts_are_masked_where_that_is_asked(folder: Path) -> None:
    texts = (folder / "texts.csv").read_text()
    mailed = texts.replace("an error and", "jane@example.com: an error and")
    (folder / "texts.csv").write_text(mailed)
    found = handed(Sheet(mask=True, size=12))
    shown = " ".join(row["text"] for row in cells(found.sheet))
    assert "[mail]" in shown
    assert "example.com" not in shown
    assert found.masking.n_strings == 6


def test_label_studio_gets_tasks(folder: Path) -> None:
    found = handed(Sheet(label_studio=True))
    assert found.sheet == "labels-001-010.json"
    assert len(json.loads(Path(found.sheet).read_text())) == 10


def test_labels_in_the_tickets_are_not_seen(folder: Path) -> None:
    rows = (folder / "texts.csv").read_text().splitlines()
    table = "".join(f"{row},{'label' if i == 0 else 'secret'}\n" for i, row in enumerate(rows))
    (folder / "dataset.csv").write_text(table)
    source = Source("eval.yaml", (), "dataset.csv", "", ())
    handed(source=source)
    assert "secret" not in Path("labels.json").read_text() + Path("labels-001-010.csv").read_text()


def test_a_decision_log_without_texts_says_what_is_missing(folder: Path) -> None:
    (folder / "d.jsonl").write_text('{"schema":"ticketbench/decision@1","ticket_id":"T1"}\n')
    with pytest.raises(InputError, match="has no texts") as caught:
        handed(source=Source("eval.yaml", (), "d.jsonl", "", ()))
    assert "--texts FILE" in caught.value.problems[0].help


def test_strict_replay_asks_nothing_and_says_how_to_ask(folder: Path) -> None:
    label_next(Path("labels.json"), begin(), mode="replay")
    (folder / "answers.sqlite").unlink()
    with pytest.raises(IncompleteError) as caught:
        label_next(Path("again.json"), begin(), mode="replay")
    assert "without --mode replay" in caught.value.problems[0].help
    assert not Path("again.json").exists()


def test_the_plan_is_heard_before_anything_is_asked(folder: Path) -> None:
    plans: list[RunPlan] = []
    label_next(Path("labels.json"), begin(), ear=Ear(plan=plans.append))
    assert [(one.requests, one.rubric_sets[1].cached) for one in plans] == [(0, N)]


def test_its_own_dataset_need_not_be_there(folder: Path) -> None:
    (folder / "tickets.csv").unlink()
    assert handed().n_to_label == DIFFER


def test_another_comparison_is_not_written_into_the_state(folder: Path) -> None:
    handed()
    for more in ({"seed": 1}, {"target": "cost", "margin": 0.1}, {"candidate": "v1", "base": "v2"}):
        with pytest.raises(InputError, match=r"labels\.json is of v1 against v2 on week\.csv"):
            handed(**more)


def test_rubrics_that_changed_since_the_first_label_are_refused(folder: Path) -> None:
    handed()
    changed = (folder / "v2.yaml").read_text().replace("a refund", "a bill")
    (folder / "v2.yaml").write_text(changed)
    with pytest.raises(InputError, match="v2 asks other questions than when the labels began"):
        label_next(Path("labels.json"), None, Sheet(force=True))


def test_tickets_that_changed_since_are_refused(folder: Path) -> None:
    handed()
    (folder / "texts.csv").write_text((folder / "texts.csv").read_text() + "T999,new,c1\n")
    (folder / "week.csv").write_text((folder / "week.csv").read_text() + "T999,billing,0.5\n")
    with pytest.raises(InputError, match="not the tickets that the labels began with"):
        label_next(Path("labels.json"), None, Sheet(force=True))


def test_a_candidate_is_held_against_the_questions_and_the_policy_of_the_baseline(
    folder: Path,
) -> None:
    write_log(folder, n=N)
    config = (folder / "eval.yaml").read_text()
    old = "policy: {threshold: 0.5}\nbaseline: base.json\n"
    (folder / "eval.yaml").write_text(config + old)
    assert ticketbench_in(folder, "run", "eval.yaml").returncode == 0
    bless = ("baseline", "bless", "eval.yaml", "--rubric-set", "v1")
    assert ticketbench_in(folder, *bless).returncode == 0
    (folder / "eval.yaml").write_text(config + old.replace("0.5", "0.9"))
    (folder / "v1.yaml").write_text((folder / "v1.yaml").read_text().replace("a refund", "a bill"))
    found = handed(base="baseline", target="wrongly_routed")
    state = read_state(Path(found.state))
    assert (state.base.name, state.base.policy.threshold) == ("baseline", 0.5)
    assert state.candidate.policy.threshold == 0.9
    assert state.base.rubrics != state.candidate.rubrics
    assert label_next(Path(found.state), None).numbers == found.numbers


def test_labels_that_only_one_set_has_are_told(folder: Path) -> None:
    rubrics = (folder / "v1.yaml").read_text()
    (folder / "v1.yaml").write_text(rubrics.replace("name: account", "name: profile"))
    own = (folder / "v2.yaml").read_text().replace("extends: v1.yaml\nlabels:\n", "")
    (folder / "v2.yaml").write_text(own)
    (note, other) = handed().notes
    assert note.startswith("only v1 has profile")
    assert other.startswith("only v2 has account")


def test_without_a_baseline_nothing_is_held_against_it(folder: Path) -> None:
    with pytest.raises(InputError, match="there is no baseline"):
        handed(base="baseline")


def test_one_ticket_of_each_customer_comes_first_where_that_is_asked(folder: Path) -> None:
    handed(customers=True)
    log = read_state(Path("labels.json")).log
    assert log.n_first == 20
    assert len(set(log.groups[:20])) == 20
    assert kept(folder)["log"]["grouped_by"] == "customer"  # type: ignore[index]


def test_customers_need_a_column(folder: Path) -> None:
    write_log(folder)
    config = (folder / "eval.yaml").read_text().replace(", columns: {group: customer}", "")
    (folder / "eval.yaml").write_text(config)
    with pytest.raises(InputError, match="whose a ticket is"):
        handed(customers=True)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"target": "macro_f1"}, "no verdict with few labels is about 'macro_f1'"),
        ({"target": "cost"}, "a cost has no usual margin"),
        ({"margin": 1.5}, "a margin cannot be 1.5"),
        ({"candidate": "v1"}, "v1 stands on both sides"),
        ({"candidate": "v9"}, "has no rubric set 'v9'"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_written(
    folder: Path, more: dict[str, object], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        handed(**more)
    assert not Path("labels.json").exists()
