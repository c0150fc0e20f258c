"""Does a router decide as the evaluation does? Counts rows on which they differ; ends with 1 then.

TICKETBENCH_TEST_DATA=FOLDER python benchmarks/router_rows.py [ROWS a number of labels, 10000]

Every row of three public sets with two rubric sets goes through a router, as the bytes of an
answer; random rows for 2 to 150 labels through the rule for one ticket. Thresholds and escalation
limits are set to scores that occur, with several temperatures.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from public_sets import public_tables

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from policies import POLICY  # the file of a policy, which the tests share
from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.production import Router

TEMPERATURES = (0.5, 0.9, 1.0, 1.28, 2.0, 3.0, 7.0)
DECIMALS = (1, 2, 3, 6, 17)


def policies(scores: np.ndarray, label: str, rng: np.random.Generator) -> Iterator[Policy]:
    """A policy a temperature, with limits that occur as sharpened scores."""
    for temperature in TEMPERATURES:
        row = scores[rng.integers(len(scores))]
        powered = (row / row.max()) ** (1 / temperature)
        occurring = powered / powered.sum() if temperature != 1 else row
        high, low, own = occurring.max(), np.sort(occurring)[-2], rng.choice(occurring)
        yield Policy(float(high), float(low), temperature, ((label, float(own)),))


def routed_differently(scores: np.ndarray, labels: tuple[str, ...], policy: Policy) -> int:
    """Rows of which a router and the evaluation say different things."""
    answer = b""
    rubrics = RubricSet("v", tuple(Rubric(label, f"{label}?") for label in labels))
    file = replace(POLICY, policy=policy, rubric_set=rubrics)
    router = Router(file, post=lambda body, seconds: (200, answer))
    expected, differ = policy.decide(scores, labels), 0
    for i, row in enumerate(scores.tolist()):
        top = labels[row.index(max(row))]
        listed = dict(zip(labels, row, strict=True))
        answer = json.dumps({"scores": listed, "top_label": top}).encode()
        found = router.decide("a ticket")
        same = (found.outcome, found.label) == (
            OUTCOMES[expected.outcome[i]],
            labels[expected.top[i]],
        )
        differ += not same
    return differ


def decided_differently(scores: np.ndarray, labels: tuple[str, ...], policy: Policy) -> int:
    """The same of the rule alone, for one ticket and for an array."""
    expected = policy.decide(scores, labels)
    found = [policy.decide_one(row, labels) for row in scores.tolist()]
    outcomes, tops = [one.outcome for one in found], [one.top for one in found]
    return int(((expected.outcome != outcomes) | (expected.top != tops)).sum())


def random_rows(n_labels: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """Rows with ties and few decimals, none of them all zero."""
    scores = rng.dirichlet(np.full(n_labels, rng.choice([0.1, 0.5, 2.0])), size=n)
    scores = scores.round(int(rng.choice(DECIMALS)))
    scores[scores.max(axis=1) == 0, 0] = 1.0
    return scores


def main() -> int:
    """Print how many rows were compared, and how many differ."""
    rng, differ, compared = np.random.default_rng(20261129), 0, 0
    for name, table in public_tables().items():
        of_set = sum(
            routed_differently(table.scores, table.labels, policy)
            for policy in policies(table.scores, table.labels[0], rng)
        )
        compared += len(table.scores) * len(TEMPERATURES)
        differ += of_set
        rows = f"{len(table.scores):,} rows x {len(TEMPERATURES)} policies"
        print(f"{name}: {rows}, {of_set} differ", flush=True)
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    for n_labels in range(2, 151):
        labels = tuple(f"label {i}" for i in range(n_labels))
        scores = random_rows(n_labels, each, rng)
        for part, policy in zip(
            np.array_split(scores, len(TEMPERATURES)),
            policies(scores, labels[0], rng),
            strict=True,
        ):
            differ += decided_differently(part, labels, policy)
        compared += each
    print(f"{compared:,} rows compared, {differ} differ")
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main())
