"""The questions of a newcomer, each answered by one new definition and nothing else."""

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
from ticketbench.core.policy import ESCALATE, Policy
from ticketbench.core.registry import Registry, import_modules
from ticketbench.edge.endpoints import ENDPOINTS, Connection, Reply, endpoint
from ticketbench.edge.imports.looks import looks_like
from ticketbench.edge.imports.preset import PRESETS, LeftOut, Raw, preset
from ticketbench.edge.imports.preset import Asked as OfPreset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.results.harness.answer import HARNESSES, Values, harness
from ticketbench.edge.results.harness.answer import Answer as OfHarness
from ticketbench.edge.tables.rows import FORMATS, Row, Source, Stream, file_format
from ticketbench.measure.kinds import (
    LabelTickets,
    Part,
    RoutedTickets,
    cell_metric,
    label_metric,
    routing_metric,
    table_metric,
    ticket_metric,
)
from ticketbench.measure.metrics import METRICS, recall_by_label
from ticketbench.measure.thresholds import choose
from ticketbench.measure.thresholds.rules import RULES, Asked, Choice, threshold_rule
from ticketbench.measure.thresholds.tickets import Tickets
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import SECTIONS, section

ALL = ("pass", "fail", "inconclusive")


@pytest.fixture(autouse=True)
def _registries_as_before() -> Iterator[None]:
    import_modules("ticketbench.report.sections")
    import_modules("ticketbench.edge.endpoints")
    import_modules("ticketbench.measure.thresholds")
    import_modules("ticketbench.edge.tables.formats")
    import_modules("ticketbench.edge.imports.presets")
    import_modules("ticketbench.edge.results.harness.tools")
    registries: tuple[Registry[Any], ...] = (
        METRICS, SECTIONS, FORMATS, ENDPOINTS, RULES, PRESETS, HARNESSES,
    )  # fmt: skip
    before = [dict(registry._entries) for registry in registries]
    yield
    for registry, entries in zip(registries, before, strict=True):
        registry._entries.clear()
        registry._entries.update(entries)


def run(*arguments: str) -> None:
    result = CliRunner().invoke(cli, ["run", *arguments], catch_exceptions=False)
    assert result.exit_code == 0


def gates(line: str) -> str:
    """The outcome of one gate on the set v2, after v1 was blessed."""
    text = f"baseline: base.json\ngates:\n  - {line}\n"
    config = Path("eval.yaml").read_text(encoding="utf-8")
    Path("gated.yaml").write_text(config + text, encoding="utf-8")
    for words in (["baseline", "bless", "--rubric-set", "v1"], ["gate", "--format", "json"]):
        result = CliRunner().invoke(cli, [*words, "gated.yaml"])
        assert result.exit_code in (0, 1), result.output
    (*_, judged) = json.loads(result.stdout)["data"]["report"]["results"]
    return str(judged["outcome"])


