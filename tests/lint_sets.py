"""Rubric sets for the tests of lint, and the public ones where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.inputs.rubric_files import read_rubrics

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / "configs" / "rubrics"

GOOD = {
    "billing": "Is the customer asking about an invoice, a charge or a refund?",
    "technical": "Does the customer report a crash or a page that does not load?",
    "other": "Is the customer praising us, or looking for training or a partner?",
}
"""A set of which no rule says anything."""


def rubric_set(texts: dict[str, str] | None = None, **more: str) -> RubricSet:
    """A set of labels with their rubrics, in this order."""
    pairs = {**(texts or {}), **more}
    return RubricSet("set", tuple(Rubric(label, text) for label, text in pairs.items()))


def public_set(name: str) -> RubricSet:
    """A rubric set of the public data, such as `clinc-oos/rubrics-v2.yaml`; skips without them."""
    folder = os.environ.get("TICKETBENCH_TEST_DATA")
    if not folder:
        pytest.skip("TICKETBENCH_TEST_DATA is not set")
    return read_rubrics(Path(folder) / name)


def guide_set(tmp_path: Path) -> RubricSet:
    """The list LABELS of docs/guide.md."""
    page = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    block = page.partition("    LABELS = [\n")[2].partition("\n    ]\n")[0]
    (tmp_path / "app.py").write_text(f"LABELS = [\n{block}\n]\n", encoding="utf-8")
    return read_rubrics(tmp_path / "app.py::LABELS")
