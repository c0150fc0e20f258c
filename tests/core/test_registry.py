from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.core.registry import Registry, import_modules, suggestion


@pytest.fixture
def metrics() -> Registry[int]:
    registry: Registry[int] = Registry("metric")
    registry.add("recall", 1)
    registry.add("accuracy", 2)
    return registry


def test_names_stand_in_order_of_registration(metrics: Registry[int]) -> None:
    assert metrics.names() == ("recall", "accuracy")


def test_iteration_gives_the_entries_in_order_of_registration(metrics: Registry[int]) -> None:
    assert list(metrics) == [1, 2]


def test_the_length_is_the_number_of_entries(metrics: Registry[int]) -> None:
    assert len(metrics) == 2


def test_adding_returns_the_entry() -> None:
    entry = object()
    registry: Registry[object] = Registry("metric")
    assert registry.add("accuracy", entry) is entry


def test_get_finds_the_entry_by_name(metrics: Registry[int]) -> None:
    assert metrics.get("accuracy") == 2


def test_a_taken_name_cannot_be_registered_again(metrics: Registry[int]) -> None:
    with pytest.raises(ValueError, match="the metric 'accuracy' is registered twice"):
        metrics.add("accuracy", 3)


def test_a_refused_registration_leaves_the_first_entry(metrics: Registry[int]) -> None:
    with pytest.raises(ValueError, match="twice"):
        metrics.add("accuracy", 3)
    assert metrics.get("accuracy") == 2


def test_an_unknown_name_is_an_input_error_with_its_kind(metrics: Registry[int]) -> None:
    with pytest.raises(InputError, match="unknown metric 'acuracy'"):
        metrics.get("acuracy")


def test_an_unknown_name_comes_with_the_nearest_known_one(metrics: Registry[int]) -> None:
    with pytest.raises(InputError) as caught:
        metrics.get("acuracy")
    assert caught.value.problems[0].help == "did you mean 'accuracy'?"


def test_a_name_near_to_none_lists_all_known_ones() -> None:
    assert suggestion("zzz", ["recall", "accuracy"]) == "known: recall, accuracy"


def test_a_suggestion_without_known_names_says_so() -> None:
    assert suggestion("zzz", []) == "none is known"


def test_a_suggestion_can_read_its_names_from_an_iterator() -> None:
    assert suggestion("zzz", iter(["recall", "accuracy"])) == "known: recall, accuracy"


def _package(folder: Path, name: str, **modules: str) -> None:
    package = folder / name
    package.mkdir()
    (package / "__init__.py").write_text("SEEN = []\n", encoding="utf-8")
    for module, source in modules.items():
        (package / f"{module}.py").write_text(source, encoding="utf-8")


def test_modules_are_imported_in_order_of_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = "from tb_sections_ok import SEEN\nSEEN.append(__name__)\n"
    _package(tmp_path, "tb_sections_ok", second=seen, first=seen)
    monkeypatch.syspath_prepend(tmp_path)
    import_modules("tb_sections_ok")
    package = __import__("tb_sections_ok")
    assert package.SEEN == ["tb_sections_ok.first", "tb_sections_ok.second"]


def test_a_module_that_cannot_be_imported_is_not_swallowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _package(tmp_path, "tb_sections_broken", broken="import tb_no_such_module\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="tb_no_such_module"):
        import_modules("tb_sections_broken")


def test_registering_leaves_what_is_decorated_as_it_is() -> None:
    known: Registry[Callable[[], int]] = Registry("thing")

    @known.register("a", "b")
    def seven() -> int:
        return 7

    assert (seven(), known.names()) == (7, ("a", "b"))
    assert known.get("a") is known.get("b") is seven


def test_an_entry_can_be_made_from_what_is_decorated() -> None:
    known: Registry[str] = Registry("thing")

    @known.register("a", entry=lambda function: function.__name__)
    def seven() -> int:
        return 7

    assert (seven(), known.get("a")) == (7, "seven")


def test_registering_under_a_taken_name_is_refused() -> None:
    known: Registry[str] = Registry("thing")
    known.add("a", "first")
    with pytest.raises(ValueError, match="registered twice"):
        known.register("a")(lambda: "second")
