"""docs/endpoints.md: its lines are configs, and what it says of defaults is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ticketbench.core.shapes.address import SHAPES, address
from ticketbench.core.shapes.contract import SAME_WITHIN
from ticketbench.core.shapes.systemone import SystemOne
from ticketbench.edge.endpoints.limits import LIMITS
from ticketbench.edge.inputs.endpoint_config import EndpointConfig
from ticketbench.edge.replay.source import full_url, usual_noise
from ticketbench.report.dictionary.codes import CODES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "endpoints.md").read_text(encoding="utf-8")
LINES = re.findall(r"^    (endpoint: .*)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_an_endpoint_of_a_config(line: str) -> None:
    settings = EndpointConfig(**YAML(typ="safe").load(line)["endpoint"])
    assert full_url(settings.url).endswith("&via=1")


def test_every_shape_has_a_line_and_every_parameter_its_row() -> None:
    urls = [YAML(typ="safe").load(line)["endpoint"]["url"] for line in LINES]
    assert {url.partition("+")[0] for url in urls} == SHAPES.keys()
    named = {name for shape in SHAPES.values() for name in shape.options}
    assert set(re.findall(r"^\| `([a-z]+)` \|", PAGE, re.MULTILINE)) == named


def test_the_numbers_are_those_of_the_code() -> None:
    noise = {shape: usual_noise(address(f"{shape}+https://h/?model=m").full)
             if shape != "zeroshot" else SHAPES[shape].noise for shape in SHAPES}  # fmt: skip
    assert noise.pop("chat") == 0.05
    assert noise.pop("scaledown") == SAME_WITHIN == 0.000001
    assert set(noise.values()) == {SystemOne.noise} == {0.02}
    assert SHAPES["chat"].most_labels == 26
    assert set(re.findall(r"TB\d{3}", PAGE)) <= CODES.keys()


def test_the_table_of_what_is_read_is_that_of_the_code() -> None:
    rows = re.findall(
        r"^\|.*(minilm|jev-[0-9.]+).*\| ([0-9,]+) \| .* \| (.*) \|$", PAGE, re.MULTILINE
    )
    assert {int(tokens.replace(",", "")) for _, tokens, _ in rows} == {one.tokens for one in LIMITS}
    (vendors,) = [one for one in LIMITS if one.known_on]
    assert rows[1][0] == vendors.model
    assert rows[1][2].endswith(vendors.known_on)
