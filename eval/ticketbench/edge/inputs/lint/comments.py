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
from bisect import bisect
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
_AT_BEGIN = re.compile(r"(?:(?<=\s)|^)#[^\S\n]*ticketbench:[^\n]*", re.MULTILINE)
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
    text = read_text(file_of(path))
    if path.suffix == ".json" or not _IGNORE.search(text):  # a large file is parsed slowly
        return ()
    document = rubric_document(path)
    found = _in_python(text, document) if is_python(path) else _in_yaml(text)
    by_line = _labels_by_line(document)
    return tuple(one for comment in found for one in _read(comment, document.path, by_line))


def _read(
    comment: _Comment, path: Path, by_line: list[tuple[int, tuple[str, ...]]]
) -> Iterator[IgnoreComment]:
    asked = _IGNORE.match(comment.text)
    if asked is None:
        return
    where = f"{path}:{comment.line}:{comment.column}"
    codes = _CODES.match(asked[1])
    if codes is None:
        what = f"this comment names no code: {clipped(comment.text)}"
        raise InputError(what, where=where, help="write # ticketbench: ignore TB129")
    labels = () if comment.alone else _labels_at(by_line, comment.line)
    for code in re.findall(r"TB[0-9]{3}", codes[1]):
        yield IgnoreComment(code, labels, where)


def _labels_by_line(document: Document) -> list[tuple[int, tuple[str, ...]]]:
    """Each line in which a value begins, in order, with the labels that have one there; what a
    version extends and removes has none.
    """
    listed = isinstance(document.data, list)
    entries = document.data if listed else document.data.get("labels", [])
    begins: dict[int, set[int]] = {}
    for place, (at, _) in document.positions.items():
        in_entry = place if listed else place[1:] if place[:1] == ("labels",) else ()
        if in_entry and isinstance(in_entry[0], int):
            begins.setdefault(at, set()).add(in_entry[0])
        elif place and not listed:
            begins.setdefault(at, set())
    return [(at, tuple(entries[i]["name"] for i in sorted(begins[at]))) for at in sorted(begins)]


def _labels_at(by_line: list[tuple[int, tuple[str, ...]]], line: int) -> tuple[str, ...]:
    """The labels with a value that begins in a line; else the one that began last before it."""
    at = bisect(by_line, line, key=lambda each: each[0]) - 1
    return by_line[at][1] if at >= 0 else ()


def _in_yaml(text: str) -> Iterator[_Comment]:
    """Comments of a valid YAML text: behind a blank or at the begin of a line, in no scalar."""
    root = YAML(typ="safe", pure=True).compose(text)
    held = sorted(_scalars(root, text)) if root is not None else []
    begins, lines = [low for low, _ in held], [0, *(m.end() for m in re.finditer("\n", text))]
    for found in _AT_BEGIN.finditer(text):
        at = bisect(begins, found.start()) - 1
        if at < 0 or found.start() >= held[at][1]:
            line = bisect(lines, found.start())
            before = text[lines[line - 1] : found.start()]
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


def _in_python(text: str, document: Document) -> Iterator[_Comment]:
    """Comments from the first line of the list to its last bracket."""
    first = document.positions[()][0]
    depth, began = 0, False
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
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
