"""What a saved run measured is read as it stands in the whole of it, of every version."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.results.run_settings import run_settings
from ticketbench.edge.results.store import load
from ticketbench.measure.results import RunResults

OLD = Path(__file__).parent / "old"


def unpacked(version: int, folder: Path) -> Path:
    path = folder / "results.json"
    path.write_bytes(gzip.decompress((OLD / f"run-{version}.json.gz").read_bytes()))
    return path


@pytest.mark.parametrize("version", [1, 3, 4])
def test_it_is_what_the_whole_result_says(version: int, tmp_path: Path) -> None:
    path = unpacked(version, tmp_path)
    found, whole = run_settings(path), load(path, RunResults)
    settings = whole.evaluations[0].settings
    assert found.rubric_sets == whole.rubric_sets
    assert found.dataset == whole.dataset.fingerprint
    assert (found.policy, found.costs) == (settings.policy, settings.costs)


def test_of_a_run_of_today_it_is_the_same(stored: Path, tmp_path: Path) -> None:
    (path,) = stored.rglob("results.json")
    found, whole = run_settings(path), load(path, RunResults)
    settings = whole.evaluations[0].settings
    assert (found.rubric_sets, found.dataset) == (whole.rubric_sets, whole.dataset.fingerprint)
    assert (found.policy, found.costs) == (settings.policy, settings.costs)


def changed(path: Path, place: tuple[str | int, ...], value: object) -> None:
    whole = json.loads(path.read_bytes())
    inner: Any = whole
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    path.write_text(json.dumps(whole), encoding="utf-8")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema",), "ticketbench/run@99"),
        (("schema",), None),
        (("data",), None),
        (("data", "evaluations"), []),
        (("data", "evaluations"), None),
        (("data", "evaluations", 0, "settings"), {}),
        (("data", "evaluations", 0, "settings", "policy", "threshold"), "high"),
        (("data", "rubric_sets"), [{"name": "v1"}]),
        (("data", "dataset", "fingerprint"), 7),
    ],
)
def test_a_file_that_is_no_saved_run_is_refused(
    place: tuple[str | int, ...], value: object, stored: Path, tmp_path: Path
) -> None:
    (path,) = stored.rglob("results.json")
    copy = tmp_path / "copy.json"
    copy.write_bytes(path.read_bytes())
    changed(copy, place, value)
    with pytest.raises(InputError, match=r"copy\.json is not a saved result of this version"):
        run_settings(copy)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is not a saved result"):
        run_settings(path)


def test_a_file_with_bytes_that_are_no_text_is_refused_wherever_they_stand(
    stored: Path, tmp_path: Path
) -> None:
    (path,) = stored.rglob("results.json")
    copy = tmp_path / "results.json"
    copy.write_bytes(path.read_bytes().replace(b'"tool"', b'"\xff": 1, "tool"', 1))
    with pytest.raises(InputError, match="is not a saved result"):
        run_settings(copy)
