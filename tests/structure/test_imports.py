"""What a command loads decides how fast a small job is: read off sys.modules in a new process."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import ticketbench

ROOT = Path(__file__).parents[2]
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


NAMES = ("Costs", "Policy", "Settings", "TicketbenchError", "assert_no_regression", "compare",
         "evaluate", "gate", "load", "run", "threshold", "tickets")  # fmt: skip


def test_the_top_level_has_these_twelve_names_and_the_version() -> None:
    assert tuple(ticketbench.__all__) == NAMES
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", ticketbench.__version__)


@pytest.mark.parametrize(
    "name",
    "core.types.ScoreTable core.types.Estimate core.types.Ticket measure.evaluate.evaluate "
    "measure.compare.compare measure.evaluation.Evaluation flow.run.run flow.run.RunOutcome "
    "flow.score.score flow.gates.judge.gate flow.gates.judge.GateRun".split(),
)
def test_what_is_not_at_the_top_level_is_imported_from_where_it_lives(name: str) -> None:
    home, _, own = name.rpartition(".")
    assert callable(getattr(importlib.import_module(f"ticketbench.{home}"), own))


@pytest.mark.parametrize(
    "script", sorted((ROOT / "benchmarks").rglob("*.py")), ids=lambda p: p.stem
)
def test_a_benchmark_imports_what_the_package_has(script: Path) -> None:
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("ticketbench"):
            home = importlib.import_module(str(node.module))
            for name in (alias.name for alias in node.names):
                assert hasattr(home, name) or find_spec(f"{node.module}.{name}"), ast.unparse(node)


NOTEBOOK = """
import sys
import ticketbench as tb
run = tb.run("eval.yaml", mode="replay")
file = run.out / "predictions.csv"
a, b = (tb.evaluate(file, rubric_set=name) for name in ("v1", "v2"))
results = [run, tb.load(run.out), a, tb.compare(a, b), tb.threshold(a)]
shown = [(repr(one), one._repr_html_(), one.to_json()) for one in results]
assert not {"pandas", "sklearn", "scipy.stats", "matplotlib"} & sys.modules.keys()
a.plot.cost()
assert "matplotlib.figure" in sys.modules
assert not {"pandas", "matplotlib.pyplot"} & sys.modules.keys()
a.to_frame()
"""


def test_a_result_loads_pandas_and_matplotlib_when_a_frame_or_plot_is_asked_for(
    answered: Path,
) -> None:
    modules = loaded(NOTEBOOK, answered)
    assert "pandas" in modules
    assert not modules & {"sklearn", "matplotlib.pyplot"}


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        ticketbench.nonsense  # noqa: B018


def test_a_router_loads_neither_a_third_party_nor_what_it_needs_later(project: Path) -> None:
    code = """
import sys
bare = set(sys.modules)
import ticketbench.production
loaded = {name for name in sys.modules if name not in bare}
tops = {name.partition('.')[0] for name in loaded} - {'ticketbench'}
assert 'http' in tops, tops
assert not tops - sys.stdlib_module_names, tops - sys.stdlib_module_names
late = {'asyncio', 'typing', 'hashlib', 'difflib', 'tomllib', 'uuid', 'gzip', 'zlib', 'pathlib'}
assert not late & loaded, late & loaded
assert not {name for name in loaded if name.startswith(('ticketbench.edge', 'ticketbench.measure'))}
"""
    command = [sys.executable, "-S", "-c", code]
    sources = str(Path(ticketbench.__file__).parent.parent)
    environment = {"PYTHONPATH": sources, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


GATES = "gates=[{metric: accuracy, on: v2, min: 0}]"


@pytest.mark.parametrize(
    ("words", "most_of_ours", "most"),
    [
        (("run", "eval.yaml", "--mode", "replay"), 382, 910),
        (("compare", "reports/eval:v1", "reports/eval:v2"), 147, 445),
        (("score", "reports/eval/predictions.csv", "--rubric-set", "v1"), 172, 490),
        (("gate", "eval.yaml", "--set", GATES), 362, 805),
        (("validate", "eval.yaml"), 195, 630),
        (("threshold", "reports/eval:v1"), 207, 540),
    ],
    ids=["run", "compare", "score", "gate", "validate", "threshold"],
)
def test_a_command_loads_about_as_many_modules_as_it_needs(
    words: tuple[str, ...], most_of_ours: int, most: int, answered: Path
) -> None:
    loaded(command("run", "eval.yaml", "--mode", "replay"), answered)
    modules = loaded(command(*words), answered)
    ours = {name for name in modules if name.startswith("ticketbench")}
    assert 100 < len(ours) <= most_of_ours
    assert len(modules) <= most
    unwanted = {"scipy.special", "scipy.optimize", "scipy.sparse", "scipy.stats", "scipy.linalg"}
    assert not modules & {*unwanted, "pandas", "sklearn", "matplotlib", "requests_cache"}


def test_neither_score_nor_compare_makes_what_only_results_and_pages_need(answered: Path) -> None:
    loaded(command("run", "eval.yaml", "--mode", "replay"), answered)
    for words in (
        ("compare", "reports/eval:v1", "reports/eval:v2"),
        ("score", "reports/eval/predictions.csv", "--rubric-set", "v1"),
    ):
        modules = loaded(command(*words), answered)
        assert not modules & {"ticketbench.measure.results", "cattrs", "jinja2", "ruamel.yaml"}


def test_comparing_saved_runs_loads_nothing_that_only_errors_colours_and_parts_need(
    answered: Path,
) -> None:
    loaded(command("run", "eval.yaml", "--mode", "replay"), answered)
    modules = loaded(command("compare", "reports/eval:v1", "reports/eval:v2"), answered)
    assert not modules & {"rich", "numpy.ma", "numpy.polynomial", "html", "gzip", "statistics"}
    ours = {"edge.results.forms.causes", "edge.parts.files", "edge.parts.scores",
            "measure.calibration.corp", "measure.calibration.temperature",
            "report.masking.mask", "report.words.answers"}  # fmt: skip
    assert not modules & {f"ticketbench.{name}" for name in ours}


def test_comparing_saved_runs_reads_no_config(answered: Path) -> None:
    loaded(command("run", "eval.yaml", "--mode", "replay"), answered)
    modules = loaded(command("compare", "reports/eval:v1", "reports/eval:v2"), answered)
    assert "ticketbench.measure.compare" in modules
    assert not {"pydantic", "ticketbench.edge.inputs.config"} & modules
