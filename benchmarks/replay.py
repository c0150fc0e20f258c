"""Replay against a loop over `CachedSession`, from the cache and live, measured in one run.

python benchmarks/replay.py [largest, default 100000]

Cached: answers that are already stored, read ticket by ticket with a plain `CachedSession` (JSON
rows, else as it comes; over 2,000 tickets drawn at random, scaled), by the same loop on our file
and with our key, with `replay` from the file, and with `replay` from a memo; the time to digest the
tickets, which the memo needs, is part of its own. Live: a server on this
machine that answers after 50 ms, asked by a `CachedSession` with its default settings in a pool of
threads, and by `replay`; both store every answer. Texts and scores are made up: the figures speak
of time alone.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import urllib3
from made_job import LABELS, URL, answer, rubric_set
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter, HTTPAdapter
from requests_cache import CachedSession

from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.memo import WORTH_FROM, Memo
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.edge.endpoints import Connection, connect
from ticketbench.edge.replay.every_ticket import Replayed, replay
from ticketbench.edge.replay.questions import questions
from ticketbench.edge.replay.source import Source

RUBRICS = rubric_set("v2")
ROUNDS = 3
LOOPED = 2_000
LATENCY_S = 0.05
LIVE = 1_500
JSON = {"Content-Type": "application/json"}


def tickets(n: int) -> tuple[Ticket, ...]:
    """Made-up tickets of 25 to 90 words."""
    draw = random.Random(0)
    words = [f"word{i}" for i in range(3_000)]
    return tuple(
        Ticket(f"t{i}", " ".join(draw.choices(words, k=draw.randint(25, 90))), LABELS[i % 6])
        for i in range(n)
    )


def answers(n: int) -> list[bytes]:
    """Made-up answers with six decimals and all that the contract lists."""
    rng = np.random.default_rng(1)
    drawn = np.round(rng.dirichlet(np.full(6, 0.5), size=n), 6)
    drawn[:, 5] = np.round(1 - drawn[:, :5].sum(axis=1), 6).clip(0, 1)
    return [answer(row, RUBRICS) for row in drawn.tolist()]


def request_key(request: PreparedRequest, **_: object) -> str:
    """Our key, for requests-cache."""
    return answer_key(request.url, request.body)


def fill(path: Path, dataset: Dataset) -> None:
    """Store an answer for every ticket."""
    keys = questions(dataset, RUBRICS, URL).keys
    now = datetime.now(UTC)
    stored = (Stored(content, URL, now) for content in answers(len(keys)))
    with AnswerCache(path) as cache:
        cache.save(dict(zip(keys, stored, strict=True)))


class Known(BaseAdapter):
    """Gives stored answers in place of a network, to fill a file of requests-cache's own."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        super().__init__()
        self._contents = contents

    def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:
        """The answer to this request."""
        content = self._contents[answer_key(request.url, request.body)]
        raw = urllib3.HTTPResponse(BytesIO(content), status=200, preload_content=False)
        return HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """Nothing to close."""


def library_file(path: Path, ours: Path, some: tuple[Ticket, ...]) -> None:
    """The answers to some tickets in a file as requests-cache writes it by default, in JSON."""
    keys = [answer_key(URL, request_body(ticket.text, RUBRICS)) for ticket in some]
    with AnswerCache(ours) as cache:
        contents = {key: stored.content for key, stored in cache.read(keys)[0].items()}
    with library_session(path) as session:
        session.mount("http://", Known(contents))
        for ticket in some:
            session.post(URL, data=request_body(ticket.text, RUBRICS), headers=JSON)


def library_session(path: Path, **settings: Any) -> CachedSession:
    """requests-cache as it comes, but for what a POST and a safe file need."""
    return CachedSession(str(path), serializer="json", allowable_methods=("POST",), **settings)


def looped(session: CachedSession, some: tuple[Ticket, ...]) -> tuple[float, np.ndarray]:
    """Seconds and scores of asking ticket by ticket."""
    with session:
        start = time.perf_counter()
        rows = []
        for ticket in some:
            response = session.post(URL, data=request_body(ticket.text, RUBRICS), headers=JSON)
            if not response.from_cache:
                raise RuntimeError("the loop left the cache")
            scores = response.json()["scores"]
            rows.append([scores[label] for label in LABELS])
        return time.perf_counter() - start, np.array(rows)


def bulk(path: Path, dataset: Dataset, memo: Memo | None = None) -> tuple[float, Replayed]:
    """Seconds and result of a strict replay, opening the file included."""
    start = time.perf_counter()
    with AnswerCache(path) as cache:
        found = replay(dataset, RUBRICS, Source(URL, cache, {}, "replay", memo=memo))
    return time.perf_counter() - start, found


def peak_mb() -> float:
    """This process's own peak memory; that of getrusage would start with the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def peak_of_replay(path: str, n: int) -> None:
    """Print this process's peak memory before and after a replay."""
    dataset = Dataset("made up", tickets(n))
    before = peak_mb()
    bulk(Path(path), dataset)
    print(f"peak memory of a replay of {n:,}: {peak_mb():.0f} MB (tickets alone {before:.0f} MB)")


