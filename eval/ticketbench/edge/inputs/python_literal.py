"""Rubrics that stand in a Python file: one assignment of plain values, read and never executed.

LABELS = [{"name": "billing", "rubric": "Is the customer asking about a charge?"}]
LABELS = {"billing": "Is the customer asking about a charge?"}
LABELS = [("billing", "Is the customer asking about a charge?")]

A file that a config names may be a stranger's, so nothing in it is imported or evaluated.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import clipped, quoted
from ticketbench.core.registry import suggestion

if TYPE_CHECKING:
    from ticketbench.edge.inputs.documents import Document, Location

BETWEEN = "::"
"""Between a Python file and the name in it, as pytest writes it: `app.py::LABELS`."""

_SUFFIX = ".py"
_LINE = re.compile(r"\r\n|\r|\n")
_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_IN_PLACE = {"append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse",
             "setdefault", "sort", "update"}  # fmt: skip
_PLAIN = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.expr_context)
_HELP = "write the list out where it is assigned: it is read, never executed"


def file_of(source: Path) -> Path:
    """The file in which rubrics stand: of `app.py::LABELS` what is before the colons."""
    file, colons, name = str(source).rpartition(BETWEEN)
    in_python = colons and file.endswith(_SUFFIX) and BETWEEN not in name and "/" not in name
    return Path(file) if in_python else source


def name_in(source: Path) -> str:
    """The name behind the file: LABELS of `app.py::LABELS`; empty where the file stands alone."""
    file = file_of(source)
    return "" if file == source else str(source)[len(str(file)) + len(BETWEEN) :]


def is_python(source: Path) -> bool:
    """Whether rubrics are looked for in a Python file."""
    return file_of(source).suffix == _SUFFIX


def read_python_rubrics(source: Path) -> Document:
    """The rubrics of `app.py::LABELS` as if they stood in a rubric file: a list of name and rubric.

    Each value has the place where it stands in the Python file. What is no label with its rubric is
    left for the check of rubric files. Raises InputError with file:line:column when the file cannot
    be read as Python, names nothing so, binds or changes the name elsewhere too, or what is
    assigned is not written out.
    """
    from ticketbench.edge.inputs.documents import read_text

    file, name = file_of(source), name_in(source)
    module = _Module(file, read_text(file))
    if not name.isidentifier():
        help_ = suggestion(name, module.assigned) if name else f"write {file}::LABELS"
        raise InputError(
            f"{file} does not say which list is meant", where=f"{file}:1:1", help=help_
        )
    return module.rubrics(name)


@dataclass(frozen=True, slots=True)
class _Assignment:
    """The value of a module-level assignment, and where it stands in the file."""

    name: str
    value: ast.expr
    target: ast.expr


class _Module:
    """A parsed Python file."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._lines = _LINE.split(text)
        self._body = self._parsed(text).body
        found = [one for statement in self._body for one in _assignments(statement)]
        self.assigned = {one.name: one for one in reversed(found)}

    def rubrics(self, name: str) -> Document:
        """The list behind a name, as a rubric file would hold it."""
        from ticketbench.edge.inputs.documents import Document

        if name not in self.assigned:
            self._refuse_absent(name)
        own = self.assigned[name]
        self._refuse_changes(own)
        positions: dict[Location, tuple[int, int]] = {(): self._position(own.value)}
        entries = [
            self._entry(entry, (i,), positions) for i, entry in enumerate(self._entries(own))
        ]
        return Document(self.path, entries, positions)

    def _parsed(self, text: str) -> ast.Module:
        self._refuse_other_encoding(text)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about escapes in strings that are none of ours
                return ast.parse(text)
        except SyntaxError as error:
            where = f"{self.path}:{error.lineno or 1}:{error.offset or 1}"
            what = f"not Python: {clipped(error.msg)}"
            raise InputError(what, where=where, help="mend the file") from None
        except (ValueError, MemoryError, RecursionError):
            what = "not Python that can be read: nested too deeply, or a character U+0000"
            raise InputError(what, where=f"{self.path}:1:1", help="mend the file") from None

    def _refuse_other_encoding(self, text: str) -> None:
        """A cookie of another encoding lets Python read other letters than stand here."""
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(text.encode()).readline)
        except SyntaxError:
            encoding = "unknown"
        if encoding not in ("utf-8", "utf-8-sig") and not text.isascii():
            what = "the file names another encoding than UTF-8"
            help_ = "save it as UTF-8, and remove the line that names its coding"
            raise InputError(what, where=f"{self.path}:1:1", help=help_)

    def _refuse_absent(self, name: str) -> None:
        bound = next(_changes(self._body, name), None)
        if bound is not None:
            what = f"{quoted(name)} is not assigned a list on a line of its own at the top level"
            raise InputError(what, where=self._where(bound), help=_HELP)
        what = f"{self.path} assigns nothing to {quoted(name)}"
        help_ = suggestion(name, self.assigned) if self.assigned else _HELP
        raise InputError(what, where=f"{self.path}:1:1", help=help_)

    def _refuse_changes(self, own: _Assignment) -> None:
        """What happens to the name elsewhere would make it another list than the one read here."""
        changed = [node for node in _changes(self._body, own.name) if node is not own.target]
        if changed:
            what = f"{quoted(own.name)} is assigned or changed a second time"
            first = f"first in line {own.target.lineno}; {_HELP}"
            raise InputError(what, where=self._where(changed[0]), help=first)

    def _entries(self, own: _Assignment) -> Iterator[tuple[ast.expr, ...]]:
        """The nodes of each entry: one of a list, or key and value."""
        match own.value:
            case ast.List(elts=entries) | ast.Tuple(elts=entries):
                yield from ((entry,) for entry in entries)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    yield self._key(key, value), value
            case other:
                self._literal(other)
                what = f"{quoted(own.name)} is neither a list nor a dict of labels and rubrics"
                raise InputError(what, where=self._where(other), help=_HELP)

    def _entry(
        self,
        nodes: tuple[ast.expr, ...],
        location: Location,
        positions: dict[Location, tuple[int, int]],
    ) -> Any:
        """One label with its rubric; any other value as it stands, to be told that it is none."""
        positions[location] = self._position(nodes[0])
        match nodes:
            case (ast.Dict(keys=keys, values=values),):
                pairs = [
                    (self._key_text(key, value), value)
                    for key, value in zip(keys, values, strict=True)
                ]
            case (ast.List(elts=[name, rubric]) | ast.Tuple(elts=[name, rubric]),):
                pairs = [("name", name), ("rubric", rubric)]
            case (name, rubric):
                pairs = [("name", name), ("rubric", rubric)]
            case _:
                return self._literal(nodes[0])
        entry: dict[str, Any] = {}
        for key, node in pairs:
            if key in entry:
                what = f"the key {quoted(key)} stands twice"
                raise InputError(what, where=self._where(node), help="keep one of them")
            positions[(*location, key)] = self._position(node)
            entry[key] = self._literal(node)
        return entry

    def _key(self, key: ast.expr | None, value: ast.expr) -> ast.expr:
        if key is None:
            raise InputError("`**` is not a plain value", where=self._where(value), help=_HELP)
        return key

    def _key_text(self, key: ast.expr | None, value: ast.expr) -> str:
        text = self._literal(self._key(key, value))
        if not isinstance(text, str):
            what = f"a key of an entry is name or rubric, not {quoted(str(text))}"
            raise InputError(what, where=self._where(key or value))
        return text

    def _literal(self, node: ast.expr) -> Any:
        try:
            value = ast.literal_eval(node)
            str(value).encode()
        except UnicodeEncodeError:
            what = "the text holds half a surrogate pair"
            raise InputError(what, where=self._where(node), help="remove it") from None
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            odd = (one for one in ast.walk(node) if not isinstance(one, _PLAIN))
            where = self._where(next(odd, node))
            raise InputError("this is not a plain value", where=where, help=_HELP) from None
        return value

    def _where(self, node: ast.AST) -> str:
        line, column = self._position(node)
        return f"{self.path}:{line}:{column}"

    def _position(self, node: ast.AST) -> tuple[int, int]:
        """Line and column from 1, the column in letters: a node counts bytes."""
        line, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        before = self._lines[line - 1].encode()[:offset].decode(errors="replace")
        return line, len(before) + 1


