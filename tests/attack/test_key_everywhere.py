"""The key in every form, in every place that a config, a file, an argument or a server has: with
--debug it is in no byte that is printed or written, and no way of being there is a bug.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import canary
from fault_project import FaultProject, binding
from fault_server import FaultServer, Step, valid_answer
from forked import ticketbench
from key_forms import ODD, written

pytestmark = pytest.mark.attack


@dataclass
class Attempt:
    """A project in which one form of the key is planted, and the command that meets it."""

    project: FaultProject
    text: str
    command: list[str] = field(default_factory=lambda: ["run", "eval.yaml", "--out", "out"])
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def quoted(self) -> str:
        """The text as a YAML value."""
        return json.dumps(self.text)

    def put(self, file: str, old: str, new: str) -> None:
        """Plant it in a file of the project."""
        path = self.project.folder / file
        content = path.read_text("utf-8")
        assert old in content
        path.write_text(content.replace(old, new, 1), "utf-8")

    def put_cell(self, column: str, *, row: int = 3) -> None:
        """Plant it in a cell of the dataset, or a new column."""
        path = self.project.folder / "tickets.csv"
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
        for one in rows:
            one.setdefault(column, "x")
        rows[row][column] = self.text
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        """Let the server say it."""
        step = Step(status, body, headers)
        self.project.server.by_text({self.project.text(3): step})


def config_value(key: str, old: str = "timeout_s: 0.4") -> Callable[[Attempt], None]:
    def plant(a: Attempt) -> None:
        a.put(
            "eval.yaml",
            old,
            f"{key}: {a.quoted}" if old == "timeout_s: 0.4" else f"{key}{a.quoted}",
        )

    return plant


def setting(key: str) -> Callable[[Attempt], None]:
    def plant(a: Attempt) -> None:
        path = a.project.folder / "eval.yaml"
        path.write_text(f"{path.read_text()}\n{key}: {a.quoted}\n", "utf-8")

    return plant


def argument(*before: str, joined: str = "") -> Callable[[Attempt], None]:
    def plant(a: Attempt) -> None:
        a.command += [*before, f"{joined}{a.text}"]

    return plant


def cell(column: str) -> Callable[[Attempt], None]:
    return lambda a: a.put_cell(column)


def echo(status: int) -> Callable[[Attempt], None]:
    def plant(a: Attempt) -> None:
        text = a.text.replace("\\", "\\\\").replace('"', '\\"')
        body = f'{{"error": "bad key {text}", "x": "{a.text}"}}'
        a.answer(status, body.encode())

    return plant


def echo_in_answer(a: Attempt) -> None:
    question = json.dumps(
        {"text": a.project.text(3), "labels": [{"name": "billing"}, {"name": "technical"}]}
    )
    answer = valid_answer(question.encode())
    a.answer(200, answer[:-1] + b', "debug": ' + json.dumps(a.text).encode() + b"}")


def echo_in_header(a: Attempt) -> None:
    safe = a.text.replace("\n", " ")
    a.answer(
        500, b"{}", **{"X-Echo": safe, "Retry-After": safe, "Content-Type": safe, "Location": safe}
    )


def file_name(a: Attempt) -> None:
    name = a.text.replace("/", "_")[:200]
    a.put("eval.yaml", "tickets.csv", "unused.csv")
    a.command += ["--set", f"dataset.path={name}.csv"]


def variable(a: Attempt) -> None:
    a.variables["TICKETBENCH_CACHE"] = a.quoted


def unreadable(a: Attempt) -> None:
    (a.project.folder / "eval.yaml").write_text(f"version: [\n{a.text}: {{\n", "utf-8")


def recording(a: Attempt) -> None:
    (a.project.folder / "r.jsonl").write_text(f'{{"key": {a.quoted}, "x": "{a.text}"}}\n', "utf-8")
    a.command += ["--set", "recording=r.jsonl"]


def gate(a: Attempt) -> None:
    setting("gates")(Attempt(a.project, ""))
    a.put("eval.yaml", 'gates: ""', f"gates: [{{must_pass: [{a.quoted}], on: v1}}]")
    a.command = ["gate", "eval.yaml", "--format", "github"]


def reason(a: Attempt) -> None:
    a.command = ["baseline", "bless", "eval.yaml", "--set", "baseline=b.json", "--reason", a.text]


PLACES: dict[str, Callable[[Attempt], None]] = {
    "concurrency": lambda a: a.put("eval.yaml", "concurrency: 4", f"concurrency: {a.quoted}"),
    "rate": lambda a: a.put("eval.yaml", "rate: none", f"rate: {a.quoted}"),
    "timeout": lambda a: a.put("eval.yaml", "timeout_s: 0.4", f"timeout_s: {a.quoted}"),
    "key_env": config_value("key_env"),
    "endpoint_key": config_value("key"),
    "ca_file": config_value("ca_file"),
    "url_path": lambda a: a.put("eval.yaml", '/classify"', f'/classify/{a.quoted[1:-1]}"'),
    "url_query": lambda a: a.put("eval.yaml", '/classify"', f'/classify?k={a.quoted[1:-1]}"'),
    "url_fragment": lambda a: a.put("eval.yaml", '/classify"', f'/classify#{a.quoted[1:-1]}"'),
    "url_user": lambda a: a.put("eval.yaml", 'http://', f'http://{a.quoted[1:-1]}@'),
    "unknown_key": lambda a: a.put("eval.yaml", "version: 1", f"version: 1\n{a.quoted}: 1"),
    "set_name": lambda a: a.put("eval.yaml", "{v1:", f"{{{a.quoted}:"),
    "recording_name": setting("recording"),
    "baseline_name": setting("baseline"),
    "production_log": setting("production_log"),
    "mix": lambda a: setting("production_mix")(a),
    "broken_config": unreadable,
    "rubric_label": lambda a: a.put("v1.yaml", "name: billing", f"name: {a.quoted}"),
    "rubric_text": lambda a: a.put("v1.yaml", '"Is it billing, by v1?"', a.quoted),
    "ticket_text": cell("text"),
    "ticket_id": cell("id"),
    "ticket_label": cell("label"),
    "ticket_group": cell("all_labels"),
    "other_column": cell("customer"),
    "dataset_name": file_name,
    "extra_argument": argument(),
    "unknown_option": argument(joined="--"),
    "set_value": argument("--set", joined="policy.threshold="),
    "set_key": argument("--set", joined="policy."),
    "out": argument("--out", joined="reports-"),
    "variable": variable,
    "recording_line": recording,
    "gate_ticket": gate,
    "reason": reason,
    "echo_200": echo_in_answer,
    "echo_200_broken": echo(200),
    "echo_400": echo(400),
    "echo_401": echo(401),
    "echo_500": echo(500),
    "echo_header": echo_in_header,
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def left(folder: Path, before: dict[Path, bytes]) -> Iterator[bytes]:
    """The bytes, and the names, of every file that is new or another one."""
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        if before.get(path) != content:
            yield path.name.encode("utf-8", "surrogateescape") + b"\n" + content


def traces(content: bytes, key: str) -> list[str]:
    """The forms of the key that stand in `content`."""
    lowered = content.lower()
    found = [
        name
        for name, text in written(key).items()
        if text.encode() in content
        or (not name.startswith("base64") and text.lower().encode() in lowered)
    ]
    return found + ["canary"] * canary.holds(content, key)


@pytest.mark.parametrize("key", [canary.KEY, ODD], ids=["usual", "odd"])
@pytest.mark.parametrize("place", PLACES)
def test_the_key_is_in_no_byte_that_is_printed_or_written(
    place: str,
    key: str,
    server: FaultServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SCALEDOWN_API_KEY", key)
    problems = []
    for name, text in written(key).items():
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.chdir(folder)
        server.script(Step())
        attempt = Attempt(FaultProject(folder, server), text)
        PLACES[place](attempt)
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        quick = ("--set", "endpoint.timeout_s=0.4") if attempt.command[0] == "run" else ()
        done = ticketbench(
            *attempt.command, *quick, "--debug", **dict([binding(server.url)]), **attempt.variables
        )
        said = (done.stdout + done.stderr).encode()
        if done.returncode not in (0, 2, 3, 4, 5):
            problems.append(f"{name}: exit {done.returncode}\n{done.stderr[-2000:]}")
        found = [form for part in (said, *left(folder, before)) for form in traces(part, key)]
        found += canary.places(folder / "out", key)
        if found:
            problems.append(f"{name}: {found}\n{done.stderr[-2000:]}")
    assert not problems, "\n".join(problems)


def test_the_search_finds_what_it_looks_for() -> None:
    for name, text in written(ODD).items():
        assert name in traces(f"<{text}>".encode(), ODD)
    assert traces(base64.b64encode(b"nothing of it, in base64"), ODD) == []
