"""Made-up tickets of real sentences, the same ones every time.

From the public sets that TICKETBENCH_TEST_DATA names; not set: from our own support tickets.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np

SETS = ("banking77-grouped", "bitext-support", "clinc-oos")
OWN = Path(__file__).resolve().parent.parent / "datasets" / "support_tickets.csv"
NEAR_COPIES = 0.04


def sentences() -> list[str]:
    """The texts of every set, or the lines of our own tickets."""
    root = os.environ.get("TICKETBENCH_TEST_DATA")
    if root:
        return [text for name in SETS for text in _texts(Path(root, name, "data.csv"))]
    lines = (line.strip() for text in _texts(OWN) for line in text.splitlines())
    return [line for line in lines if line]


def texts(n: int) -> list[str]:
    """Two to seven sentences a ticket; a few are copies with one to five letters changed."""
    known, rng, made = sentences(), np.random.default_rng(0), list[str]()
    for _ in range(n):
        if made and rng.random() < NEAR_COPIES:
            copy = list(made[rng.integers(len(made))])
            for at in rng.integers(0, len(copy), rng.integers(1, 6)):
                copy[at] = "abcdefghij"[rng.integers(10)]
            made.append("".join(copy))
        else:
            chosen = rng.integers(0, len(known), rng.integers(2, 8))
            made.append(" ".join(known[i] for i in chosen))
    return made


def _texts(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [row["text"] for row in csv.DictReader(lines)]
