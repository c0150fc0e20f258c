"""Comments in rubric files that say what lint is to ignore.

    - name: general
      rubric: "Is this anything else?"    # ticketbench: ignore TB125

Behind a label or its rubric it is about this label; on a line of its own about the whole file.
JSON has no comments.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.nodes import Node, ScalarNode

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import clipped
from ticketbench.edge.inputs.documents import Document, read_text
from ticketbench.edge.inputs.python_literal import file_of, is_python
from ticketbench.edge.inputs.rubric_files import rubric_document

_IGNORE = re.compile(r"#\s*ticketbench:\s*ignore\b(.*)")
_CODES = re.compile(r"\s+(TB[0-9]{3}(?:[\s,]+TB[0-9]{3})*)\b")


@dataclass(frozen=True, slots=True)
class IgnoreComment:
    """A code that a comment says to ignore: of `labels`, or of all where it names none.

    `where` is `file:line:column` of the comment.
    """

    code: str
    labels: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment from its `#` on, its line and column from 1, and whether it has the line alone."""

    text: str
    line: int
    column: int
    alone: bool


def ignore_comments(path: Path) -> tuple[IgnoreComment, ...]:
    """What comments of a valid rubric file, or of the list in a Python file, say to ignore.

    Raises InputError for one that names no code. The comments of a parent file are its own.
    """
    if path.suffix == ".json":
        return ()
    document = rubric_document(path)
    found = _in_python(path, document) if is_python(path) else _in_yaml(read_text(path))
    return tuple(one for comment in found for one in _read(comment, document))


def _read(comment: _Comment, document: Document) -> Iterator[IgnoreComment]:
    asked = _IGNORE.match(comment.text)
    if asked is None:
        return
    where = f"{document.path}:{comment.line}:{comment.column}"
    codes = _CODES.match(asked[1])
    if codes is None:
        what = f"this comment names no code: {clipped(comment.text)}"
        raise InputError(what, where=where, help="write # ticketbench: ignore TB129")
    labels = () if comment.alone else _labels_at(document, comment.line)
    for code in re.findall(r"TB[0-9]{3}", codes[1]):
        yield IgnoreComment(code, labels, where)


def _labels_at(document: Document, line: int) -> tuple[str, ...]:
    """The labels with a value that begins in a line; else the one that began last before it."""
    listed = isinstance(document.data, list)
    entries = document.data if listed else document.data.get("labels", [])
    begins: dict[int, set[int]] = {}
    for place, (at, _) in document.positions.items():
        in_entry = place if listed else place[1:] if place[:1] == ("labels",) else ()
        if in_entry and isinstance(in_entry[0], int):
            begins.setdefault(at, set()).add(in_entry[0])
    before = [at for at in begins if at <= line]
    return tuple(entries[i]["name"] for i in sorted(begins[max(before)])) if before else ()


def _in_yaml(text: str) -> Iterator[_Comment]:
    """Comments of a valid YAML text: behind a blank or at the begin of a line, in no scalar."""
    root = YAML(typ="safe", pure=True).compose(text)
    held = sorted(_scalars(root, text)) if root is not None else []
    for found in re.finditer(r"(?:(?<=\s)|^)#[^\n]*", text, re.MULTILINE):
        if not any(low <= found.start() < high for low, high in held):
            begin = text.rfind("\n", 0, found.start()) + 1
            before = text[begin : found.start()]
            line = text.count("\n", 0, begin) + 1
            yield _Comment(found[0], line, len(before) + 1, alone=not before.strip())


def _scalars(node: Node, text: str) -> Iterator[tuple[int, int]]:
    """Begin and end of each scalar; a block begins behind its first line, where `|` stands."""
    if isinstance(node, ScalarNode):
        begin = node.start_mark.index
        is_block = node.style in ("|", ">")
        yield text.find("\n", begin) if is_block else begin, node.end_mark.index
        return
    for part in node.value:
        for child in part if isinstance(part, tuple) else (part,):
            yield from _scalars(child, text)


def _in_python(path: Path, document: Document) -> Iterator[_Comment]:
    """Comments from the first line of the list to its last bracket."""
    first = document.positions[()][0]
    depth, began = 0, False
    for token in tokenize.generate_tokens(io.StringIO(read_text(file_of(path))).readline):
        if token.start[0] < first:
            continue
        if token.type == tokenize.COMMENT:
            before = token.line[: token.start[1]]
            line, column = token.start
            yield _Comment(token.string, line, column + 1, alone=not before.strip())
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
            began = began or depth > 0
        if token.type == tokenize.NEWLINE and began and depth == 0:
            return
