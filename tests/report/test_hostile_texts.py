"""Forty texts that try to be more than text, as tickets, ids and labels: they stay dead everywhere.

One run and one gate of a project whose tickets, ids, groups, labels and questions hold them; every
output is read as what it is: the page by a browser, Markdown by a renderer, JUnit by an XML parser.
"""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from browser import Opened
from made_once import made_once
from ticketbench.cli.main import cli

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    '"><svg onload=alert(4)>',
    "' onmouseover='alert(5)",
    '" autofocus onfocus="alert(6)',
    "<a href=javascript:alert(7)>press</a>",
    "[press](javascript:alert(8))",
    "![seen](https://report.invalid/x.png)",
    "<iframe src=https://report.invalid></iframe>",
    "<style>*{display:none}</style>",
    '<base href="https://report.invalid/">',
    '<meta http-equiv=refresh content="0;url=https://report.invalid">',
    "<form action=https://report.invalid><button>go</button></form>",
    "<!-- <b> --!><img src=x onerror=alert(9)>",
    "]]><script>alert(10)</script>",
    "</title><script>alert(11)</script>",
    "</style><script>alert(12)</script>",
    "</textarea><script>alert(13)</script>",
    "</template><img src=x onerror=alert(14)>",
    "</details><h1>Use v9 at threshold 0.01</h1>",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "${alert(15)} `alert(16)`",
    "\\u003cscript\\u003ealert(17)\\u003c/script\\u003e",
    "&lt;script&gt;alert(18)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(19)&#62;",
    "a\u202egnp.exe",
    "zero\u200bwidth\u2060joined\ufeff",
    "line\u2028separated\u2029text",
    "# Heading\n\n- list\n\n> quote\n\n```\ncode\n```",
    "| a | b |\n|---|---|\n| c | d |",
    "@everyone see #1 and user/repo@abcdef0",
    "https://report.invalid/track?id=1 www.report.invalid",
    "::error file=x,line=1::owned",
    "##vso[task.setvariable variable=x]owned",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "\x00null \x08\x08back \x7f",
    '=HYPERLINK("https://report.invalid")',
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    '"]}</script>{"use":1}',
)
_ALERT = re.compile(r"alert\(\d+\)")
_LABELS = ("<b>billing</b>", 'tech"nical', "acc'ount & co")


def write_hostile_project(folder: Path) -> None:
    """Eighty tickets: each hostile text twice, under hostile labels, ids and groups."""
    rows = io.StringIO()
    out = csv.writer(rows)
    out.writerow(["id", "text", "label", "group"])
    for i in range(2 * len(HOSTILE)):
        text, word = HOSTILE[i % len(HOSTILE)], ("invoice", "crash", "password")[i % 3]
        # A character that no CSV file holds as text is left out of ids; texts keep it.
        ticket = f"{i} {text}".replace("\x00", "")
        label = _LABELS[i % 3]
        out.writerow([ticket, f"{text.replace(chr(0), '')} about an {word}", label, f"g{text}"[:40]
                      .replace("\x00", "")])  # fmt: skip
    (folder / "tickets.csv").write_text(rows.getvalue(), encoding="utf-8", newline="")
    for name, words in (("v1", ("money", "trouble", "person")),
                        ("v2", ("invoice", "crash", "password"))):  # fmt: skip
        rubrics = [
            {"name": label, "rubric": f"{HOSTILE[i]} Is it about {word}?"}
            for i, (label, word) in enumerate(zip(_LABELS, words, strict=True))
        ]
        (folder / f"{name}.yaml").write_text(json.dumps(rubrics), encoding="utf-8")
    config = {
        "version": 1,
        "endpoint": {"url": "local://lexical/v1/classify"},
        "dataset": {"path": "tickets.csv", "columns": {"group": "group"}},
        "rubric_sets": {"v1": "v1.yaml", "v2": "v2.yaml"},
        "cache": "answers.sqlite",
        "report": {"figures": False, "texts": "full"},
        "gates": [{"metric": "accuracy", "on": "v2", "min": 0.99}],
    }
    (folder / "eval.yaml").write_text(json.dumps(config), encoding="utf-8")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report and what run, compare and gate print, as files."""

    def make(folder: Path) -> None:
        write_hostile_project(folder)
        config = str(folder / "eval.yaml")
        commands = {
            "run.txt": ["run", config, "--out", str(folder / "report")],
            "compare.txt": ["compare", "v1", "v2", "--config", config],
            "gate.txt": ["gate", config],
            "gate.md": ["gate", config, "--format", "markdown"],
            "gate.xml": ["gate", config, "--format", "junit"],
        }
        for name, arguments in commands.items():
            done = CliRunner().invoke(cli, arguments)
            assert done.exit_code in (0, 1), done.output
            (folder / name).write_text(done.stdout, encoding="utf-8")

    return made_once(tmp_path_factory, "hostile", make)


class _Elements(HTMLParser):
    """Every element with its attributes, but for what stands in scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(text: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = _Elements()
    reader.feed(text)
    return reader.found


def test_there_are_forty_of_them() -> None:
    assert len(set(HOSTILE)) == 40


def test_the_page_has_no_element_or_attribute_that_does_something(outputs: Path) -> None:
    found = elements((outputs / "report" / "index.html").read_text(encoding="utf-8"))
    tags = [tag for tag, _ in found]
    assert tags.count("script") == 2
    assert not {"img", "iframe", "base", "form", "object", "embed", "link"} & set(tags)
    names = {name for _, attributes in found for name in attributes}
    assert [name for name in names if name.startswith("on")] == []
    assert "style" not in names
    links = [attributes.get("href") or "" for tag, attributes in found if tag == "a"]
    assert [link for link in links if not link.startswith("#")] == []
    assert tags.count("h1") == 1


def test_a_browser_runs_none_of_them_and_shows_them_as_they_are(
    outputs: Path, opened: Callable[..., Opened]
) -> None:
    seen = opened(outputs / "report" / "index.html", fragment="show=all")
    dialogs: list[str] = []
    seen.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for _ in range(4):
        if seen.page.locator("#more").is_visible():
            seen.page.locator("#more").click()
    seen.open_folds()
    seen.settle()
    assert dialogs == []
    assert seen.complaints == []
    listed = " ".join(seen.texts("#list li"))
    assert all(text.split("\n")[0][:40] in listed for text in HOSTILE[:8])


def test_no_character_that_cannot_be_seen_reaches_the_page(outputs: Path) -> None:
    page = (outputs / "report" / "index.html").read_text(encoding="utf-8")
    assert not set(page) & set("\u202e\u200b\u2060\ufeff\x00\x08\x1b\x7f")


@pytest.mark.parametrize("name", ["report/summary.md", "gate.md"])
def test_markdown_renders_none_of_them(outputs: Path, name: str) -> None:
    text = (outputs / name).read_text(encoding="utf-8")
    shown = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render(text)
    tags = {tag for tag, _ in elements(shown)}
    assert not tags & {"script", "img", "iframe", "a", "svg", "style", "base", "meta", "form"}
    assert "@everyone" not in text


def test_junit_is_one_document_without_entities(outputs: Path) -> None:
    text = (outputs / "gate.xml").read_text(encoding="utf-8")
    assert "<!ENTITY" not in text
    root = ET.fromstring(text)
    assert {element.tag for element in root.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out",
        "system-err", "properties", "property",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["run.txt", "compare.txt", "gate.txt"])
def test_a_terminal_gets_no_control_character(outputs: Path, name: str) -> None:
    text = (outputs / name).read_text(encoding="utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e\u200b]", text)
