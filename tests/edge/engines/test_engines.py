"""Embedded engines by name: version in every URL, started at the first question and once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from ticketbench.core.errors import InputError, MachineError
from ticketbench.core.registry import Registry
from ticketbench.edge import engines as package
from ticketbench.edge.endpoints import Connection, connect
from ticketbench.edge.engines import Classify, Engine, engine, engines

ENGINES = list(engines())


class Counted:
    """A way to start an engine that counts its calls, and lets other threads in meanwhile."""

    def __init__(self, fails: int = 0) -> None:
        self.starts, self._fails = 0, fails

    def __call__(self) -> Classify:
        self.starts += 1
        threading.Event().wait(0.05)
        if self.starts <= self._fails:
            raise MachineError("no weights", help="install them")
        return even


def even(text: str, labels: Sequence[tuple[str, str]]) -> dict[str, float]:
    return {name: 1 / len(labels) for name, _ in labels}


@pytest.fixture
def nothing_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registrations of the test go to a registry of its own."""
    monkeypatch.setattr(package, "_ENGINES", Registry[Engine]("engine"))


@pytest.mark.parametrize(
    ("name", "url"),
    [("lexical", "local://lexical/v1/classify"), ("minilm", "local://minilm/v1/classify")],
)
def test_both_engines_are_known(name: str, url: str) -> None:
    found = engines().get(name)
    assert (found.name, found.version, found.local_url) == (name, "v1", url)


def test_no_other_engine_is_known() -> None:
    assert set(engines().names()) == {"lexical", "minilm"}


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_name_and_version_are_in_the_url(engine: Engine) -> None:
    assert engine.local_url == f"local://{engine.name}/{engine.version}/classify"


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_path_is_that_of_the_local_url(engine: Engine) -> None:
    assert engine.local_url == f"local:/{engine.path}"


def test_an_engine_gives_a_score_to_every_label() -> None:
    scores = engines().get("lexical").classify("x", [("b", "Is it b?"), ("a", "Is it a?")])
    assert list(scores) == ["b", "a"]


@pytest.mark.usefixtures("model")
def test_the_engine_with_weights_gives_a_score_to_every_label() -> None:
    scores = engines().get("minilm").classify("x", [("b", "Is it b?"), ("a", "Is it a?")])
    assert list(scores) == ["b", "a"]


def test_another_version_has_another_url() -> None:
    assert Engine("lexical", "v2", Counted()).local_url == "local://lexical/v2/classify"


def test_an_unknown_engine_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError) as refused:
        engines().get("lexicall")
    assert "'lexical'" in refused.value.problems[0].help


@pytest.mark.parametrize("name", ["lexical", "minilm"])
def test_a_taken_name_cannot_be_registered_again(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}.*registered twice"):
        engine(name, "v2")(Counted())
    assert engines().get(name).version == "v1"


@pytest.mark.usefixtures("nothing_registered")
def test_an_engine_registers_under_its_name_and_its_start_stays_a_function() -> None:
    start = Counted()
    assert engine("even", "v3")(start) is start
    assert [found.path for found in engines()] == ["/even/v3/classify"]


@pytest.mark.usefixtures("nothing_registered")
def test_an_engine_is_not_started_by_finding_or_connecting_it() -> None:
    start = Counted()
    engine("even", "v1")(start)
    connect(engines().get("even").local_url, Connection())
    assert start.starts == 0


def test_finding_an_engine_loads_no_reader_of_weights() -> None:
    program = (
        "import sys; from ticketbench.edge.endpoints import Connection, connect; "
        "connect('local://minilm/v1/classify', Connection()); "
        "print({'tokenizers', 'safetensors', 'threadpoolctl'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_an_engine_is_started_once_for_many_questions() -> None:
    start = Counted()
    asked = Engine("even", "v1", start)
    asked.ready()
    assert asked.classify("x", [("a", "A?"), ("b", "B?")]) == {"a": 0.5, "b": 0.5}
    assert asked.classify("y", [("a", "A?")]) == {"a": 1.0}
    assert start.starts == 1


def test_eight_threads_at_once_start_an_engine_once() -> None:
    start, together = Counted(), threading.Barrier(8)
    asked = Engine("even", "v1", start)

    def ask(_: int) -> dict[str, float]:
        together.wait(10)
        return asked.classify("x", [("a", "A?")])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [{"a": 1.0}] * 8
    assert start.starts == 1


def test_what_stops_the_start_passes_through_the_question() -> None:
    with pytest.raises(MachineError, match="no weights") as stopped:
        Engine("even", "v1", Counted(fails=1)).classify("x", [("a", "A?")])
    assert stopped.value.problems[0].help == "install them"


def test_an_engine_whose_start_failed_is_started_again() -> None:
    asked = Engine("even", "v1", Counted(fails=1))
    with pytest.raises(MachineError):
        asked.ready()
    assert asked.classify("x", [("a", "A?")]) == {"a": 1.0}
