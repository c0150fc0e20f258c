"""No answer that nobody asked for is stored as the answer to a question, and no server that does
nothing wrong is accused.
"""

from __future__ import annotations

import ssl
import threading
import time
from pathlib import Path

import pytest
import trustme

from attack.hostile_replay import replayed
from hostile_server import KINDS, HostileServer, Kind, by_hash, message, standing, stray
from ticketbench.edge.replay.every_ticket import Replayed

pytestmark = pytest.mark.attack

N = 334
"""Questions a setting: 60 settings ask 20,000."""

CLEAN = [name for name, kind in KINDS.items() if not kind.fails and "second" not in name]


def a_stray(delay_s: float) -> Kind:
    """A right answer, and so much later a wrong one, in one piece where there is no delay."""

    def send(client, right: bytes) -> None:  # type: ignore[no-untyped-def]
        if not delay_s:
            client.sendall(message(right) + stray(right))
            return
        client.sendall(message(right))
        time.sleep(delay_s)
        client.sendall(stray(right))

    return Kind(send, None)


@pytest.mark.parametrize("concurrency", [1, 4, 8])
@pytest.mark.parametrize("share", [1, 5, 30, 100])
@pytest.mark.parametrize("delay_ms", [0, 1, 4, 20, 150])
def test_no_stray_answer_is_stored(
    tmp_path: Path, delay_ms: int, share: int, concurrency: int
) -> None:
    with HostileServer(by_hash(share, [a_stray(delay_ms / 1000)])) as server:
        left = replayed(tmp_path, server.url, N, concurrency=concurrency, timeout_s=2)
    assert left.wrong == 0
    if delay_ms >= 20:  # a stray that comes soon may be seen, and then the answer is refused
        assert left.stored == N


@pytest.mark.parametrize("delay_ms", [0, 4])
def test_no_stray_answer_is_stored_over_tls(tmp_path: Path, delay_ms: int) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with HostileServer(by_hash(30, [a_stray(delay_ms / 1000)]), tls=context) as server:
        left = replayed(
            tmp_path,
            server.url,
            N,
            concurrency=4,
            timeout_s=5,
            ca_file=tmp_path / "authority.pem",
        )
    assert left.wrong == 0
    assert left.stored == N if delay_ms else 0 < left.stored < N


def test_a_clean_server_is_never_accused(tmp_path: Path) -> None:
    n = 100_000
    with standing(50, *CLEAN) as url:
        left = replayed(tmp_path, url, n, concurrency=16, timeout_s=30)
    assert isinstance(left.found, Replayed)
    assert (left.stored, left.wrong, left.found.table.n_failed) == (n, 0, 0)
    assert threading.active_count() < 16
