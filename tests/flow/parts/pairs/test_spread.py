"""A part that is read leaves a whole file, or none; and a folder that is not seen is named."""

from __future__ import annotations

import errno
import pickle
from pathlib import Path

import pytest

from part_files import parts, records, write
from ticketbench.core.errors import InputError, MachineError
from ticketbench.edge.parts.scores import Asked, head_of
from ticketbench.edge.results.forms.options import AS_OURS
from ticketbench.flow.parts.pairs import spread
from ticketbench.flow.parts.pairs.spread import SpreadTask, spread_part


def task(part: Path, into: Path) -> SpreadTask:
    asked = Asked("p", None, AS_OURS, "p:SET")
    return SpreadTask(0, part, asked, head_of([part], asked), into)


def test_a_part_gives_its_counts_and_a_file(tmp_path: Path) -> None:
    part = parts(tmp_path / "p", records(40, failed=4), 1) / "part-0.csv"
    of = task(part, tmp_path / "rows")
    found = pickle.loads(pickle.dumps(spread_part(pickle.loads(pickle.dumps(of)))))
    assert found.gold[:3] == ("billing", "delivery", "returns")
    assert sum(found.n_gold) == 40
    assert found.contradictions.n == 36
    assert (found.called, found.rows.file) == ("p", tmp_path / "rows")
    assert {one.name for one in tmp_path.iterdir()} == {"p", "rows"}


def test_a_part_with_a_mistake_leaves_no_file(tmp_path: Path) -> None:
    part = write(tmp_path / "p" / "a.csv", records(4))
    of = task(part, tmp_path / "rows")
    write(part, [*records(4), records(5)[4] | {"score_billing": "9"}])
    with pytest.raises(InputError) as error:
        spread_part(of)
    assert error.value.problems[0].where == f"{part}:6"
    assert f"in the part {part}" in error.value.__notes__
    assert [one.name for one in tmp_path.iterdir()] == ["p"]


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path: Path) -> None:
    part = write(tmp_path / "p" / "a.csv", records(4))
    with pytest.raises(MachineError) as error:
        spread_part(task(part, tmp_path / "elsewhere" / "rows"))
    assert "does not see the folder" in error.value.problems[0].what
    assert "--scratch" in error.value.problems[0].help


def test_a_full_disk_names_the_folder_and_another_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = write(tmp_path / "p" / "a.csv", records(4))
    of = task(part, tmp_path / "own" / "rows")
    of.into.parent.mkdir()

    def full(*_: object) -> tuple[int, ...]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spread, "write_rows", full)
    with pytest.raises(MachineError, match="No space left") as error:
        spread_part(of)
    assert str(tmp_path) in error.value.problems[0].what
    assert "--scratch" in error.value.problems[0].help
    assert list(of.into.parent.iterdir()) == []
