"""One request over HTTP: the key goes where it should, and every failure has its name."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import ssl
import traceback
import zlib
from collections.abc import Iterator
from typing import Literal

import pytest

from fault_server import FaultServer, Step
from ticketbench.core.classify import MOST_ANSWER_BYTES, ContractViolation
from ticketbench.core.errors import EndpointError, InputError
from ticketbench.edge.endpoints import Connection, Endpoint, Reply, Unreached, connect, is_local
from ticketbench.edge.secret import ApiKey

pytestmark = pytest.mark.loopback

CANARY = "sk-canary-7f3a9c1e"
KEY = ApiKey(CANARY)
BODY = json.dumps(
    {"text": "refund", "labels": [{"name": "a", "rubric": "?"}, {"name": "b", "rubric": "?"}]}
).encode()


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def endpoint(server: FaultServer, key: ApiKey | None = None, timeout_s: float = 0.4) -> Endpoint:
    return connect(server.url, Connection(key, timeout_s=timeout_s))


def ask(server: FaultServer, *steps: Step, key: ApiKey | None = None) -> Reply:
    if steps:
        server.script(*steps)
    return endpoint(server, key).ask(server.url, BODY)


def closed_port() -> int:
    """A port on this machine where nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


# --- what is sent


def test_the_body_arrives_as_it_is(server: FaultServer) -> None:
    ask(server)
    assert server.seen[0].body == BODY


def test_path_and_query_arrive_as_they_are(server: FaultServer) -> None:
    url = f"{server.url}?model=2&x=%20"
    endpoint(server).ask(url, BODY)
    assert server.seen[0].path == "/classify?model=2&x=%20"


def test_the_key_is_sent_as_x_api_key(server: FaultServer) -> None:
    ask(server, key=KEY)
    assert server.seen[0].headers["x-api-key"] == CANARY


def test_the_key_is_in_no_other_header(server: FaultServer) -> None:
    ask(server, key=KEY)
    others = {name: v for name, v in server.seen[0].headers.items() if name != "x-api-key"}
    assert CANARY not in f"{others} {server.seen[0].path}"


def test_without_a_key_there_is_no_key_header(server: FaultServer) -> None:
    ask(server)
    assert "x-api-key" not in server.seen[0].headers


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("accept-encoding", "identity"),
        ("user-agent", "ticketbench"),
    ],
)
def test_the_other_headers_are_fixed(server: FaultServer, name: str, value: str) -> None:
    ask(server)
    assert server.seen[0].headers[name] == value


