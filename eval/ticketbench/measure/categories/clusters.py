"""Which of the tickets that score lowest are alike: clusters of a density, and a rest that is none.

scikit-learn is loaded only when something is clustered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ticketbench.core.types import BoolArray, FloatArray, IntArray
from ticketbench.measure.categories.first_words import words_of

Method = Literal["minilm", "tf-idf"]
"""What is alike: the meaning of a text by a sentence encoder, or its words."""

LOWEST_SHARE = 0.40
MOST_CLUSTERED = 2_000
"""Distances of all pairs are looked at: so many texts take seconds, ten times as many minutes."""

_DIMENSIONS = 15
_NEIGHBOURS = 2
_SMALLEST, _LARGEST, _PER = 8, 15, 50


def lowest(score: FloatArray) -> IntArray:
    """The rows of the 40 % with the lowest scores, 2,000 at most, in their order; ties by row.

    With 15 % half of a missing category is left out: its tickets are not the only ones that score
    low (docs/evidence.md).
    """
    n = min(int(LOWEST_SHARE * len(score)), MOST_CLUSTERED)
    return np.sort(np.argsort(score, kind="stable")[:n]).astype(np.int64)


def smallest_cluster(n: int) -> int:
    """Tickets that make a cluster where `n` are looked at: a fiftieth, from 8 to 15."""
    return min(max(_SMALLEST, n // _PER), _LARGEST)


def clusters(vectors: FloatArray) -> tuple[BoolArray, ...]:
    """Which rows of `vectors` (n x d) each cluster has, the largest first; ties by first row.

    HDBSCAN (Campello et al. 2013) on the 15 first principal directions, each row of length one:
    in hundreds of dimensions all distances are alike. Rows in no cluster are noise. Fewer than
    twice the smallest cluster: none.
    """
    size = smallest_cluster(len(vectors))
    if len(vectors) < 2 * size:
        return ()
    from sklearn.cluster import HDBSCAN

    model = HDBSCAN(min_cluster_size=size, min_samples=_NEIGHBOURS, copy=True)
    of_row = model.fit_predict(_fewer_dimensions(vectors))
    found = [np.asarray(of_row == i) for i in range(int(of_row.max()) + 1)]
    return tuple(sorted(found, key=lambda rows: (-int(rows.sum()), int(np.argmax(rows)))))


def word_vectors(texts: Sequence[str]) -> FloatArray:
    """TF-IDF of content words in two texts or more (Salton & Buckley 1988), one row a text.

    Zeros where no word is in two texts.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    model = TfidfVectorizer(min_df=2, sublinear_tf=True, analyzer=words_of)
    try:
        found: Any = model.fit_transform(texts)
    except ValueError:  # what scikit-learn says where no word is left
        return np.zeros((len(texts), 1))
    return np.asarray(found.toarray(), dtype=np.float64)


def _fewer_dimensions(vectors: FloatArray) -> FloatArray:
    """Rows on their first principal directions, of length one; a row in the middle stays there."""
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    rows = centred @ directions[:_DIMENSIONS].T
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1.0))
