"""Our client against the faulty server of the conformance suite: what each fault becomes."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import canary
from ticketbench.core.classify import ContractViolation
from ticketbench.core.errors import EndpointError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.guard import Guard
from ticketbench.edge.answers.recording import recording_text
from ticketbench.edge.asking.one_question import Retry, ask_until_answered
from ticketbench.edge.asking.pacing import Pace, Slots, Stop, Unanswered
from ticketbench.edge.contract import request_body
from ticketbench.edge.endpoints import Connection, Unreached, connect
from ticketbench.edge.replay.source import full_url
from ticketbench.edge.secret import ApiKey

PYTHON = os.environ.get("TICKETBENCH_WIRE_PYTHON") or sys.executable
pytestmark = pytest.mark.skipif(
    sys.executable == PYTHON and importlib.util.find_spec("jevcompat") is None,
    reason="jevcompat is not installed: pip install --group wire",
)

CONTRACT = "xssi-200 nfd-keys extra-answer nan choice-key-case choice-sum choice-second".split()
STOPS = ["wrong-route", "reject-jev-latest"]
KEY = canary.KEY
LABELS = ("Billing", "Café", "Technical")

SERVERS = """
import json, sys, threading
from jevcompat.mock import FAULTS, MockConfig, make_server
ports = {}
for key in (None, sys.argv[1]):
    for fault in ["", *FAULTS] if key is None else ["", "auth-x-api-key"]:
        config = MockConfig(faults={fault} if fault else set(), key=key)
        server = make_server(config)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        ports[f"{fault}{'+key' if key else ''}"] = server.server_address[1]
print(json.dumps(ports), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    """A server a fault, all in one process of the suite's own Python."""
    process = subprocess.Popen(
        [PYTHON, "-c", SERVERS, KEY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())
    process.communicate()


def question(labels: tuple[str, ...] = LABELS) -> bytes:
    rubrics = (Rubric(label, f"About {label}?") for label in labels)
    return request_body("I was charged twice.", RubricSet("v", tuple(rubrics)))


def outcome(port: int, labels: tuple[str, ...] = LABELS, key: str = "") -> Any:
    """The status of a question that is answered or failed, or what it raises."""
    url = f"systemone+http://127.0.0.1:{port}/v1/systemone?model=jev-latest"
    guard = Guard(connect(url, Connection(ApiKey(key) if key else None)))
    body = question(labels)
    retry = Retry(attempts=2, base_s=0.001)
    try:
        reply = ask_until_answered(
            lambda: guard.ask(url, body),
            text="", retry=retry, pace=Pace(None), stop=Stop(), slots=Slots(1),
        )  # fmt: skip
    except Unanswered as failure:
        return failure.kind, failure.status
    return reply.status


def test_every_fault_becomes_what_the_table_says(ports: dict[str, int]) -> None:
    faults = [name for name in ports if name and not name.endswith("+key")]
    assert len(faults) == 47
    found: dict[str, object] = {}
    for fault in faults:
        try:
            found[fault] = outcome(ports[fault])
        except EndpointError as error:
            found[fault] = "404" if "status 404" in str(error) else str(error)
    assert [name for name in faults if found[name] == ("contract", 200)] == [
        name for name in faults if name in CONTRACT
    ]
    assert sorted(name for name in faults if found[name] == "404") == sorted(STOPS)
    assert sum(one == 200 for one in found.values()) == 38


def test_seventy_labels_fail_their_ticket_at_a_server_that_takes_64(ports: dict[str, int]) -> None:
    many = tuple(f"label {i}" for i in range(70))
    assert outcome(ports["cap-64"], many) == ("http", 422)
    assert outcome(ports[""], many) == 200


@pytest.mark.parametrize(
    ("server", "key"), [("+key", ""), ("+key", "another-key"), ("auth-x-api-key+key", KEY)]
)
def test_a_key_that_is_not_taken_stops_the_run(
    ports: dict[str, int], server: str, key: str
) -> None:
    with pytest.raises(EndpointError, match=r"refused the key .status 40[13]"):
        outcome(ports[server], key=key)


def test_the_right_key_is_taken(ports: dict[str, int]) -> None:
    assert outcome(ports["+key"], key=KEY) == 200


SCHEMES = {
    "classify": "http://127.0.0.1:{port}/v1/systemone",
    "zeroshot": "zeroshot+http://127.0.0.1:{port}/v1/systemone",
    **{
        shape: f"{shape}+http://127.0.0.1:{{port}}/v1/systemone?model=jev-latest"
        for shape in ("systemone", "decisions", "scaledown", "chat")
    },
}


@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_key_stands_in_no_answer_error_cache_or_recording_of_any_fault(
    ports: dict[str, int], scheme: str, header: str, tmp_path: Path
) -> None:
    said = [f"{len(ports)} servers"]
    connection = Connection(ApiKey(canary.KEY), key_header=header)
    for port in ports.values():
        url = SCHEMES[scheme].format(port=port)
        with AnswerCache(tmp_path / "answers.sqlite", connect(url, connection)) as cache:
            try:
                reply = cache.ask(full_url(url), question())
                said.append(repr(reply))
            except (ContractViolation, EndpointError, Unreached) as error:
                said.append(f"{error!r} {getattr(error, 'problems', '')}")
    with AnswerCache(tmp_path / "answers.sqlite") as cache:
        kept = cache.read(cache.stored_keys())[0]
    (tmp_path / "answers.jsonl").write_text(recording_text(kept.items()), encoding="utf-8")
    (tmp_path / "said.txt").write_text("\n".join(said), encoding="utf-8")
    assert len(said) == len(ports) + 1
    assert bool(kept) == (scheme in ("systemone", "scaledown"))
    assert canary.places(tmp_path) == []
