"""No command writes through a link that git may have brought, out of the project."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from forked import ticketbench
from ticketbench.flow.setup.init import STARTER


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the user's own, with a manifest and a matrix in it."""
    folder = tmp_path_factory.mktemp("outside")
    for name in ("manifest.json", "x.npy", "profile"):
        (folder / name).write_bytes(b"mine")
    return folder


def untouched(folder: Path) -> bool:
    names = ["manifest.json", "profile", "x.npy"]
    whole = all((folder / name).read_bytes() == b"mine" for name in names)
    return whole and sorted(os.listdir(folder)) == names


def gated(folder: Path) -> None:
    """eval.yaml with a gate and a recording and a baseline to be written."""
    text = (folder / "eval.yaml").read_text(encoding="utf-8")
    more = "recording: r.jsonl\nbaseline: base.json\n"
    gates = "gates:\n  - {metric: accuracy, on: v2, min: 0.0}\n"
    (folder / "eval.yaml").write_text(text + more + gates, encoding="utf-8")


REPORT = ("run", "eval.yaml", "--mode", "replay")
FORM = ("gate", "eval.yaml", "--format")
EXPORT = ("cache", "export", "eval.yaml")
WRITES = {
    "report": ("reports/eval", ".", REPORT),
    "reports": ("reports", ".", REPORT),
    "running": ("reports/.eval.running", ".", REPORT),
    "lock": ("reports/.eval.lock", "profile", REPORT),
    "lock to be": ("reports/.eval.lock", "new", REPORT),
    "cache": ("answers.sqlite", "new.sqlite", ("run", "eval.yaml")),
    "memo": ("answers.sqlite.memo", ".", ("cache", "prune", "one.yaml")),
    "recording": ("r.jsonl", "new.jsonl", EXPORT),
    "export": ("to.jsonl", "new.jsonl", (*EXPORT, "--to", "to.jsonl")),
    "export into a folder": ("d", ".", (*EXPORT, "--to", "d/new.jsonl")),
    "merge": ("to.jsonl", "new", ("cache", "merge", "a.jsonl", "a.jsonl", "--to", "to.jsonl")),
    "baseline": ("base.json", "new.json", ("baseline", "bless", "eval.yaml", "--rubric-set", "v1")),
    "markdown": ("g", "profile", (*FORM, "markdown=g")),
    "json": ("g", "new", (*FORM, "json=g")),
    "junit into a folder": ("d", ".", (*FORM, "junit=d/new.xml")),
}
"""By what is written: the link, where in `outside` it leads, and the command."""


@pytest.mark.parametrize("what", WRITES)
def test_nothing_is_written_through_a_link_out_of_the_project(
    what: str, answered: Path, outside: Path
) -> None:
    name, target, arguments = WRITES[what]
    text = Path("eval.yaml").read_text(encoding="utf-8")
    Path("one.yaml").write_text(text.replace(", v2: v2.yaml", ""), encoding="utf-8")
    assert what != "merge" or ticketbench(*EXPORT, "--to", "a.jsonl").returncode == 0
    gated(answered)
    link = Path(name)
    if link.is_dir():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside / target)
    done = ticketbench(*arguments)
    assert (done.returncode, untouched(outside)) == (2, True), done.stderr
    assert "link" in done.stderr.splitlines()[0]
    assert link.is_symlink()


def test_a_report_that_a_link_pretends_was_moved_away_is_not_put_back(
    answered: Path, outside: Path
) -> None:
    shutil.rmtree("reports", ignore_errors=True)
    Path("reports").mkdir()
    Path("reports/.eval.0123abcd.old").symlink_to(outside)
    assert ticketbench(*REPORT).returncode == 0
    assert (Path("reports/eval").is_symlink(), untouched(outside)) == (False, True)


def test_what_a_killed_run_left_is_written_anew_and_not_through_its_links(answered: Path) -> None:
    running = Path("reports/.eval.running")
    running.mkdir(parents=True)
    (running / "manifest.json").symlink_to("../../eval.yaml")
    before = Path("eval.yaml").read_bytes()
    assert ticketbench(*REPORT).returncode == 0
    assert Path("eval.yaml").read_bytes() == before


@pytest.mark.parametrize("target", STARTER.values())
def test_a_first_project_is_not_written_over_a_link(
    target: str, tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    link = tmp_path / target
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside / "new")
    before = sorted(tmp_path.rglob("*"))
    assert ticketbench("init", ".").returncode == 2
    assert (sorted(tmp_path.rglob("*")), untouched(outside)) == (before, True)


def test_a_first_project_is_not_written_behind_a_link(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("configs").symlink_to(outside)
    assert ticketbench("init", ".").returncode == 2
    assert (os.listdir("."), untouched(outside)) == (["configs"], True)


def test_a_link_that_is_trusted_is_written_through(answered: Path, outside: Path) -> None:
    gated(answered)
    Path("g").symlink_to(outside / "profile")
    assert ticketbench(*FORM, "markdown=g", "--follow-links").returncode == 0
    assert (outside / "profile").read_text("utf-8").startswith("<!-- ticketbench-gate")
    assert Path("g").is_symlink()


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "pipe"])
def test_a_device_or_pipe_is_written_to(name: str, answered: Path) -> None:
    gated(answered)
    os.mkfifo("pipe")
    reading = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    done = ticketbench(*FORM, f"markdown={name}")
    received = os.read(reading, 100_000).decode() if name == "pipe" else done.stdout
    os.close(reading)
    assert (done.returncode, received[:4]) == (0, "<!--"), done.stderr
