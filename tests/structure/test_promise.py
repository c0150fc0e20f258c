"""docs/production.md is followed as it stands: the policy file, and the way to one on the demo.

The page has a test of its own as its second half needs the weights of minilm.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from guide_steps import Step, steps
from page_reader import Reader, reader
from promised_project import write_configs, write_labels, write_log
from ticketbench.edge.engines.minilm import MiniLM
from ticketbench.production import Policy

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/production.md"
NOT_FOR_EACH = "no promise for plumbing, heating, cleaning"
SECTION = "From promise to production in five commands"
CHECKS = "Is it still right?"


@pytest.fixture
def somebody(tmp_path: Path) -> Iterator[Reader]:
    """Somebody with the demo's config, rubrics, recording and tickets."""
    for folder in ("configs", "datasets"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    with reader(tmp_path) as one:
        yield one


def told() -> tuple[list[Step], list[Step]]:
    """The five commands, and what is done with a server."""
    page = steps(PAGE.name, section=SECTION)
    served = next(i for i, step in enumerate(page) if step.text.startswith("ticketbench serve"))
    return page[:served], page[served:]


def outcomes(folder: Path, log: str) -> list[str]:
    """Where each ticket went, and how sure that was."""
    lines = (folder / log).read_text(encoding="utf-8").splitlines()
    decided = [json.loads(line) for line in lines]
    return [f"{one['outcome']} {one['label']} {one['score']:.3f}" for one in decided]


def test_the_policy_file_is_made_shown_and_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_configs(tmp_path)
    write_labels(tmp_path)
    with reader(tmp_path) as one:
        for step in steps(PAGE.name):
            if step.text == SECTION:
                break
            if step.text == CHECKS:
                write_log(tmp_path)
            one.follow(step)


def test_five_commands_lead_from_the_promise_to_a_log(model: MiniLM, somebody: Reader) -> None:
    page, _ = told()
    kinds = [step.kind for step in page]
    assert (kinds.count("command"), kinds.count("file"), kinds.count("output")) == (5, 1, 5)
    for step in page:
        somebody.follow(step)
    assert Policy.load(somebody.folder / "policy.json").promise is not None
    summary = (somebody.folder / "reports/promise/summary.md").read_text(encoding="utf-8")
    assert NOT_FOR_EACH in summary
    assert f'"{NOT_FOR_EACH}"' in " ".join(PAGE.read_text(encoding="utf-8").split())
    assert len(outcomes(somebody.folder, "decisions.jsonl")) == 6


@pytest.mark.evidence
@pytest.mark.loopback
def test_a_served_engine_gives_the_same_promise_and_the_same_decisions(
    model: MiniLM, somebody: Reader
) -> None:
    five, served = told()
    for step in (*five, *served):
        somebody.follow(step)
    here, there = (Policy.load(somebody.folder / f"{name}.json") for name in ("policy", "served"))
    assert here.promise is not None
    assert there.promise == replace(here.promise, recording=None)  # its answers are in a cache
    assert there.policy == here.policy
    assert outcomes(somebody.folder, "served.jsonl") == outcomes(somebody.folder, "decisions.jsonl")
