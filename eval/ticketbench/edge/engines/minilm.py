"""The minilm engine: zero-shot scores from how near a text's meaning is to each rubric's.

The logit of a label is half the cosine with its whole rubric and half the best cosine with one of
the rubric's phrases; the scores are the softmax of logit / 0.05. The engine never sees a label's
name, and a score depends on the request alone. Weights, rule and temperature are constants of its
version, which is part of its URL; its numbers say nothing about any other engine.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from ticketbench.edge.engines import Classify, engine
from ticketbench.edge.engines.encoder import DIMENSIONS, Encoder, Floats
from ticketbench.edge.engines.rubric_words import phrases
from ticketbench.edge.engines.weights import read_weights

_TEMPERATURE = 0.05
_WHOLE_WEIGHT = 0.5
_DECIMALS = 6
_TEXTS_KEPT = 65_536
_RUBRICS_KEPT = 1024


@dataclass(frozen=True, slots=True, eq=False)
class RubricVectors:
    """The vectors of a rubric as written (384) and of its phrases (p, 384)."""

    whole: Floats
    phrases: Floats

    def logit(self, text: Floats) -> float:
        """How near `text` is, between -1 and 1."""
        nearest = float(np.max(self.phrases @ text))
        return _WHOLE_WEIGHT * float(self.whole @ text) + (1 - _WHOLE_WEIGHT) * nearest


class MiniLM:
    """Scores texts; remembers the vectors of texts and rubrics, so each is encoded once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._text = lru_cache(_TEXTS_KEPT)(self._encode_text)
        self._rubric = lru_cache(_RUBRICS_KEPT)(self._encode_rubric)
        self._one_at_a_time = threading.Lock()

    def classify(self, text: str, labels: Sequence[tuple[str, str]]) -> dict[str, float]:
        """Softmax scores, rounded to 6 decimals, for `labels` given as (name, rubric) pairs."""
        with self._one_at_a_time:  # else every thread would encode the same rubrics at first
            rubrics = [self._rubric(rubric) for _, rubric in labels]
        vector = self._text(text)
        logits = [rubric.logit(vector) for rubric in rubrics]
        weights = [math.exp((logit - max(logits)) / _TEMPERATURE) for logit in logits]
        total = math.fsum(weights)
        pairs = zip(labels, weights, strict=True)
        return {name: round(weight / total, _DECIMALS) for (name, _), weight in pairs}

    def vectors(self, texts: Sequence[str]) -> Floats:
        """The unit vectors of `texts`: (len(texts), 384); one thread per processor."""
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            vectors = list(pool.map(self._text, texts))
        return np.stack(vectors) if vectors else np.zeros((0, DIMENSIONS), np.float32)

    def _encode_text(self, text: str) -> Floats:
        return np.asarray(self._encoder.encode([text])[0])

    def _encode_rubric(self, rubric: str) -> RubricVectors:
        whole, *rest = self._encoder.encode([rubric, *phrases(rubric)])
        return RubricVectors(whole, np.stack(rest))


@cache
def minilm() -> MiniLM:
    """The model of this process. Raises MachineError when its weights are missing or altered.

    From here on BLAS computes with one thread: several would share these small products badly,
    and questions already run side by side.
    """
    from threadpoolctl import threadpool_limits

    tensors, tokenizer = read_weights()
    threadpool_limits(1, "blas")
    return MiniLM(Encoder(tensors, tokenizer))


@engine("minilm", "v1", scores_apart=True, released="2026-11-23")
def start() -> Classify:
    """Find, check and read the weights."""
    return minilm().classify
