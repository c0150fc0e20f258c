"""A pull request is not its own judge: the rules of the commit before decide, in a real repository.

Every move here turns a red gate green where the config judges itself; a test says so.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from git_commits import git
from offline_ci import SAMPLE
from ticketbench.core.errors import InputError
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.recording import read_recording, recording_text
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.inputs.documents import read_document
from ticketbench.flow.gates.baseline import bless, prepare
from ticketbench.flow.gates.judge import GateRun, gate
from ticketbench.measure.gates.results import Kept
from ticketbench.report.gates.rules import change_texts, decided_text, own_text
from ticketbench.report.gates.text import Commands, gate_text
from ticketbench.report.gates.verdict import gate_verdict

CONFIG = Path("configs/support.yaml")
RUBRICS = Path("configs/rubrics/support.yaml")
TICKETS = Path("datasets/tickets.csv")
RECORDING = Path("configs/recordings/support.jsonl")
ACCURACY = "{metric: accuracy, on: current, not_worse_than: baseline, margin: 0.02}"
RIGHT = "{metric: accuracy, on: current, min: 0.9}"
ROUTED = "{metric: coverage, on: current, min: 0.75}"
MUST_PASS = "{must_pass: [t-0001, t-0002], on: current}"
HOLDS = "{metric: accuracy, on: current, min: 0.5}"


def edit(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, f"{path} holds {old!r} {text.count(old)} times"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def with_gates(*gates: str) -> None:
    head = CONFIG.read_text(encoding="utf-8").partition("gates:")[0]
    CONFIG.write_text(f"{head}gates:\n{''.join(f'  - {one}{chr(10)}' for one in gates)}")


def committed(*gates: str) -> None:
    """These gates as they stand on main, and the harmful edit of a pull request after it."""
    with_gates(*gates)
    git("add", "-A")
    git("commit", "-qm", "main")
    git("tag", "-f", "base")
    shutil.copy("edits/harmful.yaml", RUBRICS)


def judged(against: str = "base") -> GateRun:
    return gate(CONFIG, against=against)


def exit_code(run: GateRun) -> int:
    return gate_verdict(run.report).exit_code


def changes(run: GateRun) -> str:
    assert run.report.rules is not None
    return "\n".join(change_texts(run.report.rules))


def screen(run: GateRun) -> str:
    def nothing(*_: str) -> str:
        return ""

    verdict = gate_verdict(run.report)
    lines = gate_text(run.report, verdict, Commands(nothing, nothing, "", ""), width=80)
    return "\n".join(line.plain for line in lines)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample repository, kept by git, as it stands before its gates are committed."""
    root = tmp_path / "repository"
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("__pycache__", ".*", "out"))
    monkeypatch.chdir(root)
    git("init", "-q")
    Path(".gitignore").write_text(".ticketbench/\n")
    return root


