"""Several small whole numbers in one: what is known of a ticket as a single code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the numbers, most significant first, each from 0 up to below its size.

    The size of the first one does not count, so it may grow without moving any code.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    def packed(self, **columns: IntArray | BoolArray) -> IntArray:
        """The code of each ticket, from a column for every name."""
        code = np.asarray(columns[self.names[0]], dtype=np.int64)
        for name, size in zip(self.names[1:], self.sizes[1:], strict=True):
            code = code * size + columns[name]
        return code

    def column(self, code: IntArray, name: str) -> IntArray:
        """The numbers called `name`."""
        at = self.names.index(name)
        found = code // self.stride(name)
        return found if at == 0 else found % self.sizes[at]

    def mark(self, code: IntArray, name: str) -> BoolArray:
        """The numbers called `name`, which are 0 or 1, as truth values."""
        return np.asarray(self.column(code, name) == 1)

    def stride(self, name: str) -> int:
        """What one more of `name` adds to a code."""
        stride = 1
        for size in self.sizes[self.names.index(name) + 1 :]:
            stride *= size
        return stride
