"""The JSON Schema says of a file what reading it says, as far as one file can tell."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from ticketbench.core.errors import InputError
from ticketbench.edge.inputs.config import read_config
from ticketbench.edge.inputs.schema import MODELS, json_schema

ROOT = Path(__file__).parents[3]
STARTER = resources.files("ticketbench.flow.setup").joinpath("starter")
SMALL = """version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: t.csv}
rubric_sets: {v1: v1.yaml}
"""


def errors(thing: str, text: str) -> list[Any]:
    value = YAML(typ="safe", pure=True).load(text)
    return list(Draft202012Validator(json.loads(json_schema(thing))).iter_errors(value))


@pytest.mark.parametrize("thing", MODELS)
def test_it_is_a_schema_by_its_own_rules(thing: str) -> None:
    Draft202012Validator.check_schema(json.loads(json_schema(thing)))


@pytest.mark.parametrize("thing", MODELS)
def test_every_key_says_in_one_sentence_what_it_means(thing: str) -> None:
    schema = json.loads(json_schema(thing))
    said = [(name, key.get("description", "")) for one in (schema, *schema["$defs"].values())
            for name, key in one.get("properties", {}).items()]  # fmt: skip
    assert said
    assert [name for name, text in said if not re.fullmatch(r"[A-Z`].+[^.]\.", text)] == []
    assert [name for name, text in said if re.search(r"[.!?] [A-Z]", text)] == []


def test_the_configs_and_rubrics_of_this_project_pass() -> None:
    configs = [ROOT / "configs" / "quickstart.yaml", STARTER.joinpath("ticketbench.yaml")]
    rubrics = [*(ROOT / "configs" / "rubrics").glob("*.yaml"), STARTER.joinpath("v1.yaml"),
               STARTER.joinpath("v2.yaml")]  # fmt: skip
    assert len(rubrics) >= 4
    for path in configs:
        assert errors("config", path.read_text(encoding="utf-8")) == []
    for path in rubrics:
        assert errors("rubrics", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "more",
    [
        "", "policy: {threshold: 0.7}\n", "choose: {costs: {misroute: 3}}\n",
        "report: {texts: masked, mask_words: [names.txt]}\n",
        "gates: [{metric: accuracy, on: v1, not_worse_than: baseline, margin: 0.02}]\n",
    ],
)  # fmt: skip
def test_what_is_read_passes(tmp_path: Path, more: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(SMALL + more, encoding="utf-8")
    read_config(path)
    assert errors("config", SMALL + more) == []


@pytest.mark.parametrize(
    "more",
    [
        "polcy: {}\n", "policy: {threshold: 2}\n", 'policy: {threshold: "0.7"}\n',
        "report: {texts: some}\n", "choose: {min_precision: 1}\n", "gates: {}\n",
        "dataset: {}\n", "rubric_sets: {v1: 3}\n", "undecided: maybe\n",
    ],
)  # fmt: skip
def test_what_it_marks_is_refused(tmp_path: Path, more: str) -> None:
    key = more.split(":")[0]
    text = "".join(line + "\n" for line in SMALL.splitlines() if not line.startswith(key)) + more
    path = tmp_path / "c.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read_config(path)
    assert errors("config", text) != []


def test_no_title_of_ours_is_left_but_that_of_the_file() -> None:
    text = json_schema("config")
    assert text.count('"title"') == 1
    assert text.endswith("}\n")
