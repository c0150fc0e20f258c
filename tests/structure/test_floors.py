"""Folders are floors: what may import what, read off the import statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ticketbench

PACKAGE = Path(ticketbench.__file__).parent
FLOOR = {"core": 0, "measure": 1, "edge": 1, "report": 2, "flow": 3, "cli": 4}
WORLD = {"requests", "click", "matplotlib", "time", "datetime", "random", "os", "pathlib", "json"}
WORLD |= {"csv", "socket", "urllib3", "subprocess", "sqlite3"}
HEAVY = {"pandas", "sklearn", "matplotlib", "requests_cache"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def violations(floor: str, names: set[str]) -> list[str]:
    found = []
    for name in names:
        parts = name.split(".")
        if parts[0] == "ticketbench" and len(parts) > 1:
            other = parts[1]
            if other != floor and FLOOR.get(other, 9) >= FLOOR[floor]:
                found.append(name)
            if floor == "report" and other == "edge":
                found.append(name)
        elif floor in ("core", "measure") and parts[0] in WORLD:
            found.append(name)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_lower_floors(path: Path) -> None:
    floor = path.relative_to(PACKAGE).parts[0]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert violations(floor, set(imports(tree))) == []


@pytest.mark.parametrize(
    ("floor", "name"),
    [
        ("core", "ticketbench.measure.metrics"),
        ("measure", "ticketbench.edge.cache"),
        ("edge", "ticketbench.measure.metrics"),
        ("report", "ticketbench.edge.store"),
        ("report", "ticketbench.flow.run"),
        ("measure", "random"),
        ("core", "json"),
    ],
)
def test_the_rule_catches_a_forbidden_import(floor: str, name: str) -> None:
    assert violations(floor, {name}) == [name] or violations(floor, {name}) == [name, name]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_heavy_libraries_are_not_imported_at_module_level(path: Path) -> None:
    if path == PACKAGE / "edge" / "cache.py":
        return  # the one home of requests-cache, itself imported inside functions
    body = ast.parse(path.read_text(encoding="utf-8")).body
    top = {n for statement in body if not isinstance(statement, ast.If) for n in _own(statement)}
    assert not {name.split(".")[0] for name in top} & HEAVY


def _own(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        yield from imports(statement)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_has_at_most_300_lines_and_its_functions_40(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 300
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            assert node.end_lineno is not None
            assert node.end_lineno - body[0].lineno < 40, node.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_names_do_not_take_the_users_words(path: Path) -> None:
    assert path.stem not in {"datasets", "configs", "reports", "utils", "helpers", "manager"}


def test_the_source_root_and_the_datasets_folder_are_no_packages() -> None:
    root = PACKAGE.parent.parent
    assert not (PACKAGE.parent / "__init__.py").exists()
    assert not (root / "datasets" / "__init__.py").exists()
