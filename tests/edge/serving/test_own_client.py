"""What our endpoints of each shape get from `serve` is what the engine says in this process."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from served import served
from small_project import write_project
from ticketbench import run
from ticketbench.edge.serving.server import ClassifyServer

pytestmark = pytest.mark.loopback


@pytest.fixture(scope="module")
def server() -> Iterator[ClassifyServer]:
    with served() as server:
        yield server


def predicted(url: str, out: str, *more: str) -> list[dict[str, str]]:
    run("eval.yaml", overrides=[f"endpoint.url={url}", "endpoint.rate=none", *more], out=out)
    with (Path(out) / "predictions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("shape", ["systemone", "scaledown", "decisions"])
def test_a_run_over_each_shape_has_the_scores_of_a_run_in_this_process(
    server: ClassifyServer, shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path)
    here = predicted("local://lexical/v1/classify", "here")
    there = predicted(f"{shape}+{server.root}/v1/{shape}?model=lexical-v1", "there")
    assert there == here
    assert len(here) == 14


def test_a_run_in_a_batch_has_the_scores_of_a_run_in_this_process(
    server: ClassifyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ticketbench.edge.batches.every_batch.FIRST_WAIT_S", 0.05)
    write_project(tmp_path)
    here = predicted("local://lexical/v1/classify", "here")
    assert predicted(server.url, "there", "endpoint.batch=always") == here
