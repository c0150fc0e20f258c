"""The decision log: one JSON line a decision, and how its lines are read back.

A line holds no text of a ticket. What is no whole decision is counted and never guessed.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from os import PathLike
from typing import IO, Any

from ticketbench.core.errors import InputError
from ticketbench.core.policy import OUTCOMES
from ticketbench.core.quotes import quoted
from ticketbench.production.log_writer import SCHEMA

_OURS = re.compile(r"ticketbench/decision@([0-9]+)(?:\.[0-9]+)*")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z")
_GZIP = b"\x1f\x8b"
_LONGEST_LINE = 1_000_000
"""Bytes after which what has no line end is taken for no line of a log."""


@dataclass(frozen=True, slots=True)
class LoggedDecision:
    """One line of a decision log.

    label, score  the top label and its raw score for every outcome with scores, else None
    scores        raw scores by label; None where there were none, or they did not fit
    reason        why it was not routed; None where it was
    timestamp     UTC, ISO 8601 with a Z, so that texts sort as moments do
    """

    decision_id: str
    timestamp: str
    policy: str
    rubric_set: str
    outcome: str
    label: str | None = None
    score: float | None = None
    scores: Mapping[str, float] | None = None
    reason: str | None = None
    model: str | None = None
    latency_ms: float | None = None
    attempts: int = 0
    warnings: tuple[str, ...] = ()
    ticket_id: str | None = None
    text_hmac: str | None = None
    error_status: int | None = None
    trace_id: str | None = None
    span_id: str | None = None


@dataclass(slots=True)
class DecisionLog:
    """Decisions in the order of files and lines, and what else stood there.

    n_torn       lines that are no whole JSON: the end of a process that was killed
    n_foreign    lines that are JSON and no decision
    n_repeated   decisions that had been seen before, left out
    first_torn, first_foreign   `file:line` of the first of each, empty for none
    """

    decisions: list[LoggedDecision] = field(default_factory=list)
    n_torn: int = 0
    n_foreign: int = 0
    n_repeated: int = 0
    first_torn: str = ""
    first_foreign: str = ""


def read_decisions(paths: Iterable[str | PathLike[str]]) -> DecisionLog:
    """Every decision of these files, plain or gzip, each once by its `decision_id`.

    Empty files and blank lines say nothing. Raises InputError for a file that cannot be read, and
    for a line of another major version, which a reader must not guess at.
    """
    log, seen = DecisionLog(), set[str]()
    for path in paths:
        for where, line in _lines(path, log):
            found = _decision(line, where, log)
            if found is None:
                continue
            if found.decision_id in seen:
                log.n_repeated += 1
                continue
            seen.add(found.decision_id)
            log.decisions.append(found)
    return log


def _lines(path: str | PathLike[str], log: DecisionLog) -> Iterator[tuple[str, bytes]]:
    """`file:line` and bytes of each line that is not blank."""
    number = 0
    try:
        with _opened(path) as file:
            while line := file.readline(_LONGEST_LINE):
                number += 1
                if line.strip():
                    yield f"{path}:{number}", line
    except EOFError:  # gzip that was cut: what came before its end was given
        _count_torn(log, f"{path}:{number + 1}")
    except (OSError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        help_ = "give a file of a decision log, plain or gzip"
        raise InputError(f"cannot be read: {reason}", where=str(path), help=help_) from None


def _opened(path: str | PathLike[str]) -> IO[bytes] | gzip.GzipFile:
    """The file as plain bytes; what is packed is told by its first two."""
    with open(path, "rb") as file:
        packed = file.read(2) == _GZIP
    if not packed:
        return open(path, "rb")
    return gzip.open(path, "rb")


def _decision(line: bytes, where: str, log: DecisionLog) -> LoggedDecision | None:
    """The decision of a line; None where it is counted as torn or foreign."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        _count_torn(log, where)
        return None
    found = _read(data, where) if isinstance(data, dict) else None
    if found is None:
        log.n_foreign += 1
        log.first_foreign = log.first_foreign or where
    return found


def _count_torn(log: DecisionLog, where: str) -> None:
    log.n_torn += 1
    log.first_torn = log.first_torn or where


def _read(data: dict[str, Any], where: str) -> LoggedDecision | None:
    """The decision in an object; None where it is no decision. Fields we do not know are left."""
    ours = _OURS.fullmatch(str(data.get("schema", "")))
    if ours is None:
        return None
    if ours[1] != "1":
        what = f"{quoted(str(data['schema']))} is not read by this version of ticketbench"
        raise InputError(what, where=where, help=f"it reads {SCHEMA}: take a newer ticketbench")
    known = {name: data[name] for name in _FIELDS if data.get(name) is not None}
    if not all(_FIELDS[name](value) for name, value in known.items()):
        return None
    if not all(name in known for name in _NEEDED):
        return None
    if ("label" in known) != ("score" in known):
        return None
    if known["outcome"] != "review" and "label" not in known:
        return None
    known["warnings"] = tuple(known.get("warnings", ()))
    return LoggedDecision(**known)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_moment(value: Any) -> bool:
    """A time in UTC as ours is written, on a day and at a second that there are."""
    if not _is_text(value) or _MOMENT.fullmatch(value) is None:
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_number(value: Any) -> bool:
    """A finite number that is not below 0; JSON's NaN compares as neither."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and 0 <= value < float("inf")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and _is_number(value)


def _is_score(value: Any) -> bool:
    return _is_number(value) and value <= 1


_NEEDED = ("decision_id", "timestamp", "policy", "rubric_set", "outcome")
_FIELDS = {
    "decision_id": _is_text,
    "timestamp": _is_moment,
    "policy": _is_text,
    "rubric_set": _is_text,
    "outcome": lambda value: value in OUTCOMES,
    "label": _is_text,
    "score": _is_score,
    "scores": lambda value: isinstance(value, dict) and all(map(_is_score, value.values())),
    "reason": _is_text,
    "model": _is_text,
    "latency_ms": _is_number,
    "attempts": _is_count,
    "warnings": lambda value: isinstance(value, list) and all(map(_is_text, value)),
    "ticket_id": _is_text,
    "text_hmac": _is_text,
    "error_status": _is_count,
    "trace_id": _is_text,
    "span_id": _is_text,
}
