"""A refusal is remembered: a run that accepted some can be replayed, gated and recorded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forked import ticketbench
from shaped_server import ShapedServer, Told
from ticketbench.core.errors import IncompleteError
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.recording import read_recording
from ticketbench.flow.answers.cache import cache_info, prune
from ticketbench.flow.answers.recheck import recheck
from ticketbench.flow.answers.recordings import (
    export_recording,
    import_recordings,
    merge_recordings,
)
from ticketbench.flow.gates.baseline import bless, prepare
from ticketbench.flow.gates.judge import gate
from ticketbench.flow.gates.under_test import UnderTest
from ticketbench.flow.plan import plan_run
from ticketbench.flow.rubrics.ablate import ablate
from ticketbench.flow.run import run

RUBRICS = {
    "billing": "Is this about a charge or a refund?",
    "technical": "Is this about a bug?",
    "other": "Is this about something else?",
}
TEXTS = [f"{'refund of a charge' if i % 2 else 'a bug in the app'}, case {i}" for i in range(12)]
REFUSED = Told({"model": "lexical-1", "answers": {"label": {"type": "refusal"}}})
EVAL, OUT, AGAIN, KEPT = Path("eval.yaml"), Path("out"), Path("again"), Path("answers.jsonl")
GATES = (
    "recording: answers.jsonl\nbaseline: base.json\n"
    "gates:\n- {metric: accuracy, on: v1, min: 0.1}\n"
    "- {metric: accuracy, on: v1, not_worse_than: baseline}\n"
)


@pytest.fixture
def server() -> Iterator[ShapedServer]:
    with ShapedServer() as running:
        yield running


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: ShapedServer) -> Path:
    """Twelve tickets, of which the endpoint refused one in a run that allowed that."""
    monkeypatch.chdir(tmp_path)
    rows = [f't{i:02},"{text}",{list(RUBRICS)[1 - i % 2]}' for i, text in enumerate(TEXTS)]
    Path("tickets.csv").write_text("\n".join(["id,text,label", *rows, ""]))
    lines = [f'- {{name: {name}, rubric: "{rubric}"}}' for name, rubric in RUBRICS.items()]
    Path("v1.yaml").write_text("\n".join([*lines, ""]))
    write(server)
    server.script(REFUSED)
    run(EVAL, out=OUT)
    server.seen.clear()
    return tmp_path


def write(server: ShapedServer, *, share: float = 0.1, more: str = "", path: Path = EVAL) -> Path:
    path.write_text(
        f'version: 1\nendpoint: {{url: "{server.url("systemone")}", rate: none, concurrency: 1, '
        f"max_refused: {share}}}\n"
        "dataset: {path: tickets.csv}\nrubric_sets: {v1: v1.yaml}\n"
        f"cache: eval.sqlite\nreport: {{figures: false}}\n{more}"
    )
    return path


def read(out: Path, file: str = "results.json") -> Any:
    found = json.loads((out / file).read_bytes())
    return found["data"] if file == "results.json" else found


def counts(out: Path) -> tuple[int, int, int]:
    """Requested, scored, and failed tickets; all that failed were refused."""
    found = read(out)["evaluations"][0]["tickets"]
    assert {failure["kind"] for failure in found["failures"]} <= {"refused"}
    return found["n_requested"], found["n_scored"], found["n_failed"]


def test_a_strict_replay_is_the_run_again_and_sends_nothing(server: ShapedServer) -> None:
    run(EVAL, out=AGAIN, mode="replay")
    assert read(AGAIN) == read(OUT)
    for name in ("predictions.csv", "index.html", "summary.md"):
        assert (AGAIN / name).read_bytes() == (OUT / name).read_bytes()
    assert counts(AGAIN) == (12, 11, 1)
    assert server.seen == []


def test_more_than_are_allowed_are_no_misses_and_say_what_to_do(server: ShapedServer) -> None:
    write(server, share=0.05)
    with pytest.raises(IncompleteError, match="the endpoint refused to judge them") as caught:
        run(EVAL, out=AGAIN, mode="replay")
    assert "max_refused" in caught.value.problems[0].help
    assert not AGAIN.exists()
    run(EVAL, out=AGAIN, mode="replay", allow_failures=1)
    assert counts(AGAIN) == (12, 11, 1)


def test_a_refusal_hides_no_answer_that_is_missing(server: ShapedServer) -> None:
    text = Path("tickets.csv").read_text()
    Path("tickets.csv").write_text(f"{text}t99,a new refund,billing\n")
    with pytest.raises(IncompleteError, match=r"1 answer missing.*never asked") as caught:
        run(EVAL, out=AGAIN, mode="replay")
    assert "ask for them" in caught.value.problems[0].help


def test_it_is_asked_again_once_a_run_and_an_answer_then_counts(server: ShapedServer) -> None:
    plan = plan_run(EVAL)
    assert (plan.requests, plan.rubric_sets[0].missing) == (1, 1)
    assert "refused to judge" in plan.rubric_sets[0].reason
    server.script(REFUSED)
    assert run(EVAL, out=AGAIN).refused_before == 1
    assert len(server.seen) == 1
    assert read(AGAIN, "manifest.json")["answers"]["v1"]["refused_before"] == 1
    found = run(EVAL, out=AGAIN)
    assert (found.refused_before, found.asked, len(server.seen)) == (1, 1, 2)
    assert counts(AGAIN) == (12, 12, 0)
    with AnswerCache(Path("eval.sqlite")) as cache:
        assert (len(cache.stored_keys()), cache.refusals()) == (12, {})
    assert run(EVAL, out=AGAIN).refused_before == 0


def test_two_sets_with_one_question_ask_it_once(server: ShapedServer) -> None:
    text = EVAL.read_text().replace("{v1: v1.yaml}", "{v1: v1.yaml, same: v1.yaml}")
    EVAL.write_text(text)
    server.script(REFUSED)
    run(EVAL, out=AGAIN)
    assert len(server.seen) == 1
    assert [e["tickets"]["n_failed"] for e in read(AGAIN)["evaluations"]] == [1, 1]


def test_a_refresh_takes_a_refusal_in_place_of_the_answer_before(server: ShapedServer) -> None:
    run(EVAL, out=OUT)
    assert counts(OUT) == (12, 12, 0)
    server.seen.clear()
    server.script(REFUSED)
    run(EVAL, out=AGAIN, mode="refresh")
    assert (counts(AGAIN), len(server.seen)) == ((12, 11, 1), 12)
    run(EVAL, out=OUT, mode="replay")
    assert read(OUT) == read(AGAIN)


def test_a_recording_holds_it_and_replays_without_a_cache(server: ShapedServer) -> None:
    write(server, more="recording: answers.jsonl\n")
    moved = export_recording(EVAL)
    assert (moved.answers, moved.refused) == (11, 1)
    (refused,) = [line for line in KEPT.read_text().splitlines() if '"refused":true' in line]
    assert set(json.loads(refused)) == {"key", "recorded_at", "refused", "sha256", "url"}
    Path("eval.sqlite").unlink()
    run(EVAL, out=AGAIN, mode="replay")
    assert read(AGAIN)["evaluations"] == read(OUT)["evaluations"]
    before = KEPT.read_bytes()
    export_recording(EVAL)
    assert KEPT.read_bytes() == before
    assert server.seen == []


def test_import_and_merge_keep_it_until_an_answer_comes(server: ShapedServer) -> None:
    write(server, more="recording: answers.jsonl\n")
    export_recording(EVAL)
    Path("eval.sqlite").unlink()
    assert import_recordings(EVAL).refused == 1
    with AnswerCache(Path("eval.sqlite")) as cache:
        assert (len(cache.stored_keys()), len(cache.refusals())) == (11, 1)
    run(EVAL, out=AGAIN)  # now it is answered
    export_recording(EVAL, Path("later.jsonl"))
    for files in ((KEPT, Path("later.jsonl")), (Path("later.jsonl"), KEPT)):
        moved = merge_recordings(files, Path("merged.jsonl"))
        assert (moved.answers, moved.refused) == (12, 0)
        assert Path("merged.jsonl").read_bytes() == Path("later.jsonl").read_bytes()
    assert import_recordings(EVAL, [KEPT]).refused == 0


def test_gates_are_judged_and_a_baseline_is_blessed_beside_it(server: ShapedServer) -> None:
    write(server, more=GATES)
    export_recording(EVAL)
    bless(prepare(EVAL))
    report = gate(EVAL).report
    (answered,) = report.answered
    assert report.complete
    assert (answered.n_refused, answered.n_accepted) == (1, 1)
    assert {result.outcome for result in report.results} == {"pass"}
    assert UnderTest(EVAL).evaluation().n_failed == 1
    assert ablate(EVAL, on="v1").n == 11


def test_a_gate_with_more_than_are_allowed_is_not_judged(server: ShapedServer) -> None:
    write(server, share=0.01, more=GATES)
    export_recording(EVAL)
    done = ticketbench("gate", str(EVAL))
    assert done.returncode == 2  # no baseline yet
    with pytest.raises(IncompleteError, match="refused to judge them"):
        prepare(EVAL)
    EVAL.write_text(EVAL.read_text().replace("- {metric: accuracy, on: v1, not_", "#"))
    done = ticketbench("gate", str(EVAL))
    assert done.returncode == 3
    said = done.stdout + done.stderr
    assert "No gate was judged: 1 ticket refused by the endpoint." in said
    assert "max_refused" in said


def test_a_change_that_accepts_more_refusals_is_judged_by_what_was_accepted_before(
    server: ShapedServer,
) -> None:
    write(server, share=0.05, more=GATES.replace("- {metric: accuracy, on: v1, not_", "#"))
    export_recording(EVAL)
    shutil.copytree(".", Path("..", "before"))
    EVAL.write_text(EVAL.read_text().replace("max_refused: 0.05", "max_refused: 0.5"))
    assert gate(EVAL).report.complete
    report = gate(EVAL, against=str(Path("..", "before"))).report
    assert not report.complete
    assert report.rules is not None
    (change,) = report.rules.changes
    assert (change.what, change.before, change.after) == ("endpoint.max_refused", "0.05", "0.5")


def test_info_counts_it_and_prune_removes_it_with_its_ticket(server: ShapedServer) -> None:
    info = cache_info(EVAL)
    (own,) = info.rubric_sets
    assert (info.stored, info.refused) == (11, 1)
    assert (own.cached, own.missing, own.refused) == (11, 1, 1)
    assert "11 answers and 1 refusal" in ticketbench("cache", "info", str(EVAL)).stdout
    rows = Path("tickets.csv").read_text().splitlines()
    Path("tickets.csv").write_text("\n".join([rows[0], *rows[2:], ""]))  # without the refused one
    (dry,) = prune([EVAL], dry_run=True)
    assert (dry.kept, dry.removed, dry.refusals_removed) == (11, 0, 1)
    prune([EVAL])
    assert cache_info(EVAL).refused == 0


def test_recheck_asks_the_answers_alone(server: ShapedServer) -> None:
    found = recheck(EVAL)
    assert (found.asked, found.changed, found.unanswered) == (11, 0, 0)
    assert len(server.seen) == 11


def test_the_command_says_what_it_asked_once_more(server: ShapedServer) -> None:
    server.script(REFUSED)
    done = ticketbench("run", str(EVAL), "--out", "again")
    assert done.returncode == 0, done.stderr
    assert "1 question that the endpoint refused before: asked once more" in done.stderr
    export = ticketbench("cache", "export", str(EVAL), "--to", "x.jsonl")
    assert export.stdout == "wrote 11 answers and 1 refusal to x.jsonl\n"
    assert len(read_recording(Path("x.jsonl")).refusals) == 1
