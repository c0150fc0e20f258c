"""A recording in a temporary file: the same answers by key, and nothing is left of it."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from ticketbench.core.errors import MachineError
from ticketbench.edge.answers.details import Details
from ticketbench.edge.answers.parts.by_key import RecordedByKey, kept_by_key
from ticketbench.edge.answers.parts.one_file import Kept
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.answers.rows import Stored

NOW = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
DETAILS = Details(model="m-1", ms=7, usage={"input_tokens": 3})
URLS = ("http://a/classify", "http://b/classify")


def key(i: int) -> str:
    return sha256(str(i).encode()).hexdigest()


def parts(n: int) -> list[Kept]:
    """Two parts with n answers, of which every third tells how it came, and a refusal."""
    found = [Kept({}, {key(-1): Refusal(URLS[0], NOW)}), Kept()]
    for i in range(n):
        stored = Stored(f'{{"n": {i}}}'.encode(), URLS[i % 2], NOW)
        if i % 3 == 0:
            stored = Stored(stored.content, stored.url, NOW, DETAILS)
        found[i % 2].answers[key(i)] = stored
    return found


def test_every_answer_is_found_as_it_was_recorded(tmp_path: Path) -> None:
    given = parts(2_000)
    every = given[0].answers | given[1].answers
    with kept_by_key(given, tmp_path / "a.sqlite") as path, RecordedByKey(path) as found:
        assert found.some([*every, key(-5)]) == every
        assert dict(found.items()) == every
        assert (len(found), found.urls()) == (2_000, {*URLS})
        assert found[key(7)] == every[key(7)]
        assert key(7) in found
        assert key(-5) not in found
        assert found.refusals([key(-1), key(1)]) == {key(-1): Refusal(URLS[0], NOW)}


def test_a_recording_without_refusals_has_none(tmp_path: Path) -> None:
    with kept_by_key([Kept()], tmp_path / "a") as path, RecordedByKey(path) as found:
        assert found.refusals([key(1)]) == {}
        assert found.some([]) == {}
        assert not found


def test_the_file_is_gone_at_the_end_also_after_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with pytest.raises(KeyError), kept_by_key(parts(3), folder / "a"):
        raise KeyError
    assert [one.name for one in folder.iterdir()] == [".gitignore"]


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    with kept_by_key(parts(3), tmp_path / "a") as path:
        assert path.stat().st_mode & 0o777 == 0o600


def test_where_the_folder_cannot_be_written_the_file_is_a_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with kept_by_key(parts(3), tmp_path / "a" / "b" / "c.sqlite") as path:
        assert path.parent == tmp_path / "temporary"
    assert not (tmp_path / "a").exists()


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="file"), kept_by_key([], tmp_path / "file" / "a"):
        pass
