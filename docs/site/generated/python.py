"""Every public Python name with its signature and docstring, which autodoc reads."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

import ticketbench
import ticketbench.notebook
import ticketbench.production
from generated.markdown import block
from ticketbench.notebook.result import Result

MODULES: Mapping[str, tuple[str, ...]] = {
    "ticketbench": tuple(ticketbench.__all__),
    "ticketbench.production": tuple(ticketbench.production.__all__),
    "ticketbench.testing": ("classify_server",),
}
"""Where a name is imported from."""

_ALIGNED = re.compile(r"^([a-z_0-9]+(?:, [a-z_0-9]+)*) {2,}(\S.*)$")
"""A line of a docstring that tells one parameter or field; its next lines stand further in."""


def page() -> str:
    """A section a module, one of further functions, and one of what they all give."""
    sections = {
        name: [_directive(f"{name}.{one}", getattr(import_module(name), one)) for one in names]
        for name, names in MODULES.items()
    }
    sections["More for a notebook"] = [
        _directive(f"{one.__module__}.{one.__name__}", one) for one in notebook_functions()
    ]
    sections["What the functions give"] = [
        _directive(f"{one.__module__}.{one.__name__}", one) for one in results()
    ]
    return "\n".join(
        f"## {title}\n\n{block(chr(10).join(told), '{eval-rst}')}"
        for title, told in sections.items()
    )


def results() -> list[type[Result]]:
    """What the functions of a notebook give, by name; nobody imports these."""
    _modules()
    return sorted(_below(Result), key=lambda one: one.__name__)


def notebook_functions() -> list[Callable[..., Any]]:
    """The functions that give such a result and are imported from where they live."""
    given = {one.__name__ for one in results()}
    known = set(ticketbench.__all__)
    return [
        one
        for module in _modules()
        for name, one in inspect.getmembers(module, inspect.isfunction)
        if one.__module__ == module.__name__ and name[0] != "_" and name not in known
        and one.__annotations__.get("return") in given
    ]  # fmt: skip


def as_rst(lines: list[str]) -> list[str]:
    """A docstring of ours, its aligned lines as definitions and its examples as blocks of code."""
    return list(_rst_lines(lines))


def _rst_lines(lines: list[str]) -> Iterator[str]:
    within = ""
    for line in lines:
        told = _ALIGNED.match(line)
        if told:
            within = "definition"
            yield from ("", ", ".join(f"``{name}``" for name in told[1].split(", ")))
            yield f"    {_no_address(told[2])}"
        elif within == "definition" and line.startswith("  "):
            yield f"    {_no_address(line.strip())}"
        elif line.startswith("    "):
            yield from () if within == "example" else ("::", "")
            within = "example"
            yield line
        else:
            yield from ("",) if within == "definition" and line else ()
            within = within if not line and within == "example" else ""
            yield _no_address(line)


def _no_address(line: str) -> str:
    """FILE:SET, which RST would take for an address, as it stands."""
    return re.sub(r"(?<=[A-Z]):(?=[A-Z])", r"\\:", line)


def _modules() -> list[Any]:
    found = pkgutil.walk_packages(ticketbench.notebook.__path__, "ticketbench.notebook.")
    return [import_module(one.name) for one in found]


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _directive(path: str, thing: object) -> str:
    if not inspect.isclass(thing):
        return f".. autofunction:: {path}\n"
    home = f"{thing.__module__}.{thing.__qualname__}"
    alias = path.rpartition(".")[2] != thing.__name__
    members = "   :members:\n   :inherited-members: tuple, Exception\n"
    if alias:
        return f"``{path}`` is\n\n.. autoclass:: {home}\n{members}"
    return f".. autoclass:: {path}\n{members}"
