"""ScaleDown's decisions: `POST /v1/scaledown`, System One with the text in an object."""

from __future__ import annotations

from dataclasses import replace

from ticketbench.core.keys.value import HEADER
from ticketbench.core.shapes.contract import MODEL, SAME_WITHIN
from ticketbench.core.shapes.systemone import SystemOne

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar

    from ticketbench.core.shapes.contract import Option


class ScaleDown(SystemOne):
    """System One, but for the state and the header of the key."""

    scheme = "scaledown"
    header = HEADER
    noise = SAME_WITHIN  # the vendor calls it deterministic
    options: ClassVar[Mapping[str, Option]] = {
        **SystemOne.options,
        "model": replace(MODEL, default="classify-1"),
    }

    def state(self, text: str) -> object:
        """The text in an object: whether a bare one is taken is not known."""
        return {"text": text}
