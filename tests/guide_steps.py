"""A page of docs/ as it is to be followed: files to write, commands and Python to run, in order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ticketbench.edge.inputs.config_file import ConfigFile

DOCS = Path(__file__).resolve().parents[1] / "docs"

Kind = Literal[
    "section", "file", "command", "install", "python", "script", "config", "job", "link", "output",
    "sheet", "end",
]  # fmt: skip
"""`python` stands after prompts, `script` without; `config` is a piece of a config, `job` one of a
workflow; `link` names a page of a report with a state, `sheet` what a person labels by hand."""

_END = "End `serve` with Ctrl-C"
_SHEET = "Fill in the column `label`"
_FILE = re.compile(r"# ([\w./-]+\.(?:py|yaml|yml|txt|toml)|\.github/CODEOWNERS)\n")
_TABLE = re.compile(r"call it `([\w./-]+\.(?:csv|jsonl))`:$")
"""A table has no line for a comment, so the sentence before the block names it."""

_SHELL = ("cd ", "cp ", "export ", "git ", "mkdir ", "pytest ", "tail ")
_NEXT = re.compile(
    rf"\n\n(?=ticketbench |pip |{'|'.join(_SHELL)}|>>> |# [\w./-]+\.(?:py|ya?ml|txt|toml)\n)"
)
_CONFIG = re.compile(rf"(?:#.*\n)*(?:{'|'.join(ConfigFile.model_fields)}):[ \n]")


@dataclass(frozen=True, slots=True)
class Step:
    """A block of the page that begins in a line, or the title of a section; `name` is the file that
    it is to be written to.
    """

    kind: Kind
    line: int
    text: str
    name: str = ""


def steps(page: str = "guide.md", *, section: str = "") -> list[Step]:
    """Every block of the page, or of one section, and where the server is to be ended, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    if section:
        text = text.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return list(_steps(text.splitlines()))


def _steps(lines: list[str]) -> Iterator[Step]:
    block: list[str] = []
    table = ""
    for number, line in enumerate([*lines, "end"], start=1):
        if line.startswith("    ") or (block and not line):
            block.append(line[4:])
            continue
        yield from _of_block("\n".join(block), number - len(block), table)
        block = []
        if line:
            called = _TABLE.search(line)
            table = called[1] if called else ""
        if line.startswith(("## ", "### ")):
            yield Step("section", number, line.lstrip("# "))
        if line.startswith(_END):
            yield Step("end", number, line)
        if line.startswith(_SHEET):
            yield Step("sheet", number, line)


def _of_block(block: str, line: int, table: str) -> Iterator[Step]:
    for text in filter(str.strip, _NEXT.split(block.rstrip("\n"))):
        yield Step("file", line, text + "\n", table) if table else _step(text + "\n", line)
        table = ""
        line += text.count("\n") + 2


def _step(text: str, line: int) -> Step:
    named = _FILE.match(text)
    if named:
        return Step("file", line, text[named.end() :], named[1])
    return Step(_kind(text), line, text)


def _kind(text: str) -> Kind:
    if text.startswith(("ticketbench ", *_SHELL)):
        return "command"
    if text.startswith("pip install "):
        return "install"
    if text.startswith(">>> "):
        return "python"
    if _CONFIG.match(text):
        return "config"
    if text.startswith(("- if: ", "- uses: ")):
        return "job"
    if text.startswith("reports/"):
        return "link"
    return "script" if _does_something(text) else "output"


def _does_something(text: str) -> bool:
    """Whether this is Python that imports or calls something."""
    try:
        lines = ast.walk(ast.parse(text))
    except SyntaxError:
        return False
    return any(isinstance(one, ast.Import | ast.ImportFrom | ast.Call) for one in lines)
