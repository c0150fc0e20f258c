"""How much a packed file may become: texts are packed by less, a bomb by a thousand."""

from __future__ import annotations

from ticketbench.edge.files.reading import MOST_RATIO
from ticketbench.edge.tables.rows import MalformedRow

_LEAST_ROOM = 100_000_000
_MOST_ROWS = 1_000


class Room:
    """How many bytes a packed file of `size` bytes may still become."""

    def __init__(self, size: int) -> None:
        self._most = self._left = max(_LEAST_ROOM, MOST_RATIO * size)

    def take(self, n: int) -> None:
        """Raises MalformedRow when there is no room for `n` more."""
        self._left -= n
        if self._left < 0:
            what = f"unpacks to more than {self._most / 1e6:.3g} MB, a hundred times its size"
            help_ = "export it as CSV if you trust it, or split it"
            raise MalformedRow(1, what, help_)

    def rows(self, n: int) -> int:
        """Of a column of `n` bytes with equal texts once, how many fit whatever they hold."""
        return max(1, min(_MOST_ROWS, self._most // max(1, n)))
