"""What `report` prints, and that it opens the page that it made."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from forked import ticketbench


@pytest.fixture
def page(answered: Path) -> Path:
    """The page of the latest report."""
    ticketbench("run", "eval.yaml", "--mode", "replay")
    return Path("reports", "eval", "index.html")


def test_the_latest_report_is_made_again_and_its_answer_stands_first(page: Path) -> None:
    before = page.read_bytes()
    page.write_bytes(b"lost")
    done = ticketbench("report")
    assert done.stdout.splitlines() == [
        "Too few tickets to decide: 7 of at least 50.",
        f"Made again; nothing was asked or measured.   {page}",
    ]
    assert (done.returncode, done.stderr) == (0, "")
    assert page.read_bytes() == before
    assert ticketbench("report", "reports/eval").stdout == done.stdout


def test_the_page_is_opened_in_the_browser(page: Path, tmp_path: Path) -> None:
    seen, browser = tmp_path / "seen.txt", tmp_path / "browser.py"
    browser.write_text(f"import sys\nopen({str(seen)!r}, 'w').write(sys.argv[1])\n")
    done = ticketbench("report", "--open", BROWSER=f"{sys.executable} {browser} %s")
    assert (done.returncode, done.stderr) == (0, "")
    assert seen.read_text() == page.absolute().as_uri()


def test_where_no_browser_starts_the_page_is_named(page: Path) -> None:
    done = ticketbench("report", "--open", BROWSER=f"{sys.executable} -c exit(1) %s", PATH="")
    assert done.returncode == 0
    assert "no browser could be started; open" in done.stderr


def test_json_names_what_was_made(page: Path) -> None:
    value = json.loads(ticketbench("report", "--json").stdout)
    assert value["schema"] == "ticketbench/report@1"
    assert value["data"]["page"] == str(page)
    assert value["data"]["files"] == ["index.html", "summary.md"]


def test_what_is_no_report_is_refused(page: Path, tmp_path: Path) -> None:
    done = ticketbench("report", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no report: it has no results.json" in done.stderr
