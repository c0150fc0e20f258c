"""One question over real sockets: what comes back, what does not, and never too late."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import time
from pathlib import Path

import pytest
import trustme

from fault_server import (
    FaultServer,
    Step,
    closed_url,
    crowded_url,
    silent_url,
    valid_answer,
)
from ticketbench.core.classify import ContractViolation
from ticketbench.core.errors import InputError
from ticketbench.core.keys.host import Host, PlainUrl
from ticketbench.production.asking.key import plain_endpoint
from ticketbench.production.asking.transport import Received, Transport, Unreached

pytestmark = pytest.mark.loopback

LABELS = [{"name": name, "rubric": "?"} for name in ("billing", "technical")]
BODY = json.dumps({"text": "a charge", "labels": LABELS}).encode()
SHORT_S = 0.3


def posted(url: str, seconds: float = 5.0, key: str | None = None) -> Received:
    """What came back from `url`."""
    return Transport(plain_endpoint(url), key)(BODY, seconds)


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_an_answer_comes_back_however_its_end_is_told(framing: str) -> None:
    with FaultServer(Step(framing=framing)) as server:  # type: ignore[arg-type]
        assert posted(server.url) == Received(200, valid_answer(BODY))


def test_what_is_sent_is_the_question_the_host_and_the_key() -> None:
    with FaultServer() as server:
        posted(server.url.replace("/classify", "/a/b?c=d"), key="a-key-for-tests")
        posted(server.url)
        (seen, bare) = server.seen
    assert (seen.path, seen.body, seen.headers["x-api-key"]) == (
        "/a/b?c=d",
        BODY,
        "a-key-for-tests",
    )
    assert seen.headers["host"] == server.url.split("/")[2]
    assert seen.headers["content-type"] == "application/json"
    assert "x-api-key" not in bare.headers


def test_an_address_whose_end_is_no_number_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer() as server:
        port = int(server.url.split(":")[2].split("/")[0])
        here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [here])
        endpoint = PlainUrl(False, Host("[2001:db8::abcd]", port), "/classify")
        assert Transport(endpoint, None)(BODY, 5.0).status == 200
        (seen,) = server.seen
    assert seen.headers["host"] == f"[2001:db8::abcd]:{port}"


def test_a_status_is_kept_with_what_it_asks_for_and_no_redirect_is_followed() -> None:
    with FaultServer(Step(status=429, headers={"Retry-After": "7"})) as server:
        assert posted(server.url) == Received(429, b"", "7")
        server.script(Step(status=307, headers={"Location": server.url}))
        assert posted(server.url, key="a-key-for-tests").status == 307
        assert len(server.seen) == 2


def test_what_was_packed_is_unpacked_but_never_beyond_the_limit() -> None:
    packed = Step(body=gzip.compress(valid_answer(BODY)), headers={"Content-Encoding": "gzip"})
    with FaultServer(packed) as server:
        assert posted(server.url).body == valid_answer(BODY)
        bomb = gzip.compress(b" " * 3_000_000)
        server.script(Step(body=bomb, headers={"Content-Encoding": "gzip"}))
        with pytest.raises(ContractViolation, match="larger"):
            posted(server.url)


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_an_answer_of_more_than_1_mb_is_refused(framing: str) -> None:
    with FaultServer(Step(body=b" " * 1_000_001, framing=framing)) as server:  # type: ignore[arg-type]
        with pytest.raises(ContractViolation, match="larger"):
            posted(server.url)
        server.script(Step(body=b" " * 1_000_000))
        assert len(posted(server.url).body) == 1_000_000


@pytest.mark.parametrize(
    "step",
    [
        Step(drop=True),
        Step(reset=True),
        Step(cut=5),
        Step(cut=5, framing="chunked"),
        Step(cut=5, reset=True),
        Step(headers={"Content-Length": "7"}),
        Step(headers={"X-Padding": "x" * 70_000}),
        Step(body=b"no zip", headers={"Content-Encoding": "gzip"}),
    ],
    ids=str,
)
def test_a_connection_that_breaks_is_told_as_such(step: Step) -> None:
    with FaultServer(step) as server, pytest.raises(Unreached, match="endpoint_network"):
        posted(server.url)


@pytest.mark.parametrize(
    "step",
    [
        Step(stall=True),
        Step(drip_s=0.05),
        Step(drip_s=0.05, framing="chunked"),
        Step(drip_s=0.05, framing="close"),
        Step(head_drip_s=0.05),
    ],
    ids=str,
)
def test_a_server_that_drips_holds_nobody_for_longer_than_the_limit(step: Step) -> None:
    with FaultServer(step) as server:
        began = time.monotonic()
        with pytest.raises(Unreached, match="endpoint_timeout"):
            posted(server.url, SHORT_S)
        # Without the timer it takes 3 s and more; no less is asked of a busy machine.
        assert time.monotonic() - began < 5 * SHORT_S


def test_a_connection_that_does_not_come_about_ends_in_time() -> None:
    with pytest.raises(Unreached, match="endpoint_network"):
        posted(closed_url())
    with silent_url() as silent, pytest.raises(Unreached, match="endpoint_timeout"):
        posted(silent, SHORT_S)
    with crowded_url() as crowded, pytest.raises(Unreached, match="endpoint_timeout"):
        posted(crowded, SHORT_S)


def test_a_certificate_is_verified_by_the_authorities_that_are_named(tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "none.pem").write_text("no certificate")
    with FaultServer(tls=context) as server:
        endpoint = plain_endpoint(server.url)
        assert Transport(endpoint, None, tmp_path / "ca.pem")(BODY, 5.0).status == 200
        with pytest.raises(Unreached, match="endpoint_network"):
            posted(server.url)
        with pytest.raises(InputError, match="no certificates"):
            Transport(endpoint, None, tmp_path / "none.pem")
        server.script(Step(drip_s=0.05))
        with pytest.raises(Unreached, match="endpoint_timeout"):
            Transport(endpoint, None, tmp_path / "ca.pem")(BODY, SHORT_S)


def test_a_handshake_that_never_ends_is_ended(tmp_path: Path) -> None:
    with silent_url() as silent, pytest.raises(Unreached, match="endpoint_timeout"):
        posted(silent.replace("http:", "https:"), SHORT_S)
