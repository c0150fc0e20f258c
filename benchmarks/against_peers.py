"""The tool against others on the same jobs: whole processes in turn, ratios of one run.

python benchmarks/against_peers.py [--rounds 5] [--growth 100000] [--peers .venv/bench]
    [--json benchmarks/peers.json]

Run: 1,000 tickets and two rubric sets, every answer in the cache of whoever runs: ours, promptfoo's
(its HTTP provider, filled from a server on this machine), a CachedSession's. Compare: two saved
runs of the demo, and the same answers as rows of jev-eval. Score: a table of 100,000 tickets.
Growth: the tool alone at 10,000 tickets and more. Scores are random: this speaks of time alone.
Prints Markdown and keeps every number as JSON; `make bench-page` makes docs/performance.md of it.
A peer that is not installed is said to be missing.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from contests import GROWTH, KEPT, OURS, Contest, Measured, as_json, table
from cost import ROOT, Command, in_turn, ticketbench
from jobs import JOBS, REPLAY, made, prepared, saved_demo
from peers import jev_eval, promptfoo

PEERS = Path(__file__).with_name("peers")
RUN_TICKETS, SCORE_TICKETS, SMALLEST = 1_000, 100_000, 10_000
FIGURES = (*REPLAY, "--set", "report.figures=true")
RESAMPLES = "2000"
"""As many as our own intervals draw."""
SHOWN = ("cattrs", "matplotlib", "numpy", "pandas", "requests-cache", "scikit-learn", "scipy")


@contextmanager
def served(job: Path) -> Iterator[str]:
    """The URL that answers a made job's questions, for the caches of peers."""
    words = (sys.executable, str(PEERS / "server.py"), str(job))
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}/classify"
        finally:
            server.terminate()


def handmade(*words: str) -> Command:
    """The script that is written by hand."""
    return Command((sys.executable, str(PEERS / "handmade.py"), *words))


def fought(name: str, commands: Mapping[str, Command | str], *, rounds: int) -> Contest:
    """Every command in turn; those that are a reason did not run."""
    able = {who: one for who, one in commands.items() if isinstance(one, Command)}
    costs = in_turn(able, rounds=rounds)
    return Contest(name, {who: costs.get(who, str(one)) for who, one in commands.items()})


def run_contest(folder: Path, peers: Path, rounds: int) -> Contest:
    """A run of both rubric sets; the uncounted round fills the caches of the peers."""
    job = folder / "run"
    made(RUN_TICKETS, job)
    with served(job) as url:
        commands = {
            OURS: ticketbench(*REPLAY, "--out", "out", folder=job),
            "with figures": ticketbench(*FIGURES, "--out", "figures", folder=job),
            "promptfoo": promptfoo.command(job, url, peers),
            "by hand": handmade("run", str(job), url),
            "by hand, resampled": handmade("run", str(job), url, RESAMPLES),
        }
        # promptfoo may end before its cache has the last answer, which it then asks for again.
        found = fought("run", commands, rounds=rounds)
    if found.ran("promptfoo"):
        promptfoo.check(job, 2 * RUN_TICKETS)
    return found


def compare_contest(folder: Path, peers: Path, rounds: int) -> Contest:
    """Two saved runs of the demo."""
    job = folder / "compare"
    saved_demo(job)
    theirs = jev_eval.command(job, peers)
    ours = ticketbench(*JOBS["compare"], folder=job)
    return fought("compare", {OURS: ours, "jev-eval": theirs}, rounds=rounds)


def score_contest(folder: Path, rounds: int) -> Contest:
    """A large table of predictions."""
    job = folder / "score"
    ours, file = prepared("score", SCORE_TICKETS, job), str(job / "v1.csv")
    commands = {
        OURS: ours,
        "by hand": handmade("score", file),
        "by hand, resampled": handmade("score", file, RESAMPLES),
    }
    return fought("score", commands, rounds=rounds)


def growth_contest(folder: Path, job: str, largest: int, rounds: int) -> Contest:
    """One command at 10,000 tickets and each ten times as many up to the largest."""
    sizes = [n for n in (SMALLEST, 100_000, 1_000_000) if n <= largest]
    commands = {f"{n:,}": prepared(job, n, folder / str(n)) for n in sizes}
    return fought(f"{GROWTH}{job}", commands, rounds=rounds)


def machine(peers: Path) -> dict[str, str]:
    """What was measured on, without names and folders."""
    sets = os.environ.get("TICKETBENCH_TEST_DATA")
    found = {
        "cores": str(os.cpu_count()),
        "sentences": "public sets" if sets else "our own tickets",
        "Python": platform.python_version(),
        **{name: version(name) for name in SHOWN},
    }
    return found | promptfoo.versions(peers) | jev_eval.versions(peers)


def measured(folder: Path, given: argparse.Namespace) -> Measured:
    """Every contest, one after the other."""
    peers, rounds = given.peers.resolve(), given.rounds
    found = [
        run_contest(folder, peers, rounds),
        compare_contest(folder, peers, rounds),
        score_contest(folder, rounds),
        *(growth_contest(folder, job, given.growth, rounds) for job in JOBS),
    ]
    return Measured(machine(peers), rounds, {contest.name: contest for contest in found})


def main() -> None:
    """Print the tables, and keep every number."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--growth", type=int, default=100_000)
    parser.add_argument("--peers", type=Path, default=ROOT / ".venv/bench")
    parser.add_argument("--json", type=Path, default=KEPT)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), given)
    given.json.write_text(as_json(found), encoding="utf-8")
    for contest in found.contests.values():
        print(f"\n{contest.name}\n\n{table(contest, {who: who for who in contest.costs})}")


if __name__ == "__main__":
    main()
