"""A release is judged on its labels alone, once, against what was pinned; every way out is said."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gated_project import edit
from released_project import BASELINE, CONFIG, LABELS, speaking_for, write_released
from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.edge.labels.state import LabelState, Source, read_state, state_bytes
from ticketbench.edge.results.baseline_file import baseline_bytes, read_baseline
from ticketbench.edge.results.ledger import Ledger, Pin, SeenChange
from ticketbench.flow.gates.baseline import bless, prepare
from ticketbench.flow.gates.pin import pin, prepare_pin
from ticketbench.flow.gates.release import judge_release, note, prepare_note
from ticketbench.flow.labels.begin import Begin
from ticketbench.flow.labels.next import Sheet, label_next
from ticketbench.flow.labels.take import label_import
from ticketbench.measure.gates.results import OnFresh
from ticketbench.report.gates.verdict import gate_verdict

N, DIFFER = 400, 80
GOOD, BAD = ("candidate", "candidate", "base"), ("base", "base", "base", "candidate")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("release")
    write_released(made, n=N)
    with contextlib.chdir(made):
        bless(prepare(CONFIG, name="v1", mode="auto"))
        label_next(LABELS, begin(), Sheet(size=1_000))
    return made


@pytest.fixture
def folder(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def begin(**more: object) -> Begin:
    source = Source("eval.yaml", (), "week.csv", "texts.csv", ())
    return replace(Begin("pin", "v2", source), **more)  # type: ignore[arg-type]


def label(folder: Path, sides: tuple[str, ...]) -> None:
    label_import(LABELS, [folder / speaking_for(folder, f"labels-001-0{DIFFER}.csv", sides)])


def judged(*overrides: str) -> OnFresh:
    (found,) = judge_release(CONFIG, LABELS, overrides=overrides).report.results
    assert isinstance(found, OnFresh)
    return found


def refused(*overrides: str) -> str:
    with pytest.raises(InputError) as caught:
        judge_release(CONFIG, LABELS, overrides=overrides)
    (problem,) = caught.value.problems
    assert problem.help
    return f"{problem.what} | {problem.help}"


def test_until_the_labels_that_are_asked_for_are_there_nothing_of_the_change_is_seen(
    folder: Path,
) -> None:
    found = judged()
    assert (found.outcome, found.n, found.n_differ) == ("inconclusive", N, DIFFER)
    assert (found.n_wanted, found.n_labelled) == (DIFFER, 0)
    assert found.n_needed > N
    with pytest.raises(IncompleteError, match="0 of the 80 labels"):
        prepare_note(CONFIG, LABELS)


def test_a_good_release_ships_and_a_bad_one_does_not(folder: Path) -> None:
    label(folder, GOOD)
    report = judge_release(CONFIG, LABELS).report
    assert (judged().outcome, gate_verdict(report).exit_code) == ("pass", 0)
    assert (judged().gained, judged().lost) == (54, 26)
    labels = Path("labels.json")
    labels.write_bytes(state_bytes(replace(read_state(labels), given={})))
    label(folder, BAD)
    report = judge_release(CONFIG, LABELS).report
    assert (judged().outcome, gate_verdict(report).exit_code) == ("fail", 1)
    assert judged().change.value == pytest.approx(-40 / N)


def test_a_tighter_budget_or_more_planned_releases_ask_for_more(folder: Path) -> None:
    label(folder, GOOD[:1] + BAD[:1])
    assert judged().outcome == "fail"
    assert judged("baseline_budget=0.06").outcome == "pass"
    assert judged("baseline_budget=0.06", "baseline_releases=100").outcome == "fail"
    assert judged("baseline_releases=1").loss_left < judged().loss_left


def test_a_look_is_noted_once_and_may_be_taken_again(folder: Path) -> None:
    label(folder, GOOD)
    note(prepare_note(CONFIG, LABELS))
    (look,) = read_baseline(BASELINE).ledger.looks  # type: ignore[union-attr]
    assert (look.rubric_set, look.n, look.n_labelled, look.ships) == ("v2", N, DIFFER, True)
    content = BASELINE.read_bytes()
    again = prepare_note(CONFIG, LABELS)
    note(again)
    assert (again.shown.same, BASELINE.read_bytes()) == (True, content)
    assert (judged().look, judged().noted) == (1, True)


def test_tickets_of_a_noted_look_are_no_longer_fresh_for_another_release(folder: Path) -> None:
    label(folder, BAD)
    note(prepare_note(CONFIG, LABELS))
    other = begin(source=Source("eval.yaml", ("rubric_sets.v3=v1.yaml",), "week.csv",
                                "texts.csv", ()), candidate="v3")  # fmt: skip
    with pytest.raises(InputError, match="release 1 since the pin"):
        label_next(Path("other.json"), other)
    assert not Path("other.json").exists()


def test_as_many_releases_as_were_planned_may_be_judged_until_the_next_pin(folder: Path) -> None:
    label(folder, GOOD)
    kept = read_baseline(BASELINE)
    noting = prepare_note(CONFIG, LABELS)
    (look,) = noting.now.ledger.looks  # type: ignore[union-attr]
    others = tuple(replace(look, log=f"log {i}", n=0, tickets="") for i in range(5))
    ledger = replace(noting.now.ledger, looks=others)  # type: ignore[type-var]
    BASELINE.write_bytes(baseline_bytes(replace(kept, ledger=ledger)))
    assert "5 releases were judged since the pin" in refused()
    assert judged("baseline_releases=6").look == 6
    pin(prepare_pin(CONFIG, reason="where we stand"))
    assert judged().look == 1


def blessed_over() -> None:
    """v2 is live, and the file is still one of before files kept what was pinned."""
    kept = read_baseline(BASELINE)
    ledger = Ledger((Pin("d", "0" * 64, "a"),), (SeenChange(0.0, 7),))
    BASELINE.write_bytes(baseline_bytes(replace(kept, ledger=ledger)))


def other_state(change: Callable[[LabelState], LabelState]) -> None:
    LABELS.write_bytes(state_bytes(change(read_state(LABELS))))


def pinned_v2() -> None:
    bless(prepare(CONFIG, name="v2", reason="live", mode="auto"))
    pin(prepare_pin(CONFIG, reason="live"))


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "another pin": (pinned_v2, "against pin, which is not what was pinned"),
    "other rubrics": (
        lambda: edit("v2.yaml", "a crash or", "or"), "v2 is not what labels.json was labelled for",
    ),
    "another target": (
        lambda: other_state(lambda s: replace(s, target="cost", margin=1.0)), "is about cost",
    ),
    "one ticket a customer first": (
        lambda: other_state(lambda s: replace(s, log=replace(s.log, n_first=10))),
        "begins with one ticket a customer",
    ),
    "another endpoint of the pin": (
        lambda: other_state(lambda s: replace(s, base=replace(s.base, url="http://x/classify"))),
        "which is not what was pinned",
    ),
    "a pin that nobody knows": (blessed_over, "what was pinned is not known"),
    "no labels": (LABELS.unlink, "there is no labelling in labels.json"),
    "no baseline": (BASELINE.unlink, "there is no baseline base.json yet"),
    "a ticket of the baseline": (
        lambda: other_state(
            lambda s: replace(s, log=replace(
                s.log, hashes=(next(iter(read_baseline(BASELINE).tickets)), *s.log.hashes[1:])))
        ),
        "1 of 400 tickets are not fresh: the baseline has",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_says_nothing_about_this_release_is_refused_with_what_to_do(
    folder: Path, kind: str
) -> None:
    change, told = REFUSED[kind]
    change()
    assert told in refused()


def test_a_pin_that_was_blessed_over_is_still_what_labels_are_against(folder: Path) -> None:
    bless(prepare(CONFIG, name="v2", reason="live", mode="auto"))
    found = judged()
    assert (found.against, found.rubric_set) == ("v1", "v2")


def test_what_a_release_could_not_be_judged_on_is_refused_before_anything_is_asked(
    folder: Path,
) -> None:
    for more in ({"target": "routed_right"}, {"customers": True}):
        with pytest.raises(InputError):
            label_next(Path("other.json"), begin(**more))
    tickets = replace(begin().source, tickets="tickets.csv", texts="")
    with pytest.raises(InputError, match="7 of 7 tickets are not fresh: the baseline has"):
        label_next(Path("other.json"), begin(source=tickets))


def test_a_pin_whose_endpoint_is_another_now_is_not_asked_elsewhere(folder: Path) -> None:
    kept = read_baseline(BASELINE)
    ledger = kept.ledger
    assert ledger is not None
    assert ledger.pinned is not None
    moved = replace(ledger, pinned=replace(ledger.pinned, endpoint="local://minilm/v1/classify"))
    BASELINE.write_bytes(baseline_bytes(replace(kept, ledger=moved)))
    with pytest.raises(InputError, match="the pin had its answers from local://minilm"):
        label_next(Path("other.json"), begin())
