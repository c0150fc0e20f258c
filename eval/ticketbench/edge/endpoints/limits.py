"""How much of a text is read, where that is known: of the engines here, and by vendors' pages.

Nothing is refused for it, since a vendor may change it without notice. It is told before anything
is asked, since some services cut a text in silence. Limits that come back as an error (options,
questions, bytes) are not listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from ticketbench.core.keys.host import has_shape, web_url
from ticketbench.core.shapes.address import address
from ticketbench.edge.endpoints import is_local
from ticketbench.edge.engines.weights import LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class Limit:
    """The most tokens that are read by a model at a host; an empty name is any.

    of_question  whether the question counts, too; else the text alone
    known_on     the day of the vendor's page; empty for an engine of this package
    """

    tokens: int
    host: str = ""
    model: str = ""
    of_question: bool = False
    known_on: str = ""

    def holds(self, host: str, model: str) -> bool:
        """Whether this is about a model at a host, or one below it."""
        at_host = not self.host or f".{host}".endswith(f".{self.host}")
        return at_host and self.model in ("", model)


LIMITS = (
    Limit(LONGEST_TEXT, host="local://minilm/v1/classify"),
    Limit(LONGEST_TEXT, model="minilm-v1"),  # the same engine behind `serve`
    Limit(32_000, host="typesafe.ai", model="jev-1.13.0", of_question=True, known_on="2026-11-29"),
)


def limit_of(url: str) -> Limit | None:
    """What is read at the URL of an endpoint; None where that is not known.

    Raises InputError for a URL that is none.
    """
    host = url if is_local(url) else urlsplit(web_url(url)).hostname or ""
    model = address(url).shape.model if has_shape(url) else None
    return next((one for one in LIMITS if one.holds(host, model or "")), None)
