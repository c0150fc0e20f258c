"""Signals and dropped errors, in an interpreter of its own."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from forked import ticketbench
from terminal import shown
from ticketbench.cli.boundary import hung

ROOT = Path(__file__).parents[2]

_DROPPED = """
import signal, sys, time, weakref
from ticketbench.cli.boundary import run_guarded

class Thing:
    pass

def callback(_):
    {happens}

def command():
    thing = Thing()
    known = weakref.ref(thing, callback)
    del thing
    time.sleep({rest_s})

sys.exit(run_guarded(command, debug={debug}))
"""


def ended(happens: str, *, rest_s: float, debug: bool = False) -> tuple[int, str]:
    script = _DROPPED.format(happens=happens, rest_s=rest_s, debug=debug)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_that_falls_into_a_callback_of_the_interpreter_is_not_lost(
    name: str, code: int
) -> None:
    began = time.monotonic()
    number, said = ended(f"signal.raise_signal(signal.{name})", rest_s=15)
    assert (number, time.monotonic() - began < 14) == (code, True)  # it does not wait for the rest
    assert "finished answers are kept" in said
    assert "Traceback" not in said


def test_what_a_callback_raises_is_shown_with_debug_alone() -> None:
    assert ended("1 / 0", rest_s=0) == (0, "")
    number, said = ended("1 / 0", rest_s=0, debug=True)
    assert number == 0
    assert "ZeroDivisionError" in said


# --- before anything is loaded, and after everything has ended


def alone(script: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


_STRUCK_AT = """
import signal, sys

class Striking:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            signal.raise_signal(signal.{signal})

sys.meta_path.insert(0, Striking())
from ticketbench.__main__ import main
sys.argv[1:] = ["--version"]
main()
"""


@pytest.mark.parametrize(("signal", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
@pytest.mark.parametrize("name", ["ticketbench.cli.main", "click", "ticketbench.edge.redaction"])
def test_a_signal_while_the_commands_load_ends_without_a_traceback(
    name: str, signal: str, code: int
) -> None:
    assert alone(_STRUCK_AT.format(name=name, signal=signal)) == (code, "")


def test_before_signals_are_heard_nothing_else_is_loaded() -> None:
    script = """
import sys
before = {*sys.modules, "__future__"}
import ticketbench.__main__
print(sorted(name for name in sys.modules.keys() - before if "ticketbench" not in name))
"""
    assert alone(script) == (0, "[]\n")


def test_cycles_of_objects_are_looked_for_late_once_and_then_as_usual() -> None:
    script = """
import gc, sys
from ticketbench.__main__ import main
usual, sys.argv[1:] = gc.get_threshold(), ["--version"]
try:
    main()
except SystemExit:
    print(gc.get_threshold()[0] > 100 * usual[0], end=" ")
gc.collect()
print(gc.get_threshold() == usual, gc.callbacks)
"""
    code, said = alone(script)
    assert (code, said.splitlines()[-1]) == (0, "True True []")


def test_the_installed_command_begins_where_signals_are_heard() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"ticketbench": "ticketbench.__main__:main"}


def test_the_package_as_a_library_touches_no_signals() -> None:
    script = """
import signal
before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
import ticketbench, ticketbench.__main__, ticketbench.cli.main
assert ticketbench.gate
print(before == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)])
"""
    assert alone(script) == (0, "True\n")


@pytest.mark.parametrize("when", ["atexit.register(strike)", "boundary._reported = strike"])
def test_a_signal_when_everything_has_ended_shows_no_traceback(when: str) -> None:
    script = f"""
import atexit, signal, sys
from ticketbench.cli import boundary
from ticketbench.cli.signals import end_on_signals

def strike(*_):
    signal.raise_signal(signal.SIGINT)

{when}
end_on_signals()
sys.exit(boundary.run_guarded(lambda: 1 / 0, debug=False))
"""
    code, said = alone(script)
    assert (code, "Traceback" in said, "Exception" in said) == (130, False, False)


def test_who_called_has_their_own_signals_back_afterwards() -> None:
    script = """
import signal
from ticketbench.cli.boundary import run_guarded
before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
run_guarded(lambda: None, debug=False)
run_guarded(lambda: 1 / 0, debug=False)
print(before == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)])
"""
    assert alone(script)[1].startswith("True\n")


COMMAND = "ticketbench run configs/support.yaml && ticketbench cache export configs/support.yaml"
LONG = f"the file is not there, so nothing can be judged by it yet; make it: {COMMAND}; then again"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_an_error_hangs_and_keeps_a_command_and_a_path_whole(width: int) -> None:
    lines = hung(LONG, first="  help: ", width=width)
    assert " ".join(line.strip() for line in lines) == f"help: {LONG}"
    assert all(line.startswith(" " * 8) for line in lines[1:])
    assert sum(COMMAND in line for line in lines) == 1
    assert all(len(line) <= width for line in lines if COMMAND not in line)
    path = "/a/very/long/path/" + "x" * 200
    assert path in "".join(hung(f"cannot read {path}", first="error: ", width=width))


@pytest.mark.parametrize("text", ["", "short", "a  b"])
def test_a_text_that_fits_stays_a_line(text: str) -> None:
    assert hung(text, first="error: ", width=None) == [f"error: {text}"]
    assert len(hung(text, first="error: ", width=80)) == 1


def test_an_error_is_as_wide_as_the_terminal_and_whole_in_a_log(project: Path) -> None:
    asked = ("run", "eval.yaml", "--max-cost", "1")
    log = ticketbench(*asked).stderr
    assert [line[:7] for line in log.splitlines()] == ["error: ", "  --> e", "  help:"]
    for columns in (60, 80):
        seen = shown(
            project, "run", "eval.yaml", "--set", f"nothing={'a b ' * 40}", columns=columns
        )
        assert seen.code == 2
        told = [line for line in seen.stderr.splitlines() if not line.startswith("  -->")]
        assert max(map(len, told)) <= columns