def cached(folder: Path, n: int) -> None:
    """Print one line of the table of cached replays."""
    rows = tickets(n)
    dataset = Dataset("made up", rows)
    path = folder / f"{n}.sqlite"
    fill(path, dataset)
    memo = Memo.beside(path)
    bulk(path, dataset, memo)
    picked = np.random.default_rng(2).permutation(n)[:LOOPED]
    some = tuple(rows[i] for i in picked)
    theirs = folder / f"{n}.default.sqlite"
    library_file(theirs, path, some)
    rounds: list[tuple[float, ...]] = []
    for _ in range(ROUNDS):
        loop_s, scores = looped(library_session(theirs), some)
        same_s, _ = looped(library_session(path, key_fn=request_key), some)
        scan_s, found = bulk(path, dataset)
        start = time.perf_counter()
        again = Dataset("made up", rows)
        memo_s, kept = time.perf_counter() - start, bulk(path, again, memo)
        memo_s += kept[0]
        if not (
            np.array_equal(found.table.scores[picked], scores)
            and np.array_equal(found.table.scores, kept[1].table.scores)
        ):
            raise RuntimeError("the ways give different scores")
        by_ticket = n / len(some)
        rounds.append((loop_s * by_ticket, same_s * by_ticket, scan_s, memo_s))
    loop, same, scan, kept_s = (statistics.median(column) for column in zip(*rounds, strict=True))
    by_scan = statistics.median(r[0] / r[2] for r in rounds)
    by_memo = statistics.median(r[0] / r[3] for r in rounds)
    with_memo = (f"{kept_s:.3f} s", f"{by_memo:.0f}x") if n >= WORTH_FROM else ("not kept", "-")
    print(
        f"| {n:,} | {loop:.2f} s | {same:.2f} s | {scan:.3f} s | {by_scan:.0f}x "
        f"| {with_memo[0]} | {with_memo[1]} |",
        flush=True,
    )


class _Slow(asyncio.Protocol):
    """Answers every POST after the latency, with little work of its own."""

    content = answers(1)[0]
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        if len(body) >= length:
            self.received = b""
            asyncio.get_running_loop().call_later(LATENCY_S, self._answer)

    def _answer(self) -> None:
        self.transport.write(self.head.encode() + self.content)  # type: ignore[attr-defined]


def serve(port: multiprocessing.Queue[int]) -> None:
    """Serve until killed; puts the port into the queue."""

    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(_Slow, "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


def live_default(path: Path, url: str, rows: tuple[Ticket, ...], threads: int) -> float:
    """Tickets a second of requests-cache with default settings in a pool of threads."""
    session = CachedSession(str(path), allowable_methods=("POST",))
    with closing(session), ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        list(pool.map(lambda t: session.post(url, data=request_body(t.text, RUBRICS)).json(), rows))
        return len(rows) / (time.perf_counter() - start)


def live_ours(path: Path, url: str, rows: tuple[Ticket, ...], threads: int) -> float:
    """Tickets a second of a replay, every answer stored before it is counted."""
    dataset = Dataset("made up", rows)
    endpoint = connect(url, Connection())
    start = time.perf_counter()
    with AnswerCache(path, endpoint) as cache:
        found = replay(dataset, RUBRICS, Source(url, cache, {}, concurrency=threads))
    if found.table.n_failed:
        raise RuntimeError(f"{found.table.n_failed} failed: {found.table.failures[0]}")
    return len(rows) / (time.perf_counter() - start)


def live(folder: Path, url: str, threads: int) -> None:
    """Print one line of the table of live replays."""
    rows = tickets(LIVE)
    rates = []
    for i in range(ROUNDS):
        name = folder / f"live-{threads}-{i}"
        default = live_default(name.with_suffix(".default.sqlite"), url, rows, threads)
        ours = live_ours(name.with_suffix(".ours.sqlite"), url, rows, threads)
        rates.append((default, ours))
    default, ours = (statistics.median(rate[i] for rate in rates) for i in range(2))
    ratio = statistics.median(rate[1] / rate[0] for rate in rates)
    ceiling = threads / LATENCY_S
    print(
        f"| {threads} | {default:.0f}/s | {ours:.0f}/s | {ratio:.1f}x | "
        f"{100 * ours / ceiling:.0f}% |",
        flush=True,
    )


def main() -> None:
    """Print both tables."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("| stored | CachedSession | on our file | replay | ratio | with memo | ratio |")
        print("|---|---|---|---|---|---|---|", flush=True)
        for n in (1_000, 10_000, 100_000):
            if n <= largest:
                cached(folder, n)
        n = min(largest, 100_000)
        measured = spawn.Process(target=peak_of_replay, args=(str(folder / f"{n}.sqlite"), n))
        measured.start()
        measured.join()
        print()
        print("| in flight | CachedSession threads | replay | ratio | of in flight / latency |")
        print("|---|---|---|---|---|", flush=True)
        port: multiprocessing.Queue[int] = spawn.Queue()
        server = spawn.Process(target=serve, args=(port,), daemon=True)
        server.start()
        url = f"http://127.0.0.1:{port.get()}/classify"
        for threads in (16, 64):
            live(folder, url, threads)
        server.kill()


if __name__ == "__main__":
    main()
