"""Small score tables for tests, built from plain lists; and where the reference values lie."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import NONE, Failure, Provenance, ScoreTable

ORACLES = Path(__file__).parent / "oracles"


def table(
    scores: Sequence[Sequence[float]],
    gold: Sequence[str],
    *,
    labels: Sequence[str] = ("a", "b", "c"),
    groups: Sequence[int] | None = None,
    wanted: Sequence[Sequence[str]] | None = None,
    failures: Sequence[Failure] = (),
    rubric_set: str = "v1",
    dataset: str = "d",
) -> ScoreTable:
    """A score table with ids t0, t1 ...; gold labels outside `labels` are added at the end."""
    names = (*labels, *sorted(set(gold) - set(labels) - {NONE_LABEL}))
    n, k = len(gold), len(labels)
    matrix = None
    if wanted is not None:
        matrix = np.array([[name in fits for name in names] for fits in wanted], dtype=np.bool_)
    return ScoreTable(
        labels=tuple(labels),
        gold_labels=names,
        ids=tuple(f"t{i}" for i in range(n)),
        truth=np.array([NONE if g == NONE_LABEL else names.index(g) for g in gold], dtype=np.int64),
        groups=np.array(range(n) if groups is None else groups, dtype=np.int64),
        scores=np.array(scores, dtype=np.float64).reshape(n, k),
        wanted=matrix,
        failures=tuple(failures),
        provenance=Provenance("data.csv", dataset, rubric_set, "r", "local://test"),
    )


def random_table(
    n: int,
    *,
    k: int = 4,
    seed: int = 0,
    sharpness: float = 2.0,
    n_groups: int | None = None,
    rubric_set: str = "v1",
) -> ScoreTable:
    """Calibrated random tickets: the gold label is drawn from the scores themselves."""
    rng = np.random.default_rng(seed)
    logits = sharpness * rng.normal(size=(n, k))
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = [f"l{i}" for i in range(k)]
    gold = [labels[rng.choice(k, p=row)] for row in scores]
    groups = None if n_groups is None else rng.integers(0, n_groups, n).tolist()
    return table(scores.tolist(), gold, labels=labels, groups=groups, rubric_set=rubric_set)


def falling_table(
    n: int,
    *,
    upper: int,
    lower: int = 3,
    rubric_set: str = "v1",
    groups: Sequence[int] | None = None,
    failures: Sequence[Failure] = (),
) -> ScoreTable:
    """n tickets at top scores from 0.99 down to 0.50, all for `a`.

    One of `upper` is wrong in the upper half, one of `lower` in the lower.
    """
    tops = np.linspace(0.99, 0.50, n)
    scores = [[top, (1 - top) / 2 + 1e-4, (1 - top) / 2 - 1e-4] for top in tops.tolist()]
    each = [upper if i < n // 2 else lower for i in range(n)]
    gold = ["b" if i % of == of - 1 else "a" for i, of in enumerate(each)]
    return table(scores, gold, rubric_set=rubric_set, groups=groups, failures=failures)
