"""Somebody who follows a page of docs/ as it stands, in a folder of their own."""

from __future__ import annotations

import csv
import doctest
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from threadpoolctl import threadpool_limits

from forked import ticketbench_in
from guide_steps import DOCS, Step
from logged_project import labelled
from ticketbench.edge.inputs.config_file import ConfigFile

PORT = "8000"
"""The port that the pages name; a server on a free one takes its place."""

_ELSEWHERE = re.compile(r" # on .*\bmachines?$")
"""A line for machines that no test has; test_docs.py holds its options against the command's."""


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
            case "install":
                for line in text.splitlines():
                    installs(line)
            case "python":
                self.python(text, step.line)
            case "script":
                exec(compile(text, "page.md", "exec"), self.names)
            case "config":
                fits(text)
            case "output":
                assert re.search(_pattern(text), " ".join(self.printed.split())), self.printed
            case "sheet":
                label_sheets(self.folder)
            case "end":
                self.end()

    def run(self, line: str) -> None:
        if _ELSEWHERE.search(line):
            return
        if not line.startswith("ticketbench "):
            self.shell(line)
            return
        words = shlex.split(line, comments=True)[1:]
        if words[0] == "serve":
            self.serve(words)
            return
        done = ticketbench_in(self.folder, *words)
        code = re.search(r" # exits with (\d)", line)
        assert done.returncode == (int(code[1]) if code else 0), done.stdout + done.stderr
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
        with threadpool_limits(1):  # several threads cost four times the CPU for a page's few rows
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


def _pattern(shown: str) -> str:
    """What is shown, wherever a line is broken; `...` stands for what differs by machine."""
    return ".*".join(re.escape(one) for one in " ".join(shown.split()).split("..."))


def label_sheets(folder: Path) -> None:
    """Every sheet gets the labels that the demo has, as if a person gave them."""
    with (folder / "datasets/support_tickets.csv").open(encoding="utf-8", newline="") as file:
        gold = {row["id"]: row["label"] for row in csv.DictReader(file)}
    for sheet in folder.glob("labels-*.csv"):
        labelled(sheet, lambda _, row: gold[row["ticket_id"]])


def installs(line: str) -> None:
    """The file or the extra that a line of pip names is there."""
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for word in shlex.split(line, comments=True)[2:]:
        if "[" in word:
            assert word[word.index("[") + 1 : -1] in project["optional-dependencies"], line
        elif word.endswith(".txt"):
            assert (DOCS.parent / word).is_file(), line


def fits(piece: str) -> None:
    """A piece of a config is one in that of the demo; lines that begin alike are alternatives."""
    demo = YAML(typ="safe").load((DOCS.parent / "configs/quickstart.yaml").read_text("utf-8"))
    for one in alternatives(piece):
        ConfigFile.model_validate(demo | YAML(typ="safe").load(one))


def alternatives(piece: str) -> list[str]:
    """The whole piece, or each of its lines where all of them set the same key."""
    lines = piece.splitlines()
    keys = [line.partition(":")[0] for line in lines]
    return lines if len(set(keys)) == 1 < len(keys) else [piece]


@contextmanager
def reader(folder: Path) -> Iterator[Reader]:
    """Whatever they started has ended afterwards."""
    one = Reader(folder)
    try:
        yield one
    finally:
        one.end()
