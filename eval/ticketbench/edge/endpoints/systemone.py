"""systemone+https:// and systemone+http://: System One.

Questions and answers of the shape are in core/shapes/systemone.py.
"""

from __future__ import annotations

from ticketbench.edge.endpoints import Connection, endpoint
from ticketbench.edge.endpoints.translation import Translated, translated


@endpoint("systemone+https", "systemone+http")
def connect(url: str, connection: Connection) -> Translated:
    """The server at `url`; plain http is for this machine only."""
    return translated(url, connection)
