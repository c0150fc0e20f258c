"""No run waits for ever, whatever share of the answers is of whatever kind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from attack.hostile_replay import RETRY, replayed
from hostile_server import KINDS, striking
from ticketbench.edge.replay.every_ticket import Replayed

pytestmark = pytest.mark.attack

TIMEOUT_S = 0.3
SHARES = {100: 1, 50: 20, 5: 60}
"""How many tickets beyond the concurrency, so that some of them are struck."""


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("concurrency", [1, 2, 8])
@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.fails])
def test_a_run_ends_and_says_what_failed(
    tmp_path: Path, name: str, concurrency: int, share: int
) -> None:
    n = concurrency + SHARES[share]
    with striking(share, name) as server:
        began = time.monotonic()
        left = replayed(tmp_path, server.url, n, concurrency=concurrency, timeout_s=TIMEOUT_S)
        took_s = time.monotonic() - began
    assert took_s < n / concurrency * RETRY.attempts * TIMEOUT_S + 5
    assert left.wrong == 0
    if isinstance(left.found, Replayed):
        table = left.found.table
        assert len(table.scores) + table.n_failed == n
        assert {failure.kind for failure in table.failures} <= {KINDS[name].fails}
        assert left.stored == len(table.scores)


def test_the_struck_questions_are_some_and_not_all(tmp_path: Path) -> None:
    with striking(50, "not json") as server:
        left = replayed(tmp_path, server.url, 9, concurrency=1)
    assert 0 < left.stored < 9
    assert os.listdir(tmp_path)
