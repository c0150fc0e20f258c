"""Rows 39 and 41 of the fault matrix: a disk that is full, a folder that cannot be written."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import canary
from fault_project import (
    POSITIONS,
    Ended,
    FaultProject,
    each_position,
    report_is_sound,
    speaks_plainly,
)
from fault_server import Seen, Step

NO_OVERRIDE = "-dac_override,-dac_read_search"

# Row 39: the disk is full.


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 512 KiB."""
    place = tmp_path / "small"
    place.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a small disk cannot be mounted here: {error}")
    try:
        yield place
        assert canary.places(place) == []
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, *, leave: int = 0) -> None:
    """Leave so many bytes of a disk free."""
    padding = disk / "padding"
    with padding.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\xff" * 4096)
        except OSError:
            pass
        file.truncate(max(0, padding.stat().st_size - leave))


def full_from(project: FaultProject, disk: Path, number: int) -> Callable[[Seen], Step]:
    """Valid answers; the disk is full before the one about a ticket is sent."""

    def plan(seen: Seen) -> Step:
        if seen.text == project.text(number):
            fill(disk)
        return Step()

    return plan


def caches_on(project: FaultProject, disk: Path) -> None:
    project.cache_name = f"{disk.name}/answers.sqlite"
    project.point_to(project.server.url)


@each_position
def test_row39_an_answer_that_cannot_be_stored_stops_the_run_and_the_others_are_kept(
    project: FaultProject, small_disk: Path, position: str
) -> None:
    number = POSITIONS[position]
    caches_on(project, small_disk)
    project.server.plan = full_from(project, small_disk, number)
    error = project.ends_with(5, overrides=["endpoint.concurrency=1", "endpoint.timeout_s=5"])
    assert str(project.cache_name) in str(error)
    assert len(project.server.seen) <= number + 2
    assert not project.out.exists()
    (small_disk / "padding").unlink()
    assert len(project.stored()) == number
    project.server.in_turn({})
    project.server.seen.clear()
    assert project.run().results.n_failed == 0
    assert len(project.server.seen) == project.n - number
    report_is_sound(project, {})


@pytest.mark.parametrize("leave", [0, 4096, 20_000, 100_000], ids="{}_bytes_left".format)
def test_row39_a_report_that_does_not_fit_leaves_the_old_one(
    project: FaultProject, small_disk: Path, leave: int
) -> None:
    project.out = small_disk / "out"
    project.run()
    before = {path.name: path.read_bytes() for path in project.out.iterdir()}
    fill(small_disk, leave=leave)
    error = project.ends_with(5)
    assert "small" in str(error)
    assert {path.name: path.read_bytes() for path in project.out.iterdir()} == before
    (small_disk / "padding").unlink()
    project.server.seen.clear()
    project.run()
    assert project.server.seen == []
    assert [path.name for path in small_disk.iterdir()] == ["out"]
    report_is_sound(project, {})


def test_row39_the_command_says_what_is_full(project: FaultProject, small_disk: Path) -> None:
    caches_on(project, small_disk)
    project.server.plan = full_from(project, small_disk, 5)
    ended = project.command("--set", "endpoint.concurrency=1")
    assert ended.code == 5
    speaks_plainly(ended, "small/answers.sqlite", "free some space", "finished answers are kept")


# Row 41: a folder that cannot be written.


@pytest.fixture
def read_only(answered: FaultProject) -> Iterator[FaultProject]:
    """The project in a folder without write permission, for whoever obeys permissions."""
    (answered.folder / "elsewhere").mkdir()
    answered.folder.chmod(0o555)
    yield answered
    answered.folder.chmod(0o755)


@pytest.fixture
def obeying() -> list[str]:
    """How to start a process that permissions hold for; nothing is needed but for root."""
    if os.geteuid() != 0:
        return []
    dropped = [f"--bounding-set={NO_OVERRIDE}", f"--inh-caps={NO_OVERRIDE}"]
    found = shutil.which("setpriv")
    if found is None or subprocess.run([found, *dropped, "true"], check=False).returncode:
        pytest.skip("root cannot be made to obey permissions here: setpriv is missing or refused")
    return [found, *dropped]


def ended_there(project: FaultProject, *more: str, before: list[str]) -> Ended:
    """The command in a folder that cannot be written before it has ended."""
    process = project.started(*more, before=before)
    process.wait(timeout=45)
    project.folder.chmod(0o755)
    return project.ended(process)


def test_row41_the_command_replays_from_a_folder_that_cannot_be_written(
    read_only: FaultProject, obeying: list[str]
) -> None:
    read_only.out = Path("elsewhere") / "out"
    ended = ended_there(read_only, "--mode", "replay", before=obeying)
    assert ended.code == 0, ended.err
    assert read_only.server.seen == []
    report_is_sound(read_only, {})


@pytest.mark.parametrize("what", ["cache", "report"])
def test_row41_what_cannot_be_written_is_named_before_anything_is_sent(
    read_only: FaultProject, obeying: list[str], what: str
) -> None:
    if what == "cache":
        read_only.out = Path("elsewhere") / "out"
    mode = "refresh" if what == "cache" else "replay"
    ended = ended_there(read_only, "--mode", mode, before=obeying)
    assert (ended.code, read_only.server.seen) == (5, [])
    speaks_plainly(ended, "answers.sqlite" if what == "cache" else "out")
