"""The commands as a user runs them: output, exit codes, errors, help."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from fault_project import binding
from fault_server import FaultServer
from forked import ticketbench
from ticketbench.cli.main import COMMANDS
from ticketbench.edge.results.run_folder import reserved

pytestmark = pytest.mark.loopback

KEY = "canary-5e1f0c9a7b3d4422"


def started_anew(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """An interpreter of its own: what it does at its start is what such a test is about."""
    return subprocess.run(
        [sys.executable, "-m", "ticketbench", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A `ticketbench serve` of the lexical engine that wants KEY; its URL."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "ticketbench",
            "serve",
            "--engine",
            "lexical",
            "--alias",
            "jev-latest",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "SCALEDOWN_API_KEY": KEY},
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(timeout=20)
    process.stdout.close()


def key_for(url: str, key: str = KEY) -> dict[str, str]:
    """The variables that let the key go to the server at `url`."""
    return {"SCALEDOWN_API_KEY": key, **dict([binding(url)])}


def test_run_prints_accuracy_verdict_threshold_and_report(project: Path) -> None:
    done = started_anew("run", "eval.yaml", "--all")
    assert done.returncode == 0
    first, *_ = done.stdout.splitlines()
    assert first == "Too few tickets to decide: 7 of at least 50."
    assert "14 answers: 0 kept, 14 asked, 0 failed." in done.stdout
    assert re.search(r"v1 +7 = 7 \+ 0 +\d+\.\d% \[\d+\.\d, \d+\.\d\]", done.stdout)
    assert "\ncannot tell yet whether v2 is better than v1:\n" in done.stdout
    assert "7 tickets: with fewer than 50 no threshold is chosen" in done.stdout
    assert f"   {os.path.join('reports', 'eval', 'index.html')}\n" in done.stdout


def test_a_run_of_three_sets_says_once_what_comes_next(project: Path) -> None:
    (project / "v3.yaml").write_text("extends: v2.yaml\n", encoding="utf-8")
    config = (project / "eval.yaml").read_text(encoding="utf-8")
    three = config.replace("v2: v2.yaml}", "v2: v2.yaml, v3: v3.yaml}")
    (project / "eval.yaml").write_text(three, encoding="utf-8")
    shown = ticketbench("run", "eval.yaml", "--all").stdout
    assert shown.count("\ncannot tell yet whether v2 or v3 is better than v1:\n") == 1
    assert shown.count("\ncannot tell yet whether v3 is better than v1:\n") == 1
    assert "next" not in shown


def test_output_fits_into_80_columns(project: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--all")
    lines = (done.stdout + done.stderr).splitlines()
    assert max(len(line) for line in lines) <= 80


def test_run_json_is_the_results_file(project: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--json", "--out", "out")
    assert json.loads(done.stdout)["schema"] == "ticketbench/run@6"
    assert done.stdout.encode() == (project / "out" / "results.json").read_bytes()


def test_dry_run_counts_and_sends_nothing(project: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--dry-run", "--json")
    plan = json.loads(done.stdout)["data"]
    assert [(one["questions"], one["missing"]) for one in plan["rubric_sets"]] == [(7, 7), (7, 7)]
    assert plan["requests"] == 14
    assert not (project / "reports").exists()


def test_run_over_http_equals_run_in_process_but_for_the_endpoint(
    project: Path, server: str
) -> None:
    local = ticketbench("run", "eval.yaml", "--out", "local")
    rate = ("--set", "endpoint.rate=none", "--set", "cache=http.sqlite")
    over_http = ticketbench(
        "run", "eval.yaml", "--set", f"endpoint.url={server}", *rate, "--out", "http",
        **key_for(server),
    )  # fmt: skip
    assert (local.returncode, over_http.returncode) == (0, 0)
    here = (project / "local" / "results.json").read_bytes()
    there = (project / "http" / "results.json").read_bytes()
    assert here != there
    assert there.replace(server.encode(), b"local://lexical/v1/classify") == here


def test_the_key_is_in_no_byte_that_a_run_writes_or_prints(project: Path, server: str) -> None:
    arguments = ("--set", f"endpoint.url={server}", "--set", "endpoint.rate=none")
    done = ticketbench("run", "eval.yaml", *arguments, "--debug", **key_for(server))
    config = (project / "eval.yaml").read_text().replace("local://lexical/v1/classify", server)
    (project / "http.yaml").write_text(config)
    exported = ticketbench("cache", "export", "http.yaml", "--to", "r.jsonl", **key_for(server))
    assert (done.returncode, exported.returncode) == (0, 0)
    produced = [path.read_bytes() for path in project.rglob("*") if path.is_file()]
    produced += [text.encode() for text in (done.stdout, done.stderr, exported.stdout)]
    assert len(produced) > 10
    for content in produced:
        decoded = [
            base64.b64decode(found[start : start + (len(found) - start) // 4 * 4])
            for found in re.findall(rb"[A-Za-z0-9+/]{24,}", content)
            for start in range(4)
        ]
        assert all(KEY.encode() not in piece for piece in (content, *decoded))


def test_a_wrong_key_stops_with_4_and_shows_no_key(project: Path, server: str) -> None:
    done = ticketbench(
        "run", "eval.yaml", "--set", f"endpoint.url={server}", **key_for(server, "wrong-key-1234")
    )
    assert done.returncode == 4
    assert "refused the key" in done.stderr
    assert "wrong-key-1234" not in done.stdout + done.stderr


def test_no_key_at_all_stops_with_4_and_names_the_variable(project: Path, server: str) -> None:
    done = ticketbench("run", "eval.yaml", "--set", f"endpoint.url={server}")
    assert done.returncode == 4
    assert "SCALEDOWN_API_KEY is not set: the endpoint refused the key (status 401" in done.stderr


def test_serve_answers_as_documented(server: str) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/lexical/v1/classify", server)
    body = json.dumps(
        {"text": "my invoice", "labels": [{"name": "a", "rubric": "Is this about an invoice?"}]}
    )
    headers = {"x-api-key": KEY, "Content-Type": "application/json"}
    request = urllib.request.Request(server, body.encode(), headers)
    with urllib.request.urlopen(request) as answer:
        assert json.loads(answer.read())["top_label"] == "a"


def test_serve_answers_to_the_names_that_were_asked_for(server: str) -> None:
    url = server.replace("/lexical/v1/classify", "/v1/models")
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request) as answer:
        names = [one["name"] for one in json.loads(answer.read())["models"]]
    assert names == ["lexical-v1", "jev-latest"]


def test_serve_refuses_an_alias_that_is_no_name(project: Path) -> None:
    done = ticketbench("serve", "--alias", "my model")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'my model' is no name of a model\n  --> --alias" in done.stderr


def test_strict_replay_after_an_edited_rubric_names_set_and_count(project: Path) -> None:
    assert ticketbench("run", "eval.yaml").returncode == 0
    before = (project / "reports" / "eval" / "index.html").read_bytes()
    edited = (project / "v2.yaml").read_text().replace("a crash", "a crash or a freeze")
    (project / "v2.yaml").write_text(edited)
    done = ticketbench("run", "eval.yaml", "--mode", "replay")
    assert done.returncode == 3
    assert "7 answers missing for rubric set 'v2'" in done.stderr
    assert "rubric set 'v1'" not in done.stderr
    assert (project / "reports" / "eval" / "index.html").read_bytes() == before


def test_a_second_run_opens_no_socket_and_writes_the_same_bytes(
    project: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ticketbench.flow.run import run

    overrides = (f"endpoint.url={server}", "endpoint.rate=none")
    for name, value in key_for(server).items():
        monkeypatch.setenv(name, value)
    run(Path("eval.yaml"), out=Path("out"), overrides=overrides)
    first = {p: p.read_bytes() for p in (project / "out").rglob("*") if p.is_file()}

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    run(Path("eval.yaml"), out=Path("out"), overrides=overrides)
    second = {p: p.read_bytes() for p in (project / "out").rglob("*") if p.is_file()}
    manifest = project / "out" / "manifest.json"
    assert json.loads(first.pop(manifest))["answers"]["v2"]["sent"] == 7
    assert json.loads(second.pop(manifest))["answers"]["v2"]["sent"] == 0
    assert len(first) == 5
    assert first == second


def test_a_second_run_with_another_hash_seed_writes_the_same_bytes_and_figures(
    project: Path,
) -> None:
    for seed in ("1", "2"):
        arguments = ("--set", "report.figures=true", "--out", seed)
        assert started_anew("run", "eval.yaml", *arguments, PYTHONHASHSEED=seed).returncode == 0
    first, second = (
        {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        for out in (project / "1", project / "2")
    )
    manifest = Path("manifest.json")
    assert json.loads(first.pop(manifest))["answers"]["v2"]["sent"] == 7
    assert json.loads(second.pop(manifest))["answers"]["v2"]["sent"] == 0
    assert len(first) == 5 + 16
    assert first == second


def test_an_export_imported_elsewhere_replays_to_the_same_results(project: Path) -> None:
    ticketbench("run", "eval.yaml", "--out", "first")
    assert ticketbench("cache", "export", "eval.yaml", "--to", "a.jsonl").returncode == 0
    (project / "answers.sqlite").unlink()
    assert ticketbench("cache", "import", "eval.yaml", "a.jsonl").returncode == 0
    assert ticketbench("run", "eval.yaml", "--mode", "replay", "--out", "again").returncode == 0
    assert (project / "first" / "results.json").read_bytes() == (
        project / "again" / "results.json"
    ).read_bytes()


def test_a_recording_alone_is_enough_for_strict_replay(answered: Path) -> None:
    ticketbench("cache", "export", "eval.yaml", "--to", "a.jsonl")
    (answered / "answers.sqlite").unlink()
    done = ticketbench("run", "eval.yaml", "--mode", "replay", "--set", "recording=a.jsonl")
    assert done.returncode == 0
    assert not (answered / "answers.sqlite").exists()


def test_export_with_missing_answers_is_incomplete(project: Path) -> None:
    done = ticketbench("cache", "export", "eval.yaml", "--to", "a.jsonl")
    assert done.returncode == 3
    assert "14 answers missing" in done.stderr


def test_cache_info_counts_per_rubric_set(answered: Path) -> None:
    done = ticketbench("cache", "info", "eval.yaml", "--json")
    data = json.loads(done.stdout)["data"]
    assert data["stored"] == 14
    assert [s["cached"] for s in data["rubric_sets"]] == [7, 7]


def test_predictions_of_a_run_can_be_scored(project: Path) -> None:
    ticketbench("run", "eval.yaml", "--out", "out")
    done = ticketbench("score", "out/predictions.csv", "--rubric-set", "v2", "--json")
    scored = json.loads(done.stdout)["data"]
    results = json.loads((project / "out" / "results.json").read_bytes())["data"]
    assert scored["evaluation"]["metrics"] == results["evaluations"][1]["metrics"]
    assert scored["evaluation"]["tickets"]["n_scored"] == 7
    assert scored["reference"] == {}


def test_score_of_several_rubric_sets_asks_which(project: Path) -> None:
    ticketbench("run", "eval.yaml", "--out", "out")
    done = ticketbench("score", "out/predictions.csv")
    assert done.returncode == 2
    assert "--rubric-set, of v1, v2" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("validate", "missing.csv"), "no such file"),
        (("run", "missing.yaml"), "no such file"),
        (("run",), "Missing argument"),
        (("rum",), "did you mean 'run'"),
        (("run", "eval.yaml", "--mod", "replay"), "--mode"),
        (("run", "eval.yaml", "--set", "policy.treshold=1"), "did you mean 'threshold'"),
        (("run", "eval.yaml", "--set", "nonsense"), "KEY=VALUE"),
        (("score", "tickets.csv"), "no column 'ticket_id'"),
        (("init", "."), ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_exits_with_2_and_no_traceback(
    project: Path, arguments: tuple[str, ...], words: str
) -> None:
    (project / "configs").mkdir()
    (project / "configs" / "ticketbench.yaml").touch()
    done = ticketbench(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_validation_error_has_what_where_and_help(project: Path) -> None:
    (project / "v1.yaml").write_text("- {name: a, rubrik: Is it?}\n- {name: b, rubric: yes?}\n")
    done = ticketbench("validate", "v1.yaml")
    lines = done.stderr.splitlines()
    assert done.returncode == 2
    assert "  --> v1.yaml:1:13" in lines
    assert any("did you mean 'rubric'" in line for line in lines)


def test_validate_tells_configs_rubric_sets_and_datasets_apart(project: Path) -> None:
    done = ticketbench("validate", "eval.yaml", "v2.yaml", "tickets.csv", "--json")
    kinds = [one["kind"] for one in json.loads(done.stdout)["data"]]
    assert kinds == ["config", "rubric set", "dataset"]


def test_validate_with_rubrics_refuses_other_labels(project: Path) -> None:
    (project / "two.yaml").write_text("- {name: billing, rubric: a?}\n- {name: x, rubric: b?}\n")
    done = ticketbench("validate", "tickets.csv", "--rubrics", "two.yaml")
    assert done.returncode == 2
    assert "--> tickets.csv:4" in done.stderr


def test_validate_of_a_config_finds_an_unknown_engine(project: Path) -> None:
    config = (project / "eval.yaml").read_text().replace("lexical/v1", "lexikal/v1")
    (project / "eval.yaml").write_text(config)
    done = ticketbench("validate", "eval.yaml")
    assert done.returncode == 2
    assert "--> eval.yaml:2:" in done.stderr
    assert "did you mean 'lexical'" in done.stderr


def test_init_then_run_works_without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ticketbench("init", "demo").returncode == 0
    monkeypatch.chdir(tmp_path / "demo")
    done = ticketbench("run", "configs/ticketbench.yaml")
    assert done.returncode == 0
    assert (tmp_path / "demo" / "reports" / "ticketbench" / "index.html").is_file()


def test_init_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ticketbench("init", "demo")
    (tmp_path / "demo" / "datasets" / "tickets.csv").write_text("mine")
    assert ticketbench("init", "demo").returncode == 2
    assert (tmp_path / "demo" / "datasets" / "tickets.csv").read_text() == "mine"


def test_doctor_reports_a_blocked_config_with_its_exit_code(project: Path) -> None:
    (project / "v2.yaml").unlink()
    done = ticketbench("doctor", "eval.yaml")
    assert done.returncode == 2
    assert "blocked" in done.stdout


def test_doctor_online_asks_the_endpoint(project: Path) -> None:
    done = ticketbench("doctor", "eval.yaml", "--online", "--json")
    found = {one["name"]: one["status"] for one in json.loads(done.stdout)["data"]}
    assert found["endpoint"] == "ok"


def test_doctor_online_finds_a_closed_port(project: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/classify"
    config = (project / "eval.yaml").read_text().replace("local://lexical/v1/classify", url)
    (project / "eval.yaml").write_text(config)
    assert ticketbench("doctor", "eval.yaml", "--online").returncode == 4


def test_a_foreign_cache_exits_with_5(project: Path) -> None:
    (project / "answers.sqlite").write_text("my diary")
    done = ticketbench("run", "eval.yaml")
    assert done.returncode == 5
    assert "is not an answer cache" in done.stderr
    assert (project / "answers.sqlite").read_text() == "my diary"


def test_an_interrupted_run_exits_with_130_and_keeps_its_answers(project: Path) -> None:
    rows = "".join(f"x{i},text number {i} about an invoice,billing\n" for i in range(4000))
    with (project / "tickets.csv").open("a") as file:
        file.write(rows)
    process = subprocess.Popen(
        [sys.executable, "-m", "ticketbench", "run", "eval.yaml"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    cache = project / "answers.sqlite"
    while process.poll() is None and not (cache.exists() and cache.stat().st_size > 20_000):
        pass
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "finished answers are kept" in err
    info = json.loads(ticketbench("cache", "info", "eval.yaml", "--json").stdout)
    assert 0 < info["data"]["stored"] < 8014


@pytest.mark.parametrize("name", [*COMMANDS, "cache info", "cache export", "cache import"])
def test_every_help_page_has_an_example(name: str) -> None:
    done = ticketbench(*name.split(), "--help")
    assert done.returncode == 0
    assert f"ticketbench {name}" in done.stdout.split("Options:")[0].partition("\n")[2]


def test_a_reader_that_goes_away_is_no_failed_gate(project: Path) -> None:
    arguments = [sys.executable, "-m", "ticketbench", "run", "eval.yaml", "--json"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 141
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


def test_ten_refused_connections_name_the_url_and_the_reason(project: Path) -> None:
    rows = "".join(f"x{i},text {i},billing\n" for i in range(20))
    with (project / "tickets.csv").open("a") as file:
        file.write(rows)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/classify"
    slow = ("--set", "endpoint.rate=none", "--set", "endpoint.concurrency=20")
    done = ticketbench("run", "eval.yaml", "--set", f"endpoint.url={url}", *slow)
    assert done.returncode == 4
    assert url in done.stderr
    assert "connection refused" in done.stderr


def test_the_manifest_holds_the_command_as_it_was_typed(project: Path) -> None:
    ticketbench("run", "eval.yaml", "--set", "policy.threshold=0.7", "--out", "out")
    command = json.loads((project / "out" / "manifest.json").read_bytes())["command"]
    assert command == "ticketbench run eval.yaml --set policy.threshold=0.7 --out out"


def test_the_manifest_holds_no_value_of_the_query_of_a_url(project: Path) -> None:
    with FaultServer() as server:
        url = f"endpoint.url={server.url}?sig=zq-signature"
        done = ticketbench("run", "eval.yaml", "--set", url, "--out", "out")
    assert done.returncode == 0
    written = b"".join(path.read_bytes() for path in Path("out").rglob("*") if path.is_file())
    assert b"?sig=***" in written
    assert b"zq-signature" not in written


def test_a_chosen_threshold_and_its_temperature_can_be_set(project: Path) -> None:
    chosen = ("--set", "policy.threshold=0.8", "--set", "policy.temperature=1.5")
    done = ticketbench("run", "eval.yaml", *chosen, "--json")
    policy = json.loads(done.stdout)["data"]["evaluations"][0]["settings"]["policy"]
    assert (policy["threshold"], policy["temperature"]) == (0.8, 1.5)


def test_version_is_printed() -> None:
    import ticketbench as package

    assert started_anew("--version").stdout == f"ticketbench {package.__version__}\n"


def test_a_bug_exits_with_70_and_no_traceback(project: Path) -> None:
    script = (
        "import ticketbench.flow.run as r\n"
        "def boom(*a, **k): raise ZeroDivisionError('x')\n"
        "r.run = boom\n"
        "from ticketbench.cli.main import main\n"
        "main(['run', 'eval.yaml'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 70
    assert "bug in ticketbench (ZeroDivisionError)" in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_the_traceback(project: Path) -> None:
    done = ticketbench("run", "missing.yaml", "--debug")
    assert done.returncode == 2
    assert "Traceback" in done.stderr


def test_control_characters_of_a_ticket_do_not_reach_the_terminal(project: Path) -> None:
    (project / "tickets.csv").write_text("id,text,label\nt1,a,bill\x1b[31ming\n")
    done = ticketbench("run", "eval.yaml")
    assert done.returncode == 2
    assert "\x1b" not in done.stderr


# --- the plan, limits, and what is done with stored answers


def test_a_dry_run_shows_the_edit_the_time_and_the_cost_in_80_columns(answered: Path) -> None:
    text = (answered / "v2.yaml").read_text(encoding="utf-8")
    (answered / "v2.yaml").write_text(text.replace("a payment", "a fee"), encoding="utf-8")
    done = ticketbench(
        "run", "eval.yaml", "--dry-run", "--set", "endpoint.price_per_million_tokens=0.05"
    )
    assert re.search(r"^v1 +7 +0 +0 +7 +0$", done.stdout, re.MULTILINE)
    assert re.search(r"^v2 +7 +0 +0 +0 +7$", done.stdout, re.MULTILINE)
    assert "- Is the customer asking about an invoice, a payment or a refund?" in done.stdout
    assert "+ Is the customer asking about an invoice, a fee or a refund?" in done.stdout
    assert "requests: 7" in done.stdout
    assert re.search(r"about \d+ tokens \(characters / 4\), cost about 3e-05", done.stdout)
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_a_dry_run_without_a_price_says_where_to_set_it(project: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--dry-run")
    assert "`endpoint: {price_per_million_tokens: 0.5}`" in " ".join(done.stdout.split())


def test_max_requests_stops_cleanly_and_the_next_run_goes_on(project: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--max-requests", "9")
    assert done.returncode == 3
    assert "5 answers missing for rubric set 'v2'" in done.stderr
    assert done.stderr.splitlines()[-2:] == [
        "error: --max-requests 9 was reached; 5 answers missing for rubric set 'v2'",
        "  help: finished answers are kept; the same command goes on from there",
    ]
    assert "the same command goes on" in done.stderr
    assert not (project / "reports" / "eval").exists()
    ticketbench("run", "eval.yaml")
    manifest = json.loads((project / "reports" / "eval" / "manifest.json").read_bytes())
    assert manifest["requests"] == 14 - 9


def test_max_requests_with_allowed_failures_writes_a_report_of_what_there_is(
    project: Path,
) -> None:
    done = ticketbench("run", "eval.yaml", "--max-requests", "12", "--allow-failures", "2")
    assert done.returncode == 0
    data = json.loads((project / "reports" / "eval" / "results.json").read_bytes())["data"]
    tickets = [e["tickets"] for e in data["evaluations"]]
    counts = [(t["n_requested"], t["n_scored"], t["n_failed"]) for t in tickets]
    assert counts == [(7, 7, 0), (7, 5, 2)]
    manifest = json.loads((project / "reports" / "eval" / "manifest.json").read_bytes())
    assert [manifest["answers"][name]["sent"] for name in ("v1", "v2")] == [7, 5]
    assert "14 answers: 0 kept, 12 asked, 2 failed." in done.stdout
    assert done.stdout.startswith("Incomplete: 2 of 7 tickets have no answer under v2. Run it ")


def test_max_cost_stops_before_it_is_exceeded(project: Path) -> None:
    price = ("--set", "endpoint.price_per_million_tokens=1000000")
    done = ticketbench("run", "eval.yaml", "--max-cost", "200", *price)
    assert (done.returncode, "--max-cost 200 was reached" in done.stderr) == (3, True)
    info = json.loads(ticketbench("cache", "info", "eval.yaml", "--json").stdout)["data"]
    assert 0 < info["stored"] < 14


def test_max_cost_without_a_price_is_wrong_usage(project: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--max-cost", "1")
    assert done.returncode == 2
    assert "`endpoint: {price_per_million_tokens: 0.5}`" in done.stderr


def test_recordings_are_merged_and_contradictions_refused(answered: Path) -> None:
    ticketbench("cache", "export", "eval.yaml", "--to", "a.jsonl")
    done = ticketbench("cache", "merge", "a.jsonl", "a.jsonl", "--to", "m.jsonl")
    assert done.stdout == "wrote 14 answers to m.jsonl\n"
    assert (answered / "m.jsonl").read_bytes() == (answered / "a.jsonl").read_bytes()


def test_merge_says_how_many_answers_it_left_out(answered: Path) -> None:
    ticketbench("cache", "export", "eval.yaml", "--to", "a.jsonl")
    lines = (answered / "a.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    for n, told in (
        (2, "1 answer to a.jsonl; 13 older ones"),
        (1, "0 answers to a.jsonl; 1 older one"),
    ):
        (answered / "b.jsonl").write_text("".join(lines[:n]), encoding="utf-8")
        done = ticketbench("cache", "merge", "b.jsonl", "--to", "a.jsonl")
        assert done.stdout == f"wrote {told} left out\n"


def test_prune_says_what_it_removed(answered: Path) -> None:
    text = (answered / "eval.yaml").read_text(encoding="utf-8")
    (answered / "eval.yaml").write_text(text.replace(", v2: v2.yaml", ""), encoding="utf-8")
    dry = ticketbench("cache", "prune", "eval.yaml", "--dry-run")
    assert dry.stdout == "answers.sqlite: would remove 7 answers, 7 are used\n"
    done = ticketbench("cache", "prune", "eval.yaml", "--json")
    assert json.loads(done.stdout)["data"] == [
        {"cache": "answers.sqlite", "kept": 7, "removed": 7, "refusals_removed": 0}
    ]


def test_recheck_asks_and_says_what_it_found(answered: Path) -> None:
    done = ticketbench("cache", "recheck", "eval.yaml", "--sample", "3")
    assert done.stdout == "6 asked again, 0 with other scores, 0 failed\n"


def test_a_second_run_into_the_same_folder_is_refused_with_5(project: Path) -> None:
    with reserved(Path("reports/eval"), {"started": "2026-01-02T12:00:00+00:00"}):
        done = ticketbench("run", "eval.yaml")
    assert done.returncode == 5
    assert f"in use by another run (pid {os.getpid()}, since 2026-01-02" in done.stderr


def test_max_cost_must_be_a_number(project: Path) -> None:
    price = ("--set", "endpoint.price_per_million_tokens=1")
    assert ticketbench("run", "eval.yaml", "--max-cost", "nan", *price).returncode == 2


def test_a_dry_run_of_strict_replay_asks_nothing(project: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--dry-run", "--mode", "replay")
    assert "requests: 0" in done.stdout
    assert "tokens" not in done.stdout


def test_a_dry_run_knows_the_limit(project: Path) -> None:
    done = ticketbench("run", "eval.yaml", "--dry-run", "--max-requests", "10")
    assert "--max-requests 10 stops before 4 of them" in done.stdout


def test_a_stopped_refresh_is_told_and_the_same_command_finishes_it(answered: Path) -> None:
    refresh = ("run", "eval.yaml", "--mode", "refresh")
    assert ticketbench(*refresh, "--max-requests", "9").returncode == 3
    done = ticketbench("run", "eval.yaml")
    assert (done.returncode, "TB302" in done.stderr) == (0, True)
    assert ticketbench(*refresh).returncode == 0
    manifest = json.loads((answered / "reports" / "eval" / "manifest.json").read_bytes())
    assert manifest["requests"] == 14 - 9
    assert "TB302" not in ticketbench("run", "eval.yaml").stderr
    assert ticketbench(*refresh).returncode == 0
    manifest = json.loads((answered / "reports" / "eval" / "manifest.json").read_bytes())
    assert manifest["requests"] == 14


def test_a_link_out_of_the_project_is_read_where_that_is_wished(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "t.csv"
    elsewhere.write_text("id,text,label\n1,x,a\n2,y,b\n")
    Path("link.csv").symlink_to(elsewhere)
    refused = ticketbench("validate", "link.csv")
    assert (refused.returncode, "link out of the project" in refused.stderr) == (2, True)
    assert ticketbench("validate", "link.csv", "--follow-links").returncode == 0
    assert ticketbench("--follow-links", "validate", "link.csv").returncode == 0
    assert ticketbench("validate", "link.csv", TICKETBENCH_FOLLOW_LINKS="1").returncode == 0
    assert "--follow-links" in ticketbench("--help").stdout


LONG = "x" * 300


@pytest.mark.parametrize(
    "arguments",
    [("run", "eval.yaml", "--out", LONG), ("run", "eval.yaml", "--out", f"{LONG[:100]}/" * 60),
     ("compare", LONG, "b"), ("rubrics", "diff", LONG, LONG), ("init", LONG),
     ("cache", "export", "eval.yaml", "--to", LONG), ("score", f"{LONG}.csv"), ("run", LONG)],
    ids=lambda arguments: " ".join(arguments)[:30],
)  # fmt: skip
def test_a_name_that_is_too_long_is_no_bug(project: Path, arguments: tuple[str, ...]) -> None:
    done = ticketbench(*arguments)
    assert done.returncode in (2, 5)
    assert "bug" not in done.stderr


@pytest.mark.parametrize("command", ["run", "validate", "score"])
def test_a_deleted_working_folder_is_said_as_such(project: Path, command: str) -> None:
    code = (
        "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); "
        "from ticketbench.cli.main import main; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, command, "../eval.yaml"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 5
    assert "the working folder cannot be used" in done.stderr


def test_a_deleted_working_folder_is_said_by_the_module_too(project: Path) -> None:
    gone = "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); "
    start = "os.execv(sys.executable, [sys.executable, '-m', 'ticketbench', 'run', '../eval.yaml'])"
    done = subprocess.run(
        [sys.executable, "-c", gone + start],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 5
    assert "the working folder cannot be used" in done.stderr


@pytest.mark.parametrize(
    ("given", "left"), [("tomorrow", None), (" ", False), ("1796000000", True)]
)
def test_a_date_of_the_build_is_a_number_or_is_taken_away(given: str, left: bool | None) -> None:
    """Or else an import of scipy would end in an error of numpy, of whatever command."""
    code = (
        "import os, sys; from ticketbench.cli.main import main\n"
        "try: main(['--version'])\n"
        "except SystemExit as end: print(end.code, 'SOURCE_DATE_EPOCH' in os.environ)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "SOURCE_DATE_EPOCH": given},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if left is None:
        assert "no number of seconds since 1970: 'tomorrow'" in done.stderr
        assert done.stdout.startswith("2 ")
    else:
        assert done.stdout.endswith(f"0 {left}\n")
