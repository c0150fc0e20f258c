"""The generated pages of the reference leave nothing out."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import click
import pytest

import ticketbench
from generated import PAGES, commands, configuration, python
from ticketbench.cli.main import COMMANDS
from ticketbench.core.registry import Registry
from ticketbench.edge.endpoints import ENDPOINTS
from ticketbench.edge.engines import engines
from ticketbench.edge.imports.preset import PRESETS
from ticketbench.edge.inputs.schema import json_schema
from ticketbench.edge.results.harness.answer import HARNESSES
from ticketbench.edge.tables.rows import FORMATS
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.thresholds.rules import RULES
from ticketbench.report.dictionary.codes import CODES
from ticketbench.report.dictionary.glossary import GLOSSARY


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """The text of every generated page by its name."""
    return {name.removeprefix("reference/"): page() for name, page in PAGES.items()}


def test_every_command_has_a_section_with_all_its_options(told: dict[str, str]) -> None:
    sections = dict(re.findall(r"^##+ ([\w ]+)\n(.*?)(?=^##|\Z)", told["commands"], re.M | re.S))
    assert {name.split()[0] for name in sections} == set(COMMANDS)
    for context in commands.contexts():
        text = sections[context.command_path.removeprefix("ticketbench ")].replace("\\", "")
        for option in context.command.get_params(context):
            if isinstance(option, click.Option) and not option.hidden:
                assert option.opts[-1] in text, (context.command_path, option.opts)


def test_every_key_of_the_config_has_its_meaning() -> None:
    paths = [key.path for key in configuration.every_key()]
    assert {"version", "endpoint.url", "choose.costs.misroute", "gates.metric"} <= set(paths)
    told = configuration.meanings()
    assert [path for path in paths if not told.get(path)] == []
    sections = {path.rpartition(".")[0] for path in paths} - {""}
    assert set(told) - set(paths) == sections


def test_an_editor_says_of_a_key_what_the_page_of_keys_says_with_links() -> None:
    schema = json.loads(json_schema("config"))
    in_editor = dict(descriptions(schema, schema["$defs"]))
    on_page = configuration.meanings()
    assert {key: without_links(said) for key, said in on_page.items()} == in_editor


def descriptions(
    schema: dict[str, Any], models: dict[str, Any], above: str = ""
) -> Iterator[tuple[str, str]]:
    """Path and description of each key; what is named by the user has those of `endpoint`."""
    for name, one in schema["properties"].items():
        yield f"{above}{name}", one["description"]
        model = re.search(r"'#/\$defs/(\w+)'", str(one))
        if model is not None and name != "endpoints":
            yield from descriptions(models[model[1]], models, f"{above}{name}.")


def without_links(markdown: str) -> str:
    """The words alone; a link in brackets of its own is left out."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", re.sub(r" \(\[[^]]*\]\([^)]*\)\)", "", markdown))


def test_kind_and_default_of_a_key_are_those_of_the_schema(told: dict[str, str]) -> None:
    lines = told["configuration"].splitlines()
    after = {lines[i]: lines[i + 2] for i in range(len(lines) - 2) if lines[i].startswith("###")}
    assert after["### policy.threshold"] == "number, ≥ 0, ≤ 1.01 · default `0.6`"
    assert after["### undecided"] == "`pass`, `warn`, `fail` · default `warn`"
    assert after["### dataset.path"] == "text · **required**"
    assert after["### baseline"] == "text · no default"


def test_every_code_and_word_is_explained(told: dict[str, str]) -> None:
    assert [code for code in CODES if f"### {code}: " not in told["codes"]] == []
    heads = told["codes"].replace("\\", "")
    assert [word for word in GLOSSARY.values() if f"### {word.term}\n" not in heads] == []


@pytest.mark.parametrize(
    "registry", [FORMATS, PRESETS, HARNESSES, ENDPOINTS, engines(), METRICS, RULES],
    ids=lambda registry: registry.kind.replace(" ", "-"),
)  # fmt: skip
def test_everything_that_registers_itself_is_listed(
    registry: Registry[object], told: dict[str, str]
) -> None:
    assert registry.names()
    assert [name for name in registry.names() if name not in told["formats"]] == []


def test_every_public_name_is_documented(told: dict[str, str]) -> None:
    assert [n for n in ticketbench.__all__ if f":: ticketbench.{n}\n" not in told["python"]] == []
    assert ":: ticketbench.production.policy_file.PolicyFile\n" in told["python"]  # called Policy
    functions = {one.__name__ for one in python.notebook_functions()}
    assert {"logs", "label_next", "lint", "join", "ablate", "inspect"} <= functions
    assert all(inspect.getdoc(one) for one in python.results())


def test_aligned_lines_of_a_docstring_become_definitions_and_examples_code() -> None:
    lines = ["What it is.", "", "low, high  the ends", "           of it", "n          tickets", ""]
    lines += ["    run(FILE:SET)", "", "    again()", "", "FILE:SET is one."]
    assert python.as_rst(lines) == [
        "What it is.", "",
        "", "``low``, ``high``", "    the ends", "    of it",
        "", "``n``", "    tickets", "",
        "::", "", "    run(FILE:SET)", "", "    again()", "",
        r"FILE\:SET is one.",
    ]  # fmt: skip


def test_the_reference_is_the_same_each_time() -> None:
    code = "import generated.commands as c, generated.python as p; print(c.page(), p.page())"
    paths = {"PYTHONPATH": ":".join(sys.path)}
    first, second = (
        subprocess.run([sys.executable, "-c", code], env=paths | {"PYTHONHASHSEED": seed},
                       capture_output=True, check=True).stdout
        for seed in ("1", "2")
    )  # fmt: skip
    assert first == second
