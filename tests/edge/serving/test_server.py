"""The HTTP server of the embedded engines: loopback only, several clients, no request lost."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from ticketbench.edge.engines import engines
from ticketbench.edge.secret import ApiKey
from ticketbench.edge.serving.server import ClassifyServer
from ticketbench.edge.serving.service import Service

pytestmark = pytest.mark.loopback

BODY = json.dumps(
    {
        "text": "I want a refund",
        "labels": [
            {"name": "technical", "rubric": "Is it about an error?"},
            {"name": "billing", "rubric": "Is it about a refund?"},
        ],
    }
).encode()
PATH = "/lexical/v1/classify"
JSON = {"Content-Type": "application/json"}
TYPE = "Content-Type: application/json"


@contextmanager
def running(key: ApiKey | None = None) -> Iterator[ClassifyServer]:
    with ClassifyServer(Service(engines().get("lexical"), key)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server() -> Iterator[ClassifyServer]:
    with running() as server:
        yield server


@pytest.fixture
def client(server: ClassifyServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    yield connection
    connection.close()


def posted(client: http.client.HTTPConnection, **headers: str) -> tuple[int, bytes]:
    """Status and body of one POST."""
    given = {k.replace("_", "-"): v for k, v in headers.items()}
    client.request("POST", PATH, BODY, JSON | given)
    with client.getresponse() as response:
        return response.status, response.read()


def finished(client: http.client.HTTPConnection) -> int:
    """The status of the answer that is due, read to its end."""
    with client.getresponse() as response:
        response.read()
        return response.status


def raw(server: ClassifyServer, head: str) -> bytes:
    """The first line of the answer to bytes that no client library would send."""
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as sock:
        sock.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        with sock.makefile("rb") as answer:
            return answer.readline()


def test_the_url_holds_engine_and_version(server: ClassifyServer) -> None:
    assert server.url == f"http://127.0.0.1:{server.server_address[1]}{PATH}"


def test_it_is_bound_to_the_loopback_address(server: ClassifyServer) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"


def test_port_0_takes_a_free_port(server: ClassifyServer) -> None:
    assert server.server_address[1] > 0


def test_a_taken_port_is_an_error(server: ClassifyServer) -> None:
    taken = server.server_address[1]
    with pytest.raises(OSError, match="in use"):
        ClassifyServer(server.service, port=taken)


def test_a_question_is_answered(client: http.client.HTTPConnection) -> None:
    status, body = posted(client)
    assert (status, json.loads(body)["top_label"]) == (200, "billing")


def test_an_answer_is_json(client: http.client.HTTPConnection) -> None:
    client.request("POST", PATH, BODY, JSON)
    with client.getresponse() as response:
        response.read()
        assert response.headers["Content-Type"] == "application/json"


def test_a_connection_is_kept_for_the_next_question(client: http.client.HTTPConnection) -> None:
    posted(client)
    first = client.sock
    posted(client)
    assert client.sock is first


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.1:80", "localhost:8080"])
def test_names_of_this_machine_are_answered(client: http.client.HTTPConnection, host: str) -> None:
    assert posted(client, Host=host)[0] == 200


FOREIGN = ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example"]


@pytest.mark.parametrize(
    "host",
    [
        *FOREIGN,
        "192.168.1.4",
        "@localhost",
        "",
        "localhost:80@evil",
        "localhost:",
        "localhost:80:80",
    ],
)
def test_another_host_name_is_answered_with_403(
    client: http.client.HTTPConnection, host: str
) -> None:
    assert posted(client, Host=host)[0] == 403


def test_another_host_name_is_refused_for_get_too(client: http.client.HTTPConnection) -> None:
    client.request("GET", PATH, headers={"Host": "evil.example"})
    assert finished(client) == 403


def test_a_request_without_host_is_answered_with_403(server: ClassifyServer) -> None:
    assert b" 403 " in raw(server, f"POST {PATH} HTTP/1.1\nContent-Length: 0")


def test_the_body_of_a_refused_request_is_not_read_as_the_next_request(
    server: ClassifyServer,
) -> None:
    hidden = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: evil.example\r\nContent-Length: {len(hidden)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5) as sock:
        sock.sendall(head.encode() + hidden)
        sock.shutdown(socket.SHUT_WR)
        with sock.makefile("rb") as answer:
            assert answer.read().count(b"HTTP/1.1 ") == 1


def test_a_get_is_answered_with_405(client: http.client.HTTPConnection) -> None:
    client.request("GET", PATH)
    assert finished(client) == 405


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_answered_with_405(
    client: http.client.HTTPConnection, method: str
) -> None:
    client.request(method, PATH, BODY)
    assert finished(client) == 405


@pytest.mark.parametrize("path", ["/", "/lexical/v9/classify", "/v2/systemone", "/../etc/passwd"])
def test_another_path_is_answered_with_404(client: http.client.HTTPConnection, path: str) -> None:
    client.request("POST", path, BODY, JSON)
    assert finished(client) == 404


@pytest.mark.parametrize(
    "lines",
    ["X: 1", "Transfer-Encoding: chunked", "Content-Length: -1", "Content-Length: 1e3",
     "Content-Length: ٣", "Content-Length:"],
    ids=["none", "chunked", "negative", "exponent", "other_digits", "empty"],
)  # fmt: skip
def test_a_body_of_unknown_length_is_answered_with_411(server: ClassifyServer, lines: str) -> None:
    assert b" 411 " in raw(server, f"POST {PATH} HTTP/1.1\nHost: localhost\n{TYPE}\n{lines}")


@pytest.mark.parametrize("length", ["256001", "9" * 30, "9" * 5000], ids=["256_kB", "30", "5000"])
def test_a_body_that_is_too_large_is_answered_with_413_unread(
    server: ClassifyServer, length: str
) -> None:
    assert b" 413 " in raw(
        server, f"POST {PATH} HTTP/1.1\nHost: localhost\n{TYPE}\nContent-Length:{length}"
    )


def test_a_malformed_body_is_answered_with_422(client: http.client.HTTPConnection) -> None:
    client.request("POST", PATH, b"not json", JSON)
    assert finished(client) == 422


def test_a_bad_request_does_not_end_the_connection(client: http.client.HTTPConnection) -> None:
    client.request("POST", PATH, b"not json", JSON)
    finished(client)
    assert posted(client)[0] == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"x_api_key": "wrong"}, 401), ({"x_api_key": "k-1"}, 200),
     ({"X_API_KEY": "k-1"}, 200)],
    ids=["none", "wrong", "right", "right_in_capitals"],
)  # fmt: skip
def test_a_server_with_a_key_wants_it(headers: dict[str, str], status: int) -> None:
    with running(ApiKey("k-1")) as server:
        client = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
        assert posted(client, **headers)[0] == status
        client.close()


def test_a_server_without_a_key_ignores_the_header(client: http.client.HTTPConnection) -> None:
    assert posted(client, x_api_key="anything")[0] == 200


def test_many_clients_get_their_own_answers(server: ClassifyServer) -> None:
    def ask(number: int) -> str:
        client = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        name = f"label{number}"
        labels = [{"name": n, "rubric": "Is it so?"} for n in ("other", name)]
        client.request("POST", PATH, json.dumps({"text": name, "labels": labels}), JSON)
        top = json.loads(client.getresponse().read())["top_label"]
        client.close()
        return str(top)

    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(ask, range(200))) == [f"label{i}" for i in range(200)]


def test_a_client_that_sends_nothing_does_not_keep_others_waiting(server: ClassifyServer) -> None:
    idle = socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=5)
    client = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    assert posted(client)[0] == 200
    client.close()
    idle.close()


def test_nothing_is_written_about_requests(
    client: http.client.HTTPConnection, capfd: pytest.CaptureFixture[str]
) -> None:
    posted(client)
    assert capfd.readouterr() == ("", "")
