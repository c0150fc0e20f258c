"""A small evaluation against a server that fails on purpose, and what must hold after every run."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import canary
from fault_server import LABELS, FaultServer, Seen, valid_answer
from forked import HANGS, ticketbench_in
from ticketbench.core.errors import TicketbenchError
from ticketbench.core.types import Failure
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.flow.run import RunOutcome, run

COMMAND = Path(sys.executable).with_name("ticketbench")
N = 12
MOST_S = 45
POSITIONS = {"first": 0, "middle": 6, "last": N - 1}
"""The middle one is asked when three others are over, whichever of four threads is late."""
each_position = pytest.mark.parametrize(
    "position",
    ["middle", *(pytest.param(p, marks=pytest.mark.attack) for p in POSITIONS if p != "middle")],
)
"""A ticket in the middle; the first and the last belong to the whole grid."""

_CONFIG = """\
version: 1
endpoint: {{url: "{url}", timeout_s: {timeout_s}, rate: none, concurrency: 4}}
dataset: {{path: tickets.csv}}
rubric_sets: {{{sets}}}
cache: {cache}
report: {{figures: false}}
{settings}"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended: its exit code and what it said."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class FaultProject:
    """A config, `n` tickets and one or two rubric sets in `folder`, which is the current folder.

    settings  lines of the config besides the usual ones
    timeout_s how long a request may take; short where tests wait for that, so that they are quick
    out       the report folder
    expected  the scores of tickets whose valid answer is another than the server's usual one
    """

    folder: Path
    server: FaultServer
    n: int = N
    sets: tuple[str, ...] = ("v1",)
    settings: str = ""
    timeout_s: float = 0.4
    out: Path = Path("out")
    cache_name: str = "answers.sqlite"
    expected: dict[int, tuple[float, ...]] = field(default_factory=dict)
    _said: int = 0
    _url: str = ""

    def __post_init__(self) -> None:
        rows = [f"t{i},{self.text(i)},{self.label(i)}" for i in range(self.n)]
        (self.folder / "tickets.csv").write_text("\n".join(["id,text,label", *rows, ""]))
        for name in self.sets:
            rubrics = [f'- {{name: {x}, rubric: "Is it {x}, by {name}?"}}' for x in LABELS]
            (self.folder / f"{name}.yaml").write_text("\n".join([*rubrics, ""]))
        self.point_to(self.server.url)

    @property
    def config(self) -> Path:
        """The config, relative to the current folder as a user would name it."""
        return Path("eval.yaml")

    @property
    def cache(self) -> Path:
        """The file of stored answers."""
        return self.folder / self.cache_name

    @property
    def texts(self) -> set[str]:
        """The texts of all tickets."""
        return {self.text(i) for i in range(self.n)}

    def text(self, i: int) -> str:
        """The text of a ticket; the server gives most to the label that it names."""
        return f"ticket {i} about {self.label(i)}"

    def label(self, i: int) -> str:
        """The label of a ticket."""
        return LABELS[i % 2]

    def point_to(self, url: str) -> None:
        """Ask this URL from now on; the key may go there."""
        self._url = url
        sets = ", ".join(f"{name}: {name}.yaml" for name in self.sets)
        (self.folder / "eval.yaml").write_text(
            _CONFIG.format(
                url=url,
                sets=sets,
                cache=self.cache_name,
                settings=self.settings,
                timeout_s=self.timeout_s,
            )
        )

    def wait(self, timeout_s: float) -> None:
        """Give every request so long from now on."""
        self.timeout_s = timeout_s
        self.point_to(self._url)

    def run(self, **more: Any) -> RunOutcome:
        """Run in this process."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv(*binding(self._url))
            return run(self.config, out=self.out, **more)

    def ends_with(self, code: int, **more: Any) -> TicketbenchError:
        """Run in this process; the error, which must have this exit code and three parts."""
        with pytest.raises(TicketbenchError) as caught:
            self.run(**more)
        for problem in caught.value.problems:
            assert caught.value.exit_code == code, problem
            assert problem.what
            assert problem.help, f"what to do next? {problem}"
        return caught.value

    def command(self, *more: str, **variables: str) -> Ended:
        """`ticketbench run` in a fork; what it says is kept for the search for the key."""
        variables = dict([binding(self._url)]) | variables
        done = ticketbench_in(self.folder, *self._given, *more, most_s=MOST_S, **variables)
        assert done.returncode != HANGS, "the command hangs"
        return self._kept(Ended(done.returncode, done.stdout, done.stderr))

    @property
    def _given(self) -> tuple[str, ...]:
        timeout = ("--set", f"endpoint.timeout_s={self.timeout_s}")
        return ("run", str(self.config), "--out", str(self.out), *timeout)

    def started(
        self, *more: str, before: Sequence[str] = (), **variables: str
    ) -> subprocess.Popen[str]:
        """The installed command, while it runs."""
        return subprocess.Popen(
            [*before, str(COMMAND), *self._given, *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env=dict([*os.environ.items(), binding(self._url)]) | variables,
            cwd=self.folder,
        )

    def ended(self, process: subprocess.Popen[str], *, within_s: float = MOST_S) -> Ended:
        """What a started command says when it has ended; one that hangs is killed and fails."""
        try:
            out, err = process.communicate(timeout=within_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            raise AssertionError("the command hangs") from None
        return self._kept(Ended(process.returncode, out, err))

    def _kept(self, ended: Ended) -> Ended:
        self._said += 1
        (self.folder / f"said-{self._said}.txt").write_text(ended.out + ended.err)
        assert "Traceback" not in ended.err
        return ended

    def stored(self) -> dict[str, tuple[float, ...]]:
        """The stored scores by key, which must be those that the server gave for a valid answer."""
        with AnswerCache(self.cache) as cache:
            answers, damaged = cache.read(cache.stored_keys())
        assert not damaged
        found = {key: json.loads(stored.content)["scores"] for key, stored in answers.items()}
        return {key: tuple(scores[x] for x in LABELS) for key, scores in found.items()}

    def scores(self, i: int) -> tuple[float, ...]:
        """The scores of the valid answer about a ticket."""
        body = json.dumps({"text": self.text(i), "labels": [{"name": x} for x in LABELS]})
        usual = json.loads(valid_answer(body.encode()))["scores"]
        return self.expected.get(i, tuple(usual[x] for x in LABELS))


def binding(url: str) -> tuple[str, str]:
    """The variable, and its value, that lets the key go to the server at `url`."""
    return "TICKETBENCH_KEY_HOSTS", f"SCALEDOWN_API_KEY={urlsplit(url).netloc}"


def results_of(out: Path) -> dict[str, Any]:
    """The data of a results.json."""
    data = json.loads((out / "results.json").read_bytes())["data"]
    assert isinstance(data, dict)
    return data


def manifest_of(out: Path) -> dict[str, Any]:
    """The manifest of a report folder."""
    manifest = json.loads((out / "manifest.json").read_bytes())
    assert isinstance(manifest, dict)
    return manifest


def report_is_sound(project: FaultProject, failed: Mapping[int, str]) -> list[Failure]:
    """Checks the written report: `failed` tickets by number, with the kind of their failure.

    Every ticket is scored or failed for every rubric set, no score is another than the one of the
    server's valid answer, and what is stored is valid too. Returns the failures, of all sets.
    """
    failures: list[Failure] = []
    evaluations = results_of(project.folder / project.out)["evaluations"]
    assert len(evaluations) == len(project.sets)
    for found in evaluations:
        counts = found["tickets"]
        assert counts["n_requested"] == counts["n_scored"] + counts["n_failed"] == project.n
        own = [Failure(**failure) for failure in counts["failures"]]
        assert {f.ticket_id: f.kind for f in own} == {f"t{i}": k for i, k in failed.items()}
        failures += own
    _predictions_are_right(project, failed)
    valid = {project.scores(i) for i in range(project.n)}
    if project.cache.is_file():
        assert set(project.stored().values()) <= valid
    return failures


def _predictions_are_right(project: FaultProject, failed: Mapping[int, str]) -> None:
    with (project.folder / project.out / "predictions.csv").open(
        newline="", encoding="utf-8"
    ) as file:
        rows = list(csv.DictReader(file))
    ids = [f"t{i}" for i in range(project.n)]
    assert [row["ticket_id"] for row in rows] == ids * len(project.sets)
    for row in rows:
        number = int(row["ticket_id"][1:])
        scores = [row[f"score_{label}"] for label in LABELS]
        if number in failed:
            assert (row["top_label"], *scores) == ("", "", "")
            assert row["failure"] == failed[number]
        else:
            assert tuple(float(score) for score in scores) == project.scores(number)
            assert row["failure"] == ""


def speaks_plainly(ended: Ended, where: str, *words: str) -> None:
    """Checks the three parts of a message on stderr: what, where, what next."""
    lines = ended.err.splitlines()
    assert any(line.startswith("error: ") for line in lines), ended.err
    assert any(line.startswith("  help: ") for line in lines), ended.err
    for word in (where, *words):
        assert word in ended.err


def key_arrived(seen: Collection[Seen]) -> None:
    """Checks that every request carried the key: else nothing could leak, and nothing be found."""
    assert {request.headers.get("x-api-key") for request in seen} <= {canary.KEY}
