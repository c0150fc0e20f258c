"""The one place where errors become text and exit codes."""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
import textwrap
import threading
import traceback
from collections.abc import Callable, Sequence
from types import FrameType

import click

from ticketbench.cli.signals import end_on_signals
from ticketbench.cli.terminal import ReaderGone, columns
from ticketbench.core.errors import Problem, TicketbenchError
from ticketbench.edge.redaction import redact

USAGE, MACHINE, BUG, INTERRUPTED, PIPE_CLOSED, TERMINATED = 2, 5, 70, 130, 141, 143

AT_END: list[Callable[[], None]] = []
"""What must be put in order before the last word: a progress bar gives the cursor back."""


class Terminated(BaseException):
    """SIGTERM arrived."""


SIGNALS: dict[type[BaseException], int] = {
    KeyboardInterrupt: signal.SIGINT,
    Terminated: signal.SIGTERM,
}

_BLANK = "\0"
_CALL = r"ticketbench(?: [a-z]+\b(?![\w/.:-])){0,2}"
_REST = r"--?[\w-]+(?:[= ][^\s;,]+)?|'[^']*'|[A-Z][A-Z_]*\b|[^\s;,]*[/.:][^\s;,]+"
_WHOLE = re.compile(rf"`[^`]*`|{_CALL}(?: (?:&& {_CALL}|{_REST}))*")
"""What is pasted: between backticks, or a command with its options, files and names in capitals."""

_AGAIN_S = 0.01
"""How long after a callback, in which it was lost, a signal comes again."""


def run_guarded(command: Callable[[], object], *, debug: bool) -> int:
    """Run `command`; print what went wrong to stderr and return the exit code.

    No traceback without `debug`: a message says what, where and what to do next.
    """
    before, sys.unraisablehook = sys.unraisablehook, _dropped(debug=debug)
    handlers = {number: signal.getsignal(number) for number in SIGNALS.values()}
    try:
        _listen()
        code = _run(command)  # click hands back the code of ctx.exit, else the command's None
        return code if isinstance(code, int) else 0
    except BaseException as error:  # noqa: BLE001 - the last boundary before the shell
        end_on_signals()  # what a signal raised here, nobody would catch
        if debug and not isinstance(error, SystemExit | click.exceptions.Exit):
            # Never with locals: they hold the key and the environment.
            _say_traceback(error)
        return _reported(error)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sys.unraisablehook = before


def _run(command: Callable[[], object]) -> object:
    try:
        return command()
    finally:
        for put_in_order in AT_END:
            put_in_order()


def _listen() -> None:
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    """Requests in flight are finished and their answers kept; a second signal ends at once."""
    end_on_signals()
    raise KeyboardInterrupt if number == signal.SIGINT else Terminated


def _dropped(*, debug: bool) -> Callable[[sys.UnraisableHookArgs], None]:
    """The interpreter drops what a callback of its own raises: a signal must come again."""

    def report(dropped: sys.UnraisableHookArgs) -> None:
        number = SIGNALS.get(dropped.exc_type)
        if number is not None:
            _listen()
            threading.Timer(_AGAIN_S, _send, [number]).start()
        elif debug and dropped.exc_value is not None:
            _say_traceback(dropped.exc_value)

    return report


def _send(number: int) -> None:
    """To the main thread, so that its waiting ends, too; a signal to this one would not end it."""
    main = threading.main_thread().ident
    if main is None or not hasattr(signal, "pthread_kill"):  # Windows
        signal.raise_signal(number)
    else:
        signal.pthread_kill(main, number)


def _reported(error: BaseException) -> int:
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, ReaderGone):
        return PIPE_CLOSED
    if isinstance(error, SystemExit):
        return _ended(error)
    if isinstance(error, TicketbenchError):
        say_problems(error.problems)
        return error.exit_code
    if isinstance(error, KeyboardInterrupt | click.Abort):
        _say("interrupted; finished answers are kept")
        return INTERRUPTED
    if isinstance(error, Terminated):
        _say("terminated; finished answers are kept")
        return TERMINATED
    if isinstance(error, click.ClickException):
        _say_usage(error)
        return USAGE
    return _unexpected(error)


def _ended(error: SystemExit) -> int:
    """1 is a failed gate alone; click ends with it where a pipe that we wrote to has broken."""
    if error.code == 1:
        return PIPE_CLOSED
    return error.code if isinstance(error.code, int) else BUG


def _unexpected(error: BaseException) -> int:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        _say(f"error: {error.strerror}" + (f": {error.filename}" if error.filename else ""))
        _say("  help: free some space, or write elsewhere; finished answers are kept")
        return MACHINE
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        _say("error: the name of a file is too long")
        _say("  help: choose a shorter one")
        return USAGE
    if isinstance(error, MemoryError):
        _say("error: this machine has not enough memory for it")
        _say("  help: use a smaller file or fewer tickets; finished answers are kept")
        return MACHINE
    _say(f"error: this is a bug in ticketbench ({type(error).__name__})")
    _say("  help: run again with --debug and report what it prints")
    return BUG


def _say_traceback(error: BaseException) -> None:
    for text in traceback.format_exception(error):
        for line in text.splitlines():
            _say(printable(line))


def _say(text: str) -> None:
    click.echo(text, err=True)


def _say_usage(error: click.ClickException) -> None:
    context = getattr(error, "ctx", None)
    problem = Problem(
        error.format_message(),
        "",
        f"{context.command_path} --help" if context else "ticketbench --help",
    )
    say_problems([problem])


def say_problems(problems: Sequence[Problem]) -> None:
    """Print problems to stderr, three parts each: what, where, what to do next."""
    from ticketbench.edge.set_names import noted_sets
    from ticketbench.report.masking.mask import masked_message

    for problem in problems:
        _say_wrapped("error: ", printable(masked_message(problem.what, keep=noted_sets())))
        if problem.where:
            _say(f"  --> {printable(problem.where)}")
        if problem.help:
            _say_wrapped("  help: ", printable(problem.help))


def _say_wrapped(first: str, text: str) -> None:
    """On a terminal as wide as it; a log keeps each part on a line, where it can be searched."""
    wide = columns() if sys.stderr.isatty() or os.environ.get("COLUMNS") else None
    for line in hung(text, first=first, width=wide):
        _say(line)


def hung(text: str, *, first: str, width: int | None) -> list[str]:
    """`text` behind the word `first`, its other lines behind as much space; None: in one line.

    Neither a word nor a command to paste is broken, so a line may be wider. No text is one line.
    """
    if width is None:
        return [first + text]
    kept = _WHOLE.sub(lambda part: part[0].replace(" ", _BLANK), text)
    lines = textwrap.wrap(
        kept,
        width,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_BLANK, " ") for line in lines] or [first]


def printable(text: str) -> str:
    """`text` without keys, and without control characters: a ticket or a server must not steer
    the terminal.
    """
    return "".join(c if c.isprintable() else "�" for c in redact(text))
