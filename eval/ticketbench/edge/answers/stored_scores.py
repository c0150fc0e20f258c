"""The scores in many stored answers as one matrix.

The answers were valid when they were stored, and their digests say that they are the same bytes; so
only what the numbers themselves can tell is checked again, and that for all of them at once.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from operator import itemgetter

import msgspec
import numpy as np

from ticketbench.core.classify import AGREEMENT, ContractViolation, check_sum, decimals_of
from ticketbench.core.quotes import quoted
from ticketbench.core.types import FloatArray


class _Kept(msgspec.Struct):
    """The part of a stored answer that is scored."""

    scores: dict[str, float]
    top_label: str


_decode = msgspec.json.Decoder(_Kept).decode


class StoredScores:
    """Collects the scores of stored answers, in the order of `labels` (two or more)."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._pick, self._n_labels = itemgetter(*labels), len(labels)
        self._values, self._tops = array("d"), array("d")

    def add(self, content: bytes) -> None:
        """Take one answer in; raises ContractViolation, and takes nothing in, when it is not an
        answer with a number for each of the labels and no others.
        """
        try:
            kept = _decode(content)
            scores = kept.scores
            values, top = self._pick(scores), scores[kept.top_label]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise ContractViolation("not an answer") from None
        except KeyError as missing:
            raise ContractViolation(f"no score for {quoted(str(missing.args[0]))}") from None
        if len(scores) != self._n_labels:
            raise ContractViolation("a score for another label")
        self._values.extend(values)
        self._tops.append(top)

    def matrix(self) -> tuple[FloatArray, dict[int, str]]:
        """The scores, one row an answer as they were added, and what is wrong with which row:
        range, sum within the digits kept, or a top label that is not the arg max.
        """
        scores = np.asarray(self._values, dtype=np.float64).reshape(-1, self._n_labels)
        wrong: dict[int, str] = {}
        largest = np.max(scores, axis=1, initial=0.0)
        for row in np.flatnonzero(np.abs(scores.sum(axis=1) - 1) > AGREEMENT).tolist():
            values = scores[row].tolist()
            try:
                check_sum(values, decimals=max(decimals_of(repr(value)) for value in values))
            except ContractViolation as error:
                wrong[row] = str(error)
        for row in np.flatnonzero(np.asarray(self._tops) < largest - AGREEMENT).tolist():
            wrong[row] = "top_label is not the label with the highest score"
        outside = (np.min(scores, axis=1, initial=0.0) < 0) | (largest > 1)
        for row in np.flatnonzero(outside).tolist():
            wrong[row] = "a score is not within [0, 1]"
        return scores + 0.0, wrong  # -0.0, in answers of older caches, is 0.0
