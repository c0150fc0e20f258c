"""YAML and JSON files with the position of every value, so that errors can point at a line.

YAML 1.2: a label called `no` or `on` stays a string. Anchors, aliases, merge keys, tags and
duplicate keys are refused: they hide what a reviewer should see.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import clipped, quoted
from ticketbench.edge.files.reading import line_of, read_bytes

Location = tuple[str | int, ...]

_MOST_BYTES = 1_000_000
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: plain dicts, lists and scalars, and where each key or item stands."""

    path: Path
    data: Any
    positions: dict[Location, tuple[int, int]]
    sources: dict[Location, str] = field(default_factory=dict)

    def where(self, location: Location = ()) -> str:
        """`file:line:column` of a value; of its nearest known ancestor when it is absent.

        A value that did not come from the file has its place in `sources` (a flag, a variable).
        """
        while location and location not in self.positions and location not in self.sources:
            location = location[:-1]
        if location in self.sources:
            return self.sources[location]
        line, column = self.positions.get(location, (1, 1))
        return f"{self.path}:{line}:{column}"


def read_text(path: Path) -> str:
    """The UTF-8 text of a small file, without its byte order mark.

    Raises InputError when it is missing, too large for a config, or not UTF-8.
    """
    raw = read_bytes(path, most=_MOST_BYTES)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = line_of(raw, error.start)
        raise InputError(
            "not UTF-8 text", where=f"{path}:{line}", help="save the file as UTF-8"
        ) from None


def read_document(path: Path) -> Document:
    """Parse a YAML or JSON file. Raises InputError with file:line:column."""
    text = read_text(path)
    if path.suffix == ".json":
        text = text.replace("\t", " ")  # JSON allows tabs between tokens, YAML does not
    reader = _Reader(path)
    root = reader.compose(text)
    data = None if root is None else reader.construct(root, ())
    return Document(path, data, reader.positions)


def value_of(text: str, *, source: str) -> Any:
    """The value of a YAML text that stands outside of a file, under the same rules; `source` says
    where, such as "--set cache". None for an empty text.

    Raises InputError that names the source.
    """
    reader = _Reader(Path())
    try:
        root = reader.compose(text)
        return None if root is None else reader.construct(root, ())
    except InputError as error:
        first = error.problems[0]
        what = f"not a YAML value: {quoted(text)}: {first.what}"
        raise InputError(what, where=source, help=first.help or "quote it") from None


class _Reader:
    """Turns YAML nodes into plain values and notes where each stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.positions: dict[Location, tuple[int, int]] = {}

    def compose(self, text: str) -> Node | None:
        """The node tree of `text`, without anchors, aliases and tags."""
        try:
            depth = 0
            for event in YAML(typ="safe", pure=True).parse(text):
                self._refuse_hidden(event)
                depth += isinstance(event, CollectionStartEvent)
                depth -= isinstance(event, CollectionEndEvent)
                if depth > _DEEPEST:  # the parser takes quadratic time over it
                    where = self._where(event.start_mark)
                    what = f"not valid YAML: nested more than {_DEEPEST} deep"
                    raise InputError(what, where=where)
            root: Node | None = YAML(typ="safe", pure=True).compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = self._where(mark) if mark else str(self.path)
            raise InputError(
                f"not valid YAML: {clipped(str(error.problem))}", where=where
            ) from None
        except ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            what = f"not valid YAML: the character U+{ord(text[error.position]):04X}"
            raise InputError(what, where=f"{self.path}:{line}", help="remove it") from None
        except (YAMLError, RecursionError) as error:
            what = f"not valid YAML: {type(error).__name__}"
            raise InputError(what, where=str(self.path)) from None
        return root

    def construct(self, node: Node, location: Location) -> Any:
        """The plain value of `node`."""
        mark = node.start_mark
        self.positions.setdefault(location, (mark.line + 1, mark.column + 1))
        if isinstance(node, SequenceNode):
            return [self.construct(item, (*location, i)) for i, item in enumerate(node.value)]
        if isinstance(node, MappingNode):
            return self._mapping(node, location)
        return self._scalar(node)

    def _refuse_hidden(self, event: Any) -> None:
        """Anchors, aliases and tags hide what a reviewer should see."""
        where = self._where(event.start_mark)
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            what = "anchors and aliases are not allowed"
            raise InputError(what, where=where, help="write the value out")
        if getattr(event, "tag", None):
            what = f"the tag {clipped(str(event.tag))} is not allowed"
            raise InputError(what, where=where, help="write a plain value")

    def _mapping(self, node: MappingNode, location: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            where = self._where(key_node.start_mark)
            if not isinstance(key_node, ScalarNode) or key_node.value == "<<":
                raise InputError("a key must be a plain word", where=where)
            key = self._text(key_node)
            if key in result:
                first = self.positions[(*location, key)][0]
                help_ = f"the first one is in line {first}; keep one of them"
                raise InputError(f"the key {quoted(key)} stands twice", where=where, help=help_)
            mark = key_node.start_mark
            self.positions[(*location, key)] = (mark.line + 1, mark.column + 1)
            result[key] = self.construct(value_node, (*location, key))
        return result

    def _scalar(self, node: Node) -> Any:
        tag = str(node.tag).rsplit(":", 1)[-1]
        if tag == "str":
            return self._text(node)
        if tag == "null":
            return None
        if tag not in ("int", "float", "bool"):
            what = f"values of type {quoted(tag)} are not allowed"
            raise InputError(what, where=self._where(node.start_mark), help="quote it")
        try:
            return YAML(typ="safe", pure=True).load(node.value)
        except (YAMLError, ValueError):
            what = f"not a YAML value: {quoted(node.value)}"
            raise InputError(what, where=self._where(node.start_mark), help="quote it") from None

    def _text(self, node: Node) -> str:
        """The text of a scalar; JSON may write one character as two escaped halves."""
        try:
            return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            what = "the text holds half a surrogate pair"
            raise InputError(what, where=self._where(node.start_mark), help="remove it") from None

    def _where(self, mark: Any) -> str:
        return f"{self.path}:{mark.line + 1}:{mark.column + 1}"
