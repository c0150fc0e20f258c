"""The small changes of a source that tests are to notice: one operator, number, word or text each.

Types, docstrings, decorators and imports are left alone: the type checker and the tests of the
structure hold them.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_PAIRS = ("max min", "maximum minimum", "argmax argmin", "any all", "ceil floor")
_NAMES = {a: b for pair in _PAIRS for a, b in (pair.split(), pair.split()[::-1])}
_ATTRIBUTES = {**_NAMES, "low": "high", "high": "low"}
_TYPED = ("annotation", "returns", "decorator_list", "type_params")


@dataclass(frozen=True)
class Mutation:
    """One change: `source` is the whole changed module.

    place    the function or class, such as `Policy.decide`; empty at the top of the module
    was      the lines that change, blanks joined; `becomes` the same afterwards
    """

    line: int
    place: str
    was: str
    becomes: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by while lines move about."""
        return self.place, self.was, self.becomes


def mutations(source: str) -> list[Mutation]:
    """Every change of `source`, in the order of its lines; those of like text and place once."""
    found: dict[tuple[str, str, str], Mutation] = {}
    for place, node in _nodes(ast.parse(source), ()):
        for old, new in _changes(node):
            one = _spliced(source, old, new, place)
            found.setdefault(one.key, one)
    return sorted(found.values(), key=lambda one: one.line)


def _nodes(node: ast.AST, place: tuple[str, ...]) -> Iterator[tuple[str, ast.AST]]:
    """Every node that is computed, with its place."""
    for field, value in ast.iter_fields(node):
        if field in _TYPED:
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _only_said(child):
                continue
            named = isinstance(child, ast.FunctionDef | ast.ClassDef)
            inner = (*place, child.name) if named else place
            yield ".".join(inner), child
            # Before Python 3.12 what stands inside an f-string has no place of its own.
            if not isinstance(child, ast.JoinedStr):
                yield from _nodes(child, inner)


def _only_said(node: ast.AST) -> bool:
    """A docstring, an import, a type, or `strict=True`, which states what the lines before do."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.keyword):
        return node.arg == "strict"
    literal = isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal"
    return literal or isinstance(node, ast.Import | ast.ImportFrom)


def _changes(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, ast.AST]]:
    """What is taken out of the source for `node`, and what may stand in its place."""
    if isinstance(node, ast.If | ast.IfExp | ast.While) and _plain(node.test):
        yield node.test, ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.comprehension):
        yield from ((test, ast.Constant(True)) for test in node.ifs)
    elif isinstance(node, ast.expr | ast.stmt):
        yield from ((node, other) for other in _others(node))


def _plain(test: ast.expr) -> bool:
    """A condition that no other change turns round."""
    return not isinstance(test, ast.Compare | ast.UnaryOp)


def _others(node: ast.expr | ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=ops):
            for i, op in enumerate(ops):
                for other in _COMPARED[type(op)]:
                    yield _with(node, ops=[*ops[:i], other(), *ops[i + 1 :]])
        case ast.BinOp(op=sign) | ast.AugAssign(op=sign) if type(sign) in _COMPUTED:
            yield _with(node, op=_COMPUTED[type(sign)]())
        case ast.BoolOp(op=sign):
            yield _with(node, op=ast.Or() if isinstance(sign, ast.And) else ast.And())
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.Constant(value=value):
            yield from map(ast.Constant, _values(value))
        case ast.JoinedStr():
            yield ast.Constant("")
        case ast.Attribute(attr=word) if word in _ATTRIBUTES:
            yield _with(node, attr=_ATTRIBUTES[word])
        case ast.Name(id=word) if word in _NAMES and isinstance(node.ctx, ast.Load):
            yield _with(node, id=_NAMES[word])
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()


def _values(value: object) -> list[object]:
    match value:
        case bool():
            return [not value]
        case int():
            return [value + 1, value - 1]
        case float():
            return [value * 2, value / 2] if value else [1.0]
        case str():
            return ["" if value else "?"]
        case bytes():
            return [b"" if value else b"?"]
    return []


def _with(node: ast.AST, **fields: object) -> ast.AST:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _spliced(source: str, old: ast.expr | ast.stmt, new: ast.AST, place: str) -> Mutation:
    """`source` with the text of `old` exchanged; columns of the tree count bytes."""
    assert old.end_lineno is not None
    assert old.end_col_offset is not None
    lines = source.encode("utf-8").splitlines(keepends=True)
    text = ast.unparse(new)
    if not isinstance(new, ast.stmt | ast.Constant | ast.Name | ast.Attribute):
        text = f"({text})"
    first, last = old.lineno - 1, old.end_lineno - 1
    head, tail = lines[first][: old.col_offset], lines[last][old.end_col_offset :]
    changed = head + text.encode("utf-8") + tail
    was = b"".join(lines[first : last + 1])
    return Mutation(
        line=old.lineno,
        place=place,
        was=" ".join(was.decode("utf-8").split()),
        becomes=" ".join(changed.decode("utf-8").split()),
        source=b"".join([*lines[:first], changed, *lines[last + 1 :]]).decode("utf-8"),
    )
