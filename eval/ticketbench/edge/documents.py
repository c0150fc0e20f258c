"""YAML and JSON files with the position of every value, so that errors can point at a line.

YAML 1.2: a label called `no` or `on` stays a string. Anchors, aliases, merge keys, tags and
duplicate keys are refused: they hide what a reviewer should see.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ticketbench.core.errors import InputError
from ticketbench.edge.files import read_bytes

Location = tuple[str | int, ...]

_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: plain dicts, lists and scalars, and where each key or item stands."""

    path: Path
    data: Any
    positions: dict[Location, tuple[int, int]]

    def where(self, location: Location = ()) -> str:
        """`file:line:column` of a value; of its nearest known ancestor when it is absent."""
        while location and location not in self.positions:
            location = location[:-1]
        line, column = self.positions.get(location, (1, 1))
        return f"{self.path}:{line}:{column}"


def read_text(path: Path) -> str:
    """The UTF-8 text of a small file, without its byte order mark.

    Raises InputError when it is missing, too large for a config, or not UTF-8.
    """
    raw = read_bytes(path)
    if len(raw) > _MOST_BYTES:
        raise InputError(f"{path} is larger than 1 MB", help="is this a config or rubric file?")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(
            "not UTF-8 text", where=f"{path}:{line}", help="save the file as UTF-8"
        ) from None


def read_document(path: Path) -> Document:
    """Parse a YAML or JSON file. Raises InputError with file:line:column."""
    text = read_text(path)
    if path.suffix == ".json":
        text = text.replace("\t", " ")  # JSON allows tabs between tokens, YAML does not
    root = _compose(path, text)
    positions: dict[Location, tuple[int, int]] = {}
    data = None if root is None else _construct(path, root, (), positions, set())
    return Document(path, data, positions)


def scalar(text: str) -> Any:
    """The value of a YAML scalar or flow collection, as `--set KEY=VALUE` gives it."""
    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        raise InputError(f"not a YAML value: {text!r}", help="quote it") from None


def _compose(path: Path, text: str) -> Node | None:
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise InputError(f"not valid YAML: {error.problem}", where=where) from None
    except (YAMLError, RecursionError) as error:
        raise InputError(f"not valid YAML: {str(error)[:200]}", where=str(path)) from None
    return root


def _construct(
    path: Path,
    node: Node,
    location: Location,
    positions: dict[Location, tuple[int, int]],
    seen: set[int],
) -> Any:
    where = _where(path, node)
    if node.anchor or id(node) in seen:
        raise InputError(
            "anchors and aliases are not allowed", where=where, help="write the value out"
        )
    seen.add(id(node))
    positions.setdefault(location, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, SequenceNode):
        return [
            _construct(path, item, (*location, i), positions, seen)
            for i, item in enumerate(node.value)
        ]
    if isinstance(node, MappingNode):
        return _mapping(path, node, location, positions, seen)
    return _scalar(node, where)


def _mapping(
    path: Path,
    node: MappingNode,
    location: Location,
    positions: dict[Location, tuple[int, int]],
    seen: set[int],
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        where = _where(path, key_node)
        key = key_node.value if isinstance(key_node, ScalarNode) else None
        if not isinstance(key, str) or key_node.anchor or key == "<<":
            raise InputError("a key must be a plain word", where=where)
        if key in result:
            first = positions[(*location, key)][0]
            raise InputError(
                f"the key {key!r} stands twice",
                where=where,
                help=f"the first one is in line {first}; keep one of them",
            )
        mark = key_node.start_mark
        positions[(*location, key)] = (mark.line + 1, mark.column + 1)
        result[key] = _construct(path, value_node, (*location, key), positions, seen)
    return result


def _scalar(node: Node, where: str) -> Any:
    tag = str(node.tag).rsplit(":", 1)[-1]
    if tag == "str":
        return node.value
    if tag in ("int", "float", "bool", "null"):
        return scalar(node.value) if tag != "null" else None
    raise InputError(f"values of type {tag!r} are not allowed", where=where, help="quote it")


def _where(path: Path, node: Node) -> str:
    return f"{path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
