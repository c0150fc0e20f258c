"""Made-up weeks of decisions, as an evaluation saw them or moved in one way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import at_temperature
from ticketbench.measure.drift.alarm import Drift, Period, drift
from ticketbench.measure.drift.reference import Reference, quantiles_of

K = 4
_SHARES = np.array([0.35, 0.30, 0.20, 0.15])
_PULL, _SHARPNESS = 2.2, 1.3


@dataclass(frozen=True)
class Law:
    """How a week differs: scores at a temperature, a label with more points."""

    temperature: float = 1.0
    more: float = 0.0


LAWS: Mapping[str, Law] = {
    "unchanged": Law(),
    "T 1.5": Law(temperature=1.5),
    "one label +15 points": Law(more=0.15),
    "T .9": Law(temperature=0.9),
    "+3 points": Law(more=0.03),
}


def week(rng: np.random.Generator, n: int, law: Law = LAWS["unchanged"]) -> Period:
    """n answers about tickets of four labels; the third one has more of them."""
    shares = _SHARES * (1 - law.more / (1 - _SHARES[2]))
    shares[2] = _SHARES[2] + law.more
    gold = rng.choice(K, n, p=shares)
    logits = rng.normal(size=(n, K))
    logits[np.arange(n), gold] += _PULL
    scores = np.exp(_SHARPNESS * (logits - logits.max(axis=1, keepdims=True)))
    scores = at_temperature(scores / scores.sum(axis=1, keepdims=True), law.temperature)
    return Period(np.argmax(scores, axis=1).astype(np.int64), scores.max(axis=1))


def evaluated(rng: np.random.Generator, n: int) -> Reference:
    """What is kept of n tickets of the first law."""
    seen = week(rng, n)
    counts = tuple(np.bincount(seen.top, minlength=K).tolist())
    return Reference(n, tuple("abcd"), quantiles_of(seen.score), counts, (), ())


def weeks(seed: int, *, known: int, n: int, law: Law, runs: int) -> list[Drift]:
    """One week of n decisions against an evaluation of `known` tickets, drawn anew each time."""
    rng = np.random.default_rng([seed, known, n])
    return [drift(evaluated(rng, known), [week(rng, n, law)])[0] for _ in range(runs)]
