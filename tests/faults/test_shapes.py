"""Whole runs at endpoints of every shape: figures, replay, refusals, models, a kill, the key."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import canary
from fault_server import FaultServer, Step
from forked import ticketbench
from promised_project import promised
from shaped_server import EVERY, URLS, ShapedServer, Told
from ticketbench.core.classify import ContractViolation
from ticketbench.core.errors import EndpointError, IncompleteError, InputError
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.guard import Guard
from ticketbench.edge.asking import one_question
from ticketbench.edge.contract import request_body
from ticketbench.edge.endpoints import Connection, Unreached, connect
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.edge.replay.source import full_url
from ticketbench.flow.answers.recheck import recheck
from ticketbench.flow.answers.recordings import export_recording as export
from ticketbench.flow.production.policy_export import export as export_policy
from ticketbench.flow.run import run
from ticketbench.production import Router

COMMAND = Path(sys.executable).with_name("ticketbench")
RUBRICS = {"billing": "Is this about a charge or a refund?", "technical": "Is this about a bug?"}
TEXTS = [f"{'refund of a charge' if i % 2 else 'a bug in the app'}, case {i}" for i in range(12)]
LOCAL = "local://lexical/v1/classify"
RECORDED = "recording: answers.jsonl\n"


@pytest.fixture
def server() -> Iterator[ShapedServer]:
    with ShapedServer({rubric: name for name, rubric in RUBRICS.items()}) as running:
        yield running


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [f't{i},"{text}",{list(RUBRICS)[i % 2 - 1]}' for i, text in enumerate(TEXTS)]
    Path("tickets.csv").write_text("\n".join(["id,text,label", *rows, ""]))
    lines = [f'- {{name: {name}, rubric: "{rubric}"}}' for name, rubric in RUBRICS.items()]
    Path("v1.yaml").write_text("\n".join([*lines, ""]))
    return tmp_path


def config(url: str, *, endpoint: str = "", more: str = "", name: str = "eval") -> Path:
    path = Path(f"{name}.yaml")
    path.write_text(
        f'version: 1\nendpoint: {{url: "{url}", rate: none, concurrency: 2{endpoint}}}\n'
        "dataset: {path: tickets.csv}\nrubric_sets: {v1: v1.yaml}\n"
        f"cache: {name}.sqlite\nreport: {{figures: false}}\n{more}"
    )
    return path


def read(out: str, file: str = "results.json") -> Any:
    found = json.loads(Path(out, file).read_bytes())
    return found["data"] if file == "results.json" else found


def codes(out: str = "out") -> list[str]:
    return [finding["code"] for finding in read(out)["findings"]]


def predicted(out: str) -> list[list[str]]:
    return [line.split(",") for line in Path(out, "predictions.csv").read_text().splitlines()]


@pytest.mark.parametrize("shape", URLS)
def test_a_run_equals_the_run_of_the_engine_and_its_replay_sends_nothing(
    server: ShapedServer, shape: str
) -> None:
    run(config(LOCAL, name="local"), out=Path("local"))
    run(config(server.url(shape)), out=Path("out"))
    for there, here in zip(predicted("local"), predicted("out"), strict=True):
        for one, other in zip(there, here, strict=True):
            assert one == other or float(other) == pytest.approx(float(one), abs=1e-9)
    n = len(server.seen)
    server.script(*[Told({}, status=500)] * 99)
    run(Path("eval.yaml"), out=Path("again"), mode="replay")
    assert len(server.seen) == n
    assert read("again") == read("out")
    model = {"chat": "lexical-1@fp_1", "zeroshot": "org/lexical"}.get(shape, "lexical-1")
    given = {"scaledown": ["TB312"]}.get(shape, [])  # it asks for classify-1 and gets another
    assert read("out", "manifest.json")["models"] == {"v1": {model: len(TEXTS)}}
    assert [code for code in codes() if code in ("TB308", "TB309", "TB310", "TB312")] == given


def test_another_way_of_asking_shares_no_answer_and_says_why(server: ShapedServer) -> None:
    run(config(server.url("systemone")), out=Path("out"))
    config(server.url("systemone", "&ask=yesno"))
    with pytest.raises(IncompleteError, match="ask=choice"):
        run(Path("eval.yaml"), out=Path("again"), mode="replay")


def test_a_recording_names_the_model_and_replays_without_a_cache(server: ShapedServer) -> None:
    path = config(server.url("systemone", "&ask=yesno"), more=RECORDED)
    run(path, out=Path("out"))
    export(path)
    (first, *_) = Path("answers.jsonl").read_text().splitlines()[1:]
    line = json.loads(first)
    assert (line["model"], set(line["wire"])) == ("lexical-1", {"p", "mass"})
    assert line["usage"] == {"input_tokens": 61, "output_tokens": 4}
    assert line["ms"] >= 0
    Path("eval.sqlite").unlink()
    run(path, out=Path("again"), mode="replay")
    assert read("again")["evaluations"] == read("out")["evaluations"]


REFUSED = {"model": "lexical-1", "answers": {"label": {"type": "refusal"}}}


def test_a_refusal_is_asked_once_counted_apart_and_not_kept(server: ShapedServer) -> None:
    path = config(server.url("systemone"))
    server.script(Told(REFUSED))
    with pytest.raises(IncompleteError, match="refused to judge") as caught:
        run(path, out=Path("out"))
    assert "max_refused" in caught.value.problems[0].help
    assert len(server.seen) == len(TEXTS)
    counts = read("out")["evaluations"][0]["tickets"]
    assert counts["failed_by_kind"] == [{"kind": "refused", "n": 1}]
    with AnswerCache(Path("eval.sqlite")) as cache:
        assert len(cache.stored_keys()) == len(TEXTS) - 1
    server.script(Told(REFUSED))
    config(server.url("systemone"), endpoint=", max_refused: 0.1")
    run(path, out=Path("out"))
    assert read("out")["evaluations"][0]["tickets"]["n_scored"] == len(TEXTS) - 1
    config(server.url("systemone"), endpoint=", max_refused: 0.05")
    server.script(Told(REFUSED))
    with pytest.raises(IncompleteError):
        run(path, out=Path("out"))


def answered(model: str, **usage: object) -> Told:
    p = {"billing": 0.75, "technical": 0.25}
    answer = {"type": "choice", "choice": "billing", "probabilities": p}
    return Told({"model": model, "answers": {"label": answer}, "usage": usage})


def test_models_that_are_mixed_an_alias_and_a_cut_text_are_named(server: ShapedServer) -> None:
    url = f"systemone+{server.base}/v1/systemone?model=jev-latest"
    server.script(answered("jev-1.14.0"), *[answered("jev-1.13.0")] * 10)
    server.script(answered("jev-1.13.0", state_tokens_dropped=9))
    done = ticketbench("run", str(config(url)), "--out", "out")
    assert done.returncode == 0, done.stderr
    assert codes()[:2] == ["TB309", "TB310"]
    mixed, cut, *others = read("out")["findings"]
    (alias,) = [one for one in others if one["code"] == "TB312"]
    assert "'jev-1.13.0' 11 tickets" in mixed["evidence"]
    assert "'jev-1.14.0' 1 ticket" in mixed["evidence"]
    assert "1 ticket" in cut["evidence"]
    assert "jev-1.13.0" in alias["action"]
    assert "jev-latest" in alias["title"]
    manifest = read("out", "manifest.json")
    assert manifest["models"] == {"v1": {"jev-1.13.0": 11, "jev-1.14.0": 1}}
    assert manifest["models_asked"] == {"v1": "jev-latest"}
    page = Path("out", "index.html").read_text(encoding="utf-8")
    for said in (page, done.stderr):
        assert "several models gave these answers" in said
        assert "jev-latest is a name that moves on to other models" in said
        assert "jev-1.14.0" in said


def test_a_model_that_changed_is_named_by_recheck_and_after_it_by_report_and_manifest(
    server: ShapedServer,
) -> None:
    path = str(config(f"systemone+{server.base}/v1/systemone?model=jev-1", more=RECORDED))
    server.script(*[answered("jev-1")] * 12)
    run(Path(path), out=Path("out"))
    export(Path(path))
    server.script(*[answered("jev-2")] * 12)
    done = ticketbench("cache", "recheck", path)
    assert done.stdout.startswith("the model is another one: jev-2, and was jev-1\n")
    server.script(*[answered("jev-2")] * 12)
    done = ticketbench("run", path, "--mode", "refresh", "--out", "out")
    page = Path("out", "index.html").read_text(encoding="utf-8")
    for said in (page, done.stderr):
        assert "the model is another one than the recording" in said
    assert read("out", "manifest.json")["models"] == {"v1": {"jev-2": 12}}


def test_another_model_than_the_recordings_comes_before_all_else(server: ShapedServer) -> None:
    url = f"systemone+{server.base}/v1/systemone?model=jev-1"
    path = config(url, more=RECORDED)
    server.script(*[answered("jev-1")] * 12)
    run(path, out=Path("out"))
    export(path)
    server.script(*[answered("jev-2")] * 12)
    run(path, out=Path("out"), mode="refresh")
    assert codes()[0] == "TB308"
    server.script(*[answered("jev-3")] * 12)
    found = recheck(path)
    assert [now for _, now in found.models] == ["jev-3"]
    assert found.changed == 0


def test_noise_within_what_a_service_promises_is_no_change(server: ShapedServer) -> None:
    path = config(f"systemone+{server.base}/x?model=jev-1")
    server.script(*[answered("jev-1")] * 12)
    run(path, out=Path("out"))
    p = {"billing": 0.74, "technical": 0.26}
    answer = {"type": "choice", "choice": "billing", "probabilities": p}
    moved = [Told({"model": "jev-1", "answers": {"label": answer}})] * 12
    server.script(*moved)
    assert recheck(path).changed == 0
    server.script(*moved)
    assert recheck(path, overrides=["endpoint.noise=0.001"]).changed == 12


def test_statuses_that_no_question_survives_stop_the_run(server: ShapedServer) -> None:
    for status, body, said in (
        (404, {"detail": {"error_type": "not_found", "message": "no model"}}, "path or model"),
        (401, {}, "refused the key|is not set"),
        (402, {}, "wants to be paid"),
    ):
        server._told.clear()
        server.script(*[Told(body, status=status)] * 20)
        with pytest.raises(EndpointError, match=said):
            run(config(server.url("systemone"), name=f"e{status}"), out=Path("out"))
        assert len(server.seen) <= 2
        server.seen.clear()


USED_UP = {"success": False, "errors": [{"message": "x" * 300, "code": 3036}]}


def test_a_quota_that_is_used_up_stops_the_run_and_what_was_answered_is_kept(
    server: ShapedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = functools.partial(one_question.Retry, base_s=0.01)
    monkeypatch.setattr("ticketbench.edge.asking.one_question.Retry", quick)
    path, usual = config(server.url("systemone")), [answered("lexical-1")] * 3
    server.script(*usual, *[Told(USED_UP, status=429)] * 30)
    done = ticketbench("run", str(path), "--set", "endpoint.concurrency=1")
    assert done.returncode == 4
    assert "the quota is used up (status 429" in done.stderr
    assert "help: finished answers are kept, run again when there is quota" in done.stderr
    assert len(server.seen) == 3 + one_question.Retry().attempts
    server._told.clear()
    server.seen.clear()
    run(path, out=Path("out"))
    assert len(server.seen) == len(TEXTS) - 3


def test_every_request_of_a_question_counts_against_a_limit(server: ShapedServer) -> None:
    path = str(config(server.url("systemone", "&ask=yesno1")))
    planned = ticketbench("run", path, "--dry-run").stdout
    assert f"requests: {2 * len(TEXTS)}" in planned
    done = ticketbench("run", path, "--max-requests", "5", "--out", "out")
    assert (done.returncode, len(server.seen)) == (3, 4)
    assert "v1 (2 requests a question): 12/12 asked" in done.stderr
    assert ticketbench("run", path, "--out", "out").returncode == 0
    assert len(server.seen) == 2 * len(TEXTS)
    assert read("out", "manifest.json")["requests"] == 2 * len(TEXTS) - 4


def test_an_odd_url_is_refused_at_its_place_in_the_config() -> None:
    with pytest.raises(InputError, match="does not say model") as caught:
        run(config("systemone+https://api.example/v1/systemone"), out=Path("out"))
    assert "eval.yaml:2" in caught.value.problems[0].where
    with pytest.raises(InputError, match="no user name or password"):
        run(config("chat+https://a:b@api.example/?model=x"), out=Path("out"))


def test_labels_that_a_shape_cannot_ask_about_are_refused_at_its_url() -> None:
    path = config("zeroshot+https://api.example/models/a/b")
    rubrics = "".join(f'- {{name: {name}, rubric: "Is it so?"}}\n' for name in RUBRICS)
    Path("v1.yaml").write_text(rubrics)
    with pytest.raises(InputError, match="stands twice") as caught:
        run(path, out=Path("out"))
    assert "eval.yaml:2" in caught.value.problems[0].where


def test_two_shapes_side_by_side_have_the_same_figures(server: ShapedServer) -> None:
    config("https://unused.example/")
    text = Path("eval.yaml").read_text().splitlines(keepends=True)
    urls = {name: server.url(name) for name in ("systemone", "decisions")}
    several = ", ".join(f'{name}: {{url: "{url}", rate: none}}' for name, url in urls.items())
    text[1] = f"endpoints: {{{several}}}\n"
    Path("eval.yaml").write_text("".join(text))
    run(Path("eval.yaml"), out=Path("out"))
    one, other = read("out")["evaluations"]
    assert one["metrics"] == other["metrics"]
    assert one["provenance"]["rubric_set"] == "v1@systemone"
    assert set(read("out", "manifest.json")["models"]) == {"v1@systemone", "v1@decisions"}


@pytest.mark.parametrize("shape", URLS)
def test_a_mended_translation_takes_no_answer_of_the_one_before(
    server: ShapedServer, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = config(server.url(shape), more=RECORDED)
    run(path, out=Path("out"))
    export(path)
    monkeypatch.setattr("ticketbench.core.shapes.address.VERSION", "2")
    with pytest.raises(IncompleteError, match="via=1"):
        run(path, out=Path("again"), mode="replay")
    server.seen.clear()
    run(path, out=Path("again"))
    assert len(server.seen) == len(TEXTS)


def test_a_gate_judges_an_endpoint_of_another_shape(server: ShapedServer) -> None:
    gate = "{on: v1, metric: accuracy, not_worse_than: baseline, margin: 0.5}"
    gates = f"baseline: base.json\ngates: [{gate}]\n"
    path = str(config(server.url("scaledown"), more=gates))
    run(Path(path), out=Path("out"))
    for words in (["baseline", "bless", path, "--rubric-set", "v1"], ["gate", path], ["doctor"]):
        done = ticketbench(*words)
        assert done.returncode == 0, done.stderr
    n = len(server.seen)
    assert n == len(TEXTS)
    done = ticketbench("doctor", path, "--online")
    assert (done.returncode, len(server.seen)) == (0, n + 1), done.stdout


def test_a_policy_that_was_exported_routes_through_its_shape(server: ShapedServer) -> None:
    url = full_url(server.url("systemone"))
    exported = export_policy(promised(url=url, models=("lexical-1",)), "v2").policy
    assert (exported.url, exported.model) == (url, "lexical-1")
    decision = Router(exported, key_env="").decide("a refund of a charge")
    assert decision.scores is not None
    assert "model_changed" not in decision.warnings
    assert server.seen[-1].path == "/v1/systemone"


FAULTS = {
    "drop": (Step(drop=True), "network"),
    "reset": (Step(body=b"{}", reset=True), "network"),
    "cut": (Step(body=b"{}", cut=9), "network"),
    "stall": (Step(stall=True), "timeout"),
    "drip": (Step(body=b"{" + b" " * 99, drip_s=0.1), "timeout"),
    "busy": (Step(503, b"busy"), "http"),
    "broken": (Step(500, b"{}"), "http"),
    "too hard": (Step(529, b"{}"), "http"),
    "text": (Step(body=b"hello"), "contract"),
    "empty": (Step(body=b""), "contract"),
    "other json": (
        Step(body=b'{"scores":{"billing":1,"technical":0},"top_label":"billing"}'),
        "contract",
    ),
}


@pytest.mark.parametrize("shape", URLS)
def test_every_fault_of_a_server_has_its_kind_at_every_shape(shape: str) -> None:
    body = request_body("refund", read_rubrics(Path("v1.yaml"), "v1"))
    found = {}
    with FaultServer() as faulty:
        url = URLS[shape].format(base=faulty.url.removesuffix("/classify"))
        endpoint = Guard(connect(url, Connection(timeout_s=0.3)))
        for name, (step, _) in FAULTS.items():
            faulty.script(step)
            try:
                reply = endpoint.ask(url, body)
                found[name] = "http" if reply.status != 200 else "answered"
            except Unreached as error:
                found[name] = error.kind
            except ContractViolation:
                found[name] = "contract"
    assert found == {name: kind for name, (_, kind) in FAULTS.items()}


def variables(server: ShapedServer) -> dict[str, str]:
    host = server.base.removeprefix("http://")
    bound = {"SHOP_KEY": canary.KEY, "TICKETBENCH_KEY_HOSTS": f"SHOP_KEY={host}"}
    return {**os.environ, **bound}


@pytest.mark.parametrize("shape", URLS)
def test_the_key_is_sent_and_found_nowhere(
    server: ShapedServer, shape: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables(server).items():
        monkeypatch.setenv(name, value)
    path = config(server.url(shape), endpoint=", key_env: SHOP_KEY", more="recording: a.jsonl\n")
    echo = Told({"detail": canary.KEY, "error": f"Bearer {canary.KEY}"}, status=422)
    server.script(echo, Told({"model": canary.KEY, "choices": canary.KEY}), echo)
    with pytest.raises(IncompleteError) as caught:
        run(path, out=Path("out"))
    with suppress(IncompleteError):
        export(path)
    Path("said.txt").write_text(repr(caught.value) + repr(caught.value.problems))
    assert all(canary.KEY in " ".join(seen.headers.values()) for seen in server.seen)
    assert canary.places(project) == []


ANSWERED_BEFORE = 5


@pytest.mark.parametrize("shape", EVERY)
def test_a_run_that_was_killed_asks_nothing_twice_and_ends_as_if_it_had_not_been(
    server: ShapedServer, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(config(server.url(shape), name="whole"), out=Path("whole"))
    path = config(server.url(shape))
    usual, asked = server.answer, list[bytes]()

    def kills_at_the_next(where: str, body: bytes) -> object:
        if len(asked) == ANSWERED_BEFORE:
            process.kill()
            process.wait()
            raise ConnectionAbortedError  # there is nobody to answer
        asked.append(body)
        return usual(where, body)

    monkeypatch.setattr(server, "answer", kills_at_the_next)
    process = subprocess.Popen(
        [COMMAND, "run", str(path), "--set", "endpoint.concurrency=1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.wait(timeout=50) == -signal.SIGKILL
    monkeypatch.setattr(server, "answer", usual)
    server.seen.clear()
    run(path, out=Path("out"))
    asked += [seen.body for seen in server.seen]
    assert len(set(asked)) == len(asked) == len(TEXTS)
    assert read("out")["evaluations"] == read("whole")["evaluations"]
    assert predicted("out") == predicted("whole")