def rows() -> list[dict[str, str]]:
    with TICKETS.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(found: list[dict[str, str]], path: Path = TICKETS) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, list(found[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(found)


def used_keys() -> dict[str, str]:
    """The key of each ticket's answer, by id."""
    from ticketbench.edge.replay.questions import questions
    from ticketbench.flow.steps.inputs import read_inputs

    inputs = read_inputs(CONFIG)
    own = inputs.rubric_sets[0]
    asked = questions(inputs.dataset, own, inputs.url_of(own))
    numbers = zip(inputs.dataset.tickets, asked.of_ticket.tolist(), strict=True)
    return {ticket.id: asked.keys[number] for ticket, number in numbers}


def answered_wrong() -> dict[str, str]:
    """The top label of each wrong ticket by id, as it is recorded."""
    stored, keys = read_recording(RECORDING), used_keys()
    tops = {i: msgspec.json.decode(stored[key].content)["top_label"] for i, key in keys.items()}
    return {row["id"]: tops[row["id"]] for row in rows() if tops[row["id"]] != row["label"]}


def answer(scores: dict[str, float]) -> bytes:
    return msgspec.json.encode(
        {"scores": scores, "top_label": max(scores, key=lambda k: scores[k])}
    )


def forge(change: Callable[[dict[str, Stored]], None]) -> None:
    """Rewrite the recording with digests made anew, as whoever can write it may."""
    stored = dict(read_recording(RECORDING))
    change(stored)
    RECORDING.write_text(recording_text(stored.items()), encoding="utf-8")


def widened_margin() -> None:
    edit(CONFIG, ("margin: 0.02", "margin: 0.5"))


def deleted_gate() -> None:
    edit(CONFIG, (f"  - {ACCURACY}\n", ""))


def blessed_baseline() -> None:
    bless(prepare(CONFIG, reason="now it is better"))


def dropped_must_pass() -> None:
    edit(CONFIG, ("t-0001, t-0002", "t-0001"))


def changed_gold() -> None:
    wrong = answered_wrong()
    write_rows([row | {"label": wrong.get(row["id"], row["label"])} for row in rows()])


def moved_threshold() -> None:
    edit(CONFIG, ("report:", "policy: {threshold: 0.2, escalate_above: 1}\nreport:"))


def invented_answers() -> None:
    """Every ticket of one label is right, as sure as can be."""
    keys = used_keys()

    def invent(stored: dict[str, Stored]) -> None:
        for row in rows():
            key = keys[row["id"]]
            names = msgspec.json.decode(stored[key].content)["scores"]
            scores = {name: float(name == "delivery") for name in names}
            if row["label"] == "delivery":
                stored[key] = replace(stored[key], content=answer(scores))

    forge(invent)


def exchanged_answers() -> None:
    """Wrong tickets get the answers of right ones of their label, and these theirs."""
    keys, wrong = used_keys(), answered_wrong()
    labels = {row["id"]: row["label"] for row in rows()}
    donors = {label: [i for i in labels if labels[i] == label and i not in wrong]
              for label in set(labels.values())}  # fmt: skip

    def exchange(stored: dict[str, Stored]) -> None:
        for ticket in [one for one in wrong if labels[one] == "delivery"]:
            right = donors["delivery"][0]
            stored[keys[ticket]] = replace(
                stored[keys[ticket]], content=stored[keys[right]].content
            )

    forge(exchange)


def rules_config(text: str) -> Callable[[], None]:
    """A change of one line of the config."""
    return lambda: edit(CONFIG, ("report:", f"{text}\nreport:"))


@dataclass(frozen=True)
class Move:
    """What a change does to its judge, on which gates, and how it is named."""

    gates: tuple[str, ...]
    make: Callable[[], None]
    named: str


MOVES = {
    "a widened margin": Move(
        (ACCURACY,), widened_margin, "margin of accuracy (current): 0.02 -> 0.5"
    ),
    "a deleted gate": Move(
        (ACCURACY, HOLDS), deleted_gate, "gate on accuracy (current): removed {"
    ),
    "a blessed baseline": Move((ACCURACY,), blessed_baseline, "baseline (rubrics, answers: "),
    "a dropped must-pass": Move(
        (MUST_PASS,), dropped_must_pass, "no longer in must_pass (current): 1 ticket: t-0002"
    ),
    "changed gold labels": Move((RIGHT,), changed_gold, "gold labels: 38 tickets: t-0002, t-0006"),
    "a moved threshold": Move((ROUTED,), moved_threshold, "policy.threshold: 0.6 -> 0.2"),
    "invented answers": Move((RIGHT,), invented_answers, ""),
    "exchanged answers": Move((RIGHT,), exchanged_answers, ""),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_move_that_makes_the_own_gates_green_is_red_and_named(
    repository: Path, name: str
) -> None:
    move = MOVES[name]
    committed(*move.gates)
    assert exit_code(judged("")) == 1, "the edit is harmful"
    move.make()
    assert exit_code(judged("")) == 0, "the move works where the config judges itself"
    found = judged()
    assert exit_code(found) == 1
    assert move.named in changes(found)
    if not move.named:
        (kept,) = (one for one in found.report.results if isinstance(one, Kept))
        assert {ticket.what for ticket in kept.tickets} == {"another answer"}
        assert "with another answer" in screen(found)
        assert "recheck" in gate_verdict(found.report).action


@pytest.mark.parametrize("name", ["", "harmless", "harmful", "inconclusive"])
def test_an_honest_edit_reads_as_it_does_without(repository: Path, name: str) -> None:
    committed(ACCURACY, MUST_PASS)
    git("checkout", "-q", "--", str(RUBRICS))
    if name:
        shutil.copy(f"edits/{name}.yaml", RUBRICS)
    found, own = judged(), judged("")
    assert screen(found) == screen(own)
    assert msgspec.json.encode(found.report.results, enc_hook=repr) == msgspec.json.encode(
        own.report.results, enc_hook=repr
    )
    assert found.report.rules is not None
    assert found.report.rules.changes == ()


def test_what_decides_is_said_with_what_the_own_rules_would_say(repository: Path) -> None:
    committed(ACCURACY, HOLDS)
    widened_margin()
    found = judged()
    assert found.report.rules is not None
    commit = found.report.rules.commit[:12]
    assert decided_text(found.report.rules) == (
        f"Judged by the rules of base ({commit}), which this change alters:"
    )
    assert own_text(found.report) == (
        "By its own rules, which count from the merge on: 3 gates passed."
    )
    assert "1 of 3 gates FAILED" in screen(found)


def test_a_change_that_asks_more_than_before_is_judged_by_what_was_asked(repository: Path) -> None:
    committed(HOLDS)
    edit(CONFIG, ("min: 0.5", "min: 0.99"))
    found = judged()
    assert exit_code(found) == 0
    assert "1 of 2 gates FAILED" in own_text(found.report)
    assert "min of accuracy (current): 0.5 -> 0.99" in screen(found)


def test_without_any_gate_left_the_old_ones_decide(repository: Path) -> None:
    committed(ACCURACY)
    edit(CONFIG, (f"gates:\n  - {ACCURACY}\n", ""))
    assert exit_code(judged()) == 1


def test_removed_and_rewritten_tickets_are_a_failed_gate(repository: Path) -> None:
    committed(HOLDS)
    wrong = answered_wrong()
    left = [row for row in rows() if row["id"] not in wrong]
    write_rows(left)
    found = judged()
    (kept,) = (one for one in found.report.results if isinstance(one, Kept))
    assert {ticket.ticket_id for ticket in kept.tickets} == set(wrong)
    assert (exit_code(found), kept.n) == (1, 180)
    assert f"tickets removed: {len(wrong)} tickets" in changes(found)
    assert "recheck" not in gate_verdict(found.report).action, "no answer is doubted"


def test_a_rewritten_text_is_a_failed_gate(repository: Path) -> None:
    committed(HOLDS)
    first, second, *others = rows()
    write_rows([first | {"text": second["text"]}, second, *others])
    found = judged()
    (kept,) = (one for one in found.report.results if isinstance(one, Kept))
    assert [(t.ticket_id, t.what) for t in kept.tickets] == [(first["id"], "rewritten")]
    assert "texts rewritten: 1 ticket" in changes(found)


def test_new_tickets_are_named_and_not_judged(repository: Path) -> None:
    committed(RIGHT)
    easy = next(row for row in rows() if row["id"] not in answered_wrong())
    write_rows([*rows(), *(easy | {"id": f"new-{i}"} for i in range(900))])
    assert exit_code(judged("")) == 0
    found = judged()
    assert exit_code(found) == 1
    assert found.report.dataset.n == 180
    assert "tickets added: 900 tickets" in changes(found)


def test_answers_that_are_taken_out_of_the_recording_are_no_way_around(repository: Path) -> None:
    committed(RIGHT)
    keys = used_keys()
    gone = [keys[ticket] for ticket in list(answered_wrong())[:5]]
    forge(lambda stored: [stored.pop(key) for key in gone] and None)
    found = judged()
    verdict = gate_verdict(found.report, missing="warn")
    assert (verdict.outcome, verdict.exit_code) == ("incomplete", 3)
    assert "5 were recorded at base (" in verdict.headline
    assert verdict.action.startswith("take the recording of base (")
    assert "Take the recording of base (" in screen(found)
    assert gate_verdict(judged("").report, missing="warn").exit_code == 0


def test_answers_that_a_cache_of_the_checkout_holds_are_compared_too(repository: Path) -> None:
    committed(RIGHT)
    keys, forged = used_keys(), dict(read_recording(RECORDING))
    invented_answers()
    invented = dict(read_recording(RECORDING))
    moved = {key: invented[key] for key in keys.values()}
    left = {key: kept for key, kept in forged.items() if key not in moved}
    RECORDING.write_text(recording_text(left.items()), encoding="utf-8")
    with AnswerCache(Path(".ticketbench/answers.sqlite")) as cache:
        cache.save(moved)
    assert exit_code(judged("")) == 0
    found = judged()
    assert exit_code(found) == 1
    assert any(isinstance(one, Kept) for one in found.report.results)


def test_every_rule_of_the_config_is_that_of_before(repository: Path) -> None:
    committed(HOLDS)
    wrong = answered_wrong()
    easy = [row | {"other": wrong.get(row["id"], row["label"])} for row in rows()]
    write_rows(easy, Path("datasets/easy.csv"))
    (before,) = judged().report.evaluations
    edit(
        CONFIG,
        ("tickets.csv}", "easy.csv, columns: {label: other}}"),
        (
            "report:",
            "choose: {costs: {misroute: 0}}\nproduction_mix: {billing: 1}\nundecided: pass\n"
            "policy: {escalate_above: 0.9}\nreport:",
        ),
    )
    found = judged()
    (evaluation,) = found.report.evaluations
    assert (evaluation.settings, evaluation.accuracy.value) == (
        before.settings,
        before.accuracy.value,
    )
    assert found.report.undecided == "warn"
    assert set(changes(found).split("\n")[:-1]) == {
        "dataset.path: ../datasets/tickets.csv -> ../datasets/easy.csv",
        "dataset.columns.label: label -> other",
        "policy.escalate_above: 0.3 -> 0.9",
        "choose.costs.misroute: 5 -> 0",
        "production_mix.billing: added 1",
        "undecided: warn -> pass",
    }
    assert changes(found).split("\n")[-1].startswith("gold labels: 38 tickets: ")


def test_another_endpoint_is_named_since_its_answers_have_none_of_before(repository: Path) -> None:
    committed(HOLDS)
    edit(CONFIG, ("v1/classify", "v1/classify?v=2"))
    found = judged()
    assert exit_code(found) == 3
    assert "endpoint.url: local://lexical/v1/classify -> " in changes(found)


def test_another_value_in_the_query_of_the_endpoint_is_named_and_not_shown() -> None:
    from ticketbench.edge.inputs.config import read_config
    from ticketbench.flow.gates.rule_changes import config_changes

    before, now = (
        read_config(SAMPLE / CONFIG, overrides=[f"endpoint.url=https://a.example/c?model={one}"])
        for one in ("old-1", "new-2")
    )
    (change,) = config_changes(before.file, now.file)
    shown = "https://a.example/c?model=***"
    assert (change.what, change.before, change.after) == ("endpoint.url", shown, shown)


def test_a_link_in_place_of_the_config_leads_to_no_other_judge(repository: Path) -> None:
    committed(ACCURACY)
    text = CONFIG.read_text()
    CONFIG.with_name("lax.yaml").write_text(text.replace("margin: 0.02", "margin: 0.9"))
    CONFIG.unlink()
    CONFIG.symlink_to("lax.yaml")
    assert exit_code(judged("")) == 0
    assert exit_code(judged()) == 1


def test_a_first_config_is_judged_by_itself_and_says_so(repository: Path) -> None:
    committed(HOLDS)
    shutil.copy(CONFIG, CONFIG.with_name("new.yaml"))
    found = gate(CONFIG.with_name("new.yaml"), against="base")
    assert exit_code(found) == 0
    assert "There are no gates for this config at base (" in " ".join(screen(found).split())


def test_a_folder_is_a_judge_too(repository: Path) -> None:
    committed(ACCURACY)
    git("worktree", "add", "-q", "../before", "base")
    widened_margin()
    found = judged("../before")
    assert exit_code(found) == 1
    assert "Judged by the rules of ../before, which this change alters:" in screen(found)


def test_a_dataset_that_git_does_not_keep_is_the_same_for_both(repository: Path) -> None:
    Path(".gitignore").write_text(".ticketbench/\ndatasets/\n")
    committed(RIGHT)
    assert exit_code(judged()) == 1
    assert changes(judged()) == ""


def test_a_dataset_that_the_change_brings_is_no_judge(repository: Path) -> None:
    Path(".gitignore").write_text(".ticketbench/\ndatasets/\n")
    committed(RIGHT)
    changed_gold()
    git("add", "-f", str(TICKETS))
    with pytest.raises(InputError, match=r"names the dataset datasets/tickets\.csv, and does not"):
        judged()


def test_an_error_of_the_rules_of_before_names_them(repository: Path) -> None:
    committed("{metric: accurracy, on: current, min: 0.9}")
    edit(CONFIG, ("accurracy", "accuracy"))
    with pytest.raises(InputError) as caught:
        judged()
    (problem,) = caught.value.problems
    assert problem.where.startswith("base:configs/support.yaml:11:")
    assert "accurracy" in problem.what


def test_a_gate_on_a_set_that_is_gone_cannot_be_judged(repository: Path) -> None:
    committed(HOLDS)
    edit(CONFIG, ("{current: ", "{other: "), ("on: current", "on: other"))
    with pytest.raises(InputError, match="there is no rubric set 'current'"):
        judged()


def compared_with_a_set(*, extends: bool = False) -> Path:
    """The gate compares with another rubric set, of a file of its own; which that is."""
    bar = RUBRICS.with_name("v1.yaml")
    shutil.copy(RUBRICS, bar)
    if extends:
        bar = RUBRICS.with_name("bar.yaml")
        bar.write_text("extends: ../rubrics/v1.yaml\n")
    edit(
        CONFIG,
        ("{current: ", f"{{v1: rubrics/{bar.name}, current: "),
        ("baseline: baselines/support.json\n", ""),
    )
    committed("{metric: accuracy, on: current, not_worse_than: v1, margin: 0.02}")
    return RUBRICS.with_name("v1.yaml")


@pytest.mark.parametrize("extends", [False, True])
def test_a_set_that_others_are_compared_with_is_that_of_before(
    repository: Path, extends: bool
) -> None:
    bar = compared_with_a_set(extends=extends)
    assert exit_code(judged()) == exit_code(judged("")) == 1
    shutil.copy("edits/harmful.yaml", bar)
    assert exit_code(judged("")) == 0, "a lowered bar makes the own gates green"
    found = judged()
    assert exit_code(found) == 1
    assert changes(found).startswith("rubrics of v1, which others must not be worse than: 4 labels")
    (then,) = found.report.comparisons
    assert then.comparison.base == "v1"


def test_a_bar_whose_answers_left_the_recording_has_those_of_before(repository: Path) -> None:
    bar = compared_with_a_set()
    git("checkout", "-q", "--", str(RUBRICS))
    keys = set(used_keys().values())
    shutil.copy("edits/harmful.yaml", RUBRICS)
    shutil.copy("edits/harmful.yaml", bar)
    forge(lambda stored: [stored.pop(key) for key in keys])
    found = judged()
    assert found.report.complete
    assert exit_code(found) == 1
    assert not any(isinstance(one, Kept) for one in found.report.results)


def test_a_bar_that_is_gone_is_that_of_before(repository: Path) -> None:
    bar = compared_with_a_set()
    bar.unlink()
    edit(CONFIG, ("{v1: rubrics/v1.yaml, ", "{"), ("not_worse_than: v1, margin: 0.02", "min: 0.1"))
    found = judged()
    assert exit_code(found) == 1
    assert "rubrics of v1, which others must not be worse than: removed 4 labels" in changes(found)


def test_another_order_that_makes_another_gate_primary_is_named(repository: Path) -> None:
    lenient = ACCURACY.replace("accuracy", "macro_f1").replace("0.02", "0.9")
    committed(ACCURACY, lenient, HOLDS)
    with_gates(lenient, HOLDS, ACCURACY)
    assert changes(judged()) == "primary: accuracy (current) -> macro_f1 (current)"
    with_gates(HOLDS, ACCURACY, lenient)
    assert changes(judged()) == ""


def test_another_file_for_a_judged_set_is_named(repository: Path) -> None:
    committed(HOLDS)
    shutil.copy("edits/harmless.yaml", RUBRICS.with_name("copy.yaml"))
    edit(CONFIG, ("rubrics/support.yaml", "rubrics/copy.yaml"))
    found = judged()
    assert exit_code(found) == 0
    assert "rubric_sets.current: rubrics/support.yaml -> rubrics/copy.yaml" in changes(found)


def test_a_recorded_answer_that_is_gone_is_a_failed_gate_where_some_may_fail(
    repository: Path,
) -> None:
    committed("{metric: accuracy, on: current, min: 0.88}")
    keys, wrong = used_keys(), [*answered_wrong()][:20]
    forge(lambda stored: [stored.pop(keys[ticket]) for ticket in wrong])
    assert exit_code(gate(CONFIG, allow_failures=20)) == 0
    found = gate(CONFIG, allow_failures=20, against="base")
    (kept,) = (one for one in found.report.results if isinstance(one, Kept))
    assert [(t.ticket_id, t.what) for t in kept.tickets] == [(one, "answer gone") for one in wrong]
    assert exit_code(found) == 1
    assert "20 without the answer that was recorded: " in " ".join(screen(found).split())


def test_a_matrix_that_a_change_brings_beside_its_answers_is_not_read(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ticketbench.edge.answers import memo

    monkeypatch.setattr(memo, "WORTH_FROM", 1)
    committed(RIGHT)
    with AnswerCache(Path(".ticketbench/answers.sqlite")):
        pass
    easy = np.full((180, 4), 0.1)
    names = [entry["name"] for entry in read_document(RUBRICS).data]
    easy[range(180), [names.index(row["label"]) for row in rows()]] = 0.7
    kept = memo.Remembered(easy, 180, 0, tells=False)
    monkeypatch.setattr(memo.Memo, "load", lambda _self, key: kept if key else None)
    assert exit_code(judged("")) == 0, "it says that every ticket is right"
    assert exit_code(judged()) == 1


def test_new_tickets_move_no_other_into_another_group(repository: Path) -> None:
    twins = [rows()[5] | {"id": f"twin-{i}"} for i in range(2)]
    write_rows([*rows(), *twins])
    committed(HOLDS)
    write_rows([rows()[0] | {"id": "new"}, *rows()])
    assert changes(judged("base")) == "tickets added: 1 ticket: new"


def test_tickets_in_a_submodule_are_nobodys_change_until_it_is_another(
    repository: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.move("datasets", data)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "tickets"]):
        git("-C", str(data), *words)
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(data), "datasets")
    committed(RIGHT)
    assert exit_code(judged()) == 1
    assert changes(judged()) == ""
    changed_gold()
    git("-C", "datasets", "commit", "-qam", "other gold labels")
    git("add", "datasets")
    assert exit_code(judged("")) == 0
    with pytest.raises(InputError, match=r"names the dataset datasets/tickets\.csv, and does not"):
        judged()


def test_tickets_behind_a_link_that_a_change_brings_are_no_judge(repository: Path) -> None:
    Path(".gitignore").write_text(".ticketbench/\n/datasets\n")
    committed(RIGHT)
    changed_gold()
    shutil.move("datasets", "mine")
    Path("datasets").symlink_to("mine")
    git("add", "-f", "datasets", "mine")
    assert exit_code(judged("")) == 0
    with pytest.raises(InputError, match=r"names the dataset datasets/tickets\.csv, and does not"):
        judged()


def test_new_answers_are_counted(repository: Path) -> None:
    committed(HOLDS)
    git("checkout", "-q", "--", str(RUBRICS))
    shutil.copy("edits/unrecorded.yaml", RUBRICS)
    from ticketbench.flow.answers.recordings import export_recording
    from ticketbench.flow.run import run

    run(CONFIG, out=Path("out"))
    export_recording(CONFIG)
    found = judged()
    assert found.report.rules is not None
    assert (found.report.rules.n_answers, found.report.rules.n_new) == (180, 180)


def test_answers_of_a_recording_in_parts_are_compared_with_those_of_before(
    repository: Path,
) -> None:
    from ticketbench.edge.answers.parts.folder import write_parts
    from ticketbench.edge.answers.recording import read_recording, recording_parts

    answers = read_recording(RECORDING)
    folder = RECORDING.with_name("parts")
    write_parts(folder, recording_parts(16, answers.items()))
    edit(CONFIG, ("recordings/support.jsonl", "recordings/parts"))
    committed(HOLDS)
    write_parts(folder, recording_parts(256, answers.items()))
    rules = judged().report.rules
    assert rules is not None
    assert (rules.n_answers, rules.n_new, rules.n_gone) == (180, 0, 0)


def test_nothing_of_the_rules_of_before_is_left_behind(repository: Path, tmp_path: Path) -> None:
    committed(HOLDS)
    own = tmp_path / "tmp"
    own.mkdir()
    before = sorted(os.listdir())
    import tempfile

    tempfile.tempdir = str(own)
    try:
        judged()
    finally:
        tempfile.tempdir = None
    assert list(own.iterdir()) == []
    assert sorted(os.listdir()) == before


def test_a_map_of_labels_is_that_of_before_and_a_new_one_is_no_judge(repository: Path) -> None:
    names = Path("datasets/labels.csv")
    labels = sorted({row["label"] for row in rows()})
    names.write_text("old,new\n" + "".join(f"{one},{one}\n" for one in labels))
    before = "path: ../datasets/tickets.csv"
    edit(CONFIG, (before, f"{before}, labels: {{from: ../datasets/labels.csv}}"))
    committed(RIGHT)
    assert exit_code(judged()) == 1
    names.write_text("old,new\n" + "".join(f"{one},{labels[0]}\n" for one in labels))
    assert (exit_code(judged()), "gold labels" in changes(judged())) == (1, True)
    git("rm", "-q", "--cached", str(names))
    git("commit", "-qm", "without a map")
    git("add", str(names))
    with pytest.raises(InputError, match=r"names the map of labels .*labels\.csv, and does not"):
        judged("HEAD")
