"""Docs that can go stale are tested: commands, options, links and the demo's figures."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

import ticket_files
from command_words import exists
from page_reader import installs
from quickstart import Demo
from ticketbench.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")])
CALL = re.compile(r"^ {4}(?:\.venv/bin/)?ticketbench (.*?)(?: +#.*)?$", re.MULTILINE)
INLINE = re.compile(rf"(?<!`)`((?:ticketbench|{'|'.join(COMMANDS)})\s[^`]+)`(?!`)")


def calls() -> list[str]:
    """Every command in a block, and in running text: with `ticketbench` before it or without."""
    texts = [page.read_text(encoding="utf-8") for page in PAGES]
    blocks = {part for text in texts for call in CALL.findall(text) for part in call.split(" && ")}
    inline = {" ".join(words.split()) for text in texts for words in INLINE.findall(text)}
    return sorted({call.removeprefix("ticketbench ") for call in blocks | inline})


def told(begins: str) -> list[str]:
    """What begins with this word: between backticks in running text, or as a line of a block."""
    texts = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    lines = re.findall(rf"^ {{4,}}(?:- )?(?:\S*python3? (?:-\w )*)?({begins} .+)", texts, re.M)
    return sorted({*re.findall(f"`({begins} [^`]+)`", texts), *lines})


@pytest.mark.parametrize("call", [c for c in calls() if not c.startswith("cd ")])
def test_every_command_in_the_docs_exists_with_its_options(call: str) -> None:
    exists(call)


def test_a_command_or_option_that_is_not_there_is_seen() -> None:
    for call in ("run c.yaml --made-up", "cache made-up", "made-up c.yaml", "serve --mode replay"):
        with pytest.raises(AssertionError):
            exists(call)


def test_every_package_and_target_that_is_named_is_there() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert len(told("make")) > 12
    assert [call for call in told("make") if call.split()[1] not in targets] == []
    assert len(told("pip install")) > 5
    for line in told("pip install"):
        installs(line)


def test_the_reference_says_what_every_command_is_for() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(\w+)", "".join(re.findall(r"^\|([^|]+)\|", page, re.MULTILINE))))
    assert [name for name in COMMANDS if name not in told] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_in_the_docs_leads_to_a_file(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_every_dependency_has_its_reason_in_contributing() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"].values()
    extras = project["project"]["optional-dependencies"].values()
    listed = [*project["project"]["dependencies"], *(d for g in (*groups, *extras) for d in g)]
    names = {re.split(r"[<>=]", name)[0] for name in listed if isinstance(name, str)}
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert sorted(name for name in names if name not in text) == []


def test_the_readme_prints_what_the_demo_prints(demo: Demo) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("It prints\n")[2].partition("and goes on")[0].splitlines()
    if "no baseline on MiniLM" in demo.stderr:  # the weights are not installed here
        shown = [line for line in shown if "minilm, trained" not in line]
    assert len(shown) > 5
    assert " ".join(" ".join(shown).split()) in " ".join(demo.stdout.split())


def test_the_page_on_rubrics_has_every_rule_of_lint_with_its_level() -> None:
    from ticketbench.measure.lint.rule import rules

    page = (ROOT / "docs" / "rubrics.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (TB\d{3}) \| (\w+) \|", page, re.MULTILINE))
    assert rows == {one.code: one.level for one in rules()} | {"TB134": "warning"}


def test_the_example_report_is_what_the_demo_gives_without_asking(demo: Demo) -> None:
    manifest = json.loads((demo.out / "manifest.json").read_bytes())
    assert {counts["sent"] for counts in manifest["answers"].values()} == {0}
    if "no baseline on MiniLM" in demo.stderr:
        pytest.skip("the weights are not installed: the example holds a baseline made with them")
    for name in ("summary.md", "index.html"):
        kept = (ROOT / "reports" / "example" / name).read_bytes()
        assert kept == (demo.out / name).read_bytes(), "make example"


def test_every_key_of_the_pages_address_is_documented() -> None:
    script = (ROOT / "eval/ticketbench/report/script/page.js").read_text(encoding="utf-8")
    told = (ROOT / "docs" / "page.md").read_text(encoding="utf-8")
    table = told.partition("| key | value |")[2].partition("##")[0]
    known = re.search(r"ofState = /\^#\?\(([\w|]+)\)=/", script)
    assert known is not None
    keys = {*known[1].split("|"), "print"}
    assert {"t", "e", "show", "pair", "cell", "view"} <= keys
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == keys


def test_every_chip_of_the_page_is_documented(demo: Demo) -> None:
    told = (ROOT / "docs" / "page.md").read_text(encoding="utf-8")
    page = (demo.out / "index.html").read_text(encoding="utf-8")
    shown = re.findall(r'data-show="(\w+)"', page)
    assert len(shown) > 6
    assert [chip for chip in shown if f"`{chip}`" not in told] == []


def test_architecture_is_at_most_100_lines() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) <= 100


@pytest.mark.parametrize("file", ["support_tickets.csv", "building_tickets.csv"])
def test_the_dataset_datasheet_counts_its_tickets(file: str) -> None:
    counts = Counter(row["label"] for row in ticket_files.rows(file))
    sheet = (ROOT / "datasets" / "README.md").read_text(encoding="utf-8").replace("`", "")
    listed = ", ".join(f"{label} {counts[label]}" for label, _ in counts.most_common())
    assert f"| {file} | {counts.total()} | {listed} |" in sheet


def test_every_key_of_the_config_is_documented() -> None:
    from pydantic import BaseModel

    from ticketbench.edge.inputs.config_file import ConfigFile
    from ticketbench.edge.inputs.validation import _model_in

    def keys(model: type[BaseModel]) -> set[str]:
        found: set[str] = set()
        for name, field in model.model_fields.items():
            inner = _model_in(field.annotation)
            found |= {name} | (keys(inner) if inner else set())
        return found

    page = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z_]+", page))
    assert sorted(keys(ConfigFile) - words) == []