def shown(project: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """An evaluation and a comparison, after `title` was seen on the page and in the summary."""
    run("eval.yaml", "--out", "out")
    data = json.loads((project / "out" / "results.json").read_bytes())["data"]
    page = (project / "out" / "index.html").read_text(encoding="utf-8")
    assert "Newly registered" in page
    return data["evaluations"][1], data["comparisons"][0]


def names(found: list[dict[str, Any]], key: str = "name") -> set[str]:
    return {one[key] for one in found}


def kept() -> set[str]:
    """The names of the metrics in the baseline."""
    return set(json.loads(Path("base.json").read_bytes())["data"]["metrics"])


def test_a_metric_of_tickets_is_one_decorated_function(project: Path) -> None:
    @ticket_metric("confident", title="Newly registered", share=True, over="scored")
    def confident(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
        return (scores.max(axis=1) > 0.5).astype(float)

    evaluation, comparison = shown(project)
    assert "confident" in names(evaluation["metrics"])
    assert "confident" in names(comparison["differences"])
    assert gates("{metric: confident, on: v2, not_worse_than: baseline, margin: 0.9}") == "pass"
    assert "confident" in kept()


def test_a_metric_of_cells_is_one_decorated_function(project: Path) -> None:
    @cell_metric("worst_label", title="Newly registered")
    def worst_label(cells: np.ndarray) -> np.ndarray:
        return np.nan_to_num(recall_by_label(cells), nan=1.0).min(axis=-1)

    evaluation, comparison = shown(project)
    assert "worst_label" in names(evaluation["metrics"])
    assert "worst_label" in names(comparison["differences"])
    assert gates("{metric: worst_label, on: v2, not_worse_than: baseline}") in ALL
    assert "worst_label" in kept()


def test_a_metric_of_the_table_is_one_decorated_function(project: Path) -> None:
    @table_metric("highest", title="Newly registered", over="scored")
    def highest(scores: np.ndarray, truth: np.ndarray) -> float:
        return float(scores.max())

    evaluation, comparison = shown(project)
    assert "highest" in names(evaluation["metrics"])
    (difference,) = (d for d in comparison["differences"] if d["name"] == "highest")
    assert difference["difference"]["method"] == "no interval"
    assert gates("{metric: highest, on: v2, min: 0.1}") == "pass"
    assert "highest" in kept()


def test_a_metric_of_a_label_is_one_decorated_function(project: Path) -> None:
    @label_metric("specificity", title="Newly registered")
    def specificity(tickets: LabelTickets) -> Part:
        return Part(~tickets.top, among=~tickets.gold)

    evaluation, comparison = shown(project)
    assert "specificity" in names(evaluation["by_label"]["results"][0]["metrics"])
    (one, *_) = (d for d in comparison["label_differences"] if d["name"] == "specificity")
    assert one["difference"]["low"] is not None
    billing = "label: billing, on: v2, not_worse_than: baseline, margin: 0.9"
    assert gates(f"{{metric: specificity, {billing}}}") == "pass"
    assert "specificity billing" in kept()


def test_a_metric_of_routing_is_one_decorated_function(project: Path) -> None:
    @routing_metric("escalated", title="Newly registered", higher_is_better=False)
    def escalated(tickets: RoutedTickets) -> Part:
        return Part(tickets.outcome == ESCALATE)

    evaluation, comparison = shown(project)
    assert "escalated" in names(evaluation["routing"]["summary"]["metrics"])
    assert "escalated" in names(comparison["differences"])
    assert gates("{metric: escalated, on: v2, not_worse_than: baseline, margin: 0.9}") == "pass"
    assert "escalated" in kept()


def test_a_threshold_rule_is_one_decorated_function(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @threshold_rule("median", order=25)
    def median(tickets: Tickets, asked: Asked) -> Choice | None:
        """The threshold at the middle top score."""
        return Choice(
            policy=Policy(float(np.median(tickets.score)), asked.base.escalate_above),
            title="Newly registered",
            caveat="looks at no label",
        )

    # The tickets of the small project are fewer than a threshold is chosen from.
    monkeypatch.setattr(choose, "FEWEST_TICKETS", 2)
    evaluation, _ = shown(project)
    rules = [one["rule"] for one in evaluation["thresholds"]]
    assert rules.index("median") == rules.index("cost_optimal") + 1
    (found,) = (one for one in evaluation["thresholds"] if one["rule"] == "median")
    assert found["saving"]["held_out"]
    assert found["out_of_sample"]["n"] == found["in_sample"]["n"] > 0


def test_a_report_section_is_one_decorated_function(project: Path) -> None:
    def answer(report: Report) -> str:
        return "the last one"

    @section(order=59, id="longest", title="Which rubric is longest?", short=answer)
    def longest(report: Report) -> Markup:
        rubrics = [r for s in report.results.rubric_sets for r in s.rubrics]
        return render("<p>{{ label }}</p>", label=max(rubrics, key=lambda r: len(r.text)).label)

    run("eval.yaml", "--out", "out")
    page = (project / "out" / "index.html").read_text(encoding="utf-8")
    assert page.index("All measures") < page.index("Which rubric is longest?")
    assert 'id="audit-longest"' in page
    assert "the last one" in page


def test_a_dataset_format_is_one_decorated_function(project: Path) -> None:
    @file_format(".pairs")
    def parse_pairs(source: Source) -> Stream:
        lines = source.data.decode("utf-8").splitlines()
        cells = [line.split(" = ", 1) for line in lines]
        rows = (
            Row(i, {"id": str(i), "label": label, "text": text})
            for i, (label, text) in enumerate(cells, start=1)
        )
        return Stream(("id", "label", "text"), rows)

    text = "billing = Where is my refund?\naccount = I cannot sign in\n"
    (project / "tickets.pairs").write_text(text, encoding="utf-8")
    run("eval.yaml", "--set", "dataset.path=tickets.pairs", "--out", "out")
    data = json.loads((project / "out" / "results.json").read_bytes())["data"]
    assert data["dataset"]["n"] == 2


def test_a_preset_is_one_decorated_function(project: Path) -> None:
    gives = {"id": "number", "text": "said", "label": "queue"}

    @preset("desk", tool="Desk", forms="JSON", gives=gives, tells=("said", "queue"))
    def desk(raw: Raw, asked: OfPreset, left_out: LeftOut) -> Record | None:
        found = raw.values
        return Record(
            raw.line, str(found["number"]), (found["said"],), (Answer((found["queue"],)),)
        )

    records = [{"number": 1, "said": "Where is my refund?", "queue": "billing"}]
    Path("export.json").write_text(json.dumps(records), encoding="utf-8")
    words = ["data", "import", "export.json", "--preset", "desk", "-o", "d.csv"]
    assert CliRunner().invoke(cli, words, catch_exceptions=False).exit_code == 0
    assert Path("d.csv").read_text("utf-8") == "id,text,label\n1,Where is my refund?,billing\n"
    found = looks_like(Path("export.json"))
    assert found is not None
    assert found.name == "desk"


def test_a_harness_is_one_decorated_function(project: Path) -> None:
    @harness("bench", tool="Bench", tells=("case", "wanted", "guess"))
    def bench(record: Values, beside: Values) -> Iterator[OfHarness | str]:
        yield OfHarness("team", record["case"], record["wanted"], top=record["guess"])

    rows = [{"case": str(i), "wanted": "ab"[i % 2], "guess": "a"} for i in range(4)]
    Path("bench.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = CliRunner().invoke(cli, ["score", "bench.jsonl", "--json"], catch_exceptions=False)
    data = json.loads(done.stdout)["data"]
    assert data["notes"][0] == "the file is of Bench: 4 answers"
    assert data["evaluation"]["tickets"]["n_scored"] == 4


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
