"""docs/notebook.ipynb runs as it stands, and what its page says is so."""

from __future__ import annotations

import ast
import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import ticketbench as tb

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
PAGE = ROOT / "docs" / "notebook.md"


def cells() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return found


def sources() -> list[str]:
    return ["".join(c["source"]) for c in cells() if c["cell_type"] == "code"]  # type: ignore[arg-type]


def ran(code: list[str]) -> list[object]:
    """What each cell shows: the value of its last line, if that is one."""
    names: dict[str, object] = {}
    shown = []
    for source in code:
        *lines, last = ast.parse(source).body
        value = isinstance(last, ast.Expr)
        exec(compile(ast.Module(lines if value else [*lines, last], []), "cell", "exec"), names)
        if isinstance(last, ast.Expr):
            shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
    return shown


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[object]]:
    """What the cells show, run beside copies of configs and datasets; then the current folder."""
    folder = tmp_path_factory.mktemp("notebook")
    for name in ("configs", "datasets"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "docs").mkdir()
    with contextlib.chdir(folder / "docs"):
        yield ran(sources())


def test_it_has_at_most_12_cells_without_outputs_in_the_form_of_nbformat_4() -> None:
    whole = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (whole["nbformat"], len(whole["cells"]) <= 12) == (4, True)
    assert {tuple(sorted(cell)) for cell in whole["cells"]} == {
        ("cell_type", "id", "metadata", "source"),
        ("cell_type", "execution_count", "id", "metadata", "outputs", "source"),
    }
    assert [cell["outputs"] for cell in whole["cells"] if cell["cell_type"] == "code"] == (
        [[]] * len(sources())
    )
    assert len({cell["id"] for cell in whole["cells"]}) == len(whole["cells"])


def test_every_cell_runs_and_shows_something(shown: list[object]) -> None:
    assert len(shown) == len(sources())
    for value in shown:
        methods = {"_repr_html_", "_repr_png_", "to_frame"}
        assert methods & set(dir(value)), value
    assert repr(shown[0]) == "<FreshRun: Use v2 at threshold 0.90, without escalation>"


def test_the_page_names_every_public_name_frame_and_plot() -> None:
    from ticketbench.notebook.plots import ChangePlots, Plots

    page = PAGE.read_text(encoding="utf-8")
    known = set(re.findall(r"`(?:tb\.)?([\w.]+)", page))
    assert sorted(set(tb.__all__) - known) == []
    small = ROOT / "tests" / "oracles" / "c_tiny_n40_k3.csv"
    found = tb.evaluate(small)
    frames = [*found.frames, *tb.threshold(found).frames, *tb.compare(found, found).frames]
    assert sorted(set(frames) - known) == []
    plots = [n for n in (*vars(Plots), *vars(ChangePlots)) if not n.startswith("_")]
    assert sorted(set(plots) - known) == []
