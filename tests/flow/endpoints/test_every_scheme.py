"""One project asked of every scheme: each command does for each what it does for /classify."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from forked import ticketbench_in
from shaped_server import EVERY, URLS, ShapedServer

pytestmark = pytest.mark.loopback

RUBRICS = {"billing": "Is this about a charge or a refund?", "technical": "Is this about a bug?"}
TEXTS = [f"{'refund of a charge' if i % 2 else 'a bug in the app'}, case {i}" for i in range(6)]
MODELS = {
    "systemone": "lexical-1", "decisions": "lexical-1", "scaledown": "lexical-1",
    "chat": "lexical-1@fp_1", "zeroshot": "org/lexical",
}  # fmt: skip
COMMANDS = {
    "run": ["run", "eval.yaml"],
    "replay": ["run", "eval.yaml", "--mode", "replay", "--out", "again"],
    "recheck": ["cache", "recheck", "eval.yaml"],
    "gate": ["gate", "eval.yaml"],
    "report": ["report", "reports/eval"],
    "doctor": ["doctor", "eval.yaml", "--online"],
}
ASKS = {"run": len(TEXTS), "recheck": len(TEXTS), "doctor": 1}


@dataclass(frozen=True, slots=True)
class Done:
    """A project after every command: what each printed, and how many requests it sent."""

    folder: Path
    commands: dict[str, subprocess.CompletedProcess[str]]
    sent: dict[str, int]

    def printed(self, command: str) -> str:
        return self.commands[command].stdout

    def scores(self, out: str, shape: str) -> list[float]:
        """Every score of a scheme in a folder of results."""
        path = self.folder / out / "predictions.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["rubric_set"] == f"v1@{shape}"]
        assert len(rows) == len(TEXTS)
        return [float(row[f"score_{label}"]) for row in rows for label in RUBRICS]


def write_project(folder: Path, server: ShapedServer) -> None:
    rows = [f't{i},"{text}",{list(RUBRICS)[i % 2 - 1]}' for i, text in enumerate(TEXTS)]
    (folder / "tickets.csv").write_text("\n".join(["id,text,label", *rows, ""]))
    rubrics = [f'- {{name: {name}, rubric: "{rubric}"}}\n' for name, rubric in RUBRICS.items()]
    (folder / "v1.yaml").write_text("".join(rubrics))
    endpoints = [f'  {one}: {{url: "{server.url(one)}", rate: none}}' for one in EVERY]
    gate = "metric: accuracy, not_worse_than: v1@classify, margin: 0.05"
    gates = [f"  - {{on: v1@{one}, {gate}}}" for one in URLS]
    lines = [
        "version: 1", "endpoints:", *endpoints, "dataset: {path: tickets.csv}",
        "rubric_sets: {v1: v1.yaml}", "cache: answers.sqlite", "report: {figures: false}",
        "gates:", *gates, "",
    ]  # fmt: skip
    (folder / "eval.yaml").write_text("\n".join(lines))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    folder = tmp_path_factory.mktemp("schemes")
    found = Done(folder, {}, {})
    with ShapedServer({rubric: name for name, rubric in RUBRICS.items()}) as server:
        write_project(folder, server)
        for name, words in COMMANDS.items():
            server.seen.clear()
            found.commands[name] = ticketbench_in(folder, *words)
            found.sent[name] = len(server.seen)
        yield found


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_ends_well_and_asks_only_what_it_has_to(done: Done, command: str) -> None:
    ended = done.commands[command]
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert done.sent[command] == ASKS.get(command, 0) * len(EVERY)


@pytest.mark.parametrize("shape", EVERY)
def test_a_scheme_has_the_scores_of_the_others_and_its_line_everywhere(
    done: Done, shape: str
) -> None:
    assert done.scores("reports/eval", shape) == pytest.approx(
        done.scores("reports/eval", "classify"), abs=1e-9
    )
    assert done.scores("again", shape) == done.scores("reports/eval", shape)
    assert f"v1@{shape} " in done.printed("run")
    assert f"v1@{shape}" in (done.folder / "reports/eval/index.html").read_text(encoding="utf-8")
    doctor = [" ".join(line.split()) for line in done.printed("doctor").splitlines()]
    answered = [line for line in doctor if line.startswith(f"ok endpoint of {shape}:")]
    assert [line.partition(" answered")[2] for line in answered] == [
        f" as the model {MODELS[shape]}" if shape in MODELS else ""
    ]
    assert f"ok answers: v1@{shape}: 6 of 6 stored" in doctor
    assert f"ok limit of {shape}: how much of a text is read there is not known here" in doctor


@pytest.mark.parametrize("shape", URLS)
def test_a_shape_is_named_by_doctor_judged_by_its_gate_and_compared(done: Done, shape: str) -> None:
    model = {"scaledown": "classify-1", "zeroshot": "org/lexical"}.get(shape, "lexical-1")
    assert f"shape of {shape}: {shape}, model {model}" in done.printed("doctor")
    assert f"pass  v1@{shape}: accuracy, not worse than v1@classify" in done.printed("gate")
    manifest = json.loads((done.folder / "reports/eval/manifest.json").read_bytes())
    assert manifest["models"][f"v1@{shape}"] == {MODELS[shape]: len(TEXTS)}
    assert manifest["models_asked"][f"v1@{shape}"] == model


def test_two_schemes_are_compared_over_one_rubric_set(done: Done) -> None:
    ended = ticketbench_in(
        done.folder, "compare", "v1@systemone", "v1@chat", "--config", "eval.yaml"
    )
    assert ended.returncode == 0, ended.stderr
    assert "v1@chat is v1@systemone: no answer differs." in ended.stdout


def test_the_recheck_finds_no_change(done: Done) -> None:
    n = len(TEXTS) * len(EVERY)
    assert f"{n} asked again, 0 with other scores, 0 failed" in done.printed("recheck")
    assert "the model is another one" not in done.printed("recheck")
