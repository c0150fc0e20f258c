"""scaledown+https:// and scaledown+http://: ScaleDown's decisions.

Questions and answers of the shape are in core/shapes/scaledown.py.
"""

from __future__ import annotations

from ticketbench.edge.endpoints import Connection, endpoint
from ticketbench.edge.endpoints.translation import Translated, translated


@endpoint("scaledown+https", "scaledown+http")
def connect(url: str, connection: Connection) -> Translated:
    """The server at `url`; plain http is for this machine only."""
    return translated(url, connection)
