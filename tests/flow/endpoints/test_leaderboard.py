"""Several endpoints in one config: a set for each pair, wherever a set is named."""

from __future__ import annotations

import csv
import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import canary
import ticketbench as tb
from fault_server import FaultServer, Step
from several_endpoints import EVAL, HERE, served, two_endpoints
from small_project import CONFIG
from ticketbench.core.errors import EndpointError, IncompleteError, InputError
from ticketbench.edge.answers.recording import read_recording
from ticketbench.edge.results.store import load
from ticketbench.flow.answers.cache import cache_info, prune
from ticketbench.flow.answers.recheck import recheck
from ticketbench.flow.answers.recordings import export_recording, import_recordings
from ticketbench.flow.gates.baseline import bless, prepare, show_baseline
from ticketbench.flow.gates.judge import gate
from ticketbench.flow.plan import plan_run
from ticketbench.flow.production.policy_check import check
from ticketbench.flow.production.policy_export import export
from ticketbench.flow.report.page_again import page_again
from ticketbench.flow.rubrics.ablate import ablate
from ticketbench.flow.rubrics.join import join
from ticketbench.flow.run import run
from ticketbench.flow.setup.doctor import doctor
from ticketbench.flow.validate import validate
from ticketbench.measure.results import RunResults
from ticketbench.production.policy_file import PolicyFile

pytestmark = pytest.mark.loopback
SETS = ("v1@here", "v1@there", "v2@here", "v2@there")


@pytest.fixture(scope="module")
def there() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str) -> Path:
    two_endpoints(tmp_path, there)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def figures(results: RunResults) -> dict[str, object]:
    """What was measured of each set, whatever it is compared with and called."""
    return {
        e.rubric_set: [(m.name, repr(m.estimate)) for m in e.metrics] for e in results.evaluations
    }


def test_each_pair_is_a_set_and_both_say_what_two_runs_say(project: Path, there: str) -> None:
    both = run(EVAL).results
    assert tuple(e.rubric_set for e in both.evaluations) == SETS
    found = figures(both)
    for name, url in (("here", HERE), ("there", there)):
        Path("one.yaml").write_text(CONFIG.replace(HERE, url))
        alone = figures(run(Path("one.yaml"), mode="replay").results)
        assert {f"{k}@{name}": v for k, v in alone.items()} == {
            pair: v for pair, v in found.items() if pair.endswith(f"@{name}")
        }
    assert found["v2@here"] == found["v2@there"]


def test_the_order_of_endpoints_changes_the_order_alone(
    project: Path, there: str, tmp_path: Path
) -> None:
    one = run(EVAL).results
    two_endpoints(project, there, first="there")
    other = run(EVAL, mode="replay", out=tmp_path / "other").results
    assert [e.rubric_set for e in other.evaluations] == [SETS[i] for i in (1, 0, 3, 2)]
    assert figures(one) == figures(other)
    assert one.leaderboard == other.leaderboard
    assert {one.standing.pair(*sorted(SETS)[:2]).p} == {other.standing.pair(*sorted(SETS)[:2]).p}


def test_the_board_has_a_line_a_set_the_most_accurate_first(project: Path) -> None:
    outcome = run(EVAL, overrides=["endpoints.there.price_per_request=0.002"])
    board = outcome.results.leaderboard
    assert board is not None
    assert [row.rubric_set for row in board.rows] == ["v2@here", "v2@there", "v1@here", "v1@there"]
    assert (board.risk, board.n) == (0.05, 7)
    live, local = board.rows[1].effort, board.rows[0].effort
    assert live.cost_per_1000 == pytest.approx(2)
    assert math.isnan(local.cost_per_1000)
    assert (live.latency.n, local.latency.n) == (7, 0)
    assert 0 <= live.latency.p50_ms <= live.latency.p95_ms < 60_000
    assert load(outcome.out / "results.json", RunResults).leaderboard == board
    page = (outcome.out / "index.html").read_text()
    assert "Endpoints side by side" in page
    assert "Endpoints side by side" in (outcome.out / "summary.md").read_text()
    page_again(outcome.out)
    assert (outcome.out / "index.html").read_text() == page


def test_a_notebook_has_the_board_as_a_frame(project: Path) -> None:
    frame = tb.load(run(EVAL).out).to_frame("leaderboard")
    assert list(frame["name"]) == ["v2@here", "v2@there", "v1@here", "v1@there"]
    assert list(frame["timed"]) == [0, 7, 0, 7]


def test_whom_a_change_asks_is_told_by_the_rules_of_before(project: Path) -> None:
    with EVAL.open("a") as file:
        file.write("gates:\n  - {metric: accuracy, on: v2@there, min: 0.5, bound: value}\n")
    run(EVAL)
    before = project.with_name(f"{project.name}-before")
    shutil.copytree(project, before)
    EVAL.write_text(EVAL.read_text().replace("/v1/classify", "/v1/classify?other=1", 2))
    EVAL.write_text(EVAL.read_text().replace("/v1/classify?other=1", "/v1/classify", 1))
    found = gate(EVAL, mode="auto", against=str(before)).report.rules
    assert found is not None
    assert [one.what for one in found.changes] == ["endpoints.there.url"]


