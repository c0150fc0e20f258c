"""Somebody who follows a page of docs/ as it stands, in a folder of their own."""

from __future__ import annotations

import csv
import doctest
import io
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from threadpoolctl import threadpool_limits

from command_words import exists
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
    variables: dict[str, str] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)

    def follow(self, step: Step) -> None:
        text = step.text.replace(f":{PORT}/", f":{self.port}/")
        match step.kind:
            case "file":
                path = self.folder / step.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                if path.suffix == ".yml":
                    runs(text)
            case "command":
                for line in text.splitlines():
                    self.run(line)
            case "install":
                for line in text.splitlines():
                    installs(line)
            case "python":
                self.python(text, step.line)
            case "script":
                self.script(text)
            case "config":
                fits(text)
            case "job":
                runs(text)
            case "link":
                for line in text.splitlines():
                    assert (self.folder / line.partition("#")[0]).is_file(), line
            case "output":
                assert re.search(_pattern(text), " ".join(self.printed.split())), self.printed
            case "sheet":
                label_sheets(self.folder)
            case "end":
                self.end()

    def run(self, line: str) -> None:
        if _ELSEWHERE.search(line):
            return
        match line.split():
            case ["export", *_]:
                name, _, value = shlex.split(line, comments=True)[1].partition("=")
                self.variables[name] = value
            case ["ticketbench", "serve", *_]:
                self.serve(shlex.split(line, comments=True)[1:])
            case ["ticketbench", *_]:
                self.ticketbench(line)
            case _:
                self.shell(line)

    def ticketbench(self, line: str) -> None:
        """The command, with words as a shell gives them and what it prints in a file as told."""
        told, _, target = line.partition(" > ")
        said = ["sh", "-c", f"printf '%s\\0' {told}"]
        words = subprocess.run(said, cwd=self.folder, check=True, capture_output=True, text=True)
        done = ticketbench_in(self.folder, *words.stdout.split("\0")[1:-1], **self.variables)
        code = re.search(r" # exits with (\d)", line)
        assert done.returncode == (int(code[1]) if code else 0), done.stdout + done.stderr
        self.printed = done.stdout + done.stderr
        if target:
            (self.folder / target.strip()).write_text(done.stdout, encoding="utf-8")

    def shell(self, line: str) -> None:
        """A command of the shell, which may lead into another folder."""
        where = f"{line} && printf '\\n%s' \"$PWD\""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-c", where], cwd=self.folder, capture_output=True, text=True, check=False,
            env={**os.environ, **self.variables, "PATH": path},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        self.printed, _, folder = done.stdout.rpartition("\n")
        self.folder = Path(folder)

    def serve(self, words: list[str]) -> None:
        self.end()
        self.server = subprocess.Popen(
            [sys.executable, "-m", "ticketbench", *words, "--port", "0"],
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

    def script(self, text: str) -> None:
        """Python without prompts; what it prints may stand below it."""
        told = io.StringIO()
        with redirect_stdout(told):
            exec(compile(text, "page.md", "exec"), self.names)
        self.printed = told.getvalue()

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
    """The file, the extra or the group that a line of pip names is there."""
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))
    words = shlex.split(line, comments=True)[2:]
    for before, word in pairwise(["", *words]):
        if before == "--group":
            assert word in project["dependency-groups"], line
        elif "[" in word:
            extras = project["project"]["optional-dependencies"]
            assert word[word.index("[") + 1 : -1] in extras, line
        elif word.endswith(".txt"):
            assert (DOCS.parent / word).is_file(), line


def fits(piece: str) -> None:
    """A piece of a config is one in that of the demo; lines that begin alike are alternatives."""
    demo = YAML(typ="safe").load((DOCS.parent / "configs/quickstart.yaml").read_text("utf-8"))
    for one in alternatives(piece):
        ConfigFile.model_validate(demo | YAML(typ="safe").load(one))


def runs(workflow: str) -> None:
    """Every script of a workflow is one to a shell, and every command in it exists."""
    for script in _scripts(YAML(typ="safe", pure=True).load(workflow)):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        for line in script.replace("\n  ", " ").splitlines():
            if line.startswith("pip install "):
                installs(line)
            for call in re.findall(r"\bticketbench\"? (.+)", line):
                exists(call)


def _scripts(part: Any) -> Iterator[str]:
    """What stands under `run` and `script`."""
    match part:
        case list():
            for one in part:
                yield from _scripts(one)
        case dict():
            for name, one in part.items():
                if name in ("run", "script"):
                    yield one if isinstance(one, str) else "\n".join(one)
                else:
                    yield from _scripts(one)


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
