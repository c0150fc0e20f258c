"""Kept score matrices: found only for what they follow from, and never with a changed bit."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from ticketbench.core.errors import InputError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.answers import memo as memo_module
from ticketbench.edge.answers.memo import Memo, Remembered

RUBRICS = RubricSet("v1", (Rubric("a", "Is it a?"), Rubric("b", "Is it b?")))
SCORES = np.array([[0.25, 0.75], [0.5, 0.5]])


@pytest.fixture(autouse=True)
def _small_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo_module, "WORTH_FROM", 1)


@pytest.fixture
def memo(tmp_path: Path) -> Memo:
    return Memo.beside(tmp_path / "answers.sqlite", "recording-digest")


def tickets(*texts: str) -> Dataset:
    return Dataset("d", tuple(Ticket(str(i), text, "a") for i, text in enumerate(texts)))


KEY = "k" * 64


def test_a_matrix_comes_back_bit_for_bit(memo: Memo) -> None:
    memo.save(KEY, Remembered(SCORES, 3, 4, tells=True))
    found = memo.load(KEY)
    assert found is not None
    counts = found.recorded, found.cached, found.tells
    assert (found.scores.tobytes(), *counts) == (SCORES.tobytes(), 3, 4, True)


def test_what_was_not_kept_is_not_found(memo: Memo) -> None:
    memo.save(KEY, Remembered(SCORES, 0, 2, tells=False))
    assert memo.load("x" * 64) is None


def test_an_empty_key_keeps_and_finds_nothing(memo: Memo) -> None:
    memo.save("", Remembered(SCORES, 0, 2, tells=False))
    assert (memo.load(""), memo.folder.exists()) == (None, False)


def test_every_changed_byte_is_noticed(memo: Memo) -> None:
    memo.save(KEY, Remembered(SCORES, 0, 2, tells=False))
    file = memo.folder / f"{KEY}.npy"
    content = file.read_bytes()
    for i in range(len(content)):
        file.write_bytes(content[:i] + bytes([content[i] ^ 1]) + content[i + 1 :])
        assert memo.load(KEY) is None


@pytest.mark.parametrize("size", [0, 10, 40, 100])
def test_a_file_that_was_cut_off_is_not_found(memo: Memo, size: int) -> None:
    memo.save(KEY, Remembered(SCORES, 0, 2, tells=False))
    file = memo.folder / f"{KEY}.npy"
    file.write_bytes(file.read_bytes()[:size])
    assert memo.load(KEY) is None


def test_everything_a_matrix_follows_from_is_part_of_its_key(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    data = tickets("x", "y")
    edited = RubricSet("v1", (Rubric("a", "Is it A?"), RUBRICS.rubrics[1]))
    keys = {
        Memo.beside(path, "r").key(data, RUBRICS, "https://h/1", "state"),
        Memo.beside(path, "s").key(data, RUBRICS, "https://h/1", "state"),
        Memo.beside(path, "r").key(tickets("x", "z"), RUBRICS, "https://h/1", "state"),
        Memo.beside(path, "r").key(data, edited, "https://h/1", "state"),
        Memo.beside(path, "r").key(data, RUBRICS, "https://h/2", "state"),
        Memo.beside(path, "r").key(data, RUBRICS, "https://h/1", "later"),
    }
    assert len(keys) == 6


def test_a_small_dataset_has_no_key(memo: Memo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo_module, "WORTH_FROM", 3)
    assert memo.key(tickets("x", "y"), RUBRICS, "https://h/", "state") == ""


def test_only_the_newest_are_kept(memo: Memo) -> None:
    for i in range(20):
        key = f"{i:064}"
        memo.save(key, Remembered(SCORES, 0, 2, tells=False))
        os.utime(memo.folder / f"{key}.npy", ns=(i * 10**9, i * 10**9))
    kept = sorted(file.stem for file in memo.folder.iterdir())
    assert kept == [f"{i:064}" for i in range(4, 20)]


def test_a_folder_that_takes_no_file_is_no_error(memo: Memo) -> None:
    memo.folder.touch()
    memo.save(KEY, Remembered(SCORES, 0, 2, tells=False))
    assert memo.load(KEY) is None


def test_forgetting_removes_all(memo: Memo) -> None:
    memo.save(KEY, Remembered(SCORES, 0, 2, tells=False))
    memo.forget()
    assert list(memo.folder.iterdir()) == []


def test_a_matrix_made_from_texts_with_other_line_ends_is_found_for_them_alone(memo: Memo) -> None:
    read = Dataset("d", (Ticket("t", "a\nb", "x", text_in_file="a\r\nb"),))
    before = Dataset("d", (Ticket("t", "a\r\nb", "x"),))
    plain = Dataset("d", (Ticket("t", "a\nb", "x"),))
    rubrics = RubricSet("v", (Rubric("x", "?"), Rubric("y", "!")))
    keys = [memo.key(one, rubrics, "local://", "s") for one in (read, before, plain)]
    assert keys[0] == keys[1] != keys[2]


def test_nothing_is_kept_or_forgotten_behind_a_link_out_of_the_project(
    memo: Memo, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(memo.folder.parent)
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.npy").write_bytes(b"mine")
    memo.folder.symlink_to(outside)
    memo.save(KEY, Remembered(SCORES, 0, 2, tells=False))
    with pytest.raises(InputError, match="is a link out of the project"):
        memo.forget()
    assert [path.name for path in outside.iterdir()] == ["x.npy"]


def test_a_link_to_nothing_among_the_matrices_is_forgotten_too(memo: Memo) -> None:
    memo.save(KEY, Remembered(SCORES, 0, 2, tells=False))
    (memo.folder / "x.npy").symlink_to("nowhere")
    memo.forget()
    assert list(memo.folder.iterdir()) == []
