"""How long a server asks to be left alone: the header Retry-After, in either form."""

from __future__ import annotations

import re

_SECONDS = r"[0-9]{1,9}(\.[0-9]+)?"


def asked_seconds(header: str | None, *, now: float) -> float:
    """Seconds that a Retry-After header asks for at `now`, seconds since 1970.

    0 where it is absent, cannot be read, or names a moment that is over. A date is in UTC also
    where it does not say so.
    """
    text = (header or "").strip()
    if re.fullmatch(_SECONDS, text):
        return float(text)
    return max(0.0, _moment(text, default=now) - now)


def retry_after(header: str, in_ms: str) -> str:
    """What `asked_seconds` is to read, where a server may say it in milliseconds, too."""
    found = re.fullmatch(_SECONDS, in_ms.strip())
    return f"{float(found[0]) / 1000:.3f}" if found else header


def _moment(date: str, *, default: float) -> float:
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return default
