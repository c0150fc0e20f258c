"""Small projects for runs that are killed, starved or fed with hostile files, and what must hold
of them afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from canary import KEY, holds, places
from fault_project import binding
from fault_server import FaultServer, Seen, Step

NAMES = ("billing", "technical", "account")
CONFIG = "eval.yaml"
OUT = Path("reports") / "eval"


def answer_to(body: bytes, model: int = 0) -> bytes:
    """A valid answer that follows from every byte of the request and the version of the model, so
    that no two answers can be mistaken for each other.
    """
    labels = [entry["name"] for entry in json.loads(body)["labels"]]
    digest = hashlib.sha256(b"%d " % model + body).digest()
    number = int.from_bytes(digest[:8], "big")
    top, rest = number % len(labels), 1_000 + number // len(labels) % 3_000
    first = rest // 3
    others = [first, rest - first, *[0] * len(labels)]
    scores = {
        name: (10_000 - rest if i == top else others[i - (i > top)]) / 10_000
        for i, name in enumerate(labels)
    }
    return json.dumps({"top_label": labels[top], "scores": scores}).encode()


_SERVERS: list[str] = []


def answering(delay_s: float = 0.0) -> FaultServer:
    """A server that answers with `answer_to`, after a moment."""
    server = FaultServer()
    _SERVERS.append(server.url)

    def step(seen: Seen) -> Step:
        assert seen.headers["x-api-key"] == KEY, "without the key, nothing could leak"
        return Step(body=answer_to(seen.body), delay_s=delay_s)

    server.plan = step
    return server


def rubrics_text(version: str) -> str:
    """A rubric file whose texts carry `version`."""
    return "".join(f'- {{name: {name}, rubric: "Is it {name}, {version}?"}}\n' for name in NAMES)


def tickets_text(numbers: Iterable[int]) -> str:
    """A dataset with one ticket per number."""
    rows = (f"t{i},question {i} about {i * 7919 % 104729},{NAMES[i % 3]}\n" for i in numbers)
    return "".join(("id,text,label\n", *rows))


def make_project(
    folder: Path, url: str, *, tickets: int, sets: Mapping[str, str], concurrency: int = 4
) -> None:
    """A config with one rubric set per item of `sets`, from its name to the version of its texts;
    no limit on the rate, no figures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tickets.csv").write_text(tickets_text(range(tickets)), encoding="utf-8")
    for name, version in sets.items():
        (folder / f"{name}.yaml").write_text(rubrics_text(version), encoding="utf-8")
    listed = ", ".join(f"{name}: {name}.yaml" for name in sets)
    (folder / CONFIG).write_text(
        f"version: 1\n"
        f'endpoint: {{url: "{url}", concurrency: {concurrency}, rate: none}}\n'
        f"dataset: {{path: tickets.csv}}\n"
        f"rubric_sets: {{{listed}}}\n"
        f"cache: answers.sqlite\n"
        f"report: {{figures: false}}\n",
        encoding="utf-8",
    )


def environment() -> dict[str, str]:
    """The variables of a run: this process's own, with the canary as the key, which may go to
    every server of `answering`.
    """
    hosts = " ".join(binding(url)[1] for url in _SERVERS)
    return {**os.environ, "SCALEDOWN_API_KEY": KEY, "TICKETBENCH_KEY_HOSTS": hosts}


def names_in(folder: Path) -> set[str]:
    """Every file and folder below `folder`, hidden ones too."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def contents(report: Path) -> dict[str, bytes]:
    """Every file of a report folder but the manifest, which holds times."""
    files = (path for path in report.rglob("*") if path.is_file())
    return {
        path.relative_to(report).as_posix(): path.read_bytes()
        for path in files
        if path.name != "manifest.json"
    }


def is_whole(report: Path) -> bool:
    """Whether every file that a report's manifest names is there, with its digest."""
    digests: dict[str, str] = json.loads((report / "manifest.json").read_bytes())["files"]
    found = contents(report)
    return bool(digests) and digests == {
        name: hashlib.sha256(found.get(name, b"")).hexdigest() for name in digests
    }


def places_of_key(folder: Path, *texts: str) -> list[str]:
    """Where the canary is: in what a run wrote below `folder`, or in a text it printed."""
    return [*places(folder), *(f"the text {text}" for text in texts if holds(text.encode()))]
