"""docs/predictions.md: the columns, options and harnesses that it names are those of the code."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path
from typing import get_args

from ticketbench.cli import score
from ticketbench.core.registry import import_modules
from ticketbench.core.types import Known
from ticketbench.edge.results.forms.options import ROLES, SCORE_PREFIX, Form
from ticketbench.edge.results.harness import tools
from ticketbench.edge.results.harness.answer import HARNESSES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "predictions.md").read_text(encoding="utf-8")
OPTIONS = dict(re.findall(r"^\| (`--.*`) \| (.*) \|$", PAGE, re.MULTILINE))
FILES = PAGE.partition("\n## From another harness\n")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| ([\w-]+) \| (?:.*) \| (.*) \| (.*) \|$", FILES, re.MULTILINE)[1:]
"""A harness, and where a ticket and its gold label stand."""


def test_the_columns_are_those_that_can_be_named() -> None:
    (told,) = [says for option, says in OPTIONS.items() if "--columns" in option]
    assert tuple(re.findall(r"`(\w+)`", told)) == ROLES
    assert f"`{SCORE_PREFIX}<label>`" in PAGE


def test_the_options_are_those_of_a_form_and_their_examples_are_taken() -> None:
    examples = re.findall(r"`--(.*?)`", " ".join(OPTIONS))
    names = {one.partition(" ")[0].replace("-", "_") for one in examples}
    assert names | {"gold"} == set(Form.__dataclass_fields__)
    assert "`--gold FILE`" in PAGE
    for example in examples:
        score.command.make_context("score", ["table.csv", *shlex.split(f"--{example}")])


def test_every_harness_has_its_row_with_the_keys_that_are_read() -> None:
    rows = {name: " ".join(cells) for name, *cells in ROWS}
    import_modules(tools.__name__)
    known = {one.tool: one.read for one in HARNESSES}
    assert rows.keys() == known.keys()
    for name, read in known.items():
        module = inspect.getmodule(read)
        assert module is not None
        for key in re.findall(r"`(\w+)`", rows[name]):
            assert f'"{key}"' in inspect.getsource(module), (name, key)


def test_what_is_known_of_an_answer_is_called_as_in_json() -> None:
    told = set(re.findall(r"`known: \"(.*?)\"`", PAGE))
    assert told == set(get_args(Known)) - {"every score"}
