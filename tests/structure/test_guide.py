"""The guide is followed from top to bottom, as it stands, against a server of its own."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from guide_steps import steps
from page_reader import Reader, reader

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.loopback


@pytest.fixture
def somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """Somebody in an empty folder but for our tickets."""
    (tmp_path / "datasets").mkdir()
    shutil.copy(ROOT / "datasets" / "support_tickets.csv", tmp_path / "datasets")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with reader(tmp_path) as one:
        yield one
    sys.modules.pop("app", None)


def test_the_guide_can_be_followed_from_top_to_bottom(somebody: Reader) -> None:
    page = steps()
    kinds = [step.kind for step in page]
    assert (kinds.count("file"), kinds.count("end")) == (4, 1)
    assert min(kinds.count("command"), kinds.count("python")) >= 6
    for step in page:
        somebody.follow(step)
    lines = (somebody.folder / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    outcomes = [json.loads(line)["outcome"] for line in lines]
    assert {"route", "review", "escalate"} <= set(outcomes)
    assert "charged twice" not in "".join(lines)
