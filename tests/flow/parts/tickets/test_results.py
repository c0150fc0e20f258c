"""A run over tickets in parts: the results, and the folder, of the same tickets in one file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest

import killed_worker
import ticketbench
from parts_project import ticket_rows, write_parts, write_rubrics, write_whole
from ticketbench.core.types import Estimate
from ticketbench.edge.results.store import load
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.run import RunOutcome, run
from ticketbench.measure.results import RunResults

ROWS = ticket_rows()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("parts")
    write_rubrics(found)
    return found


def ran(config: Path, where: Where | None = None, name: str = "report") -> RunOutcome:
    return run(config, mode="auto" if where is None else "replay", out=config.parent / name,
               where=where)  # fmt: skip


@pytest.fixture(scope="module", params=[False, True], ids=["alone", "in groups"])
def both(folder: Path, request: pytest.FixtureRequest) -> tuple[RunOutcome, RunOutcome]:
    """In seven parts, and in one file."""
    name = "groups" if request.param else "alone"
    whole = ran(write_whole(folder / f"{name}-whole", ROWS, groups=request.param))
    return ran(write_parts(folder / f"{name}-7", ROWS, 7, groups=request.param)), whole


def assert_near(one: Estimate, other: Estimate) -> None:
    assert (one.n, one.method) == (other.n, other.method)
    ends = [(each.value, each.low, each.high) for each in (one, other)]
    np.testing.assert_allclose(*ends, rtol=0, atol=1e-9)


def test_every_measure_that_parts_tell_is_that_of_one_file(
    both: tuple[RunOutcome, RunOutcome],
) -> None:
    found, expected = (outcome.results for outcome in both)
    for own, told in zip(found.evaluations, expected.evaluations, strict=True):
        assert replace(own.tickets, failures=()) == replace(told.tickets, failures=())
        assert own.by_label.confusion == told.by_label.confusion
        assert own.routing.confusion == told.routing.confusion
        assert_near(own.accuracy, told.accuracy)
        assert_near(own.metric("log_loss"), told.metric("log_loss"))
        assert_near(own.metric("macro_f1"), told.metric("macro_f1"))
        assert astuple(own.routing.summary)[:7] == astuple(told.routing.summary)[:7]
        assert_near(own.routing.saving.per_ticket, told.routing.saving.per_ticket)
        for mine, theirs in zip(own.by_label.results, told.by_label.results, strict=True):
            assert_near(mine.recall, theirs.recall)


def test_every_pair_of_sets_compares_as_in_one_file(both: tuple[RunOutcome, RunOutcome]) -> None:
    found, expected = (outcome.results for outcome in both)
    for own, told in zip(found.comparisons, expected.comparisons, strict=True):
        assert (own.contingency, own.fragility) == (told.contingency, told.fragility)
        assert own.verdict.outcome == told.verdict.outcome
        for mine, theirs in zip(own.label_differences, told.label_differences, strict=True):
            assert (mine.name, mine.label) == (theirs.name, theirs.label)
            assert_near(mine.difference, theirs.difference)
    assert found.standing.leaders == expected.standing.leaders
    pairs = [
        [(one.base, one.candidate, one.verdict.outcome) for one in results.standing.pairs]
        for results in (found, expected)
    ]
    assert pairs[0] == pairs[1]


def test_the_same_set_is_recommended_and_what_parts_do_not_tell_is_named(
    both: tuple[RunOutcome, RunOutcome],
) -> None:
    found, expected = (outcome.results for outcome in both)
    assert found.recommendation is not None
    assert expected.recommendation is not None
    for name in ("rubric_set", "also", "challenger", "mixed", "n_failed", "n_promises"):
        assert getattr(found.recommendation, name) == getattr(expected.recommendation, name), name
    assert found.dataset.n == expected.dataset.n
    assert found.dataset.labels == expected.dataset.labels
    own = [one.code for one in found.findings]
    lost = {one.code for one in expected.findings} - set(own)
    assert own[-1] == "TB215"
    # Near-duplicates, what pairs and large groups show, and what only all texts together show.
    assert lost <= {"TB101", "TB103", "TB104", "TB105", "TB108", "TB117", "TB203", "TB211"}
    alone = found.dataset.grouped_by == "ticket"
    assert ("near-duplicates" in found.findings[-1].evidence) == alone


def test_the_bytes_are_those_of_any_number_of_parts_and_any_engine(folder: Path) -> None:
    one = write_parts(folder / "one", ROWS, 1)
    first = ran(one, Where()).out / "results.json"
    for n, engine in ((2, "processes"), (7, "serial")):
        other = write_parts(folder / f"of-{n}", ROWS, n)
        again = ran(other, Where(engine)).out / "results.json"
        assert again.read_bytes() == first.read_bytes()


def test_dask_gives_the_same_bytes_when_a_worker_is_killed_on_its_way(folder: Path) -> None:
    pytest.importorskip("distributed")
    config = write_parts(folder / "killed", ROWS, 7)
    expected = ran(config).out / "results.json"
    paths = os.pathsep.join([str(Path(ticketbench.__file__).parents[1]), *sys.path])
    done = subprocess.run(
        [sys.executable, killed_worker.__file__, str(config)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        timeout=300,
        check=True,
    )
    assert b"killed after [1]" in done.stderr
    assert done.stdout == expected.read_bytes()


def test_the_folder_holds_no_ticket_and_reads_back(both: tuple[RunOutcome, RunOutcome]) -> None:
    outcome = both[0]
    assert outcome.n_parts == 7
    names = sorted(path.name for path in outcome.out.iterdir())
    assert names == ["index.html", "manifest.json", "results.json", "summary.md"]
    assert load(outcome.out / "results.json", RunResults) == outcome.results
    manifest = json.loads((outcome.out / "manifest.json").read_text())
    assert (manifest["status"], manifest["parts"]) == ("finished", 7)
    assert "t001" not in (outcome.out / "results.json").read_text()
    page = (outcome.out / "index.html").read_text()
    assert "These tickets lie in parts and were only counted" in page
    assert "t001" not in page
    summary = (outcome.out / "summary.md").read_text()
    assert "These tickets lie in parts and were only counted" in summary
    assert "#show=" not in summary


def test_an_engine_with_one_file_is_refused(folder: Path) -> None:
    config = write_whole(folder / "engine", ROWS)
    with pytest.raises(Exception, match="names one file, and an engine counts parts"):
        ran(config, Where("processes"))
