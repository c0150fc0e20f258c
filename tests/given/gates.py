"""The page on gates: a repository with two rubric sets, blessed, released, and changed."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from docs_block import block
from forked import ticketbench_in
from git_commits import git
from given import given
from offline_ci import SAMPLE
from released_project import write_released

CONFIG = Path("configs/support.yaml")
RECORDING = Path("configs/recordings/support.jsonl")
NOON = {f"GIT_{who}_DATE": "2026-11-02T12:00:00Z" for who in ("AUTHOR", "COMMITTER")}
"""Else the page could not show a commit by its id."""


@given("ci.md")
@given("ci.md", section="Answers in CI")
@given("ci.md", section="pytest")
def gates_of_the_page(folder: Path) -> None:
    """The sample repository with its rubrics as v1, a harmless edit as v2, and the gates that the
    page has; v1 is blessed.
    """
    sample(folder)
    shutil.copy(SAMPLE / "edits/harmless.yaml", folder / "configs/rubrics/v2.yaml")
    own = (SAMPLE / CONFIG).read_text(encoding="utf-8")
    files = "{v1: rubrics/support.yaml, v2: rubrics/v2.yaml}"
    sets = own.replace("{current: rubrics/support.yaml}", files)
    kept = [line for line in sets.splitlines() if not re.match("baseline|recording|gates| ", line)]
    page = block("baseline: baselines/support.json")
    (folder / CONFIG).write_text("\n".join([*kept, page, ""]), encoding="utf-8")
    (folder / "configs/baselines/support.json").unlink()
    done = ticketbench_in(folder, "baseline", "bless", str(CONFIG), "--rubric-set", "v1")
    assert done.returncode == 0, done.stderr


@given("ci.md", section="A release")
def released(folder: Path) -> None:
    """A baseline that is pinned, a week of tickets without labels, and what people say of them."""
    cleared(folder)
    write_released(folder, n=150)
    for name in ("eval.yaml", "v1.yaml", "v2.yaml", "tickets.csv"):
        (folder / name).rename(folder / "configs" / name.replace("eval", "support"))
    week = (folder / "texts.csv").rename(folder / "datasets/week.csv").read_text(encoding="utf-8")
    labels = {"refund": "billing", "crash": "technical", "password": "account"}
    said = [
        f"{row.split(',')[0]},{next(labels[word] for word in labels if word in row)}\n"
        for row in week.splitlines()[1:]
    ]
    gold = folder / "datasets/support_tickets.csv"
    gold.write_text("id,label\n" + "".join(said), encoding="utf-8")
    words = ("--rubric-set", "v1", "--mode", "auto")
    done = ticketbench_in(folder, "baseline", "bless", str(CONFIG), *words)
    assert done.returncode == 0, done.stderr


@given("ci.md", section="Ask new answers again")
def answers_committed(folder: Path) -> None:
    """The recording as the page has exported it, and in the commit before without answers of v2."""
    written = (folder / RECORDING).read_text(encoding="utf-8")
    first, *lines = written.splitlines(keepends=True)
    before = [line for line in lines if int(json.loads(line)["key"], 16) % 3]
    git("init", "--quiet", "--initial-branch", "main", folder=folder)
    for kept in (before, lines):
        (folder / RECORDING).write_text("".join([first, *kept]), encoding="utf-8")
        git("add", "configs", "datasets", folder=folder)
        git("commit", "--quiet", "--message", "answers", folder=folder)


@given("ci.md", section="A pull request is not its own judge")
def edited_with_its_gates(folder: Path) -> None:
    """The sample repository on main, and an edit of rubrics with one of the gates beside it."""
    sample(folder)
    git("init", "--quiet", "--initial-branch", "main", folder=folder)
    git("add", "configs", "datasets", folder=folder)
    git("commit", "--quiet", "--message", "before", folder=folder, **NOON)
    shutil.copy(SAMPLE / "edits/harmful.yaml", folder / "configs/rubrics/support.yaml")
    config = (folder / CONFIG).read_text(encoding="utf-8")
    for before, now in (("0.02", "0.5"), ("min: 0.75", "min: 0.1"), ("t-0002", "t-0003")):
        assert before in config
        config = config.replace(before, now)
    (folder / CONFIG).write_text(config, encoding="utf-8")


def sample(folder: Path) -> None:
    """The configs and datasets of the sample repository, in no repository."""
    cleared(folder)
    for name in ("configs", "datasets"):
        shutil.copytree(SAMPLE / name, folder / name, dirs_exist_ok=True)


def cleared(folder: Path) -> None:
    """Empty folders for configs and datasets, and no repository."""
    for name in (".git", ".ticketbench", "configs", "datasets", "reports"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("configs", "datasets"):
        (folder / name).mkdir()
