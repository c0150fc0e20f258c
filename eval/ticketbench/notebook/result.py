"""What every result of the notebook can do."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.edge.results.store import envelope
from ticketbench.notebook.cards import Card
from ticketbench.notebook.columns import Columns
from ticketbench.notebook.frames import frame_of

if TYPE_CHECKING:
    import pandas as pd

Frames = Mapping[str, Callable[[], Columns]]
"""What each DataFrame of a result holds, by name."""


class Result(ABC):
    """A result: DataFrames by name, the JSON of its command, and a card in a notebook.

    `thing` is what the JSON calls it.
    """

    thing: ClassVar[str]

    @property
    def frames(self) -> tuple[str, ...]:
        """The names that `to_frame` takes; the first is the usual one."""
        return tuple(self._frames())

    def to_frame(self, name: str = "") -> pd.DataFrame:
        """The DataFrame called `name`, the first of `frames` where none is named.

        Numbers stand beside the ends of their 95 % interval and the n they rest on. InputError
        lists the names where none is called so.
        """
        known = self._frames()
        name = name or next(iter(known))
        if name not in known:
            help_ = f"{suggestion(name, known)} There are {', '.join(known)}"
            raise InputError(f"this result has no frame {quoted(name)}", help=help_)
        return frame_of(known[name]())

    def to_json(self) -> str:
        """What the command prints with --json."""
        return envelope(self.thing, self._data()).decode("utf-8")

    def to_dict(self) -> dict[str, Any]:
        """The data of `to_json`; NaN is None."""
        data: dict[str, Any] = json.loads(self.to_json())["data"]
        return data

    def __repr__(self) -> str:
        """The answer, in at most 200 characters."""
        return self._card().short(type(self).__name__)

    def _repr_html_(self) -> str:
        return self._card().html

    @abstractmethod
    def _frames(self) -> Frames: ...

    @abstractmethod
    def _data(self) -> object: ...

    @abstractmethod
    def _card(self) -> Card: ...
