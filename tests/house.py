"""The package as modules and their imports, and the rules of ARCHITECTURE.md and CONTRIBUTING.md.

Each rule takes a `House` and returns the lines that break it, so that a test can hold the real
package against it, and made-up files too.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

NAME = "ticketbench"
FLOORS: Mapping[str, tuple[str, ...]] = {
    "core": (),
    "measure": ("core",),
    "edge": ("core",),
    "production": ("core",),
    "report": ("core", "measure"),
    "flow": ("core", "measure", "edge", "production", "report"),
    "cli": ("core", "measure", "edge", "production", "report", "flow"),
    "notebook": ("core", "measure", "edge", "production", "report", "flow"),
}
"""What each floor may import beside itself; modules beside the floors may import everything."""

PURE = frozenset(
    "__future__ abc bisect collections dataclasses decimal difflib enum fractions functools "
    "hashlib heapq itertools math numbers numpy operator re statistics string typing "
    "unicodedata".split()
)
ALLOWED = {
    # core: the registry imports the modules of a package, so that their entries register.
    "core": PURE | {"importlib", "json", "pkgutil"},
    # Evaluation and router read one file of the user that says where keys go; it has one home.
    "core.keys.sources": PURE | {"os", "pathlib", "stat", "tomllib"},
    "core.retry_after": PURE | {"datetime", "email"},
    # It takes URLs apart, which needs no network.
    "core.shapes.address": PURE | {"urllib"},
    "measure": PURE | {"scipy", "sklearn"},
    # It loads the compiled functions of scipy without the packages around them.
    "measure.statistics.compiled": PURE | {"importlib", "scipy", "sys", "threading", "types"},
    # A router is imported into services of others, which need none of our libraries.
    "production": frozenset(sys.stdlib_module_names),
}
"""The only libraries of some floors; core and measure do no I/O, know no clock and draw no unseeded
numbers."""

HEAVY = frozenset({"pandas", "sklearn", "matplotlib", "requests_cache"})
PLAIN_LISTS = frozenset({"cli", "report.sections", "edge.endpoints"})
"""Folders that grow by one file for each entry."""

MOST_FILES = 12
MOST_LINES = 40
VAGUE = frozenset({"datasets", "configs", "reports", "utils", "helpers", "manager", "process"})


@dataclass(frozen=True)
class Import:
    """`ticketbench` as "", `ticketbench.a.b` as "a.b"; other libraries by their top name."""

    name: str
    own: bool
    top_level: bool


@dataclass(frozen=True)
class House:
    """Sources by module name: "" is the package itself, "measure" a folder, "measure.metrics"."""

    sources: Mapping[str, str]
    folders: frozenset[str]

    def imports(self, module: str) -> list[Import]:
        """Every import of `module`, wherever it stands, each resolved to the module it reaches."""
        tree = ast.parse(self.sources[module])
        top = {id(node) for node in _run_on_import(tree)}
        return [
            Import(name, own, id(node) in top)
            for node in ast.walk(tree)
            for name, own in self._names(node)
        ]

    def room(self, module: str) -> str:
        """The wing of its floor that a module is in; a file of the hall is a room of its own."""
        return ".".join(module.split(".")[:2])

    def _names(self, node: ast.AST) -> Iterator[tuple[str, bool]]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield self._resolved(alias.name)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                yield self._resolved(node.module or "", alias.name)

    def _resolved(self, module: str, name: str = "") -> tuple[str, bool]:
        head, _, rest = module.partition(".")
        if head != NAME:
            return head, False
        inner = f"{rest}.{name}".strip(".")
        return (inner if name and inner in self.sources else rest), True


def read_house(package: Path) -> House:
    """The modules of the package in the folder `package`."""
    sources, folders = {}, set()
    for path in package.rglob("*.py"):
        parts = path.relative_to(package).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
            folders.add(".".join(parts))
        sources[".".join(parts)] = path.read_text(encoding="utf-8")
    return House(sources, frozenset(folders))


def made_up(**sources: str) -> House:
    """A house of made-up files; `measure__capacity` is the module `measure.capacity`."""
    named = {name.replace("__", "."): source for name, source in sources.items()}
    folders = {name.rpartition(".")[0] for name in named} | {"", *FLOORS}
    return House({**dict.fromkeys(folders, ""), **named}, frozenset(folders))


def floor_of(module: str) -> str:
    """The floor of a module; "" for those beside the floors."""
    head = module.partition(".")[0]
    return head if head in FLOORS else ""


def upward_imports(house: House) -> list[str]:
    """Imports of a floor that is not below, or of what stands beside the floors."""
    return [
        f"{module} imports {found.name or NAME}"
        for module in house.sources
        if (floor := floor_of(module))
        for found in house.imports(module)
        if found.own and floor_of(found.name) not in (floor, *FLOORS[floor])
    ]


def worldly_imports(house: House) -> list[str]:
    """Imports of core and measure that are not on their list."""
    return [
        f"{module} imports {found.name}"
        for module in house.sources
        for found in house.imports(module)
        if not found.own and found.name not in _allowed(module, found.name)
    ]


def _allowed(module: str, name: str) -> Set[str]:
    return ALLOWED.get(module) or ALLOWED.get(floor_of(module), {name})


def heavy_imports(house: House) -> list[str]:
    """Heavy libraries imported when the module is."""
    return [
        f"{module} imports {found.name}"
        for module in house.sources
        for found in house.imports(module)
        if found.top_level and found.name in HEAVY
    ]


def rooms_in_order(architecture: str) -> dict[str, list[str]]:
    """Floor -> its rooms in order, from the table "Rooms in order" of ARCHITECTURE.md."""
    table = architecture.partition("## Rooms in order")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE)
    return {floor: cell.split() for floor, cell in lines}


def rooms_out_of_order(house: House, order: Mapping[str, Sequence[str]]) -> list[str]:
    """Rooms that import a later room of their floor, or that the order does not know."""
    place = {f"{floor}.{room}": i for floor, rooms in order.items() for i, room in enumerate(rooms)}
    broken = []
    for module in house.sources:
        room = house.room(module)
        if "." not in room or floor_of(module) not in order:
            continue
        if room not in place:
            broken.append(f"{room} has no place in the order")
            continue
        for found in house.imports(module):
            same_floor = found.own and floor_of(found.name) == floor_of(module)
            if same_floor and place.get(house.room(found.name), -1) > place[room]:
                broken.append(f"{module} imports {found.name}")
    known = {house.room(module) for module in house.sources}
    gone = [f"{room} does not exist" for room in place if room not in known]
    return list(dict.fromkeys(broken)) + gone


def inner_order(docstring: str) -> list[str]:
    """The modules that the docstring of a wing names after "In order:"."""
    found = re.search(r"In order: ([\w,\s]+)\.", docstring)
    return re.findall(r"\w+", found.group(1)) if found else []


def wings_out_of_order(house: House) -> list[str]:
    """Wings whose docstring does not name all modules, or names one before what it imports."""
    broken = []
    for wing in sorted(house.folders):
        inside = {name for name in house.sources if name.rpartition(".")[0] == wing}
        if wing.count(".") != 1 or wing in PLAIN_LISTS:
            continue
        named = inner_order(ast.get_docstring(ast.parse(house.sources[wing])) or "")
        place = {f"{wing}.{name}": i for i, name in enumerate(named)}
        if place.keys() != inside:
            broken.append(f"{wing} names {named}")
            continue
        broken += [
            f"{module} imports {found.name}"
            for module in inside
            for found in house.imports(module)
            if found.own and place.get(found.name, -1) > place[module]
        ]
    return broken


def circles(house: House) -> list[str]:
    """Modules that reach themselves through imports, wherever those stand."""
    own = {
        module: {found.name for found in house.imports(module) if found.own and found.name}
        for module in house.sources
        if module
    }
    left = dict(own)
    while ready := [module for module, needs in left.items() if not needs & left.keys()]:
        for module in ready:
            del left[module]
    return sorted(left)


def long_functions(house: House) -> list[str]:
    """Functions of more than 40 lines, docstring apart."""
    return [
        f"{module}.{node.name}: {lines} lines"
        for module, source in house.sources.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := _lines(node)) > MOST_LINES
    ]


def longest_modules(house: House, n: int = 10) -> list[str]:
    """The `n` longest modules with their lines, longest first."""
    lines = {module: source.count("\n") for module, source in house.sources.items()}
    longest = sorted(lines, key=lambda module: (-lines[module], module))[:n]
    return [f"{module}: {lines[module]} lines" for module in longest]


def booleans_by_position(house: House) -> list[str]:
    """Calls by a plain name, so mostly of our own, that pass True or False without a name."""
    return [
        f"{module}:{node.lineno}: {node.func.id}"
        for module, source in house.sources.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if any(isinstance(one, ast.Constant) and isinstance(one.value, bool) for one in node.args)
    ]


def crowded_folders(house: House) -> list[str]:
    """Folders of more than 12 modules, but for the plain lists."""
    return [
        f"{folder}: {n} files"
        for folder in sorted(house.folders)
        if folder not in PLAIN_LISTS
        and (n := sum(_in_folder(house, name, folder) for name in house.sources)) > MOST_FILES
    ]


def vague_names(house: House) -> list[str]:
    """Modules that take a user's word or say nothing, or repeat the name of their folder."""
    broken = []
    for module in house.sources:
        names = module.split(".")
        words = set(names[-1].split("_"))
        repeats = any(a == b or b.rstrip("s") in words for b, a in pairwise(names))
        if names[-1] in VAGUE or repeats:
            broken.append(module)
    return broken


def _run_on_import(tree: ast.AST) -> Iterator[ast.AST]:
    """The statements that run when a module is imported, however deep in `if` and `try`."""
    for node in ast.iter_child_nodes(tree):
        late = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not late and not types:
            yield node
            yield from _run_on_import(node)


def _in_folder(house: House, module: str, folder: str) -> bool:
    return module not in house.folders and module.rpartition(".")[0] == folder


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    assert node.end_lineno is not None
    return node.end_lineno - body[0].lineno + 1
