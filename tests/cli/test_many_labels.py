"""A rubric set of 77 labels, as a user runs it: names fill no sentence, and nothing is lost."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from forked import ticketbench

TABLES = Path(__file__).resolve().parents[1] / "exports" / "tables"
CONFIG = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: tickets-77.csv}
rubric_sets: {v1: rubrics-77.yaml}
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    for name in ("tickets-77.csv", "rubrics-77.yaml"):
        shutil.copy(TABLES / name, folder)
    (folder / "c.yaml").write_text(CONFIG, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = ticketbench("run", "c.yaml", "--set", "report.figures=true")
    assert done.returncode == 0, done.stderr
    (folder / "said.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return folder


def sentences(report: Path) -> Iterator[str]:
    """Every text of the page between two tags, every line of the summary, what a terminal shows."""
    page = (report / "reports/c/index.html").read_text(encoding="utf-8")
    page = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    yield from map(html.unescape, re.findall(r">([^<]+)<", page))
    summary = (report / "reports/c/summary.md").read_text(encoding="utf-8")
    yield from summary.replace("\\", "").splitlines()
    said = (report / "said.txt").read_text(encoding="utf-8")
    yield from re.split(r"\n(?! )", said)


def test_no_sentence_names_more_than_five_labels(report: Path) -> None:
    rubrics = YAML(typ="safe").load((report / "rubrics-77.yaml").read_text(encoding="utf-8"))
    names = [re.compile(rf"\b{re.escape(one['name'])}\b") for one in rubrics]
    told = {text: sum(bool(name.search(text)) for name in names) for text in sentences(report)}
    assert len(names) == 77
    assert [text[:80] for text, n in told.items() if n > 5] == []
    assert any("and 72 more" in text for text in told)


def test_every_label_stands_in_the_results(report: Path) -> None:
    data = json.loads((report / "reports/c/results.json").read_bytes())["data"]
    assert (
        len(data["dataset"]["labels"]) == len(data["evaluations"][0]["by_label"]["results"]) == 77
    )


def test_the_figure_of_the_matrix_shows_the_worst_pairs_and_stays_small(report: Path) -> None:
    figure = report / "reports/c/figures/confusion-matrix-v1.svg"
    assert figure.stat().st_size < 300_000
