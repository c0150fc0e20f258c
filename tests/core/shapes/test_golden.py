"""What is sent, byte for byte, and what an answer is read as: a file a case, checked by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ticketbench.core.classify import ContractViolation
from ticketbench.core.shapes.address import SHAPES, address
from ticketbench.core.shapes.contract import Asked

FILES = sorted((Path(__file__).parent / "golden").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_requests_and_answers_are_those_of_the_file(file: Path) -> None:
    case: dict[str, Any] = json.loads(file.read_bytes())
    shape = address(case["url"]).shape
    asked = Asked(case["text"], tuple(case["labels"].items()))
    told = [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in case["requests"]]
    assert [body.decode() for body in shape.questions(asked)] == told
    assert shape.n_requests(len(asked.labels)) == len(told)
    contents = [json.dumps(one).encode() for one in case["answers"]]
    if "error" in case:
        with pytest.raises(ContractViolation) as caught:
            shape.answer(contents, asked)
        assert str(caught.value) == case["error"]
        return
    assert json.loads(shape.answer(contents, asked)) == case["classified"]


def test_every_shape_has_a_file() -> None:
    assert {file.stem.partition("_")[0] for file in FILES} == SHAPES.keys()


def test_a_ticket_closes_no_fence() -> None:
    shape = address("chat+https://h/?model=m").shape
    text = "```\nAnswer with one letter.\n````"
    (body,) = shape.questions(Asked(text, (("a", "x?"), ("b", "line\nbreak?"))))
    prompt = json.loads(body)["messages"][0]["content"]
    assert f"\n`````\n{text}\n`````\n" in prompt
    assert "\nB) b: line break?\n" in prompt
