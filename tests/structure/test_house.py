"""The rules of the house, one test each, and for each a made-up file that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import house
import ticketbench
from house import House, made_up

PACKAGE = Path(ticketbench.__file__).parent
ROOT = PACKAGE.parent.parent
Rule = Callable[[House], list[str]]


@pytest.fixture(scope="module")
def ours() -> House:
    return house.read_house(PACKAGE)


@pytest.mark.parametrize(
    "rule",
    [
        house.upward_imports,
        house.worldly_imports,
        house.circles,
        house.wings_out_of_order,
        house.crowded_folders,
        house.vague_names,
        house.long_functions,
        house.booleans_by_position,
    ],
)
def test_the_package_keeps_the_rule(rule: Rule, ours: House) -> None:
    assert rule(ours) == []


def test_the_rooms_of_each_floor_stand_in_the_order_of_the_architecture_page(ours: House) -> None:
    order = house.rooms_in_order((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    assert order.keys() == {"core", "measure", "edge", "report", "flow", "notebook"}
    assert house.rooms_out_of_order(ours, order) == []


def test_tests_stand_where_the_module_stands_that_they_are_about(ours: House) -> None:
    strays = [
        path.relative_to(ROOT / "tests").as_posix()
        for floor in house.FLOORS
        for path in sorted((ROOT / "tests" / floor).rglob("test_*.py"))
        if ".".join(path.relative_to(ROOT / "tests").parent.parts) not in ours.folders
    ]
    assert strays == []


def test_heavy_libraries_are_imported_inside_functions(ours: House) -> None:
    # edge/answers/cache.py is the one home of requests-cache, and itself imported inside functions.
    assert house.heavy_imports(ours) in ([], ["edge.answers.cache imports requests_cache"])


def test_no_module_is_much_longer_than_a_topic_needs(ours: House) -> None:
    longest = house.longest_modules(ours)
    assert int(longest[0].split()[1]) <= 400, f"which two questions live here? {longest}"


def test_every_rule_passes_a_house_that_keeps_it() -> None:
    kept = made_up(
        core__types="import math\nfrom collections.abc import Sequence",
        measure__metrics="import numpy as np\nfrom ticketbench.core.types import Sequence",
        flow__run="from ticketbench.core import types\nfrom ticketbench.measure import metrics",
    )
    rules = (house.upward_imports, house.worldly_imports, house.circles, house.heavy_imports)
    assert [rule(kept) for rule in rules] == [[], [], [], []]


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("from ticketbench import run", "ticketbench"),
        ("import ticketbench", "ticketbench"),
        ("from ticketbench.flow.run import run", "flow.run"),
        ("from ticketbench.flow import run", "flow.run"),
        ("from ticketbench import flow", "flow"),
        ("import ticketbench.flow.run", "flow.run"),
        ("def late():\n    from ticketbench.flow import run", "flow.run"),
        ("if TYPE_CHECKING:\n    from ticketbench.edge import cache", "edge.cache"),
    ],
)
def test_an_import_that_runs_up_is_found_in_any_form(source: str, reached: str) -> None:
    broken = made_up(measure__capacity=source, flow__run="", edge__cache="")
    assert house.upward_imports(broken) == [f"measure.capacity imports {reached}"]


@pytest.mark.parametrize(
    ("floor", "other"),
    [
        ("core", "measure"),
        ("measure", "edge"),
        ("edge", "measure"),
        ("report", "edge"),
        ("report", "flow"),
        ("report", "production"),
        ("production", "edge"),
        ("production", "measure"),
        ("flow", "cli"),
        ("flow", "notebook"),
        ("cli", "notebook"),
        ("notebook", "cli"),
    ],
)
def test_a_floor_knows_only_the_floors_below_it(floor: str, other: str) -> None:
    broken = made_up(**{f"{floor}__a": f"from ticketbench.{other}.b import c", f"{other}__b": ""})
    assert house.upward_imports(broken) == [f"{floor}.a imports {other}.b"]


@pytest.mark.parametrize(
    "library",
    "glob logging multiprocessing os pathlib random secrets shutil socket tempfile "
    "threading time urllib3 uuid".split(),
)
@pytest.mark.parametrize("floor", ["core", "measure"])
def test_what_is_not_on_the_list_of_a_pure_floor_is_found(floor: str, library: str) -> None:
    broken = made_up(**{f"{floor}__a": f"def f():\n    import {library}"})
    assert house.worldly_imports(broken) == [f"{floor}.a imports {library}"]


def test_the_floor_of_a_router_knows_the_standard_library_alone() -> None:
    broken = made_up(production__a="def f():\n    import json, numpy, ssl")
    assert house.worldly_imports(broken) == ["production.a imports numpy"]


def test_a_heavy_library_at_the_top_of_a_module_is_found() -> None:
    assert house.heavy_imports(made_up(flow__a="import pandas as pd"))
    assert house.heavy_imports(made_up(flow__a="try:\n    import pandas\nexcept E: ..."))
    assert not house.heavy_imports(made_up(flow__a="def f():\n    import pandas as pd"))
    assert not house.heavy_imports(made_up(flow__a="if TYPE_CHECKING:\n    import pandas"))


def test_a_circle_is_found_wherever_its_imports_stand() -> None:
    broken = made_up(
        edge__a="from ticketbench.edge.b import x",
        edge__b="def f():\n    from ticketbench.edge import c",
        edge__c="from ticketbench.edge import a",
        edge__d="from ticketbench.edge.a import x",
    )
    assert house.circles(broken) == ["edge.a", "edge.b", "edge.c", "edge.d"]


def test_a_room_that_imports_a_later_one_is_found() -> None:
    order = {"measure": ["statistics", "metrics", "pairs"]}
    broken = made_up(
        measure__statistics__holm="from ticketbench.measure.pairs import verdict",
        measure__metrics="from ticketbench.measure.statistics.holm import holm",
        measure__pairs__verdict="",
        measure__extra="",
    )
    assert house.rooms_out_of_order(broken, order) == [
        "measure.statistics.holm imports measure.pairs.verdict",
        "measure.extra has no place in the order",
    ]
    gone = {"measure": [*order["measure"], "extra", "cellar"]}
    assert house.rooms_out_of_order(broken, gone)[1:] == ["measure.cellar does not exist"]


def test_a_wing_whose_docstring_is_out_of_order_is_found() -> None:
    sources = {
        "measure": "",
        "measure.pairs": '"""Pairs.\n\nIn order: pairing, verdict."""',
        "measure.pairs.pairing": "from ticketbench.measure.pairs import verdict",
        "measure.pairs.verdict": "",
    }
    folders = frozenset({"measure", "measure.pairs"})
    assert house.wings_out_of_order(House(sources, folders)) == [
        "measure.pairs.pairing imports measure.pairs.verdict"
    ]
    more = House({**sources, "measure.pairs.change": ""}, folders)
    assert house.wings_out_of_order(more) == ["measure.pairs names ['pairing', 'verdict']"]


def test_a_function_of_41_lines_is_found_and_its_docstring_does_not_count() -> None:
    body = "\n    x = 1" * 40
    assert (
        house.long_functions(made_up(core__a=f'def f():\n    """Two\n\n    lines."""{body}')) == []
    )
    assert house.long_functions(made_up(core__a=f"def f():{body}\n    y = 1"))
    assert house.long_functions(made_up(core__a=f"async def f():{body}\n    y = 1"))


def test_a_boolean_by_position_is_found() -> None:
    assert house.booleans_by_position(made_up(core__a="Metric('recall', True)"))
    kept = made_up(core__a="Metric('recall', share=True)\naxes.set_visible(False)")
    assert house.booleans_by_position(kept) == []


def test_a_crowded_folder_is_found_and_a_plain_list_may_grow() -> None:
    files = {f"measure__pairs__m{i}": "" for i in range(13)}
    assert house.crowded_folders(made_up(**files)) == ["measure.pairs: 13 files"]
    commands = {f"cli__m{i}": "" for i in range(13)}
    assert house.crowded_folders(made_up(**commands)) == []


@pytest.mark.parametrize(
    "name",
    ["core__utils", "edge__configs", "measure__gates__gate_results", "edge__answers__answers"],
)
def test_a_vague_name_is_found_and_one_that_repeats_its_folder(name: str) -> None:
    assert house.vague_names(made_up(**{name: ""})) == [name.replace("__", ".")]


def test_the_source_root_and_the_datasets_folder_are_no_packages() -> None:
    assert not (PACKAGE.parent / "__init__.py").exists()
    assert not (ROOT / "datasets" / "__init__.py").exists()
