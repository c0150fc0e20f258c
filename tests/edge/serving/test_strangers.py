"""What is not a program of this machine, or no single request, is refused; the others go on."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from ticketbench.core.errors import MachineError
from ticketbench.edge.engines import engines
from ticketbench.edge.serving import request as request_module
from ticketbench.edge.serving import server as server_module
from ticketbench.edge.serving.server import ClassifyServer
from ticketbench.edge.serving.service import Service

pytestmark = pytest.mark.loopback

PATH = "/lexical/v1/classify"
LABELS = [{"name": name, "rubric": "Is it so?"} for name in ("billing", "technical")]
BODY = json.dumps({"text": "a refund", "labels": LABELS})
HOST, TYPE = "Host: localhost", "Content-Type: application/json"
LENGTH = f"Content-Length: {len(BODY)}"


@pytest.fixture
def server() -> Iterator[ClassifyServer]:
    with ClassifyServer(Service(engines().get("lexical"))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def connected(server: ClassifyServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5)


def head(*lines: str, method: str = "POST") -> bytes:
    return "\r\n".join((f"{method} {PATH} HTTP/1.1", HOST, *lines, "", "")).encode("latin-1")


def said(server: ClassifyServer, *sent: bytes, ends: bool = True) -> bytes:
    """Everything the server answers until it closes; `ends` closes our side first."""
    with connected(server) as client:
        for part in sent:
            client.sendall(part)
        if ends:
            client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as answer:
            return answer.read()


def statuses(answer: bytes) -> list[int]:
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


def answers_well(server: ClassifyServer) -> bool:
    return statuses(said(server, head(TYPE, LENGTH), BODY.encode())) == [200]


CHUNKED = b"0\r\n\r\n"
HIDDEN = head(TYPE, LENGTH) + BODY.encode()
SMUGGLED: dict[str, tuple[str, ...]] = {
    "length_and_chunks": (LENGTH, "Transfer-Encoding: chunked"),
    "chunks_and_length": ("Transfer-Encoding: chunked", LENGTH),
    "length_and_identity": (LENGTH, "Transfer-Encoding: identity"),
    "two_lengths": (LENGTH, "Content-Length: 0"),
    "one_length_twice": (LENGTH, LENGTH),
    "two_hosts": (LENGTH, "Host: evil.example"),
    "blank_before_the_colon": ("Content-Length : 0", LENGTH),
    "folded_line": (LENGTH, "X: 1", " Content-Length: 0"),
    "bare_return": (f"X: 1\rContent-Length: 0\r\n{LENGTH}",),
    "bare_line_feed": (f"X: 1\nContent-Length: 0\r\n{LENGTH}",),
    "nul": (LENGTH, "X: a\0b"),
    "no_colon": (LENGTH, "X"),
}


@pytest.mark.parametrize("form", SMUGGLED)
def test_a_request_that_can_be_read_in_two_ways_is_answered_once_with_400(
    server: ClassifyServer, form: str
) -> None:
    answer = said(server, head(TYPE, *SMUGGLED[form]), HIDDEN)
    assert statuses(answer) == [400]
    assert b"Connection: close" in answer


@pytest.mark.parametrize("length", ["5, 5", "+5", "0x5", "5.0", " "])
def test_a_length_that_is_no_number_is_answered_once_with_411(
    server: ClassifyServer, length: str
) -> None:
    assert statuses(said(server, head(TYPE, f"Content-Length: {length}"), HIDDEN)) == [411]


@pytest.mark.parametrize(
    "line",
    ["GET / HTTP/0.9", "GET /", "POST http://localhost/ HTTP/1.1", "\x16\x03\x01", "POST / HTTP/2"],
)
def test_another_protocol_is_answered_with_400(server: ClassifyServer, line: str) -> None:
    assert statuses(said(server, f"{line}\r\n{HOST}\r\n\r\n".encode())) == [400]


@pytest.mark.parametrize("sent", [HIDDEN[:20], HIDDEN[:-1], head(TYPE, LENGTH)])
def test_a_request_that_is_cut_short_is_answered_with_400(
    server: ClassifyServer, sent: bytes
) -> None:
    assert statuses(said(server, sent)) == [400]


def test_a_client_that_says_nothing_gets_no_answer(server: ClassifyServer) -> None:
    assert said(server) == b""


def test_headers_without_end_are_answered_with_431(server: ClassifyServer) -> None:
    assert statuses(said(server, head(*(f"X-{i}: {'a' * 50}" for i in range(400))))) == [431]


@pytest.mark.parametrize("sent", [b"", HIDDEN[:20], head(TYPE, LENGTH) + b'{"'])
def test_a_slow_client_is_hung_up_on(
    server: ClassifyServer, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_module, "REQUEST_S", 0.2)
    assert statuses(said(server, sent, ends=False)) == ([408] if sent else [])


def test_a_drip_does_not_gain_time(server: ClassifyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_module, "REQUEST_S", 0.3)
    with connected(server) as client, client.makefile("rb") as answer:
        client.sendall(head(TYPE, LENGTH))
        for _ in range(50):
            time.sleep(0.02)
            try:
                client.sendall(b" ")
            except OSError:
                break
        assert b" 408 " in answer.readline()


def test_a_client_may_wait_for_continue(server: ClassifyServer) -> None:
    with connected(server) as client, client.makefile("rb") as answer:
        client.sendall(head(TYPE, LENGTH, "Expect: 100-continue"))
        assert answer.readline() == b"HTTP/1.1 100 Continue\r\n"
        client.sendall(BODY.encode())
        assert (answer.readline(), answer.readline()) == (b"\r\n", b"HTTP/1.1 200 OK\r\n")


def test_two_requests_in_one_packet_are_two_answers(server: ClassifyServer) -> None:
    assert statuses(said(server, HIDDEN + HIDDEN)) == [200, 200]


# --- web pages


PAGES = {
    "another_origin": "Origin: https://evil.example",
    "no_origin": "Origin: null",
    "another_port": "Origin: http://localhost:1",
    "own_name_over_https": "Origin: https://localhost",
    "cross_site": "Sec-Fetch-Site: cross-site",
    "same_site": "Sec-Fetch-Site: same-site",
    "unknown_site": "Sec-Fetch-Site: x",
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["POST", "GET", "OPTIONS"])
def test_a_request_of_a_web_page_is_answered_with_403(
    server: ClassifyServer, page: str, method: str
) -> None:
    answer = said(server, head(TYPE, LENGTH, PAGES[page], method=method), BODY.encode())
    assert statuses(answer) == [403]
    assert b"Access-Control" not in answer


FORMS = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]


@pytest.mark.parametrize("media", FORMS)
def test_what_a_form_can_send_is_answered_with_403(server: ClassifyServer, media: str) -> None:
    answer = said(server, head(f"Content-Type: {media}", LENGTH), BODY.encode())
    assert statuses(answer) == [403]


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_a_program_that_sends_the_headers_of_a_browser_is_answered(
    server: ClassifyServer, name: str, site: str
) -> None:
    own = f"Origin: http://{name}:{server.server_address[1]}"
    media = "Content-Type: Application/JSON; charset=utf-8"
    sent = head(media, LENGTH, own, f"Sec-Fetch-Site: {site}")
    assert statuses(said(server, sent, BODY.encode())) == [200]


# --- limits


@pytest.mark.parametrize(
    ("text", "n_labels", "rubric", "status"),
    [(20_000, 2, 9, 200), (20_001, 2, 9, 422), (9, 255, 9, 200), (9, 256, 9, 422),
     (9, 2, 20_001, 422)],
)  # fmt: skip
def test_a_question_has_its_limits(
    server: ClassifyServer, text: int, n_labels: int, rubric: int, status: int
) -> None:
    labels = [{"name": f"label{i}", "rubric": "r" * rubric} for i in range(n_labels)]
    body = json.dumps({"text": "t" * text, "labels": labels}).encode()
    sent = head(TYPE, f"Content-Length: {len(body)}")
    assert statuses(said(server, sent, body)) == [status]


@pytest.mark.parametrize(("n", "status"), [(2_000, 200), (2_001, 422)])
def test_rubrics_list_so_many_phrases_at_most(server: ClassifyServer, n: int, status: int) -> None:
    labels = [{"name": "a", "rubric": "x," * (n - 1)}, {"name": "b", "rubric": "y"}]
    body = json.dumps({"text": "t", "labels": labels}).encode()
    assert statuses(said(server, head(TYPE, f"Content-Length: {len(body)}"), body)) == [status]


def test_without_a_server_there_are_no_limits() -> None:
    body = json.dumps({"text": "t" * 20_001, "labels": LABELS}).encode()
    service = Service(engines().get("lexical"))
    assert service.handle("POST", "/classify", {}, body).status == 200


def test_a_body_over_the_limit_is_answered_although_it_is_being_sent(
    server: ClassifyServer,
) -> None:
    client = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    client.request("POST", PATH, b" " * 1_000_000, {"Content-Type": "application/json"})
    assert client.getresponse().status == 413
    client.close()


def test_the_65th_connection_is_answered_with_503_and_the_others_go_on(
    server: ClassifyServer,
) -> None:
    idle = [connected(server) for _ in range(64)]
    for client in idle:
        client.sendall(HIDDEN)
    assert [client.recv(12)[-3:] for client in idle] == [b"200"] * 64
    assert statuses(said(server, HIDDEN)) == [503]
    idle.pop().close()
    deadline = time.monotonic() + 5
    while not answers_well(server) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert answers_well(server)
    for client in idle:
        client.close()


def test_a_question_that_finds_no_worker_in_time_is_answered_with_503(
    server: ClassifyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_module, "REQUEST_S", 0.2)
    for _ in range(server_module.MOST_WORKERS):
        server.workers.acquire()
    answer = said(server, HIDDEN, ends=False)
    assert (statuses(answer), b"Retry-After: 1" in answer) == ([503], True)


# --- resets and bugs


def reset(client: socket.socket) -> None:
    """Close with a reset instead of an end."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.mark.parametrize("sent", [b"", HIDDEN[:20], HIDDEN[:-1], HIDDEN, HIDDEN * 20, b"\r\n\r\n"])
def test_a_storm_of_resets_leaves_no_word_and_no_harm(
    server: ClassifyServer, sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(20):
        client = connected(server)
        client.sendall(sent)
        reset(client)
    assert answers_well(server)
    assert capfd.readouterr() == ("", "")


def test_an_engine_that_cannot_answer_is_a_500_with_its_reason(
    server: ClassifyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise MachineError("the weights are gone")

    monkeypatch.setattr(Service, "handle", broken)
    answer = said(server, HIDDEN)
    assert (statuses(answer), b"the weights are gone" in answer) == ([500], True)


def test_a_bug_is_one_line_and_no_traceback(
    server: ClassifyServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise TypeError("secret")

    monkeypatch.setattr(Service, "handle", broken)
    assert said(server, HIDDEN) == b""
    told = capfd.readouterr().err
    assert told == "error: this is a bug in ticketbench (TypeError)\n"
