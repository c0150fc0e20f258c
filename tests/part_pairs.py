"""Two tables of predictions on the same tickets, whole and in parts."""

from __future__ import annotations

import random
from pathlib import Path

from part_files import Record, parts, records, write

Rows = tuple[list[Record], list[Record]]


def pair(n: int = 120, *, seed: int = 0, groups: int = 0, failed: int = 3) -> Rows:
    """Base and candidate, of which the second one has other answers and another order; some tickets
    have no label that fits.
    """
    base = records(n, seed=seed, groups=groups, failed=failed)
    for one in base[6::8]:
        one["label"] = "__none__"
    other = records(n, seed=seed + 1, failed=failed + 2)
    candidate = [{**one, "label": own["label"]} for own, one in zip(base, other, strict=True)]
    random.Random(seed).shuffle(candidate)
    return base, candidate


def folders(folder: Path, rows: Rows, n: tuple[int, int], *, suffix: str = ".csv") -> list[str]:
    """Both sides in so many parts: folders `a` and `b`."""
    return [
        str(parts(folder / name, own, k, suffix=suffix))
        for name, own, k in zip("ab", rows, n, strict=True)
    ]


def files(folder: Path, rows: Rows) -> list[str]:
    """Both sides as one file each: `a.csv` and `b.csv`."""
    return [str(write(folder / f"{name}.csv", own)) for name, own in zip("ab", rows, strict=True)]
