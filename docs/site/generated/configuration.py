"""Every key of the config: what it may be, and what it means with the links of docs/config.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generated.markdown import code
from ticketbench.edge.inputs.schema import json_schema

MEANINGS = Path(__file__).resolve().parents[2] / "config.md"
_ROW = re.compile(r"^\| `([\w.]+)` \| [^|]* \| (.*) \|$", re.MULTILINE)
_LINK = re.compile(r"\]\((#|\w+\.md)")
_LIMITS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its path (`choose.costs.misroute`) and the part of the schema that is about it."""

    path: str
    schema: Mapping[str, Any]
    required: bool


def page() -> str:
    """A heading a section of the config, and below it one a key: kind, default, meaning."""
    told = meanings()
    parts = []
    section = None
    for key in every_key():
        above = key.path.partition(".")[0] if "." in key.path else "The file itself"
        if above != section:
            parts += [f"## {above}\n", f"{told.get(above, '')}\n"]
            section = above
        parts += [f"### {key.path}\n", f"{_kind(key.schema)} · {_default(key)}\n"]
        parts += [f"{told[key.path]}\n"]
    return "\n".join(parts)


def every_key() -> Iterator[Key]:
    """Every key that is no section itself, in the order of the schema.

    `endpoints` has those of `endpoint` under each name, so it stands for itself.
    """
    schema = json.loads(json_schema("config"))
    yield from _keys(schema, schema["$defs"], "")


def meanings() -> dict[str, str]:
    """What docs/config.md says of each key and section: what the schema says, with links."""
    rows = _ROW.findall(MEANINGS.read_text(encoding="utf-8").replace(r"\|", "¦"))
    return {key: _LINK.sub(_from_reference, meaning).replace("¦", "|") for key, meaning in rows}


def _from_reference(link: re.Match[str]) -> str:
    """The start of a link as it is written one folder below."""
    return f"](../config.md{link[1]}" if link[1] == "#" else f"](../{link[1]}"


def _keys(schema: Mapping[str, Any], models: Mapping[str, Any], above: str) -> Iterator[Key]:
    for name, one in schema["properties"].items():
        path = f"{above}{name}"
        model = _model(one, models)
        if model is None:
            yield Key(path, one, name in schema.get("required", ()))
        else:
            yield from _keys(model, models, f"{path}.")


def _model(schema: Mapping[str, Any], models: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The section that a key holds, or each entry of its list; None for a plain value."""
    candidates = [schema, schema.get("items", {}), *schema.get("anyOf", ())]
    named = [one["$ref"].rpartition("/")[2] for one in candidates if "$ref" in one]
    return models[named[0]] if named else None


def _kind(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        kinds = [_kind(one) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in schema:
        return ", ".join(code(str(one)) for one in schema["enum"])
    if "const" in schema:
        return code(str(schema["const"]))
    if "minimum" in schema and schema["minimum"] == schema.get("maximum"):
        return code(f"{schema['minimum']:g}")
    words = {"string": "text", "array": "list", "object": "map", "boolean": "true or false"}
    kind = words.get(schema.get("type", ""), schema.get("type", "any"))
    limits = [words.format(f"{schema[name]:g}") for name, words in _LIMITS.items()
              if name in schema]  # fmt: skip
    return ", ".join([kind, *limits])


def _default(key: Key) -> str:
    if key.required:
        return "**required**"
    default = key.schema.get("default")
    named = default in (None, [], {}, "")
    return "no default" if named else f"default {code(json.dumps(default).strip(chr(34)))}"
