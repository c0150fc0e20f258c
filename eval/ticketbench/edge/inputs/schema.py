"""JSON Schema of the files that people write, for editors that complete and check them."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, TypeAdapter

from ticketbench.edge.inputs.config_file import ConfigFile
from ticketbench.edge.inputs.rubric_files import RubricList, RubricVersion

DIALECT = "https://json-schema.org/draft/2020-12/schema"

MODELS: dict[str, Any] = {"config": ConfigFile, "rubrics": RubricList | RubricVersion}
"""What there is a schema of, and the model of such a file."""


def json_schema(thing: str) -> str:
    """The schema of a `config` or of `rubrics`, indented, with a line feed at its end.

    Every file that it refuses is refused when it is read; what only the whole of a project can
    tell, such as a path that leads nowhere, it does not know.
    """
    made = TypeAdapter[BaseModel](MODELS[thing]).json_schema()
    schema = {"$schema": DIALECT, "title": f"ticketbench {thing}", **_without_titles(made)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _without_titles(schema: Any) -> Any:
    """The same without the titles made of our class names; a key called title stays."""
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_titles(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }
