"""The four questions of a newcomer, each answered by one new definition and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from markupsafe import Markup

from ticketbench.cli.main import cli
from ticketbench.core.registry import Registry, import_modules
from ticketbench.edge.endpoints import ENDPOINTS, Connection, Reply, endpoint
from ticketbench.edge.inputs.formats import FORMATS, MalformedRow, Row, Table, file_format
from ticketbench.measure.kinds import ticket_metric
from ticketbench.measure.metrics import METRICS
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import SECTIONS, section


@pytest.fixture(autouse=True)
def _registries_as_before() -> Iterator[None]:
    import_modules("ticketbench.report.sections")
    import_modules("ticketbench.edge.endpoints")
    registries: tuple[Registry[Any], ...] = (METRICS, SECTIONS, FORMATS, ENDPOINTS)
    before = [dict(registry._entries) for registry in registries]
    yield
    for registry, entries in zip(registries, before, strict=True):
        registry._entries.clear()
        registry._entries.update(entries)


def run(*arguments: str) -> None:
    result = CliRunner().invoke(cli, ["run", *arguments], catch_exceptions=False)
    assert result.exit_code == 0


def test_a_metric_is_one_decorated_function(project: Path) -> None:
    @ticket_metric("confident", title="Share above one half", share=True)
    def confident(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
        return (scores.max(axis=1) > 0.5).astype(float)

    run("eval.yaml", "--out", "out")
    data = json.loads((project / "out" / "results.json").read_bytes())["data"]
    assert "confident" in {m["name"] for m in data["evaluations"][0]["metrics"]}
    assert "confident" in {d["name"] for d in data["comparisons"][0]["differences"]}
    assert "Share above one half" in (project / "out" / "index.html").read_text(encoding="utf-8")
    assert "Share above one half" in (project / "out" / "summary.md").read_text(encoding="utf-8")


def test_a_report_section_is_one_decorated_function(project: Path) -> None:
    @section(order=55, id="longest", title="Which rubric is longest?")
    def longest(report: Report) -> Markup:
        rubrics = [r for s in report.results.rubric_sets for r in s.rubrics]
        return render("<p>{{ label }}</p>", label=max(rubrics, key=lambda r: len(r.text)).label)

    run("eval.yaml", "--out", "out")
    page = (project / "out" / "index.html").read_text(encoding="utf-8")
    assert page.index("What changed?</h2>") < page.index("Which rubric is longest?</h2>")
    assert '<a href="#longest">' in page


def test_a_dataset_format_is_one_decorated_function(project: Path) -> None:
    @file_format(".pairs")
    def parse_pairs(data: bytes, bad: list[MalformedRow]) -> Table:
        lines = data.decode("utf-8").splitlines()
        cells = [line.split(" = ", 1) for line in lines]
        rows = [
            Row(i, {"id": str(i), "label": label, "text": text})
            for i, (label, text) in enumerate(cells, start=1)
        ]
        return Table(("id", "label", "text"), tuple(rows))

    text = "billing = Where is my refund?\naccount = I cannot sign in\n"
    (project / "tickets.pairs").write_text(text, encoding="utf-8")
    run("eval.yaml", "--set", "dataset.path=tickets.pairs", "--out", "out")
    data = json.loads((project / "out" / "results.json").read_bytes())["data"]
    assert data["dataset"]["n"] == 2


def test_an_endpoint_is_one_decorated_function(project: Path) -> None:
    class FirstWins:
        def ask(self, url: str, body: bytes) -> Reply:
            names = [label["name"] for label in json.loads(body)["labels"]]
            scores = dict.fromkeys(names, 0.0) | {names[0]: 1.0}
            return Reply(200, json.dumps({"scores": scores, "top_label": names[0]}).encode())

    @endpoint("first")
    def connect(url: str, connection: Connection) -> FirstWins:
        return FirstWins()

    run("eval.yaml", "--set", "endpoint.url=first://wins/classify", "--out", "out")
    data = json.loads((project / "out" / "results.json").read_bytes())["data"]
    matrix = data["evaluations"][0]["by_label"]["confusion"]["counts"]
    assert [row[0] for row in matrix] == [2, 2, 2, 1]
