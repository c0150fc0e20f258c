"""Exports of annotation tools, all of the same twelve tickets, and a project that judges them."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

EXPORTS = Path(__file__).parent / "exports"

ONE_PERSON = {
    "doccano.jsonl": ("--preset", "doccano"),
    "doccano-lists-of-one.jsonl": ("--preset", "doccano"),
    "hf.csv": ("--preset", "hf"),
    "hf.jsonl": ("--preset", "hf"),
    "hf.parquet": ("--preset", "hf"),
}
"""Exports with one label a ticket, and how to import them."""

TWO_PEOPLE = {
    "label-studio-min.json": ("--preset", "label-studio"),
    "label-studio.csv": ("--preset", "label-studio"),
    "prodigy.jsonl": ("--preset", "prodigy"),
    "argilla.json": ("--preset", "argilla"),
    "argilla-two-annotators.jsonl": ("--preset", "argilla", "--field", "team"),
    "two-annotators-as-rows.csv": ("--annotator", "annotator"),
    "two-annotators-as-columns.csv": ("--annotators", "anna,ben"),
}
"""Exports of two people, who disagree on the first, fifth and ninth of the twelve tickets."""

RUBRICS = """\
- {name: billing, rubric: "Is the customer asking about an invoice, a charge or a price?"}
- {name: technical, rubric: "Does the customer report an error, a crash or a slow page?"}
- {name: account, rubric: "Is the customer asking about sign in, a profile or rights?"}
- {name: general, rubric: "Is it a question about the company, or thanks?"}
"""

CONFIG = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: d.csv}
rubric_sets: {v1: v1.yaml}
cache: answers.sqlite
report: {figures: false, texts: masked}
"""


def project(folder: Path, export: str) -> None:
    """Put `export`, rubrics and a config that judges d.csv into `folder`."""
    shutil.copy(EXPORTS / export, folder / export)
    (folder / "v1.yaml").write_text(RUBRICS, encoding="utf-8")
    (folder / "eval.yaml").write_text(CONFIG, encoding="utf-8")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
