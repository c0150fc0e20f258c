"""What a connection of its own costs a question: beside connections that are kept, in one run.

python benchmarks/connections.py [questions, default 1000]

A server on this machine, in a process of its own, answers after 50 ms, over http and over TLS (with
an authority made for the purpose). It is asked by the endpoint of the product, one connection a
question, and by a pool of urllib3 with as many kept connections as threads; neither stores
anything. On this machine connecting takes no time on the way; over a network each question waits
for one more exchange with the server, two with TLS: see the last column for 30 ms each.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import trustme
import urllib3

from ticketbench.edge.endpoints import Connection, connect

LATENCY_S = 0.05
ROUND_TRIP_S = 0.03
ROUNDS = 3
BODY = b'{"text":"refund","labels":[{"name":"a","rubric":"?"},{"name":"b","rubric":"?"}]}'
ANSWER = b'{"scores": {"a": 0.6, "b": 0.4}, "top_label": "a"}'
JSON = {"Content-Type": "application/json"}


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every question of a connection after the latency."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            told = next(line for line in lines if line.startswith(b"content-length:"))
            await reader.readexactly(int(told.split(b":")[1]))
            await asyncio.sleep(LATENCY_S)
            length = str(len(ANSWER)).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\n" + ANSWER)
            if b"connection: close" in lines:
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


def serve(ports: multiprocessing.Queue[int], certificate: str) -> None:
    """Serve over http and TLS until killed; puts both ports into the queue."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def forever() -> None:
        for tls in (None, context):
            server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls, backlog=256)
            ports.put(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(forever())


def per_second(ask: Callable[[], object], n: int, threads: int) -> float:
    """Questions a second."""
    with ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        list(pool.map(lambda _: ask(), range(n)))
        return n / (time.perf_counter() - began)


def line(url: str, authority: Path, n: int, threads: int) -> str:
    """One line of the table."""
    own = connect(url, Connection(ca_file=authority))
    rates = []
    for _ in range(ROUNDS):
        pool = urllib3.PoolManager(maxsize=threads, block=True, ca_certs=str(authority))
        kept = per_second(
            lambda pool=pool: pool.request("POST", url, body=BODY, headers=JSON), n, threads
        )
        rates.append((kept, per_second(lambda: own.ask(url, BODY), n, threads)))
    kept, alone = (statistics.median(rate[i] for rate in rates) for i in range(2))
    ratio = statistics.median(rate[1] / rate[0] for rate in rates)
    trips = 2 if url.startswith("https") else 1
    far = (LATENCY_S + ROUND_TRIP_S) / (LATENCY_S + ROUND_TRIP_S * (1 + trips))
    scheme = url.partition(":")[0]
    return f"| {scheme} | {threads} | {kept:.0f}/s | {alone:.0f}/s | {ratio:.2f} | {far:.2f} |"


def main() -> None:
    """Print the table."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        made = trustme.CA()
        issued, authority = made.issue_cert("127.0.0.1"), Path(name) / "authority.pem"
        made.cert_pem.write_to_path(str(authority))
        issued.private_key_and_cert_chain_pem.write_to_path(f"{name}/server.pem")
        ports: multiprocessing.Queue[int] = spawn.Queue()
        server = spawn.Process(target=serve, args=(ports, f"{name}/server.pem"), daemon=True)
        server.start()
        urls = [f"{scheme}://127.0.0.1:{ports.get()}/classify" for scheme in ("http", "https")]
        print("| | in flight | kept | one a question | ratio | by waits alone, far away |")
        print("|---|---|---|---|---|---|")
        for url in urls:
            for threads in (1, 8, 16, 64):
                print(line(url, authority, min(n, 100 * threads), threads), flush=True)
        server.kill()


if __name__ == "__main__":
    main()
