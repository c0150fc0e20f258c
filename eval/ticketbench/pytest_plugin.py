"""The pytest plugin: rubric sets under test, on stored answers, with nothing sent.

    def test_billing(evaluation):
        assert evaluation.recall("billing").low > 0.9

`evaluation` is the rubric set of the marker `rubric_set`, else the last one of the config.
`classify_server` is an endpoint with scores of your choice, for tests of what asks one.
Missing answers skip a test and say how to get them; `--ticketbench-strict` makes them fail. Where
the recording that should hold them is not there, the test fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import pytest

if TYPE_CHECKING:
    from ticketbench.flow.gates.under_test import Answer, UnderTest
    from ticketbench.measure.compare import Comparison
    from ticketbench.measure.evaluation import Evaluation

_UNDER_TEST = pytest.StashKey["UnderTest"]()
_TOLD = "ticketbench"
MUST_PASS = "must_pass_ticket"
_MISSING = re.compile(r"\banswers? missing for rubric set ")
T = TypeVar("T")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The config to test, whether to ask for missing answers, and what missing ones do."""
    group = parser.getgroup("ticketbench")
    parser.addini("ticketbench_config", "config of the rubric sets under test, from the rootdir")
    group.addoption("--ticketbench-config", metavar="CONFIG", help="Instead of the ini option.")
    group.addoption(
        "--ticketbench-mode",
        choices=("replay", "auto"),
        default="replay",
        help="replay sends nothing (default), auto asks for missing answers.",
    )
    group.addoption(
        "--ticketbench-strict", action="store_true", help="Missing answers fail instead of skip."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", "rubric_set(name): the rubric set that a test is about")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each must-pass ticket of the config's gates, where a test asks for them."""
    if MUST_PASS in metafunc.fixturenames:
        try:
            found = _under_test(metafunc.config).must_pass_tickets()
        except pytest.UsageError as error:
            raise pytest.Collector.CollectError(_harmless(str(error))) from None
        ids = [_steers_nothing(_shown(ticket.id)) for ticket in found]
        metafunc.parametrize(MUST_PASS, found, ids=ids)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once, loudly, that answers are missing, and what the ledger of the baseline warns of."""
    reports = terminalreporter.stats.get("skipped", [])
    missing = {str(r.longrepr[2]) for r in reports if isinstance(r.longrepr, tuple)}
    for reason in sorted(one for one in missing if _MISSING.search(one)):
        terminalreporter.write_line(f"ticketbench: {reason.removeprefix('Skipped: ')}", yellow=True)
    ended = [report for reports in terminalreporter.stats.values() for report in reports]
    noted = {one for report in ended for one in getattr(report, "user_properties", ())}
    for warning in sorted(str(text) for name, text in noted if name == _TOLD):
        terminalreporter.write_line(f"ticketbench: {warning}", yellow=True)


@pytest.fixture
def evaluation(request: pytest.FixtureRequest) -> Evaluation:
    """Everything measured for one rubric set; `.recall(label)` and the like are estimates."""
    return _answered(request, lambda under_test: under_test.evaluation(_rubric_set(request)))


@pytest.fixture
def comparison(request: pytest.FixtureRequest) -> Callable[..., Comparison]:
    """`comparison(base, candidate)`: by default the first rubric set and the one under test.

    The base may be `baseline`, the committed reference of the config.
    """

    def compared(base: str | None = None, candidate: str | None = None) -> Comparison:
        from ticketbench.edge.inputs.gate_config import BASELINE

        own = candidate or _rubric_set(request)
        found = _answered(request, lambda under_test: under_test.comparison(base, own))
        if base == BASELINE:
            _tell(request)
        return found

    return compared


@pytest.fixture
def classify(request: pytest.FixtureRequest) -> Callable[[str], Answer]:
    """`classify(text)`: the stored answer for a text, with top_label, scores and outcome."""

    def classified(text: str) -> Answer:
        name = _rubric_set(request)
        return _answered(request, lambda under_test: under_test.answer(text, name))

    return classified


@pytest.fixture
def classify_server() -> Iterator[Callable[..., str]]:
    """`classify_server(scores={"billing": 0.9})`: the URL of a /classify that answers so until the
    test ends; more in `ticketbench.testing`.
    """
    from ticketbench.testing import classify_server as started

    with ExitStack() as running:
        yield lambda *args, **kwargs: running.enter_context(started(*args, **kwargs))


def _tell(request: pytest.FixtureRequest) -> None:
    """Note what the ledger warns of at the test, for the summary: workers of xdist have none."""
    for found in _answered(request, lambda under_test: under_test.baseline_findings()):
        warning = _harmless(f"{found.title}; {found.evidence}")
        request.node.user_properties.append((_TOLD, warning))


def _rubric_set(request: pytest.FixtureRequest) -> str | None:
    marker = request.node.get_closest_marker("rubric_set")
    if marker is None:
        return None
    if len(marker.args) != 1 or marker.kwargs:
        _fail('write @pytest.mark.rubric_set("NAME")')
    return str(marker.args[0])


def _answered(request: pytest.FixtureRequest, ask: Callable[[UnderTest], T]) -> T:
    from ticketbench.core.errors import IncompleteError, InputError

    __tracebackhide__ = True
    try:
        return ask(_under_test(request.config))
    except IncompleteError as error:
        problem = error.problems[0]
        reason = f"{problem.what}; {problem.help}"
    except pytest.UsageError as error:
        _fail(_harmless(str(error)))
    except InputError as error:
        problem = error.problems[0]
        _fail(_harmless(": ".join(part for part in (problem.what, problem.help) if part)))
    if request.config.getoption("--ticketbench-strict"):
        _fail(_harmless(reason))
    pytest.skip(_harmless(reason))


def _fail(reason: str) -> NoReturn:
    __tracebackhide__ = True
    pytest.fail(_steers_nothing(reason), pytrace=False)


def _shown(name: str) -> str:
    """An id as the config lets it be shown."""
    return str(getattr(name, "shown", name))


def _harmless(text: str) -> str:
    """A message that names no ticket by a mail or a phone."""
    from ticketbench.edge.set_names import noted_sets
    from ticketbench.report.masking.mask import masked_message

    return _steers_nothing(masked_message(text, keep=noted_sets()))


def _steers_nothing(text: str) -> str:
    """What pytest prints of ours steers no terminal and is no command to a runner of CI."""
    from ticketbench.cli.boundary import printable
    from ticketbench.report.words.commands import broken

    return broken(printable(text))


def _under_test(config: pytest.Config) -> UnderTest:
    """Read once a process; with xdist every worker reads for itself, and none writes."""
    from ticketbench.core.errors import TicketbenchError
    from ticketbench.flow.gates.under_test import UnderTest

    if _UNDER_TEST not in config.stash:
        path = _config_path(config)
        try:
            config.stash[_UNDER_TEST] = UnderTest(path, config.getoption("--ticketbench-mode"))
        except TicketbenchError as error:
            problem = error.problems[0]
            said = " ".join(part for part in (problem.where, problem.what, problem.help) if part)
            raise pytest.UsageError(_harmless(f"ticketbench: {said}")) from None
    return config.stash[_UNDER_TEST]


def _config_path(config: pytest.Config) -> Path:
    given = config.getoption("--ticketbench-config")
    if given:
        return Path(config.invocation_params.dir) / str(given)
    written = str(config.getini("ticketbench_config"))
    if not written:
        raise pytest.UsageError(
            "ticketbench: which config? Set `ticketbench_config` in the pytest section of "
            "pyproject.toml, or give --ticketbench-config"
        )
    return config.rootpath / written