def test_proxies_of_the_environment_are_not_used(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    assert ask(server).status == 200


def test_a_netrc_file_adds_nothing(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", netrc)
    ask(server)
    assert "authorization" not in server.seen[0].headers


def test_another_library_in_urllib3s_place_is_never_asked(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPConnection", "HTTPSConnection"):
        monkeypatch.setattr(f"urllib3.connection.{name}", None)
    monkeypatch.setattr("urllib3.PoolManager", None)
    assert ask(server).status == 200


def test_cookies_are_not_sent_back(server: FaultServer) -> None:
    server.script(Step(headers={"Set-Cookie": "session=1"}))
    reached = endpoint(server)
    reached.ask(server.url, BODY)
    reached.ask(server.url, BODY)
    assert "cookie" not in server.seen[1].headers


def test_each_question_has_a_connection_of_its_own(server: FaultServer) -> None:
    reached = endpoint(server)
    for _ in range(5):
        reached.ask(server.url, BODY)
    assert len({seen.port for seen in server.seen}) == 5
    assert {seen.headers["connection"] for seen in server.seen} == {"close"}


# --- what comes back


@pytest.mark.parametrize(
    "status", [200, 201, 204, 400, 401, 403, 404, 422, 429, 500, 502, 503, 504]
)
def test_any_status_is_a_reply(server: FaultServer, status: int) -> None:
    body = b"" if status == 204 else b'{"detail": "x"}'
    reply = ask(server, Step(status, body))
    assert (reply.status, reply.body) == (status, body)


def test_a_body_comes_back_byte_for_byte(server: FaultServer) -> None:
    body = b' {"scores" :\t{"a": 0.50}}\r\n\xff'
    assert ask(server, Step(body=body)).body == body


def test_retry_after_comes_back(server: FaultServer) -> None:
    assert ask(server, Step(429, b"", {"Retry-After": "7"})).retry_after == "7"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: FaultServer, status: int) -> None:
    with FaultServer() as other:
        reply = ask(server, Step(status, b"", {"Location": other.url}), key=KEY)
        assert (reply.status, len(other.seen)) == (status, 0)


def test_a_redirect_on_the_same_server_is_not_followed(server: FaultServer) -> None:
    ask(server, Step(307, b"", {"Location": "/other"}), key=KEY)
    assert len(server.seen) == 1


@pytest.mark.parametrize("over", [1, 2, 1000, 500_000])
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_an_answer_that_is_too_large_is_refused(
    server: FaultServer, over: int, framing: Literal["length", "chunked", "close"]
) -> None:
    large = Step(body=b"x" * (MOST_ANSWER_BYTES + over), framing=framing)
    server.script(large, Step(body=b"{}"))
    reached = endpoint(server)
    with pytest.raises(ContractViolation, match="larger than 1 MB"):
        reached.ask(server.url, BODY)
    assert reached.ask(server.url, BODY).body == b"{}"


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_an_answer_of_the_largest_size_is_read(
    server: FaultServer, framing: Literal["length", "chunked", "close"]
) -> None:
    whole = b"x" * MOST_ANSWER_BYTES
    assert ask(server, Step(body=whole, framing=framing)).body == whole


def test_the_text_of_an_error_that_is_too_large_is_left_out(server: FaultServer) -> None:
    reply = ask(server, Step(500, b"x" * (MOST_ANSWER_BYTES + 1)))
    assert (reply.status, reply.body) == (500, b"")


def test_a_packed_body_is_unpacked(server: FaultServer) -> None:
    packed = Step(body=gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"})
    assert ask(server, packed).body == b'{"a": 1}'


GZIP = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize("cut", [0, 1, 4, 8])
def test_a_body_packed_in_several_members_is_unpacked_whole(server: FaultServer, cut: int) -> None:
    parts = (b'{"a": 1}'[:cut], b"", b'{"a": 1}'[cut:])
    packed = b"".join(map(gzip.compress, parts))
    assert ask(server, Step(body=packed, headers=GZIP)).body == b'{"a": 1}'


@pytest.mark.parametrize(
    "junk",
    [b"junk", b"\r\n", gzip.compress(b"more")[:-4], b"\x1f\x8b"],
    ids=["words", "line end", "cut member", "head of a member"],
)
@pytest.mark.parametrize(
    "packed", [gzip.compress(b"{}"), zlib.compress(b"{}")], ids=["gzip", "deflate"]
)
def test_what_stands_behind_a_packed_body_is_no_part_of_an_answer(
    server: FaultServer, packed: bytes, junk: bytes
) -> None:
    with pytest.raises(Unreached):
        ask(server, Step(body=packed + junk, headers=GZIP))


def test_many_members_together_stay_within_the_limit(server: FaultServer) -> None:
    members = gzip.compress(b"0" * 50_000) * (MOST_ANSWER_BYTES // 50_000)
    assert len(ask(server, Step(body=members, headers=GZIP)).body) == MOST_ANSWER_BYTES
    with pytest.raises(ContractViolation, match="larger than 1 MB"):
        ask(server, Step(body=members + gzip.compress(b"0"), headers=GZIP))


def test_a_packed_body_is_not_unpacked_beyond_the_limit(server: FaultServer) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with pytest.raises(ContractViolation, match="larger than 1 MB"):
        ask(server, Step(body=bomb, headers={"Content-Encoding": "gzip"}))


# --- no answer


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (Step(drop=True), "network"),
        (Step(cut=10), "network"),
        (Step(body=b"", cut=10), "network"),
        (Step(body=b"no gzip", headers={"Content-Encoding": "gzip"}), "network"),
        (Step(stall=True), "timeout"),
        (Step(body=b"x" * 12, drip_s=0.1), "timeout"),
    ],
    ids=["dropped", "cut_body", "no_body", "broken_gzip", "stalled", "dripping"],
)
def test_no_whole_answer_in_time_is_unreached(server: FaultServer, step: Step, kind: str) -> None:
    with pytest.raises(Unreached) as unreached:
        ask(server, step)
    assert unreached.value.kind == kind


def test_a_closed_port_is_unreached() -> None:
    url = f"http://127.0.0.1:{closed_port()}/classify"
    with pytest.raises(Unreached) as unreached:
        connect(url, Connection(timeout_s=0.4)).ask(url, BODY)
    assert unreached.value.kind == "network"


def test_a_server_that_is_not_http_is_unreached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/classify"
        reached = connect(url, Connection(timeout_s=0.4))
        with pytest.raises(Unreached) as unreached:
            reached.ask(url, BODY)
    assert unreached.value.kind == "timeout"


def test_a_connection_the_server_closed_is_opened_again(server: FaultServer) -> None:
    reached = endpoint(server)
    server.script(Step(headers={"Connection": "close"}), Step())
    reached.ask(server.url, BODY)
    assert reached.ask(server.url, BODY).status == 200


def test_the_endpoint_is_usable_after_a_timeout(server: FaultServer) -> None:
    server.script(Step(stall=True), Step(body=b"{}"))
    reached = endpoint(server)
    with pytest.raises(Unreached):
        reached.ask(server.url, BODY)
    assert reached.ask(server.url, BODY).body == b"{}"


def test_a_server_without_tls_stops_the_run(server: FaultServer) -> None:
    url = server.url.replace("http:", "https:")
    with pytest.raises(EndpointError, match="TLS"):
        connect(url, Connection(timeout_s=1)).ask(url, BODY)


def test_certificates_are_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    modes = []
    wrap = ssl.SSLContext.wrap_socket

    def noted(self: ssl.SSLContext, *args: object, **kwargs: object) -> object:
        modes.append((self.verify_mode, self.check_hostname))
        return wrap(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", noted)
    with FaultServer() as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(EndpointError):
            connect(url, Connection(timeout_s=1)).ask(url, BODY)
    assert modes == [(ssl.CERT_REQUIRED, True)]


# --- the key is in no error and in no log

FAULTS = {
    "dropped": Step(drop=True),
    "cut": Step(cut=10),
    "stalled": Step(stall=True),
    "broken_gzip": Step(body=CANARY.encode(), headers={"Content-Encoding": "gzip"}),
    "broken_length": Step(headers={"Content-Length": CANARY}),
    "answered": Step(),
}


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "answered"])
def test_the_key_is_in_no_error(server: FaultServer, name: str) -> None:
    with pytest.raises(Unreached) as unreached:
        ask(server, FAULTS[name], key=KEY)
    error = unreached.value
    assert CANARY not in "".join([repr(error), str(error), *traceback.format_exception(error)])


@pytest.mark.parametrize("name", FAULTS)
def test_the_key_is_in_no_log(
    server: FaultServer, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    try:
        ask(server, FAULTS[name], key=KEY)
    except Unreached:
        assert name != "answered"
    assert CANARY not in caplog.text


@pytest.mark.parametrize("status", [401, 403, 422, 500])
def test_a_key_that_the_server_echoes_does_not_come_back(server: FaultServer, status: int) -> None:
    echo = Step(status, json.dumps({"detail": f"bad key {CANARY}"}).encode())
    assert CANARY.encode() not in ask(server, echo, key=KEY).body


# --- which URLs are taken


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_plain_http_is_taken_for_this_machine(host: str) -> None:
    assert connect(f"http://{host}:1/classify", Connection()) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/classify",
        "http://10.0.0.1/classify",
        "http://127.0.0.1.example.com/classify",
        "http://127.0.0.1@example.com/classify",
        "http://example.com\\@127.0.0.1/classify",
        "HTTP://example.com/classify",
        "ftp://127.0.0.1/classify",
        "file:///etc/passwd",
        "127.0.0.1/classify",
        "http://[::1/classify",
        "",
    ],
    ids=[
        "name", "address", "longer_name", "user", "backslash", "capitals", "ftp", "file",
        "no_scheme", "half_bracket", "empty",
    ],
)  # fmt: skip
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        connect(url, Connection(KEY))


def test_nothing_is_sent_by_connecting(server: FaultServer) -> None:
    endpoint(server, KEY)
    assert not server.seen


@pytest.mark.parametrize(
    ("url", "local"),
    [("local://lexical/v1/classify", True), ("http://localhost/classify", False)],
)
def test_only_local_urls_are_local(url: str, local: bool) -> None:
    assert is_local(url) is local


@pytest.mark.parametrize("header", ["Content-Type", "Retry-After"])
def test_a_key_in_a_header_of_the_answer_does_not_come_back(
    server: FaultServer, header: str
) -> None:
    server.script(Step(200, b"{}", {header: f"text/html; k={CANARY}"}))
    endpoint = connect(server.url, Connection(ApiKey(CANARY), timeout_s=0.4))
    assert CANARY not in str(endpoint.ask(server.url, b"{}"))
