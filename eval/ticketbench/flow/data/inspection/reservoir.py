"""A fair sample of things that come one after the other, without knowing how many there will be."""

from __future__ import annotations

from random import Random
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Reservoir(Generic[_T]):
    """At most `size` of the things that were offered, each as likely as any other (Vitter 1985,
    algorithm R); the same for the same seed and order.
    """

    def __init__(self, size: int, *, seed: int) -> None:
        self._size, self._random = size, Random(seed)
        self._kept: list[tuple[int, _T]] = []
        self.n = 0

    def place(self) -> int | None:
        """Where the next thing would be kept; None where it is not drawn. Then `keep` it."""
        self.n += 1
        if self.n <= self._size:
            return self.n - 1
        drawn = int(self._random.random() * self.n)
        return drawn if drawn < self._size else None

    def keep(self, place: int, thing: _T) -> None:
        """Keep the thing for which `place` was asked."""
        if place == len(self._kept):
            self._kept.append((self.n, thing))
        else:
            self._kept[place] = (self.n, thing)

    def kept(self) -> list[_T]:
        """What was drawn, in the order it came."""
        return [thing for _, thing in sorted(self._kept, key=lambda item: item[0])]
