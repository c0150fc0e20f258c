"""Asking works beside every other HTTP package in the environment: it uses none of them.

Some take the place of urllib3, such as the one that niquests brings, with other classes under its
names. Only the reading of a URL is urllib3's here, and all of them kept that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import urllib3

from fault_server import FaultServer, valid_answer

pytestmark = pytest.mark.loopback

BODY = json.dumps(
    {"text": "refund", "labels": [{"name": "a", "rubric": "?"}, {"name": "b", "rubric": "?"}]}
).encode()

# Its own modules are found before those of the real package, which gives the others.
FOREIGN = f"""
__path__.append({str(Path(urllib3.__file__).parent)!r})
__version__ = "2.99.900"
from urllib3 import exceptions, util
"""
CONNECTING = ("connection", "connectionpool", "poolmanager", "response")

ASK = """
import sys
from ticketbench.edge.endpoints import Connection, connect

url, body = sys.argv[1:]
sys.stdout.buffer.write(connect(url, Connection()).ask(url, body.encode()).body)
print(*sys.modules, file=sys.stderr)
"""


def asked_beside(packages: Path, url: str) -> tuple[bytes, Sequence[str]]:
    """The answer that a process gets which finds these packages first, and all that it loads."""
    found = os.pathsep.join((str(packages), *sys.path))
    command = (sys.executable, "-P", "-c", ASK, url, BODY.decode())
    ended = subprocess.run(command, capture_output=True, check=False, env={"PYTHONPATH": found})
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout, ended.stderr.decode().split()


def test_asking_loads_no_client_of_another_package(tmp_path: Path) -> None:
    with FaultServer() as server:
        content, loaded = asked_beside(tmp_path, server.url)
    assert content == valid_answer(BODY)
    others = {"requests", "requests_cache", "httpx", "aiohttp", "niquests"}
    assert {name.partition(".")[0] for name in loaded} & others == set()


def test_a_package_in_the_place_of_urllib3_changes_no_question(tmp_path: Path) -> None:
    foreign = tmp_path / "urllib3"
    foreign.mkdir()
    (foreign / "__init__.py").write_text(FOREIGN)
    for name in CONNECTING:
        (foreign / f"{name}.py").write_text("raise TypeError('unexpected: police_officer')\n")
    with FaultServer() as server:
        content, loaded = asked_beside(tmp_path, server.url)
    assert content == valid_answer(BODY)
    # The real package would have loaded these.
    assert not {f"urllib3.{name}" for name in CONNECTING} & {*loaded}
