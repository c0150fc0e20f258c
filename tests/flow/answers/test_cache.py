"""The cache of a config is counted and cleaned, and nothing that a config uses goes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.flow.answers.cache import cache_info, prune
from ticketbench.flow.plan import plan_run
from ticketbench.flow.run import run

EVAL = Path("eval.yaml")


def missing() -> list[int]:
    return [one.missing for one in plan_run(EVAL).rubric_sets]


def test_pruning_keeps_what_the_configs_use(answered: Path) -> None:
    text = (answered / "v2.yaml").read_text(encoding="utf-8")
    (answered / "v2.yaml").write_text(text.replace("a crash", "a stop"), encoding="utf-8")
    run(EVAL)
    (found,) = prune([EVAL])
    assert (found.kept, found.removed) == (14, 7)
    assert (missing(), cache_info(EVAL).stored) == ([0, 0], 14)


def test_configs_that_share_a_cache_are_pruned_together(answered: Path) -> None:
    other = EVAL.read_text(encoding="utf-8").replace("v1: v1.yaml, v2", "v1: v1.yaml}\n#")
    Path("other.yaml").write_text(other, encoding="utf-8")
    assert [(one.kept, one.removed) for one in prune([Path("other.yaml"), EVAL])] == [(14, 0)]
    assert [(one.kept, one.removed) for one in prune([Path("other.yaml")])] == [(7, 7)]


def test_a_dry_prune_removes_nothing(answered: Path) -> None:
    (answered / "tickets.csv").write_text("id,text,label\n1,x,billing\n2,y,technical\n")
    assert [(one.kept, one.removed) for one in prune([EVAL], dry_run=True)] == [(0, 14)]
    assert cache_info(EVAL).stored == 14


def test_pruning_makes_the_file_smaller(project: Path) -> None:
    rows = "".join(f"n{i},ticket number {i} about an invoice,billing\n" for i in range(300))
    tickets = (project / "tickets.csv").read_text(encoding="utf-8")
    (project / "tickets.csv").write_text(tickets + rows, encoding="utf-8")
    run(EVAL)
    before = Path("answers.sqlite").stat().st_size
    (project / "tickets.csv").write_text(tickets, encoding="utf-8")
    prune([EVAL])
    assert Path("answers.sqlite").stat().st_size < before / 4
    assert missing() == [0, 0]


def test_pruning_a_cache_that_is_not_there_is_fine(project: Path) -> None:
    assert [(one.kept, one.removed) for one in prune([EVAL])] == [(0, 0)]
    assert not Path("answers.sqlite").exists()


@pytest.mark.parametrize("other", ["answers", "./answers.sqlite", "link.sqlite", "absolute"])
def test_one_cache_under_two_names_is_pruned_as_one(answered: Path, other: str) -> None:
    Path("link.sqlite").symlink_to("answers.sqlite")
    name = str(answered / "answers.sqlite") if other == "absolute" else other
    text = EVAL.read_text(encoding="utf-8")
    Path("a.yaml").write_text(text.replace(", v2: v2.yaml", ""), encoding="utf-8")
    second = text.replace("v1: v1.yaml, ", "").replace("cache: answers.sqlite", f"cache: {name}")
    Path("b.yaml").write_text(second, encoding="utf-8")
    found = prune([Path("a.yaml"), answered / "b.yaml"])
    assert [(one.kept, one.removed) for one in found] == [(14, 0)]
    assert missing() == [0, 0]


def test_pruning_forgets_the_rubrics_that_nobody_uses(answered: Path) -> None:
    text = (answered / "v2.yaml").read_text(encoding="utf-8")
    (answered / "v2.yaml").write_text(text.replace("a crash", "a stop"), encoding="utf-8")
    shutil.rmtree("reports")
    prune([EVAL])
    assert plan_run(EVAL).rubric_sets[1].edits != ()  # compared with v1, which is still there
    with AnswerCache(Path("answers.sqlite")) as cache:
        assert len(cache.rubrics()) == 1
