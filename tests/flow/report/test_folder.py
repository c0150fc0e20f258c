"""A report read back: the page comes out byte for byte, and texts only from the same tickets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from quickstart import Demo
from ticketbench.core.errors import InputError
from ticketbench.flow.report.folder import (
    latest_report,
    named_report,
    report_folder,
    set_of,
    with_texts,
)
from ticketbench.report.page import html_page


def test_the_page_of_a_report_read_back_is_the_same_one(demo: Demo) -> None:
    found = report_folder(demo.out)
    assert found.note == ""
    assert html_page(found.report) == (demo.out / "index.html").read_bytes()


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Path:
    """A copy of the demo's report, which a test may spoil."""
    folder = tmp_path / "reports" / "copy"
    shutil.copytree(demo.out, folder)
    return folder


def set_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes()) | changes
    path.write_text(json.dumps(manifest), encoding="utf-8")


def test_scores_gold_and_failures_stay_without_the_config(copy: Path) -> None:
    whole = report_folder(copy)
    found = report_folder(copy, texts=False)
    assert found.shown.texts == {}
    assert found.gold == whole.gold
    assert len(found.gold) == 408
    assert [t.provenance for t in found.tables] == [e.provenance for e in found.results.evaluations]
    assert all(
        (a.scores == b.scores).all() for a, b in zip(found.tables, whole.tables, strict=True)
    )


def test_texts_of_some_tickets_are_masked_and_counted_alone(copy: Path) -> None:
    whole, scores = report_folder(copy), report_folder(copy, texts=False)
    some = with_texts(scores, {"s308", "s057"})
    assert some.shown.texts == {i: whole.shown.texts[i] for i in ("s057", "s308")}
    assert some.shown.masking.n == 2
    assert some.tables is scores.tables
    assert with_texts(scores).shown == whole.shown


def test_without_its_config_a_report_has_no_texts_and_says_why(copy: Path) -> None:
    set_manifest(copy, config="not-here.yaml")
    found = report_folder(copy)
    assert found.shown.texts == {}
    assert found.note.startswith("no texts: not-here.yaml cannot be read as it was: ")


def test_texts_of_other_tickets_are_not_shown(copy: Path) -> None:
    results = copy / "results.json"
    value = json.loads(results.read_bytes())
    value["data"]["dataset"]["fingerprint"] = "another"
    results.write_text(json.dumps(value), encoding="utf-8")
    found = report_folder(copy)
    assert found.shown.texts == {}
    assert "have changed since this report" in found.note


def test_a_report_of_before_does_not_know_its_config(copy: Path) -> None:
    path = copy / "manifest.json"
    manifest = json.loads(path.read_bytes())
    del manifest["config"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert "does not say of which config" in report_folder(copy).note


def test_what_is_no_report_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="results"):
        report_folder(tmp_path)


def test_the_latest_report_is_the_one_whose_run_began_last(copy: Path) -> None:
    older = copy.parent / "a"
    shutil.copytree(copy, older)
    set_manifest(older, started="2020-01-01T00:00:00+00:00")
    (copy.parent / "z").mkdir()
    assert latest_report(copy.parent) == copy
    set_manifest(older, started="2999-01-01T00:00:00+00:00")
    assert latest_report(copy.parent) == older


def test_where_there_is_no_report_the_way_to_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no report"):
        latest_report(tmp_path / "reports")


def test_a_report_is_named_by_set_by_folder_or_by_both(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy.parent.parent)
    here = Path("reports/copy")
    assert named_report("v2") == (here, "v2")
    assert named_report("reports/copy") == (here, "")
    assert named_report("reports/copy:v2") == (here, "v2")
    assert named_report("a:v2") == (here, "a:v2")
    assert named_report("x" * 5000) == (here, "x" * 5000)


def test_a_folder_that_is_no_report_and_one_that_is_not_there_are_told_as_such(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy.parent.parent)
    Path("v2").mkdir()
    for text in ("v2", "v2:v1"):
        with pytest.raises(InputError, match=r"v2 is a folder without results\.json") as raised:
            named_report(text)
        assert "for a rubric set of this name FOLDER:SET" in raised.value.problems[0].help
    assert named_report("reports/copy:v2") == (Path("reports/copy"), "v2")
    for text in ("gone/a:v2", "gone/a"):
        with pytest.raises(InputError, match="no such file or folder: 'gone/a'"):
            named_report(text)


def test_a_set_must_be_one_of_the_report(copy: Path) -> None:
    results = report_folder(copy, texts=False).results
    assert set_of(results, "v2", where=copy) == "v2"
    with pytest.raises(InputError, match="has no rubric set 'v9'"):
        set_of(results, "v9", where=copy)
    with pytest.raises(InputError, match="has several rubric sets"):
        set_of(results, "", where=copy)
    with pytest.raises(InputError) as raised:
        set_of(results, "x" * 5000, where=copy)
    assert len(str(raised.value)) < len(str(copy)) + 120
