"""Names as numbers: the same name has the same key in every part and on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from ticketbench.core.types import IntArray

ALONE = 0
"""The key of tickets that belong to no group; no name has it."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def keys(names: Iterable[str]) -> IntArray:
    """63 bits of the SHA-256 of each name, above 0.

    Two of a million names share a key with a chance of 1 in ten million. No names: empty.
    """
    digest = b"".join(hashlib.sha256(name.encode()).digest()[:8] for name in names)
    return np.asarray((np.frombuffer(digest, dtype=">u8") >> 1 | 1).astype(np.int64))


def shuffled(of: IntArray, *, seed: int) -> IntArray:
    """A number of 63 bits for each key that looks drawn, another one for another seed.

    The finish of SplitMix64 (Steele, Lea & Flood 2014), which maps different keys to different
    numbers of 64 bits.
    """
    mixed = of.astype(np.uint64) + np.array([seed + 1], dtype=np.int64).astype(np.uint64) * _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return np.asarray(((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(1)).astype(np.int64))
