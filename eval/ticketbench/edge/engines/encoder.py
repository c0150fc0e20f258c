"""The sentence encoder all-MiniLM-L6-v2 as a forward pass in numpy.

BERT (Devlin et al. 2019) with six layers, distilled (Wang et al. 2020) and trained for sentence
similarity (Reimers & Gurevych 2019): mean of the last layer over all word pieces, length one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = NDArray[np.float32]

DIMENSIONS = 384
_LAYERS, _HEADS = 6, 12
_EPSILON = np.float32(1e-12)


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """x W + b, the weight stored input first."""

    weight: Floats
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        """Rows of `x` transformed."""
        return np.asarray(x @ self.weight + self.bias, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """Layer normalisation (Ba et al. 2016): each row to mean 0 and variance 1, then scaled."""

    scale: Floats
    shift: Floats

    def __call__(self, x: Floats) -> Floats:
        """Rows of `x` normalised."""
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = np.mean(centred * centred, axis=-1, keepdims=True)
        unit = centred / np.sqrt(variance + _EPSILON)
        return np.asarray(unit * self.scale + self.shift, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Self-attention over the word pieces of one text, then a feed-forward net; both residual."""

    query_key_value: Affine
    attended: Affine
    attended_norm: Norm
    inner: Affine
    outer: Affine
    outer_norm: Norm

    def __call__(self, x: Floats) -> Floats:
        """From (pieces, 384) to the same shape."""
        x = self.attended_norm(x + self.attended(_attention(self.query_key_value(x))))
        return self.outer_norm(x + self.outer(_gelu(self.inner(x))))


class Encoder:
    """Texts to vectors. Built once; `encode` may be called from several threads."""

    def __init__(self, tensors: Mapping[str, Floats], tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._words = tensors["embeddings.word_embeddings.weight"]
        # A text is always the first of the two sentences BERT can tell apart.
        self._places = (
            tensors["embeddings.position_embeddings.weight"]
            + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _norm(tensors, "embeddings")
        self._layers = [_layer(tensors, f"encoder.layer.{i}") for i in range(_LAYERS)]

    def encode(self, texts: Sequence[str]) -> Floats:
        """One unit vector of 384 a text: (len(texts), 384); no text gives (0, 384).

        Each text passes alone: padding it to its neighbours' length would change its last bits,
        so a score would depend on the other tickets. Beyond 256 word pieces a text is cut.
        """
        vectors = [self._encode_one(text) for text in texts]
        return np.stack(vectors) if vectors else np.zeros((0, DIMENSIONS), np.float32)

    def _encode_one(self, text: str) -> Floats:
        pieces = np.array(self._tokenizer.encode(text).ids)
        x = self._norm(self._words[pieces] + self._places[: len(pieces)])
        for layer in self._layers:
            x = layer(x)
        mean = x.mean(axis=0)
        return np.asarray(mean / np.sqrt(mean @ mean), dtype=np.float32)


def _attention(query_key_value: Floats) -> Floats:
    """Scaled dot-product attention (Vaswani et al. 2017), heads side by side: (pieces, 384)."""
    pieces = len(query_key_value)
    size = DIMENSIONS // _HEADS
    by_head = query_key_value.reshape(pieces, 3, _HEADS, size).transpose(1, 2, 0, 3)
    query, key, value = by_head
    logits = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(size))
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    by_piece = (weights @ value).transpose(1, 0, 2)
    return np.asarray(by_piece.reshape(pieces, DIMENSIONS), np.float32)


def _gelu(x: Floats) -> Floats:
    """Each x times the normal distribution function (Hendrycks & Gimpel 2016), by erf, not tanh."""
    from scipy.special import erf

    return np.asarray(x * np.float32(0.5) * (1 + erf(x * np.float32(math.sqrt(0.5)))), np.float32)


def _layer(tensors: Mapping[str, Floats], name: str) -> Layer:
    parts = [_affine(tensors, f"{name}.attention.self.{p}") for p in ("query", "key", "value")]
    return Layer(
        query_key_value=Affine(
            np.concatenate([part.weight for part in parts], axis=1),
            np.concatenate([part.bias for part in parts]),
        ),
        attended=_affine(tensors, f"{name}.attention.output.dense"),
        attended_norm=_norm(tensors, f"{name}.attention.output"),
        inner=_affine(tensors, f"{name}.intermediate.dense"),
        outer=_affine(tensors, f"{name}.output.dense"),
        outer_norm=_norm(tensors, f"{name}.output"),
    )


def _affine(tensors: Mapping[str, Floats], name: str) -> Affine:
    weight = np.ascontiguousarray(tensors[f"{name}.weight"].T)
    return Affine(weight, tensors[f"{name}.bias"])


def _norm(tensors: Mapping[str, Floats], name: str) -> Norm:
    return Norm(tensors[f"{name}.LayerNorm.weight"], tensors[f"{name}.LayerNorm.bias"])
