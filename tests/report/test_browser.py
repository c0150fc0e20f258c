"""The report in a real browser, opened from disk, under its own content policy."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tables import random_table
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.results import DatasetSummary, run_results
from ticketbench.report.page import html_page
from ticketbench.report.rendering import Report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --virtual-time-budget=2000 "
    "--enable-logging=stderr --v=0"
).split()

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    tables = [random_table(300, rubric_set=name, seed=s) for s, name in ((1, "v1"), (1, "v2"))]
    results = run_results("r", DatasetSummary("d", "f", 300, ()), (), tables, Settings(), ())
    path = tmp_path / "index.html"
    path.write_bytes(html_page(Report(results, {}, "0.1.0")))
    return path


def opened(page: Path, *flags: str) -> tuple[str, str]:
    """The document after scripts ran, and what the browser logged."""
    arguments = [str(CHROMIUM), *FLAGS, f"--user-data-dir={page.parent / 'profile'}", *flags]
    done = subprocess.run(
        [*arguments, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout, "\n".join(re.findall(r".*CONSOLE.*", done.stderr))


def test_the_script_runs_under_the_policy_without_a_complaint(page: Path) -> None:
    _, log = opened(page)
    assert log == ""


def test_the_page_is_not_wider_than_a_phone(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    opened_policy = re.sub(r'content="default-src[^"]*"', 'content=""', text)
    frame = (
        '<iframe id="f" width="390" height="800"></iframe><script>'
        "f.onload=()=>{document.body.dataset.width=f.contentDocument.documentElement.scrollWidth};"
        "f.srcdoc=atob(document.currentScript.dataset.page)</script>"
    )
    import base64

    encoded = base64.b64encode(opened_policy.encode("ascii", "xmlcharrefreplace")).decode()
    frame = frame.replace("<script>", f'<script data-page="{encoded}">')
    page.write_text(f"<!doctype html><body>{frame}", encoding="utf-8")
    document, _ = opened(page)
    width = re.search(r'data-width="(\d+)"', document)
    assert width is not None
    assert int(width[1]) <= 390
