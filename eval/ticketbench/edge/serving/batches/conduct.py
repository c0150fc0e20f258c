"""What a service does to its batches by itself, on demand: they take time, come mixed, and fail."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

AS_ASKED, SHUFFLED = ORDERS = ("as-asked", "shuffled")


@dataclass(frozen=True, slots=True)
class Conduct:
    """How batches are treated, so that what asks can be tested against it.

    delay_s  no batch is completed earlier after its upload
    order    of the lines of an output: as they were asked, or shuffled
    fail     the share of the questions of each batch that fail, in [0, 1]
    seed     draws which, and the order

    Raises ValueError for values that are none of these.
    """

    delay_s: float = 0.0
    order: str = AS_ASKED
    fail: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.delay_s < float("inf"):
            raise ValueError("a delay is 0 or more seconds")
        if self.order not in ORDERS:
            raise ValueError(f"an order is one of {', '.join(ORDERS)}")
        if not 0 <= self.fail <= 1:
            raise ValueError("the share that fails is within [0, 1]")

    def failing(self, n: int, *, batch: int) -> frozenset[int]:
        """Which of `n` questions fail, as indices: exactly the rounded share, drawn anew for each
        batch, so that those that failed can be answered in the next one.
        """
        return frozenset(self._draws(batch).sample(range(n), round(self.fail * n)))

    def ordered(self, lines: Sequence[bytes], *, batch: int) -> list[bytes]:
        """The lines of an output in their order."""
        found = list(lines)
        if self.order == SHUFFLED:
            self._draws(batch).shuffle(found)
        return found

    def _draws(self, batch: int) -> random.Random:
        return random.Random(f"{self.seed}, batch {batch}")
