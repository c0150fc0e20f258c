"""Questions go through a proxy only when the config says so, and only where it cannot read them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from fault_server import FaultServer, Step
from ticketbench.core.errors import InputError
from ticketbench.edge.endpoints import Connection, Unreached, connect
from ticketbench.edge.endpoints.proxy import proxy_for, proxy_variables
from ticketbench.flow.setup.doctor import _to_reach

URL = "https://router.example/classify"
NAMES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class Tunnel:
    """A proxy that connects to whoever is asked for, and keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            told = b""
            while b"\r\n\r\n" not in told:
                told += client.recv(65_536)
            self.told.append(told)
            host, _, port = told.split()[1].decode().rpartition(":")
            server = socket.create_connection((host, int(port)))
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            threading.Thread(target=_both_ways, args=(client, server), daemon=True).start()

    def close(self) -> None:
        self._socket.close()


def _both_ways(client: socket.socket, server: socket.socket) -> None:
    with client, server:
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join()


def _pump(one: socket.socket, other: socket.socket) -> None:
    try:
        while content := one.recv(65_536):
            other.sendall(content)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@pytest.fixture
def tunnel() -> Iterator[Tunnel]:
    found = Tunnel()
    yield found
    found.close()


@pytest.fixture
def https(tmp_path: Path) -> Iterator[tuple[FaultServer, Path]]:
    """A server with a certificate, and the file of its authority."""
    import ssl

    authority, pem = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with FaultServer(tls=context) as server:
        yield server, pem


BODY = (
    b'{"text": "x", "labels": [{"name": "billing", "rubric": "?"},'
    b' {"name": "technical", "rubric": "?"}]}'
)


@pytest.mark.loopback
@pytest.mark.parametrize("choice", ["none", "env", "url"])
def test_the_choice_decides_whether_the_proxy_is_used(
    choice: str,
    tunnel: Tunnel,
    https: tuple[FaultServer, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, pem = https
    monkeypatch.setenv("HTTPS_PROXY", tunnel.url.replace("//", "//user:pass@"))
    proxy = tunnel.url if choice == "url" else choice
    reached = connect(server.url, Connection(ca_file=pem, proxy=proxy))
    assert reached.ask(server.url, BODY).status == 200
    assert len(tunnel.told) == (choice != "none")
    assert (b"Basic dXNlcjpwYXNz" in b"".join(tunnel.told)) == (choice == "env")


@pytest.mark.loopback
def test_a_proxy_that_is_not_there_is_a_network_failure(https: tuple[FaultServer, Path]) -> None:
    server, pem = https
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    reached = connect(server.url, Connection(ca_file=pem, proxy=f"http://127.0.0.1:{port}"))
    with pytest.raises(Unreached, match="proxy made no connection"):
        reached.ask(server.url, BODY)


@pytest.mark.parametrize("choice", ["env", "http://proxy.example:1"])
def test_what_is_plain_never_goes_through_a_proxy(
    choice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:1")
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:1")
    assert proxy_for("http://127.0.0.1/classify", choice) is None


def test_a_host_under_no_proxy_is_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:8080")
    found = proxy_for(URL, "env")
    assert found is not None
    assert (found.host, found.port) == ("proxy.example", 8080)
    monkeypatch.setenv("NO_PROXY", ".example")
    assert proxy_for(URL, "env") is None


@pytest.mark.parametrize(
    "value",
    ["socks5://user:zq-secret@h:1", "https://user:zq-secret@h:1", "http://", "http://h:zq-secret"],
)
def test_another_kind_of_proxy_is_refused_without_showing_it(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    with pytest.raises(InputError) as caught:
        proxy_for(URL, "env")
    assert "secret" not in f"{caught.value} {caught.value.problems}"


def test_a_proxy_does_not_show_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:zq-secret@h:1")
    found = proxy_for(URL, "env")
    assert "secret" not in repr(found)
    assert "Basic" not in repr(found)


def test_the_doctor_says_that_a_variable_is_set_and_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (proxy_variables(), _to_reach("none")) == ((), "check the URL")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:zq-secret@h:1")
    assert proxy_variables() == ("HTTPS_PROXY",)
    assert "HTTPS_PROXY is set, but `endpoint: {proxy: env}` alone uses it" in _to_reach("none")
    assert _to_reach("env") == "check the URL"


@pytest.mark.loopback
@pytest.mark.parametrize("said", [b"HTTP/1.1 407 No\r\n\r\n", b"noise\r\n\r\n", b""])
def test_a_proxy_that_refuses_is_a_network_failure(
    said: bytes, https: tuple[FaultServer, Path]
) -> None:
    server, pem = https
    with socket.create_server(("127.0.0.1", 0)) as proxy:

        def refuse() -> None:
            client, _ = proxy.accept()
            with client:
                client.recv(65_536)
                client.sendall(said)

        threading.Thread(target=refuse, daemon=True).start()
        url = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        with pytest.raises(Unreached, match="proxy made no connection"):
            connect(server.url, Connection(ca_file=pem, proxy=url)).ask(server.url, BODY)


@pytest.mark.loopback
@pytest.mark.parametrize(
    "headers",
    [{f"X-{i}": "1" * 40 for i in range(5_000)}, {"X": "x" * 200_000}],
    ids=["many", "long"],
)
def test_a_head_that_is_too_large_has_its_own_reason(headers: dict[str, str]) -> None:
    with FaultServer() as server:
        server.script(Step(headers=headers))
        with pytest.raises(Unreached, match="head of the answer is too long"):
            connect(server.url, Connection()).ask(server.url, BODY)


@pytest.mark.loopback
def test_a_scheme_may_be_written_in_capitals() -> None:
    with FaultServer() as server:
        url = server.url.replace("http", "HTTP", 1)
        assert connect(url, Connection()).ask(url, BODY).status == 200


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\nx\n"])
def test_a_file_without_certificates_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(content)
    with pytest.raises(InputError, match="no certificates"):
        connect(URL, Connection(ca_file=tmp_path / "ca.pem"))


def test_a_pipe_of_authorities_is_not_waited_for(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "ca.pem")
    with pytest.raises(InputError, match="named pipe"):
        connect(URL, Connection(ca_file=tmp_path / "ca.pem"))
