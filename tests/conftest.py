"""Fixtures that several test modules share.

`project` is a folder with a small config that runs on the lexical engine in process; `test_data`
is the folder with the large labelled sets and `model` the minilm engine with its weights: both
skip where these are not at hand. `demo` is what the quickstart leaves, `stored` what a run of the
small project does: each is made once a session, for all workers. `opened` opens a page in a real
browser, which needs no socket.

No test opens a socket, unless it is marked `loopback` or stands in `attack`, `faults` or
`crash`: then it may talk to this machine.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

import forked
from action_steps import installed, with_tool
from browser import CHROMIUM, Opened, opened_in, started
from made_once import made_once
from offline_ci import copied
from quickstart import Demo, demo_in, run_quickstart
from small_project import write_project
from ticketbench.edge.redaction import forget_noted_keys
from ticketbench.edge.set_names import forget_noted_sets

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from ticketbench.edge.engines.minilm import MiniLM

collect_ignore = ["sample_repository"]

# A busy machine may take seconds for one example; no test measures time.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")

VARIABLES = (
    "SCALEDOWN_API_KEY", "TICKETBENCH_MODE", "NO_COLOR", "FORCE_COLOR", "COLUMNS",
    "GITHUB_ACTIONS", "GITHUB_WORKSPACE", "TF_BUILD", "GITLAB_CI",
)  # fmt: skip

# Also for what is made once for many tests: a worker may hand on a width of its own.
os.environ.pop("COLUMNS", None)

_SOCKET_EVENTS = ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo")
_loopback_allowed = [True]


def _guard_sockets(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: it sees every socket of this process, whoever opens it."""
    if event not in _SOCKET_EVENTS:
        return
    address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
    host = address[0] if isinstance(address, tuple) else address
    local = str(host) in ("127.0.0.1", "localhost", "::1") or str(host).startswith("/")
    if not (local and _loopback_allowed[0]):
        raise AssertionError(f"a test reached for the network: {event} {address!r}")


sys.addaudithook(_guard_sockets)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of attacks, faults and crashes has a server on this machine."""
    for item in items:
        if {"attack", "faults", "crash"} & set(item.path.parts):
            item.add_marker("loopback")


@pytest.fixture(autouse=True)
def _no_sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Only tests marked `loopback` may open sockets."""
    _loopback_allowed[0] = request.node.get_closest_marker("loopback") is not None
    yield
    _loopback_allowed[0] = True


@pytest.fixture(scope="session", autouse=True)
def _forks_end() -> Iterator[None]:
    """The process that forks commands ends with the session."""
    yield
    forked.end()


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the developer's shell changes what a test sees."""
    for name in list(os.environ):
        if name in VARIABLES or (
            name.startswith("TICKETBENCH_") and name != "TICKETBENCH_TEST_DATA"
        ):
            monkeypatch.delenv(name)
    # Nor does the file in which the developer bound keys, or a key that another test named.
    monkeypatch.setenv("XDG_CONFIG_HOME", os.path.join(os.sep, "nowhere"))
    forget_noted_keys()
    forget_noted_sets()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with tickets.csv, v1.yaml, v2.yaml and eval.yaml, and the current folder."""
    write_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of `project` with the answers of both sets and a report."""
    from ticketbench.flow.run import run

    def make(folder: Path) -> None:
        write_project(folder)
        with contextlib.chdir(folder):
            run(Path("eval.yaml"))

    return made_once(tmp_path_factory, "stored", make)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """What the quickstart printed, and its report."""
    return demo_in(made_once(tmp_path_factory, "demo", run_quickstart))


@pytest.fixture(scope="session")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment such as the action makes, for its steps to run."""
    return made_once(tmp_path_factory, "tool", installed)


@pytest.fixture
def checked_out(tool: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a checkout of the sample repository, with one of its edits, beside what was installed
    by the action.
    """

    def make(edit: str | None = None) -> Path:
        repository = copied(tmp_path, edit)
        with_tool(repository, tool)
        return repository

    return make


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for all tests of a worker; skips where it is not installed."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with started() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Opens a page, or a text as one, as `opened_in` does; closes them all after the test."""
    seen: list[Opened] = []

    def open_(page: Path | str, **how: Any) -> Opened:
        if isinstance(page, str):
            text, page = page, tmp_path / "page.html"
            page.write_text(text, encoding="utf-8")
        seen.append(opened_in(browser, page, **how))
        return seen[-1]

    yield open_
    for one in seen:
        one.page.context.close()


@pytest.fixture
def answered(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `stored`, as the current folder."""
    folder = tmp_path / "answered"
    shutil.copytree(stored, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder named by TICKETBENCH_TEST_DATA; skips when it is not set."""
    folder = os.environ.get("TICKETBENCH_TEST_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("TICKETBENCH_TEST_DATA is not set: the large labelled sets are not here")
    return Path(folder)


@pytest.fixture(scope="session")
def model() -> MiniLM:
    """The minilm engine, started; skips where its weights are not installed."""
    from ticketbench.core.errors import MachineError
    from ticketbench.edge.engines.minilm import minilm

    try:
        return minilm()
    except MachineError as error:
        pytest.skip(f"needs the weights of the minilm engine (make weights): {error}")