def _assignments(statement: ast.stmt) -> Iterator[_Assignment]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield _Assignment(target.id, value, target)
        case ast.AnnAssign(target=ast.Name(id=name) as target, value=ast.expr() as value):
            yield _Assignment(name, value, target)


def _changes(body: list[ast.stmt], name: str) -> Iterator[ast.AST]:
    """Everything in a module that binds a name or changes what it holds, in the order of lines.

    A function or class may use the name for something of its own, unless it says `global`.
    """
    found = [
        node for statement in body for node in _in_scope(statement) if _changes_name(node, name)
    ]
    found += [
        node
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Global) and name in node.names
    ]
    yield from sorted(found, key=lambda node: (node.lineno, node.col_offset))  # type: ignore[attr-defined]


def _in_scope(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a statement that run in the scope of the module."""
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return  # it says what the name will hold, and binds nothing
    yield node
    if not isinstance(node, _OWN_SCOPE):
        for child in ast.iter_child_nodes(node):
            yield from _in_scope(child)


def _changes_name(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=found, ctx=ast.Store() | ast.Del()):
            return found == name
        case ast.Subscript(value=ast.Name(id=found), ctx=ast.Store() | ast.Del()):
            return found == name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=found), attr=attribute)):
            return found == name and attribute in _IN_PLACE
        case ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found):
            return found == name
        case ast.ClassDef(name=found):
            return found == name
        case ast.alias():
            return (node.asname or node.name) == name
    return False
