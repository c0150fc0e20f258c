"""The encoder: the vectors of sentence-transformers, each text for itself, and its pieces."""

from __future__ import annotations

import json
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from ticketbench.edge.engines.encoder import (
    Affine,
    Encoder,
    Floats,
    Norm,
    _attention,
    _gelu,
)
from ticketbench.edge.engines.minilm import MiniLM

SETTINGS = settings(deadline=None, database=None, derandomize=True, max_examples=50)

REFERENCE = json.loads(
    Path(__file__).with_name("minilm_reference.json").read_text(encoding="utf-8")
)
TEXTS: list[str] = REFERENCE["texts"]
VECTORS: list[list[float]] = REFERENCE["vectors"]


@pytest.fixture(scope="module")
def encoder(model: MiniLM) -> Encoder:
    return model._encoder


def floats(*rows: list[float]) -> Floats:
    return np.array(rows, np.float32)


def random_floats(seed: int, *shape: int) -> Floats:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("i", range(20))
def test_a_vector_is_that_of_sentence_transformers(encoder: Encoder, i: int) -> None:
    assert encoder.encode([TEXTS[i]])[0] == pytest.approx(VECTORS[i], abs=1e-5)


def test_the_reference_vectors_differ_from_each_other() -> None:
    between = np.array(VECTORS) @ np.array(VECTORS).T
    assert (len(TEXTS), np.max(between - np.eye(len(TEXTS))) < 0.99) == (20, True)


def test_every_vector_has_length_one(encoder: Encoder) -> None:
    lengths = np.linalg.norm(encoder.encode(TEXTS).astype(np.float64), axis=1)
    assert lengths == pytest.approx(np.ones(len(TEXTS)), abs=1e-6)


def test_there_are_384_numbers_a_text(encoder: Encoder) -> None:
    vectors = encoder.encode(["a", "b"])
    assert (vectors.shape, vectors.dtype) == ((2, 384), np.float32)


def test_no_text_gives_no_row(encoder: Encoder) -> None:
    vectors = encoder.encode([])
    assert (vectors.shape, vectors.dtype) == ((0, 384), np.float32)


def test_an_empty_text_has_a_vector_too(encoder: Encoder) -> None:
    assert np.linalg.norm(encoder.encode([""])[0]) == pytest.approx(1, abs=1e-6)


def test_a_text_gives_the_same_bytes_alone_and_among_others(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS)
    assert [vector.tobytes() for vector in together] == [
        encoder.encode([text]).tobytes() for text in TEXTS
    ]


def test_the_order_of_texts_does_not_change_their_bytes(encoder: Encoder) -> None:
    assert encoder.encode(TEXTS[::-1])[::-1].tobytes() == encoder.encode(TEXTS).tobytes()


def test_eight_threads_give_the_same_bytes_as_one(encoder: Encoder) -> None:
    with ThreadPoolExecutor(8) as pool:
        vectors = list(pool.map(lambda text: encoder.encode([text])[0], TEXTS * 4))
    assert np.stack(vectors).tobytes() == encoder.encode(TEXTS).tobytes() * 4


def test_beyond_256_pieces_the_tail_does_not_matter(encoder: Encoder) -> None:
    head = "money " * 254  # one piece each; two more mark begin and end
    tails = ["", "money", "password " * 10, "x" * 100_000]
    assert len({encoder.encode([head + tail]).tobytes() for tail in tails}) == 1


def test_the_last_of_256_pieces_matters(encoder: Encoder) -> None:
    head = "money " * 253
    texts = [head, head + "money", head + "password"]
    assert len({encoder.encode([text]).tobytes() for text in texts}) == 3


def test_case_and_accents_do_not_matter(encoder: Encoder) -> None:
    vectors = encoder.encode(["Café REFUND", "cafe refund", "CAFÉ Refund"])
    assert len({vector.tobytes() for vector in vectors}) == 1


def test_the_order_of_words_matters(encoder: Encoder) -> None:
    a, b = encoder.encode(["you owe me", "me owe you"])
    assert float(a @ b) < 0.999


def test_texts_of_one_meaning_are_nearer_than_texts_of_two(encoder: Encoder) -> None:
    asked, alike, other = encoder.encode(
        ["I cannot sign in", "My login does not work", "The invoice is wrong"]
    )
    assert asked @ alike > asked @ other


def test_an_affine_map_by_hand() -> None:
    double_and_swap = Affine(floats([0, 2], [2, 0]), np.array([1, -1], np.float32))
    found = double_and_swap(floats([1, 2], [0, 3]))
    assert (found.tolist(), found.dtype) == ([[5, 1], [7, -1]], np.float32)


def test_a_norm_by_hand() -> None:
    scaled = Norm(np.array([1, 2], np.float32), np.array([0, 10], np.float32))
    assert scaled(floats([3, 5])).tolist() == [[-1, 12]]


def test_a_row_of_equal_numbers_becomes_the_shift() -> None:
    flat = Norm(np.full(4, 3, np.float32), np.array([1, 2, 3, 4], np.float32))
    assert flat(np.full((1, 4), 7, np.float32)).tolist() == [[1, 2, 3, 4]]


def test_a_norm_gives_rows_of_mean_0_and_variance_1() -> None:
    plain = Norm(np.ones(384, np.float32), np.zeros(384, np.float32))
    rows = plain(5 + 3 * random_floats(1, 6, 384)).astype(np.float64)
    assert rows.mean(axis=1) == pytest.approx(np.zeros(6), abs=1e-6)
    assert rows.var(axis=1) == pytest.approx(np.ones(6), abs=1e-5)


@SETTINGS
@given(st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=20))
def test_gelu_is_x_times_the_normal_distribution_function(numbers: list[float]) -> None:
    x = np.array(numbers, np.float32)
    exact = x.astype(np.float64) * norm.cdf(x.astype(np.float64))
    found = _gelu(x)
    assert found.dtype == np.float32
    assert found == pytest.approx(exact, rel=1e-6, abs=2e-6)


def test_gelu_by_hand() -> None:
    found = _gelu(np.array([-100, -1, 0, 1, 100], np.float32))
    assert found == pytest.approx([0, -0.158655, 0, 0.841345, 100], abs=1e-6)


@pytest.mark.parametrize("pieces", [1, 2, 5])
def test_attention_equals_plain_loops(pieces: int) -> None:
    query_key_value = random_floats(pieces, pieces, 3 * 384)
    found = _attention(query_key_value)
    assert (found.shape, found.dtype) == ((pieces, 384), np.float32)
    assert found == pytest.approx(attention_by_loops(query_key_value.astype(float)), abs=1e-5)


def attention_by_loops(query_key_value: np.ndarray) -> np.ndarray:
    """Head by head, piece by piece, in double precision."""
    result = np.zeros((len(query_key_value), 384))
    for head in range(12):
        own = slice(32 * head, 32 * head + 32)
        query, key, value = (query_key_value[:, i * 384 : (i + 1) * 384][:, own] for i in range(3))
        for piece, asked in enumerate(query):
            weights = [math.exp(asked @ other / math.sqrt(32)) for other in key]
            shares = [weight / math.fsum(weights) for weight in weights]
            result[piece, own] = sum(s * v for s, v in zip(shares, value, strict=True))
    return result


def test_attention_of_one_piece_is_its_value() -> None:
    query_key_value = random_floats(7, 1, 3 * 384)
    assert _attention(query_key_value).tolist() == query_key_value[:, 2 * 384 :].tolist()


def test_attention_stays_finite_for_large_numbers() -> None:
    assert np.isfinite(_attention(1e3 * random_floats(8, 3, 3 * 384))).all()
