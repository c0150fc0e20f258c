"""promptfoo: the JSON or JSON lines of `promptfoo eval --output`, a result a test and prompt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ticketbench.core.types import FailureKind
from ticketbench.edge.results.harness.answer import Answer, Values, harness, told

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@harness(
    "promptfoo",
    tool="promptfoo",
    tells=("promptIdx", "testIdx", "testCase", "provider", "success"),
)
def promptfoo(record: Values, beside: Values) -> Iterator[Answer | str]:
    """The output is the label that was answered; gold is what an assertion `equals` wants.

    Tests with equal variables, such as those of `--repeat`, are one group.
    """
    case, response = record["testCase"] or {}, record.get("response") or {}
    variables = record.get("vars") or case.get("vars") or {}
    output = response.get("output")
    if output is not None and not isinstance(output, str):
        yield "whose output is no text"
        return
    provider = record["provider"] or {}
    failure: FailureKind = "http" if record.get("error") else "contract"
    top = (output or "").strip()
    yield Answer(
        question=told(provider.get("label")) or told(provider.get("id")),
        ticket=told(record["testIdx"]),
        label=_wanted(case.get("assert"), variables),
        top=top,
        variant=str(record["promptIdx"] + 1),
        group=json.dumps(variables, sort_keys=True) if variables else "",
        failure=None if top else failure,
        columns={f"vars.{name}": told(value) for name, value in variables.items()},
    )


def _wanted(assertions: Any, variables: Mapping[str, Any]) -> str:
    """The text that the output should equal, its one variable filled in; empty where none does."""
    for one in assertions if isinstance(assertions, list) else ():
        if isinstance(one, Mapping) and one.get("type") == "equals":
            value = told(one.get("value"))
            named = _VARIABLE.fullmatch(value.strip())
            return told(variables.get(named[1])) if named else value.strip()
    return ""
