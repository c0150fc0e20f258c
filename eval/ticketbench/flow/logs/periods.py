"""A log cut into days or weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from ticketbench.measure.drift.alarm import WEAK
from ticketbench.measure.drift.log import UNKNOWN

By = Literal["day", "week"]

WHOLE = "all"
"""The one period of a log without times."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods that have decisions.

    of      the index of each decision's period; UNKNOWN where it has no time
    names   first day of each, as 2026-11-23; a week begins on Monday
    days    how many days of the log fall into each, from its first to its last one
    by      what was cut into; None for a log without times
    note    why it was not cut as asked for, or what has no time; else empty
    """

    of: tuple[int, ...]
    names: tuple[str, ...]
    days: tuple[float, ...]
    by: By | None
    note: str = ""


def periods(times: Sequence[datetime | None], by: By | None) -> Periods:
    """The days or weeks of `times`, in order; weeks unless `by` says days.

    Days with fewer than 200 decisions on average tell too little, so those become weeks.
    """
    found = [None if time is None else time.date() for time in times]
    known = [day for day in found if day is not None]
    if not known:
        return Periods((0,) * len(found), (WHOLE,), (float("nan"),), None)
    note = ""
    if by == "day" and len(known) < WEAK * len(set(known)):
        by, note = "week", f"by week: a day has fewer than {WEAK} decisions on average"
    starts = [None if day is None else _start(day, by) for day in found]
    names = sorted({start for start in starts if start is not None})
    place = {start: i for i, start in enumerate(names)}
    first, last = min(known), max(known)
    missing = len(found) - len(known)
    if missing:
        note = "; ".join(filter(None, [note, f"{missing:,} without a time are in no period"]))
    return Periods(
        of=tuple(UNKNOWN if start is None else place[start] for start in starts),
        names=tuple(start.isoformat() for start in names),
        days=tuple(_days(start, by, first, last) for start in names),
        by=by or "week",
        note=note,
    )


def _start(day: date, by: By | None) -> date:
    return day if by == "day" else day - day.weekday() * _DAY


def _days(start: date, by: By | None, first: date, last: date) -> float:
    """How many days between `first` and `last` belong to the period, both counted."""
    before = (max(start, first) - start).days  # never a day behind the week: there may be none
    most = 1 if by == "day" else 7
    return float(min(most, (last - start).days + 1) - before)
