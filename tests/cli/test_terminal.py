"""What is printed ends no command, whatever stdout and stderr are, and commands no runner."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from ticketbench.cli import terminal
from ticketbench.cli.boundary import PIPE_CLOSED, run_guarded
from ticketbench.cli.terminal import ReaderGone, Terminal, take_over, writable_json
from ticketbench.core.errors import InputError, MachineError
from ticketbench.report.words.commands import Command

WORDS = "0.5 → 0.6 ≥ 0.5… “请求” Zugänge\n"


class Unwritable(io.StringIO):
    """A stream whose every write ends with `error`; it has no file number."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def write(self, text: str) -> int:
        raise self._error


@pytest.fixture(autouse=True)
def _streams() -> Iterator[None]:
    """Put stdout and stderr back."""
    before = sys.stdout, sys.stderr
    yield
    sys.stdout, sys.stderr = before


def printed(*texts: str, encoding: str = "utf-8") -> str:
    """What stands in a file of this encoding after each of `texts` was written to stdout."""
    content = io.BytesIO()
    sys.stdout = io.TextIOWrapper(content, encoding=encoding)
    take_over()
    for text in texts:
        sys.stdout.write(text)
    return content.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", WORDS),
        ("ascii", '0.5 -> 0.6 >= 0.5... "??" Zug?nge\n'),
        ("cp1252", "0.5 -> 0.6 >= 0.5… “??” Zugänge\n"),
        ("cp932", "0.5 → 0.6 >= 0.5… “请求” Zug?nge\n".replace("请", "?")),
    ],
)
def test_what_an_encoding_lacks_is_a_plain_form_or_a_question_mark(
    encoding: str, shown: str
) -> None:
    assert printed(WORDS, encoding=encoding) == shown


def test_a_name_that_is_no_text_is_printed_all_the_same() -> None:
    assert printed("a\udcffb\n") == "a?b\n"


def test_no_byte_order_mark_stands_before_what_is_printed() -> None:
    content = io.BytesIO()
    sys.stdout = io.TextIOWrapper(content, encoding="utf-8-sig")
    take_over()
    sys.stdout.write(writable_json(WORDS))
    assert content.getvalue() == WORDS.encode()


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_json_says_the_same_in_every_encoding(encoding: str) -> None:
    data = {"name": "请求 ä 😀 →"}
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    text = writable_json(json.dumps(data, ensure_ascii=False))
    assert json.loads(text) == data
    assert text.isascii() == (encoding != "utf-8")


@pytest.mark.parametrize("runner", terminal.RUNNERS)
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x\n", ":\u2060:error::x\n"),
        ("a\n  \t::error::x\n", "a\n  \t:\u2060:error::x\n"),
        ("\xa0::error::x\n", "\xa0:\u2060:error::x\n"),
        ("a\r::error::x\n", "a\r:\u2060:error::x\n"),
        ("a b ##[error]x\n", "a b ##\u2060[error]x\n"),
        ("####[group]x\n", "####\u2060[group]x\n"),
        ("a ##vso[task.x]y\n", "a ##vso\u2060[task.x]y\n"),
        ("a ##VSO[task.x]y\n", "a ##VSO\u2060[task.x]y\n"),
        ("section_start:1:a\n", "section_start\u2060:1:a\n"),
        ("a ::error::x\n", "a ::error::x\n"),
        ("C:\\x, a # [b], std::vector\n", "C:\\x, a # [b], std::vector\n"),
    ],
)
def test_a_command_in_a_text_is_broken(
    text: str, shown: str, runner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert printed(text) == text
    monkeypatch.setenv(runner, "true")
    assert printed(text) == shown
    assert printed(*text) == shown  # also where it comes in pieces
    assert printed(shown) == shown


def test_an_encoding_without_the_joiner_gets_a_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    shown = printed("::error::x ##[error]\n", encoding="cp1252")
    assert shown == ": :error::x ## [error]\n"


def test_json_keeps_a_text_that_is_no_command_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    data = {"id": "::error::x ##[error] ##vso[a] section_end:1\u2028::b"}
    text = writable_json(json.dumps(data, indent=2, ensure_ascii=False))
    assert printed(text) == text
    assert json.loads(text) == data
    assert "##[" not in text


def test_our_own_commands_are_left_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    content = io.BytesIO()
    sys.stdout = io.TextIOWrapper(content, encoding="utf-8")
    take_over()
    terminal.tell_runner([Command("::error file=a::b"), Command("::notice::c")])
    assert content.getvalue() == b"::error file=a::b\n::notice::c\n"


def test_nothing_can_be_written_past_it() -> None:
    take_over()
    assert not hasattr(sys.stdout, "buffer")
    assert not hasattr(sys.stderr, "buffer")


def test_an_empty_write_is_no_write_and_bytes_are_refused() -> None:
    full = Terminal(Unwritable(OSError(28, "full")), carries_data=True)
    assert full.write("") == 0
    with pytest.raises(TypeError):
        Terminal(io.StringIO(), carries_data=True).write(cast(str, b""))


GONE, FULL = BrokenPipeError(32, "Broken pipe"), OSError(28, "No space left on device")


def test_an_error_keeps_its_code_when_nobody_reads_stderr() -> None:
    def command() -> None:
        raise InputError("wrong", where="a.csv:1", help="mend it")

    for error in (GONE, FULL):
        sys.stderr = Unwritable(error)
        take_over()
        assert run_guarded(command, debug=True) == 2


def test_a_reader_that_ends_early_is_141_and_a_full_disk_5() -> None:
    for error, code in ((GONE, PIPE_CLOSED), (FULL, 5)):
        sys.stdout = Unwritable(error)
        take_over()
        assert run_guarded(lambda: sys.stdout.write("a"), debug=False) == code


def test_what_is_raised_says_which_it_is() -> None:
    with pytest.raises(ReaderGone):
        Terminal(Unwritable(GONE), carries_data=True).write("a")
    with pytest.raises(MachineError, match="cannot write to stdout: No space"):
        Terminal(Unwritable(FULL), carries_data=True).write("a")
    Terminal(Unwritable(FULL), carries_data=False).write("a")


def started(*closed: int, **streams: int) -> subprocess.CompletedProcess[bytes]:
    """`validate` of no file by an interpreter of its own, with these files closed at its start."""

    def close() -> None:
        for number in closed:
            os.close(number)

    command = [sys.executable, "-m", "ticketbench", "validate", "missing.csv"]
    return subprocess.run(command, preexec_fn=close, timeout=120, check=False, **streams)


def test_files_closed_at_the_start_end_nothing(tmp_path: Path) -> None:
    assert started(0, 2, stdout=subprocess.DEVNULL).returncode == 2
    assert started(0, 1, 2).returncode == 2


def test_where_stdin_is_closed_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    printed()
    assert sys.stdin is not None
    assert sys.stdin.fileno() == 0


def test_a_pipe_without_a_reader_keeps_the_code_of_the_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb"):
        assert started(stdout=writing, stderr=writing).returncode == 2


def test_a_pipe_that_would_block_is_waited_for() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with open(writing, "w", encoding="utf-8") as stream, open(reading, "rb") as read:
        Terminal(cast(io.TextIOWrapper, stream), carries_data=True)
        assert os.get_blocking(writing)
        assert read.fileno() == reading
