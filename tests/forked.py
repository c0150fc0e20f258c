"""The command as a user runs it, but for the start of an interpreter.

One process imports what commands import and forks for each of them: a fork has exit code, output,
variables and folder of its own. What an interpreter does at its start (hash seed, entry point,
imports) and signals are tested on real processes instead.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, NoReturn

TESTS = Path(__file__).resolve().parent
MOST_S = 120
HANGS = -14
"""The exit code of a fork that takes longer."""
_LATE_IMPORTS = (
    "cattrs", "filelock", "jinja2", "requests_cache.backends.sqlite", "rich.progress",
    "pyarrow.parquet", "scipy.optimize", "scipy.sparse", "scipy.special", "threadpoolctl",
)  # fmt: skip


def ticketbench(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`ticketbench` with these arguments in the current folder, as `subprocess.run` gives it."""
    return ticketbench_in(Path.cwd(), *arguments, **variables)


def ticketbench_in(
    folder: Path, *arguments: str, most_s: int = MOST_S, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The same in `folder`; it may take so many seconds. Threads may call this side by side."""
    assert "PYTHONHASHSEED" not in variables, "that takes an interpreter of its own"
    environment = {**os.environ, **variables}
    _forks.start()
    return _forks.done(Job(str(folder.absolute()), arguments, environment, most_s))


def end() -> None:
    """Let the process that forks end; the next command would start another."""
    _forks.end()


def with_tests(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` in which an interpreter finds the modules of the tests."""
    paths = (str(TESTS), environment.get("PYTHONPATH", ""))
    return {**environment, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


@dataclass(frozen=True, slots=True)
class Job:
    """One command: where, with which arguments and variables, and how long it may take."""

    folder: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    most_s: int


class _Forks:
    """The process that forks, and the socket that carries four files to it for each command."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._lock:
            if self._process is not None:
                return
            self._control, other = socket.socketpair()
            with other:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "forked", str(other.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    env=with_tests(os.environ),
                    pass_fds=[other.fileno()],
                )

    def done(self, job: Job) -> subprocess.CompletedProcess[str]:
        told, telling = os.pipe()
        with (
            open(told, "rb") as status,
            tempfile.TemporaryFile() as asked,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            asked.write(json.dumps(asdict(job)).encode())
            asked.seek(0)
            numbers = [asked.fileno(), out.fileno(), err.fileno(), telling]
            assert self._control is not None
            with self._lock:
                socket.send_fds(self._control, [b"."], numbers)
            os.close(telling)
            code = status.read()
            assert code, "the process that forks has ended"
            return subprocess.CompletedProcess(
                ["ticketbench", *job.arguments], int(code), _text(out), _text(err)
            )

    def end(self) -> None:
        with self._lock:
            if self._process is not None and self._control is not None:
                self._control.close()
                self._process.wait(timeout=20)
            self._process = self._control = None


_forks = _Forks()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8").replace("\r\n", "\n")


def warm_up() -> None:
    """Import what commands need, and run once: the pages' templates are then compiled."""
    import ticketbench

    for path in sorted(Path(ticketbench.__file__).parent.rglob("*.py")):
        parts = path.with_suffix("").relative_to(Path(ticketbench.__file__).parents[1]).parts
        if parts[-1] not in ("__init__", "__main__", "pytest_plugin"):
            importlib.import_module(".".join(parts))
    for name in _LATE_IMPORTS:
        importlib.import_module(name)
    _run_once()


def _run_once() -> None:
    from small_project import write_project
    from ticketbench.flow.run import run

    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_project(Path())
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            run(Path("eval.yaml"))
        os.chdir(before)


def _serve(control: socket.socket) -> None:
    """Fork for each command that arrives until nobody can send one."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, numbers, *_ = socket.recv_fds(control, 1, 4)
        if not message:
            return
        if os.fork() == 0:
            _watch(*numbers)
        for number in numbers:
            os.close(number)


def _watch(asked: int, out: int, err: int, telling: int) -> NoReturn:
    """In a fork: fork again for the command, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(telling)
        with open(asked, "rb") as file:
            job = Job(**json.load(file))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        _command(job)
    _, status = os.waitpid(child, 0)
    os.write(telling, b"%d" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _command(job: Job) -> NoReturn:
    """The whole life of a fork."""
    code = 99
    try:
        from ticketbench.cli.main import main

        os.chdir(job.folder)
        os.environ.clear()
        os.environ.update(job.environment)
        sys.argv = ["ticketbench", *job.arguments]
        signal.alarm(job.most_s)
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 98
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    warm_up()
    with socket.socket(fileno=int(sys.argv[1])) as end_of_ours:
        _serve(end_of_ours)