def test_one_endpoint_has_no_board_and_its_sets_no_second_name(project: Path) -> None:
    EVAL.write_text(CONFIG)
    outcome = run(EVAL)
    assert outcome.results.leaderboard is None
    assert [e.rubric_set for e in outcome.results.evaluations] == ["v1", "v2"]
    assert "side by side</h" not in (outcome.out / "index.html").read_text()


def test_one_named_endpoint_is_a_pair_too(project: Path, there: str) -> None:
    EVAL.write_text(CONFIG.replace("endpoint: {", "endpoints: {only: {").replace('"}', '"}}', 1))
    outcome = run(EVAL)
    assert [e.rubric_set for e in outcome.results.evaluations] == ["v1@only", "v2@only"]
    assert outcome.results.leaderboard is None


def test_trained_classifiers_are_lines_for_reference(project: Path) -> None:
    board = run(EVAL, overrides=["trained_baselines=true"]).results.leaderboard
    assert board is not None
    assert board.trained[0].title.startswith("TF-IDF")
    assert 0 <= board.trained[0].coverage_at_risk <= 1


def test_predictions_name_the_pair(project: Path) -> None:
    out = run(EVAL).out
    with (out / "predictions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(dict.fromkeys(row["rubric_set"] for row in rows)) == SETS


def test_a_recording_holds_all_and_replays_in_another_place(project: Path) -> None:
    with EVAL.open("a") as file:
        file.write("recording: answers.jsonl\n")
    first = run(EVAL).results
    assert export_recording(EVAL).answers == 28
    urls = {stored.url for stored in read_recording(Path("answers.jsonl")).values()}
    assert len(urls) == 2
    Path("answers.sqlite").unlink()
    again = run(EVAL, mode="replay").results
    assert (figures(again), again.leaderboard) == (figures(first), first.leaderboard)
    assert import_recordings(EVAL).answers == 28
    info = cache_info(EVAL)
    assert [one.rubric_set for one in info.rubric_sets] == list(SETS)
    assert (info.stored, prune([EVAL])[0].kept) == (28, 28)


def test_a_recheck_asks_each_endpoint(project: Path) -> None:
    run(EVAL)
    found = recheck(EVAL, sample=2)
    assert (found.asked, found.changed, found.unanswered) == (8, 0, 0)


def test_a_gate_on_a_pair_against_another_and_a_baseline_of_one(project: Path) -> None:
    gates = (
        "baseline: base.json\ngates:\n"
        "  - {metric: accuracy, on: v2@there, min: 0.5, bound: value}\n"
        "  - {metric: accuracy, on: v2@there, not_worse_than: v2@here, margin: 0.1}\n"
        "  - {metric: accuracy, on: v2@there, not_worse_than: baseline, margin: 0.1}\n"
    )
    with EVAL.open("a") as file:
        file.write(gates)
    run(EVAL)
    bless(prepare(EVAL, name="v2@there"))
    kept = show_baseline(EVAL).baseline
    assert kept.rubric_set == "v2@there"
    assert "127.0.0.1" in kept.origin.endpoint
    assert [one.outcome for one in gate(EVAL).report.results] == ["pass"] * 4


def test_a_gate_on_no_pair_names_the_nearest(project: Path) -> None:
    with EVAL.open("a") as file:
        file.write("gates:\n  - {metric: accuracy, on: v2, min: 0.5}\n")
    with pytest.raises(InputError, match="there is no rubric set 'v2'") as error:
        validate([EVAL])
    assert "v2@" in error.value.problems[0].help


def test_a_policy_of_a_pair_asks_its_endpoint(project: Path, there: str) -> None:
    run(EVAL)
    made = export(EVAL, "v2@there", kind="config")
    assert made.policy.url == there
    Path("policy.json").write_bytes(made.content)
    assert PolicyFile.load(Path("policy.json")).rubric_set.name == "v2@there"
    checked = check(Path("policy.json"), config=EVAL, min_precision=0.5)
    assert checked.found.routed > 0
    with pytest.raises(InputError, match="this config asks local://lexical"):
        check(Path("policy.json"), config=EVAL, min_precision=0.5,
              overrides=[f"endpoints={{here: {{url: '{HERE}'}}}}"])  # fmt: skip


def test_ablate_and_join_work_on_a_pair(project: Path) -> None:
    run(EVAL)
    assert ablate(EVAL, "v2@here").scores_apart
    assert not ablate(EVAL, "v2@there").scores_apart
    joined = join(EVAL, "v2@there", "billing", "account")
    assert joined.rubrics.name == "joined@there"


def test_a_plan_tells_requests_and_cost_of_each(project: Path) -> None:
    price = ["endpoints.there.price_per_million_tokens=1", "endpoints.there.rate=7/s"]
    found = plan_run(EVAL, overrides=price)
    here, there = found.endpoints
    assert (here.requests, there.requests, found.requests) == (14, 14, 28)
    assert (there.rate, there.seconds) == ("7/s", 2.0)
    assert math.isnan(here.cost)
    assert found.cost == there.cost == pytest.approx(there.tokens / 1e6)


def test_a_plan_takes_as_long_as_the_endpoint_that_takes_longest(project: Path) -> None:
    rates = ["endpoints.there.rate=7/s", "endpoints.other={url: 'http://127.0.0.1:9', rate: 2/s}"]
    found = plan_run(EVAL, overrides=rates)
    assert [one.seconds for one in found.endpoints][1:] == [2.0, 7.0]
    assert found.seconds == 7.0


def test_doctor_looks_at_every_endpoint(project: Path) -> None:
    found = {one.name: one.status for one in doctor(EVAL, online=True)}
    assert found["key of here"] == "ok"
    assert found["endpoint of there"] == found["endpoint of here"] == "ok"


def test_a_failing_endpoint_does_not_lose_what_others_answer(project: Path) -> None:
    with FaultServer(Step(status=401)) as broken:
        two_endpoints(project, broken.url, first="there")
        with pytest.raises(EndpointError, match="refused the key"):
            run(EVAL)
    assert {one.rubric_set: one.cached for one in cache_info(EVAL).rubric_sets} == {
        "v1@there": 0, "v1@here": 7, "v2@there": 0, "v2@here": 7,
    }  # fmt: skip


def test_one_that_is_away_is_named_and_the_others_are_kept(project: Path) -> None:
    with FaultServer(Step(drop=True)) as away:
        two_endpoints(project, away.url)
        with pytest.raises(EndpointError, match="the answers of the others are kept"):
            run(EVAL, overrides=["endpoints.there.timeout_s=0.2"])
    assert cache_info(EVAL).stored == 14


def test_each_endpoint_has_a_limit_of_its_own(project: Path) -> None:
    limit = ["endpoints.there.max_requests=3"]
    with pytest.raises(IncompleteError, match=r"endpoints\.there\.max_requests 3 was reached"):
        run(EVAL, overrides=limit)
    assert cache_info(EVAL).stored == 14 + 3


def test_a_cost_limit_needs_a_price_where_something_is_sent(project: Path) -> None:
    with pytest.raises(InputError, match="needs a price") as error:
        run(EVAL, most_cost=1)
    assert "endpoints: {there: {price_per_million_tokens" in error.value.problems[0].help
    with pytest.raises(IncompleteError, match="--max-cost"):
        run(EVAL, most_cost=0.05, overrides=["endpoints.there.price_per_request=0.01"])
    assert cache_info(EVAL).stored == 14 + 5


def test_each_key_goes_to_its_endpoint_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {name: canary.KEY + name for name in ("here", "there")}
    with FaultServer() as one, FaultServer() as other:
        two_endpoints(project, other.url)
        text = EVAL.read_text().replace(HERE, one.url)
        for name, key in keys.items():
            variable = f"{name.upper()}_KEY"
            text = text.replace(f"  {name}: {{", f"  {name}: {{key_env: {variable}, ")
            monkeypatch.setenv(variable, key)
        EVAL.write_text(text)
        ports = [server.server_address[1] for server in (one, other)]
        bound = [f"{name.upper()}_KEY=127.0.0.1:{p}" for name, p in zip(keys, ports, strict=True)]
        told: list[str] = []
        monkeypatch.setenv("TICKETBENCH_KEY_HOSTS", bound[0])
        with pytest.raises(InputError, match="THERE_KEY is not bound"):
            run(EVAL)
        assert not one.seen
        monkeypatch.setenv("TICKETBENCH_KEY_HOSTS", " ".join(bound))
        out = run(EVAL, tell=told.append).out
        for server, name in ((one, "here"), (other, "there")):
            assert {seen.headers["x-api-key"] for seen in server.seen} == {keys[name]}
    assert [line.split()[1] for line in told] == ["HERE_KEY", "THERE_KEY"]
    for file in (*out.rglob("*"), Path("answers.sqlite")):
        if file.is_file():
            assert canary.KEY.encode() not in file.read_bytes()


def test_two_names_for_one_url_are_an_error(project: Path) -> None:
    two_endpoints(project, HERE)
    with pytest.raises(InputError, match="'here' and 'there' have the same URL"):
        validate([EVAL])


def test_the_json_of_a_run_holds_the_board(project: Path) -> None:
    out = run(EVAL).out
    data = json.loads((out / "results.json").read_text())["data"]
    assert [row["endpoint"] for row in data["leaderboard"]["rows"]] == [
        "here", "there", "here", "there",
    ]  # fmt: skip
