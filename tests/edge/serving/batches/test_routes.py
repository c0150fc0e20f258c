"""The three routes over real HTTP: what a program of this machine gets, and what nobody gets."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest

from served import NAMED, TEXT, served
from ticketbench.core.classify import question
from ticketbench.core.shapes.batch import Answered, Batch, question_line, read_batch, read_output
from ticketbench.edge.engines import Engine
from ticketbench.edge.serving.batches.conduct import Conduct
from ticketbench.edge.serving.server import ClassifyServer
from ticketbench.edge.serving.service import Service

pytestmark = pytest.mark.loopback

BASE = "/v1/batches"
LINES = b"".join(question_line(f"q{i}", question(f"{TEXT} {i}", NAMED)) for i in range(5))
TYPE = {"Content-Type": "application/jsonl"}


@pytest.fixture(scope="module")
def server() -> Iterator[ClassifyServer]:
    with served() as running:
        yield running


@pytest.fixture
def client(server: ClassifyServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
    yield connection
    connection.close()


def said(
    client: http.client.HTTPConnection, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """Status and body of a GET, or of an upload where there is a body."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {**TYPE, **given} if body is not None else given
    client.request("POST" if body is not None else "GET", path, body, sent)
    with client.getresponse() as answer:
        return answer.status, answer.read()


def detail(answer: tuple[int, bytes]) -> tuple[int, str]:
    return answer[0], json.loads(answer[1])["detail"]


def completed(
    client: http.client.HTTPConnection, base: str = BASE, upload: bytes = LINES, **headers: str
) -> str:
    """The id of a batch that is completed."""
    status, body = said(client, base, upload, **headers)
    assert status == 200
    batch = read_batch(body)
    assert batch == Batch(batch.id, "queued", len(upload.splitlines()))
    until = time.monotonic() + 20
    while read_batch(said(client, f"{base}/{batch.id}", **headers)[1]).state != "completed":
        assert time.monotonic() < until
        time.sleep(0.005)
    return batch.id


@pytest.mark.parametrize("base", [BASE, "/lexical/v1/v1/batches"])
def test_an_upload_is_answered_line_by_line(client: http.client.HTTPConnection, base: str) -> None:
    status, output = said(client, f"{base}/{completed(client, base)}/output")
    found = list(read_output(output))
    assert status == 200
    assert [type(one) for one in found] == [Answered] * 5
    assert output.endswith(b"\n")


def test_the_output_is_that_of_the_contract(client: http.client.HTTPConnection) -> None:
    client.request("GET", f"{BASE}/{completed(client)}/output")
    with client.getresponse() as answer:
        assert answer.headers["Content-Type"] == "application/jsonl"
        first = json.loads(answer.read().splitlines()[0])
    content = first["response"]["body"]["choices"][0]["message"].pop("content")
    assert first == {
        "custom_id": "q0",
        "response": {
            "status_code": 200,
            "body": {"model": "classify", "choices": [{"message": {}}]},
        },
        "error": None,
    }
    assert json.loads(content).keys() == {"top_label", "scores"}


def test_output_before_its_time_is_answered_with_409() -> None:
    with served(conduct=Conduct(delay_s=60)) as server:
        client = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        batch = read_batch(said(client, BASE, LINES)[1])
        assert detail(said(client, f"{BASE}/{batch.id}/output"))[0] == 409
        client.close()


@pytest.mark.parametrize(
    ("path", "says"),
    [("/batch_0", "no batch of this id"), ("/batch_0/output", "no batch of this id"),
     ("/batch_0/cancel", "no such path"), ("/", "no such path"),
     ("/%2e%2e", "no batch of this id")],
)  # fmt: skip
def test_what_is_not_there_is_answered_with_404(
    client: http.client.HTTPConnection, path: str, says: str
) -> None:
    status, told = detail(said(client, BASE + path))
    assert (status, told.partition(";")[0]) == (404, says)


def test_another_method_is_answered_with_405(client: http.client.HTTPConnection) -> None:
    assert detail(said(client, BASE)) == (405, "use POST")
    assert detail(said(client, f"{BASE}/batch_0", LINES, Content_Type="application/json")) == (
        405,
        "use GET",
    )


