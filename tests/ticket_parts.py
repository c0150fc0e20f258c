"""A project whose tickets lie in one file or in parts, and what a run over them counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from answering import URL
from part_files import Record, write
from parted import assert_identical
from small_project import V1, V2
from ticketbench.edge.inputs.config import read_config
from ticketbench.flow.parts.tickets.whole import CountedRun, counted_run
from ticketbench.flow.steps.inputs import part_inputs

LABELS = ("billing", "technical", "account", "__none__")
CONFIG = """\
version: 1
endpoint: {{url: "{url}", rate: none}}
dataset: {{path: {path}{more}}}
rubric_sets: {{v1: v1.yaml, v2: v2.yaml}}
cache: answers.sqlite
"""


def ticket_records(n: int, *, groups: int = 0) -> list[Record]:
    """Tickets of three labels and of none, every seventh with the text of another one."""
    found = []
    for i in range(n):
        one = {
            "id": f"t{i}",
            "text": f"ticket number {i - i % 7 // 6} about a thing",
            "label": LABELS[i * i % 11 % 4],
        }
        if groups:
            one["customer"] = f"c{i % groups}" if i % 3 else ""
        found.append(one)
    return found


def write_project(folder: Path, path: str, *, more: str = "", url: str = URL) -> Path:
    """Rubrics and a config that names these tickets."""
    for name, text in (("v1.yaml", V1), ("v2.yaml", V2)):
        (folder / name).write_text(text, encoding="utf-8")
    config = folder / f"{Path(path).parts[0].removesuffix('.csv')}.yaml"
    config.write_text(CONFIG.format(path=path, more=more, url=url), encoding="utf-8")
    return config


def write_parts(folder: Path, rows: Sequence[Record], n: int, *, suffix: str = ".csv") -> Path:
    """The rows in a folder of n parts, dealt in turn, of which the last is named first."""
    for i in range(n):
        write(folder / f"{n - i:02}{suffix}", rows[i::n])
    return folder


def count(config: Path, *overrides: str, **more: Any) -> CountedRun:
    """What a run over the parts of a config counts."""
    return counted_run(part_inputs(read_config(config, overrides=overrides)), **more)


def assert_same(one: CountedRun, other: CountedRun) -> None:
    """Whether both say the same, but for what may hang on where parts end."""
    for name in ("sets", "joints", "dataset", "intake", "findings", "origins"):
        assert_identical(getattr(one, name), getattr(other, name), name)
