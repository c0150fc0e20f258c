"""SECURITY.md: every claim names a test that exists, so nothing is promised that nobody checks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
CLAIMS = ("What is protected", "Where the key stands and goes", "How releases are made")
"""The sections whose every row and item promises something."""
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def sections(page: str) -> dict[str, str]:
    """What stands under each heading of the second level."""
    return {part.partition("\n")[0]: part.partition("\n")[2] for part in page.split("\n## ")[1:]}


def claims(text: str) -> list[str]:
    """The rows of its tables, without their heads, and the items of its lists."""
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    return rows + [item for item in re.split(r"^(?=- )", text, flags=re.M) if item[:2] == "- "]


def missing(page: str) -> list[str]:
    """Named tests that do not exist."""
    return [
        f"{file}::{name}"
        for file, name in TEST.findall(page)
        if not (ROOT / file).is_file() or name not in _tests_of(ROOT / file)
    ]


def _tests_of(file: Path) -> set[str]:
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return {one.name for one in body if isinstance(one, ast.FunctionDef)}


@pytest.mark.parametrize("section", CLAIMS)
def test_every_claim_names_its_test(section: str) -> None:
    found = claims(sections(PAGE)[section])
    assert len(found) > 2
    assert [one for one in found if not TEST.search(one)] == []


def test_every_named_test_exists() -> None:
    assert missing(PAGE) == []


def test_a_claim_without_a_test_and_a_test_that_is_gone_are_found() -> None:
    page = "# A\n## B\n| from | what |\n|---|---|\n| a | `tests/conftest.py::no` |\n- c\n  d\n- e\n"
    (text,) = sections(page).values()
    assert claims(text) == ["| a | `tests/conftest.py::no` |", "- c\n  d\n", "- e\n"]
    assert [one for one in claims(text) if not TEST.search(one)] == ["- c\n  d\n", "- e\n"]
    assert missing(page) == ["tests/conftest.py::no"]


def test_the_page_is_one_and_the_readme_leads_to_it() -> None:
    assert len(PAGE.splitlines()) <= 120
    assert "(SECURITY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_hole_is_reported_in_private_and_to_no_invented_address() -> None:
    told = sections(PAGE)["Report a hole"]
    assert "Report a vulnerability" in told
    assert "90 days" in told
    assert "@" not in PAGE


def test_a_release_is_spoken_of_as_soon_as_a_file_makes_one() -> None:
    workflows = list((ROOT / ".github").glob("workflows/*")) if (ROOT / ".github").exists() else []
    assert (workflows == []) == ("None has been made" in sections(PAGE)["How releases are made"])
