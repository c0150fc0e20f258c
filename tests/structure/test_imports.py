"""What a command loads decides how fast a small job is: read off sys.modules in a new process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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


def test_run_with_figures_loads_no_pyplot(project: Path) -> None:
    modules = loaded(command("run", "eval.yaml", "--set", "report.figures=true"), project)
    assert "matplotlib.figure" in modules
    assert not modules & {"pandas", "sklearn", "scipy.stats", "matplotlib.pyplot"}


def test_the_public_names_can_be_imported() -> None:
    import ticketbench

    assert set(ticketbench.__all__) <= set(dir(ticketbench))
    assert all(callable(getattr(ticketbench, name)) for name in ticketbench.__all__)


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    import ticketbench

    with pytest.raises(AttributeError, match="nonsense"):
        ticketbench.nonsense  # noqa: B018
