"""What a policy agrees on with itself: labels, counts, dates, an address that holds no secret."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import pairwise

from ticketbench.core.errors import InputError
from ticketbench.core.keys.host import has_shape
from ticketbench.core.quotes import listed, quoted
from ticketbench.core.rubrics import NONE_LABEL, fingerprint

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

_SECRET_NAME = r"key|token|secret|passw|auth|sig|code|credential"
_PLAIN_VALUE = r"[A-Za-z0-9._-]{0,15}"


def refuse_contradictions(value: Mapping[str, Any], *, fingerprint_may_differ: bool) -> None:
    """Raise InputError for the first thing in the JSON of a policy that cannot be.

    The fingerprint of rubrics that somebody changed may differ: it is made anew.
    """
    labels = [one["name"] for one in value["rubric_set"]["labels"]]
    _refuse_labels(labels)
    if not fingerprint_may_differ:
        _refuse_fingerprint(value["rubric_set"])
    _refuse_strangers("decide.label_thresholds", value["decide"]["label_thresholds"], labels)
    _refuse_strangers("prompts", value["prompts"], [*labels, "*"])
    refuse_secret_url(value["endpoint"]["url"])
    _refuse_dates(value)
    _refuse_reference(value["reference"], labels)
    if value["promise"] is not None:
        _refuse_promise(value["promise"])


def refuse_secret_url(url: str) -> None:
    """Raise InputError for an address that may hold a secret, without showing it."""
    from urllib.parse import parse_qsl, urlsplit

    help_ = "a policy holds no secret: the key comes from the variable that the router is told"
    if has_shape(url):  # what a shape takes from the URL for itself reaches no server
        from ticketbench.core.shapes.address import address

        url = address(url).server
    try:
        parts = urlsplit(url)
    except ValueError:
        raise InputError("the address of the endpoint is none") from None
    if not parts.scheme or not parts.netloc:
        raise InputError("the address of the endpoint is not full, like https://host/classify")
    if "@" in parts.netloc:
        raise InputError("the address of the endpoint holds a user name or password", help=help_)
    if parts.fragment or ";" in parts.query:
        raise InputError("the address of the endpoint holds more than an address", help=help_)
    for name, given in parse_qsl(parts.query, keep_blank_values=True):
        if re.search(_SECRET_NAME, name, re.IGNORECASE) or not re.fullmatch(_PLAIN_VALUE, given):
            what = f"the address of the endpoint may hold a secret: its parameter {quoted(name)}"
            raise InputError(what, help=help_)


def _refuse_labels(labels: Sequence[str]) -> None:
    if len(set(labels)) < len(labels):
        twice = [one for i, one in enumerate(labels) if one in labels[:i]]
        raise InputError(f"the label {listed(twice)} stands twice in rubric_set.labels")
    if NONE_LABEL in labels:
        raise InputError(f"no label can be called {NONE_LABEL}")


def _refuse_fingerprint(rubric_set: Mapping[str, Any]) -> None:
    parts = (part for one in rubric_set["labels"] for part in (one["name"], one["rubric"]))
    if rubric_set["fingerprint"] != f"sha256:{fingerprint(parts)}":
        raise InputError("rubric_set.fingerprint is not that of its labels and rubrics")


def _refuse_strangers(place: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    strangers = [one for one in given if one not in known]
    if strangers:
        from ticketbench.core.registry import suggestion

        what = f"{place} names {listed(strangers)}, which is no label here"
        raise InputError(what, help=suggestion(strangers[0], known))


def _refuse_dates(value: Mapping[str, Any]) -> None:
    try:
        datetime.fromisoformat(value["created"])
        date.fromisoformat(value["review_by"])
    except ValueError:
        raise InputError("created and review_by have to be days that there are") from None


def _refuse_reference(value: Mapping[str, Any], labels: Sequence[str]) -> None:
    n, quantiles = value["n"], value["top_score_quantiles"]
    _refuse_strangers("reference.top_labels", value["top_labels"], labels)
    for name in ("top_labels", "outcomes", "model"):
        total = sum(value[name].values())
        if total != n:
            raise InputError(f"reference.{name} counts {total:g} tickets, reference.n is {n:g}")
    if any(after < before for before, after in pairwise(quantiles)):
        raise InputError("reference.top_score_quantiles do not rise")
    rows, k = value["confusion"], len(labels)
    if len(rows) not in (k, k + 1) or any(len(row) != k for row in rows):
        raise InputError(f"reference.confusion has not {k} columns and {k} or {k + 1} rows")
    counted = sum(map(sum, rows))
    if counted > n:
        raise InputError(f"reference.confusion counts {counted:g} tickets, reference.n is {n:g}")


def _refuse_promise(value: Mapping[str, Any]) -> None:
    judged = value["judged"]
    if not judged["right"] <= judged["routed"] <= judged["of"]:
        raise InputError("promise.judged has more tickets right than routed, or routed than judged")
    if not judged["low"] <= judged["high"]:
        raise InputError("promise.judged.low is above promise.judged.high")
