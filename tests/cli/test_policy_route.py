"""`policy route`: a line in, a decision out, in order, and no handler called."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from canary import KEY, holds
from fault_server import FaultServer, Seen, Step
from forked import ticketbench_in
from policies import POLICY
from routed import policy_at
from ticketbench.production.decision_log import read_decisions

LINES = (
    '{"id": "T-1", "text": "billing, please"}\n'
    '{"id": 2, "text": "a technical matter"}\n'
    "\n"
    '{"text": 7}\n'
    '{"id": "T-5", "text": "slow"}'
)


@pytest.fixture
def asked(tmp_path: Path) -> FaultServer:
    """A server; `policy.json` is for it."""
    server = FaultServer()
    policy_at(server.url).save(tmp_path / "policy.json")
    return server


@pytest.mark.loopback
def test_a_decision_a_line_in_the_order_of_the_lines(asked: FaultServer, tmp_path: Path) -> None:
    (tmp_path / "tickets.jsonl").write_text(LINES)
    asked.plan = lambda seen: Step(status=500 if seen.text == "slow" else 200)
    with asked:
        done = ticketbench_in(
            tmp_path, "policy", "route", "policy.json", "tickets.jsonl", "--log", "log"
        )
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [
            "route\tbilling\t0.600\t-\tT-1",
            "route\ttechnical\t0.600\t-\t2",
            "review\t-\t-\tinput\t-",
            "review\t-\t-\tinput\t-",
            "review\t-\t-\tendpoint_http_500\tT-5",
        ],
    )
    assert "3 review, 2 route of 5 tickets" in done.stderr
    assert "1 endpoint_http_500" in done.stderr
    assert "2 of the lines are no tickets, the first is line 3" in done.stderr
    log = read_decisions([tmp_path / "log"])
    assert [one.ticket_id for one in log.decisions] == ["T-1", "2", None, None, "T-5"]


@pytest.mark.loopback
def test_plain_lines_come_through_a_pipe_one_at_a_time(asked: FaultServer, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ticketbench", "policy", "route", "policy.json", "--json"]
    environment = {**os.environ, "SCALEDOWN_API_KEY": KEY}
    with asked, subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for text, label in (("technical {", "technical"), ("billing", "billing")):
            process.stdin.write(f"{text}\n".encode())
            process.stdin.flush()
            line = json.loads(process.stdout.readline())  # before the next one is sent
            assert (line["schema"], line["label"]) == ("ticketbench/decision@1", label)
        rest, said = process.communicate()
    assert (process.returncode, rest) == (0, b"")
    assert all("x-api-key" not in seen.headers for seen in asked.seen)  # not bound to this host
    assert not holds(said)


@pytest.mark.loopback
def test_a_refused_key_ends_it_with_4_behind_its_decision(
    asked: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = asked.url.split("/")[2]
    monkeypatch.setenv("SHOP_KEY", KEY)
    monkeypatch.setenv("TICKETBENCH_KEY_HOSTS", f"SHOP_KEY={host}")
    (tmp_path / "tickets").write_text("one\ntwo\nthree\n")

    def plan(seen: Seen) -> Step:
        assert seen.headers["x-api-key"] == KEY
        return Step(status=401 if seen.text == "two" else 200, body=None)

    asked.plan = plan
    with asked:
        done = ticketbench_in(
            tmp_path, "policy", "route", "policy.json", "tickets", "--key-env", "SHOP_KEY"
        )
    assert (done.returncode, len(done.stdout.splitlines()), len(asked.seen)) == (4, 2, 2)
    assert "refused the key (status 401)" in done.stderr
    assert "line 2" in done.stderr
    assert not holds((done.stdout + done.stderr).encode())


def test_a_key_that_is_not_bound_is_an_error_before_the_first_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_KEY", KEY)
    replace(POLICY, url="https://router.shop.example/classify").save(tmp_path / "policy.json")
    (tmp_path / "tickets").write_text("one\n")
    words = ("policy", "route", "policy.json", "tickets", "--key-env", "SHOP_KEY")
    done = ticketbench_in(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "SHOP_KEY is not bound to router.shop.example" in done.stderr


def test_an_engine_that_the_policy_names_runs_in_this_process(tmp_path: Path) -> None:
    replace(POLICY, url="local://lexical/v1/classify").save(tmp_path / "policy.json")
    (tmp_path / "tickets").write_text("a refund for a charge on my invoice\n")
    done = ticketbench_in(tmp_path, "policy", "route", "policy.json", "tickets")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\t")[:2] == ["route", "billing"]


@pytest.mark.parametrize(
    ("log", "said"), [("tickets", "the tickets"), ("policy.json", "the policy")]
)
def test_a_log_is_never_written_into_what_is_read(log: str, said: str, tmp_path: Path) -> None:
    replace(POLICY, url="local://lexical/v1/classify").save(tmp_path / "policy.json")
    (tmp_path / "tickets").write_text("a refund\n")
    before = (tmp_path / log).read_bytes()
    done = ticketbench_in(
        tmp_path, "policy", "route", "policy.json", "tickets", "--log", log, most_s=20
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"would be written into {said}" in done.stderr
    assert (tmp_path / log).read_bytes() == before
