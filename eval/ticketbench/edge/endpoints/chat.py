"""chat+https:// and chat+http://: chat completions with logprobs.

Questions and answers of the shape are in core/shapes/chat.py.
"""

from __future__ import annotations

from ticketbench.edge.endpoints import Connection, endpoint
from ticketbench.edge.endpoints.translation import Translated, translated


@endpoint("chat+https", "chat+http")
def connect(url: str, connection: Connection) -> Translated:
    """The server at `url`; plain http is for this machine only."""
    return translated(url, connection)
