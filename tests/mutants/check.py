"""Changes the modules that decide, one small thing at a time, and runs the tests that mirror them.

`python -m mutants.check [MODULE ...]` prints for each module how many changes its tests noticed,
and each that none did. Ends with 1 where such a one has no reason in `survivors.toml`, with 2
where the tests fail on the unchanged module.

Every worker has its own copy of package and tests. Each change is tested in a fork of a process
that has imported the libraries but nothing of ours, so imports see the change and nothing is left
of it.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from mutants.mutations import Mutation, mutations
from mutants.survivors import Survivor, read_survivors, written

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path("eval", "ticketbench")
TESTS: Mapping[str, str] = {
    "core/policy.py": "core/test_policy.py",
    "core/classify.py": "core/test_classify.py",
    "edge/contract.py": "edge/test_contract.py",
    "measure/counts/confusion.py": "measure/counts/test_confusion.py",
    "measure/thresholds/certificate.py": "measure/thresholds/test_certificate.py",
    "measure/gates/rule.py": "measure/gates/test_rule.py",
    "measure/gates/judge.py": "measure/gates/test_judge.py",
}
"""The modules that decide, and the tests that are to notice a change of each."""

SLOW = ("broken_in_a_tenth_of_the_draws", "kept_by_ticket_where_heavy_writers")
"""Tests that draw too often to be asked about every change; they see nothing that others do not."""

LIBRARIES = ("hypothesis.strategies", "scipy.optimize", "scipy.stats", "sklearn.metrics")
DURATIONS = "durations.json"


class QuickestFirst:
    """A plugin: tests in the order of how long they took, which is written down at the end."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._took: Counter[str] = Counter()
        self._known = json.loads(file.read_text()) if file.exists() else {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Stable, so that tests of no known duration keep their order."""
        items.sort(key=lambda item: self._known.get(item.nodeid, 0.0))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Adds up setup, call and teardown."""
        self._took[report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        """Only the run of the unchanged module is kept."""
        if not self._known:
            self._file.write_text(json.dumps(self._took))


def copied(folder: Path) -> Path:
    """A folder with package and tests, to be changed."""
    skipped = shutil.ignore_patterns("__pycache__", ".hypothesis")
    for name in ("eval", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=skipped)
    for name in ("pyproject.toml", "action.yml"):
        shutil.copy(ROOT / name, folder)
    return folder


def outcome_of(
    folder: Path, module: str, *, within_s: float, quiet: bool = True
) -> tuple[str, float]:
    """Whether the tests of `module` notice it as it stands in the copy `folder`: "killed",
    "survived" or "timeout", and the seconds it took.
    """
    start = time.monotonic()
    child = os.fork()
    if not child:
        _run_tests(folder, module, quiet=quiet)
    while time.monotonic() - start < within_s:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            noticed = os.waitstatus_to_exitcode(status) != 0
            return "killed" if noticed else "survived", time.monotonic() - start
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout", within_s


def _run_tests(folder: Path, module: str, *, quiet: bool) -> None:
    """Never returns: the process ends with pytest's exit code."""
    code = 3
    try:
        os.dup2(2, 1)
        if quiet:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
        os.chdir(folder)
        sys.path.insert(0, str(folder / "eval"))
        os.environ["PYTHONPATH"] = str(folder / "eval")
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        options = "-x -q --tb=short --assert=plain -p no:cacheprovider".split()
        # A failure is enough: nobody reads how small an example shows it.
        settings.register_profile(
            "mutants", derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
        )
        settings.load_profile("mutants")
        quick = ["-m", "not evidence and not attack", "-k", f"not ({' or '.join(SLOW)})"]
        plugin = QuickestFirst(folder / f"{module.replace('/', '.')}.{DURATIONS}")
        code = pytest.main([*options, *quick, f"tests/{TESTS[module]}"], plugins=[plugin])
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(code))


def _survives(work: tuple[Path, str, str, float]) -> str:
    """One change in the copy of this worker, which is made when it is first needed."""
    above, module, source, within_s = work
    folder = above / str(os.getpid())
    if not folder.exists():
        shutil.copytree(above / "unchanged", folder)
    sys.dont_write_bytecode = True
    file = folder / PACKAGE / module
    original = file.read_bytes()
    for kept in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        kept.unlink()
    try:
        file.write_text(source, encoding="utf-8")
        return outcome_of(folder, module, within_s=within_s)[0]
    finally:
        file.write_bytes(original)


def check(module: str, above: Path, pool: ProcessPoolExecutor) -> Iterator[tuple[Mutation, str]]:
    """Each change of `module` with what became of it, in the order of its lines, as it is known.

    Raises ValueError where its tests fail on the unchanged module.
    """
    came, took = outcome_of(above / "unchanged", module, within_s=600, quiet=False)
    if came != "survived":
        raise ValueError(f"{module}: its tests fail without any change; make them pass first")
    changes = mutations((ROOT / PACKAGE / module).read_text(encoding="utf-8"))
    for one in changes:
        compile(one.source, module, "exec")  # one that no test can even read would count as noticed
    work = [(above, module, one.source, 10 + 5 * took) for one in changes]
    yield from zip(changes, pool.map(_survives, work), strict=True)


def report(module: str, found: Iterable[tuple[Mutation, str]], known: Sequence[Survivor]) -> bool:
    """Prints what became of the changes of `module`; whether every survivor has its reason."""
    reasons = {one.key for one in known if one.module == module}
    counts: Counter[str] = Counter()
    stale = set(reasons)
    for one, outcome in found:
        counts[outcome] += 1
        if outcome != "survived":
            continue
        stale.discard(one.key)
        if one.key not in reasons:
            counts["unexplained"] += 1
            print(f"# line {one.line}\n{written(module, one)}\n", flush=True)
    for place, was, becomes in sorted(stale):
        print(f"stale reason, no such survivor: {place}: {was} -> {becomes}")
    print(
        f"{module}: {counts.total() - counts['unexplained']} mutants, {counts['killed']} killed, "
        f"{counts['timeout']} timeouts, {counts['survived']} survived, "
        f"{counts['unexplained']} without a reason",
        flush=True,
    )
    return not counts["unexplained"]


def main(modules: Sequence[str]) -> int:
    """The exit code."""
    unknown = [module for module in modules if module not in TESTS]
    if unknown:
        print(f"not checked: {', '.join(unknown)}; known: {', '.join(TESTS)}", file=sys.stderr)
        return 2
    for library in LIBRARIES:
        importlib.import_module(library)
    # The run of the unchanged module compiles what every other run then reads.
    sys.dont_write_bytecode = False
    known, complete = read_survivors(), True
    with tempfile.TemporaryDirectory() as scratch:
        above = Path(scratch)
        copied(above / "unchanged")
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
            for module in modules or TESTS:
                try:
                    complete &= report(module, check(module, above, pool), known)
                except ValueError as error:
                    print(error, file=sys.stderr)
                    return 2
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
