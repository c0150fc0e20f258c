"""A small evaluation whose questions can be asked in batches, and what its server was asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from served import served
from ticketbench.edge.serving.batches.conduct import Conduct
from ticketbench.edge.serving.server import ClassifyServer

CONFIG = "eval.yaml"
OUT = Path("reports") / "eval"
_ABOUT = ("my invoice is wrong", "the app shows an error")


@dataclass(slots=True)
class Asked:
    """What one server was asked.

    uploads  custom ids of each upload, in order
    ids      the batches, in order
    failed   the questions of each batch that its output said have failed
    at       called with "taken", "state" or "output" before that is answered
    """

    server: ClassifyServer
    uploads: list[tuple[str, ...]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    failed: dict[str, frozenset[str]] = field(default_factory=dict)
    at: Callable[[str], None] = lambda what: None

    def n_failed(self, custom_id: str) -> int:
        """In how many batches that were read a question failed."""
        return sum(custom_id in failed for failed in self.failed.values())

    @property
    def n_asked(self) -> Counter[str]:
        """How often each question was uploaded."""
        return Counter(one for upload in self.uploads for one in upload)


@contextmanager
def batch_server(conduct: Conduct | None = None, key: str | None = None) -> Iterator[Asked]:
    """`ticketbench serve` in this process, and what it is asked."""
    with served(key, conduct=conduct) as server:
        asked = Asked(server)
        batches = server.batches
        add, found, output = batches.add, batches.found, batches.output

        def taken(model: Any, questions: Any) -> Any:
            batch = add(model, questions)
            asked.uploads.append(tuple(one.custom_id for one in questions))
            asked.ids.append(batch.id)
            asked.at("taken")
            return batch

        def state(batch_id: str) -> Any:
            asked.at("state")
            return found(batch_id)

        def read(batch_id: str) -> bytes:
            content = output(batch_id)
            lines = (json.loads(line) for line in content.splitlines())
            asked.failed[batch_id] = frozenset(x["custom_id"] for x in lines if x["error"])
            asked.at("output")
            return content

        batches.add, batches.found, batches.output = taken, state, read  # type: ignore[method-assign]
        yield asked


def write_project(
    folder: Path, url: str, *, tickets: int, endpoint: str = "", sets: int = 1, more: str = ""
) -> Path:
    """A config in `folder`, with `endpoint` behind its URL; the path of it."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"t{i},ticket {i}: {_ABOUT[i % 2]},{['billing', 'technical'][i % 2]}"
            for i in range(tickets)]  # fmt: skip
    (folder / "tickets.csv").write_text("\n".join(["id,text,label", *rows, ""]))
    for number in range(1, sets + 1):
        (folder / f"v{number}.yaml").write_text(
            f'- {{name: billing, rubric: "Is it about an invoice, {number}?"}}\n'
            f'- {{name: technical, rubric: "Is it about an error, {number}?"}}\n'
        )
    named = ", ".join(f"v{n}: v{n}.yaml" for n in range(1, sets + 1))
    (folder / CONFIG).write_text(
        f'version: 1\nendpoint: {{url: "{url}", rate: none{endpoint}}}\n'
        f"dataset: {{path: tickets.csv}}\nrubric_sets: {{{named}}}\n"
        f"cache: answers.sqlite\nreport: {{figures: false, texts: none}}\n{more}"
    )
    return folder / CONFIG