def test_a_malformed_line_is_answered_with_422_and_its_number(
    client: http.client.HTTPConnection,
) -> None:
    status, told = detail(said(client, BASE, LINES + b'{"custom_id": "q9"}\n'))
    assert (status, told.partition(":")[0]) == (422, "line 6")


@pytest.mark.parametrize("media", ["application/json", "text/plain", "application/x-ndjson", ""])
def test_another_media_type_is_answered_with_403(
    client: http.client.HTTPConnection, media: str
) -> None:
    assert detail(said(client, BASE, LINES, Content_Type=media)) == (
        403,
        "send Content-Type: application/jsonl",
    )


@pytest.mark.parametrize(
    "header",
    [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Sec_Fetch_Site": "cross-site"}],
    ids=lambda header: next(iter(header)),
)
def test_no_web_page_uploads_or_reads_a_batch(
    client: http.client.HTTPConnection, header: dict[str, str]
) -> None:
    assert said(client, BASE, LINES, **header)[0] == 403
    assert said(client, f"{BASE}/batch_0/output", **header)[0] == 403


def test_every_route_wants_the_key() -> None:
    with served("k-12345678") as server:
        client = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        batch_id = completed(client, x_api_key="k-12345678")
        for path in (f"{BASE}/{batch_id}", f"{BASE}/{batch_id}/output"):
            assert said(client, path)[0] == 401
            assert said(client, path, x_api_key="another")[0] == 401
        assert said(client, BASE, LINES)[0] == 401
        assert said(client, f"{BASE}/{batch_id}/output", x_api_key="k-12345678")[0] == 200
        client.close()


def upload_begun(server: ClassifyServer, length: int) -> socket.socket:
    """A connection over which an upload of so many bytes is announced, and begun."""
    sock = socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=10)
    head = f"POST {BASE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jsonl\r\n"
    sock.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode() + LINES[:10])
    return sock


def status_of(sock: socket.socket) -> int:
    with sock, sock.makefile("rb") as answer:
        return int(answer.readline().split()[1])


def test_more_than_50_mb_is_answered_with_413_unread(server: ClassifyServer) -> None:
    assert status_of(upload_begun(server, 50_000_001)) == 413


def test_an_upload_that_is_cut_short_leaves_no_batch(server: ClassifyServer) -> None:
    before = len(server.batches._kept)
    sock = upload_begun(server, len(LINES))
    sock.shutdown(socket.SHUT_WR)
    assert status_of(sock) == 400
    assert len(server.batches._kept) == before


def test_one_upload_at_a_time_is_read_and_the_next_when_it_is_over(
    server: ClassifyServer, client: http.client.HTTPConnection
) -> None:
    first = upload_begun(server, len(LINES))
    while server.uploads._value:
        time.sleep(0.001)
    assert detail(said(client, BASE, LINES)) == (503, "another batch is being uploaded")
    assert said(client, "/v1/models")[0] == 200
    first.sendall(LINES[10:])
    assert status_of(first) == 200
    completed(client)


def test_a_batch_at_work_keeps_no_single_question_waiting() -> None:
    goes_on = threading.Event()

    def slow_about_a_bill(text: str, labels: Sequence[tuple[str, str]]) -> dict[str, float]:
        if text == "a bill":
            goes_on.wait(20)
        return {name: 1 / len(labels) for name, _ in labels}

    with ClassifyServer(Service(Engine("slow", "v1", lambda: slow_about_a_bill))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        client = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        batch = read_batch(said(client, BASE, question_line("q", question("a bill", NAMED)))[1])
        body = question("an error", NAMED)
        assert said(client, "/classify", body, Content_Type="application/json")[0] == 200
        assert read_batch(said(client, f"{BASE}/{batch.id}")[1]).state != "completed"
        goes_on.set()
        client.close()
        server.shutdown()
        thread.join()


def test_ctrl_c_ends_a_server_that_works_on_a_batch() -> None:
    command = [sys.executable, "-m", "ticketbench", "serve"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=without_key()
    )
    assert process.stdout is not None
    port = urlsplit(process.stdout.readline()).port
    client = http.client.HTTPConnection("127.0.0.1", port or 0, timeout=10)
    many = b"".join(question_line(f"m{i}", question(TEXT * 50, NAMED)) for i in range(5000))
    assert said(client, BASE, many)[0] == 200
    client.close()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err


def without_key() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "SCALEDOWN_API_KEY"}
