"""What a command loads decides how fast a small job is: read off sys.modules in a new process."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ticketbench
from house import House
from ticketbench.core.errors import Problem

HEAVY = ("pandas", "sklearn", "matplotlib", "requests_cache")


def loaded(code: str, cwd: Path) -> set[str]:
    """Names in sys.modules of a new process after `code`."""
    show = "import sys; print('\\n'.join(sorted(sys.modules)), file=sys.__stderr__)"
    script = f"import atexit; atexit.register(lambda: exec({show!r}))\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=cwd, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split("\n"))


def command(*arguments: str) -> str:
    return f"from ticketbench.cli.main import main\nmain({list(arguments)!r})"


@pytest.mark.parametrize(
    "code",
    [
        "import ticketbench",
        command("--help"),
        command("run", "--help"),
        command("cache", "export", "--help"),
        command("validate", "eval.yaml", "v2.yaml", "tickets.csv"),
    ],
    ids=["import", "help", "run help", "cache export help", "validate"],
)
def test_no_heavy_library_is_loaded(code: str, project: Path) -> None:
    modules = loaded(code, project)
    assert "sys" in modules
    assert not modules & set(HEAVY)


def test_importing_the_package_and_its_help_load_no_numpy(project: Path) -> None:
    assert "numpy" not in loaded("import ticketbench", project)
    assert "numpy" not in loaded(command("--help"), project)


def test_run_without_figures_loads_no_pandas_sklearn_stats_or_pyplot(project: Path) -> None:
    modules = loaded(command("run", "eval.yaml"), project)
    assert "requests_cache" in modules  # it makes the file
    assert "requests_cache" not in loaded(command("run", "eval.yaml"), project)
    unwanted = {"pandas", "sklearn", "scipy.stats", "matplotlib.pyplot", "matplotlib"}
    assert not modules & unwanted


def test_what_reads_a_saved_run_loads_no_heavy_library(answered: Path) -> None:
    ran = loaded(command("run", "eval.yaml", "--mode", "replay"), answered)
    assert "numpy" in ran
    for line in (command("errors", "v2"), command("report")):
        modules = loaded(line, answered)
        assert "numpy" in modules
        assert not modules & {*HEAVY, "scipy.stats"}


def test_run_with_figures_loads_no_pyplot(project: Path) -> None:
    modules = loaded(command("run", "eval.yaml", "--set", "report.figures=true"), project)
    assert "matplotlib.figure" in modules
    assert not modules & {"pandas", "sklearn", "scipy.stats", "matplotlib.pyplot"}


def test_the_public_names_can_be_imported() -> None:
    assert set(ticketbench.__all__) <= set(dir(ticketbench))
    assert all(callable(getattr(ticketbench, name)) for name in ticketbench.__all__)


def annotated_classes(function: Callable[..., object]) -> set[type]:
    """Classes of the package that the annotations of a function name, directly or in others."""
    module = inspect.getmodule(function)
    assert module is not None
    tree = ast.parse(inspect.getsource(module))
    homes = {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    text = " ".join(str(annotation) for annotation in inspect.get_annotations(function).values())
    found = set()
    for name in re.findall(r"[A-Za-z_]\w*", text):
        home = homes.get(name, module.__name__)
        one = getattr(importlib.import_module(home), name, None)
        if inspect.isclass(one) and one.__module__.startswith("ticketbench."):
            found.add(one)
    return found


@pytest.mark.parametrize("name", ticketbench.__all__)
def test_every_class_in_the_annotations_of_a_public_function_is_public(name: str) -> None:
    public = {getattr(ticketbench, one) for one in ticketbench.__all__}
    value = getattr(ticketbench, name)
    functions = [value] if inspect.isfunction(value) else []
    if inspect.isclass(value) and name in ("RunOutcome", "GateRun", "Score"):
        functions = [value.__init__]  # what a command returns is public with all its parts
    assert {one for function in functions for one in annotated_classes(function)} - public == set()


def test_the_rule_sees_classes_that_are_not_public() -> None:
    def function(one: Problem, other: tuple[House, ...]) -> None: ...

    assert annotated_classes(function) == {Problem}


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        ticketbench.nonsense  # noqa: B018
