"""The site as files: links lead somewhere, nothing is loaded from outside, and it is small."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from generated import PAGES

MOST_BYTES = 5_000_000
LOADS = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "srcset"}
TOLD_ONLY = {"canonical", "search", "index", "next", "prev", "genindex"}
"""Relations of a `link` that no browser follows by itself."""


class Addresses(HTMLParser):
    """Where a page leads, what it loads, and the anchors that it has."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.page = page
        self.leads: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = {""}
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.leads.append(given["href"])
        if LOADS.get(tag) in given and given.get("rel") not in TOLD_ONLY:
            self.loads.append(given[LOADS[tag]])


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Addresses]:
    return {page: Addresses(page) for page in sorted(site.rglob("*.html"))
            if "_static" not in page.parts}  # fmt: skip


def test_every_link_within_the_site_leads_to_an_anchor_that_is_there(
    pages: dict[Path, Addresses],
) -> None:
    dead = []
    for page, found in pages.items():
        for link in found.leads:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                assert parts.scheme in ("https", "mailto"), link
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            there = target.is_file()
            if there and target.suffix == ".html" and page.name != "search.html":
                there = unquote(parts.fragment) in pages[target].anchors
            dead += [] if there else [f"{page.name}: {link}"]
    assert dead == []


def test_no_page_loads_anything_from_outside(pages: dict[Path, Addresses], site: Path) -> None:
    outside = {one for found in pages.values() for one in found.loads if urlsplit(one).netloc}
    assert outside == set()
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert "url(http" not in styles.replace('"', "")


def test_the_site_is_under_five_megabytes_and_carries_no_maps(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    assert [path.name for path in files if path.suffix in (".map", ".md")] == []


def test_no_two_pages_carry_the_same_title(pages: dict[Path, Addresses]) -> None:
    titles = [re.findall(r"<title>(.*?)</title>", page.read_text("utf-8"), re.S) for page in pages]
    assert [title for title, n in Counter(map(str, titles)).items() if n > 1] == []


def test_links_read_as_words_and_not_as_files(pages: dict[Path, Addresses]) -> None:
    link = re.compile(r"<a\s[^>]*>(.*?)</a>", re.DOTALL)
    called = [(page.name, re.sub(r"<[^>]+>", "", text).strip()) for page in pages
              for text in link.findall(page.read_text(encoding="utf-8"))]  # fmt: skip
    assert [one for one in called if re.fullmatch(r"[\w/.-]+\.md", one[1])] == []


def test_every_page_of_docs_is_in_the_navigation(pages: dict[Path, Addresses], site: Path) -> None:
    led = {
        (page.parent / urlsplit(link).path).resolve()
        for page, found in pages.items()
        for link in found.leads
    }
    lone = [page.name for page in pages if page.resolve() not in led]
    assert sorted(set(lone) - {"genindex.html", "search.html"}) == []
    assert all((site / f"{name}.html") in pages for name in PAGES)
