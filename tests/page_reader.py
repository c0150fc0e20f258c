"""Somebody who follows a page of docs/ as it stands, in a folder of their own."""

from __future__ import annotations

import doctest
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forked import ticketbench_in
from guide_steps import Step

PORT = "8000"
"""The port that the pages name; a server on a free one takes its place."""


@dataclass
class Reader:
    """Follows one step after the other."""

    folder: Path
    server: subprocess.Popen[str] | None = None
    port: str = PORT
    printed: str = ""
    names: dict[str, Any] = field(default_factory=dict)

    def follow(self, step: Step) -> None:
        text = step.text.replace(f":{PORT}/", f":{self.port}/")
        match step.kind:
            case "file":
                path = self.folder / step.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            case "command":
                for line in text.splitlines():
                    self.run(line)
            case "python":
                self.python(text, step.line)
            case "output":
                assert " ".join(text.split()) in " ".join(self.printed.split())
            case "end":
                self.end()

    def run(self, line: str) -> None:
        command, _, note = line.partition("    # exits with ")
        if not command.startswith("ticketbench "):
            self.shell(command)
            return
        words = shlex.split(command)[1:]
        if words[0] == "serve":
            self.serve(words)
            return
        done = ticketbench_in(self.folder, *words)
        assert done.returncode == int(note or 0), done.stdout + done.stderr
        self.printed = done.stdout + done.stderr

    def shell(self, line: str) -> None:
        """A command of the shell, which may lead into another folder."""
        where = f"{line} && printf '\\n%s' \"$PWD\""
        done = subprocess.run(
            ["sh", "-c", where], cwd=self.folder, check=True, capture_output=True, text=True
        )
        self.printed, _, folder = done.stdout.rpartition("\n")
        self.folder = Path(folder)

    def serve(self, words: list[str]) -> None:
        words[words.index(PORT)] = "0"
        self.server = subprocess.Popen(
            [sys.executable, "-m", "ticketbench", *words],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=self.folder,
        )  # fmt: skip
        assert self.server.stdout is not None
        url = self.server.stdout.readline()
        self.port = re.findall(r":(\d+)/", url)[0]

    def python(self, text: str, line: int) -> None:
        found = doctest.DocTestParser().get_doctest(text, self.names, "page", "page.md", line)
        told: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        runner.run(found, out=told.append, clear_globs=False)
        self.names = found.globs
        assert runner.tries > 0
        assert not runner.failures, "".join(told)

    def end(self) -> None:
        if self.server is not None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(timeout=20)
            assert self.server.stdout is not None
            self.server.stdout.close()
            self.server = None


@contextmanager
def reader(folder: Path) -> Iterator[Reader]:
    """Whatever they started has ended afterwards."""
    one = Reader(folder)
    try:
        yield one
    finally:
        one.end()
