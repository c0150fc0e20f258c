"""No message names a key of the config without its value, or without what to write and where."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import ticketbench
from ticketbench.edge.inputs.config_file import ConfigFile

PACKAGE = Path(ticketbench.__file__).parent
SECTIONS = ("choose", "dataset", "endpoint", "policy", "report")
KEY = re.compile(rf"\b({'|'.join(SECTIONS)})\.([a-z_]+)\b")
VALUE = re.compile(r":? (\{\}|'?\d|[a-z]+:)|: ")
"""What stands behind a key whose value is told."""

HELD = {
    "choose.certify names no rubric set: {}": "the value follows, and its file:line:column",
    "write the name of the variable that holds it, as endpoint.key_env; get a new key if others "
    "have seen this one": "says what to write; where is the place of the key that was found",
    ", no policy.label_thresholds": "the key to take out of the config",
    "(not shown: report.texts)": "stands in a cell beside a note (TB401) with value and file",
}
"""Messages that tell it in another way, and how."""


def spoken(source: str) -> Iterator[str]:
    """Every text of a module but docstrings, with {} for what is filled in."""
    tree = ast.parse(source)
    silent = {
        id(node.value) for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }  # fmt: skip
    inside = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node) if part is not node
    }  # fmt: skip
    for node in ast.walk(tree):
        if id(node) in silent or id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}"
                          for part in node.values)  # fmt: skip
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def bare(text: str) -> list[str]:
    """The keys that `text` names without a value behind them."""
    kinds = {name: field.annotation for name, field in ConfigFile.model_fields.items()}
    fields = {name: next(iter(get_args(kind)), kind) for name, kind in kinds.items()}
    found = []
    for match in KEY.finditer(text):
        section, key = match.groups()
        known = fields[section].model_fields
        sentence = text != match[0] and " " in text and "{{" not in text  # else a template
        if key in known and sentence and not VALUE.match(text[match.end() :]):
            found.append(match[0])
    return found


def test_a_message_that_names_a_key_of_the_config_tells_its_value_or_what_to_write() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    named = {text for source in sources.values() for text in spoken(source) if bare(text)}
    assert sorted(named - set(HELD)) == []


def test_every_message_on_the_list_is_said() -> None:
    said = {text for path in PACKAGE.rglob("*.py") for text in spoken(path.read_text("utf-8"))}
    assert sorted(set(HELD) - said) == []


def test_the_rule_finds_a_bare_key_and_takes_one_with_its_value() -> None:
    assert bare("set endpoint.price_per_million_tokens in the config") != []
    assert bare("policy.threshold 0.90 is cheapest") == []
    assert bare("`choose.certify: {}` asks for one") == []
    assert bare("report.made_up is no key") == []
    assert list(spoken('"""policy.threshold alone"""\nx = f"a {y} b"')) == ["a {} b"]
