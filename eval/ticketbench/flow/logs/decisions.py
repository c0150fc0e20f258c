"""The decisions of several files, each a decision log or any table."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.edge.files.reading import read_bytes
from ticketbench.flow.logs.columns import read_rows
from ticketbench.flow.logs.entries import Entries, Entry
from ticketbench.production.decision_log import DecisionLog, LoggedDecision, read_decisions
from ticketbench.report.words import numbers

_MARK = b'"ticketbench/decision@'
_GZIP = b"\x1f\x8b"
_LOOKED_AT = 100_000
_NOTHING = "log decisions first: Router(..., log=), or a table with top_label and score"


def read_entries(paths: Sequence[Path], columns: Mapping[str, str]) -> Entries:
    """Every decision of `paths`, the same one of a decision log once.

    Raises InputError for a file that cannot be read, and where there is no decision in any.
    """
    own = [path for path in paths if not columns and is_decision_log(path)]
    log = read_decisions(own)
    rows = [entry for path in paths if path not in own for entry in read_rows(path, columns)]
    found = (*map(_entry, log.decisions), *rows)
    if not found:
        where = ", ".join(map(str, paths))
        torn = "; ".join(_notes(log))
        what = f"there is no decision in it{f': {torn}' if torn else ''}"
        raise InputError(what, where=where, help=_NOTHING)
    return Entries(found, tuple(_notes(log)), named=bool(log.decisions))


def is_decision_log(path: Path) -> bool:
    """Whether a line near the start names the schema; the first one may be torn."""
    content = read_bytes(path)
    if content.startswith(_GZIP):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
                return _MARK in stream.read(_LOOKED_AT)
        except (OSError, EOFError, zlib.error):
            return False  # whoever reads the whole says what is wrong
    return _MARK in content[:_LOOKED_AT]


def _entry(of: LoggedDecision) -> Entry:
    return Entry(
        ticket_id=of.ticket_id or "",
        label=of.label,
        score=of.score,
        scores=of.scores,
        outcome=of.outcome,
        reason=of.reason or "",
        model=of.model,
        time=datetime.fromisoformat(of.timestamp),
        policy=of.policy,
        rubric_set=of.rubric_set,
    )


def _notes(log: DecisionLog) -> list[str]:
    """What stood in decision logs beside decisions."""
    said = []
    if log.n_torn:
        lines = numbers.count(log.n_torn, "line")
        said.append(f"{lines} torn, as a kill leaves them; the first is {log.first_torn}")
    if log.n_foreign:
        lines = numbers.count(log.n_foreign, "line")
        said.append(f"{lines} that are no decision; the first is {log.first_foreign}")
    if log.n_repeated:
        said.append(f"{numbers.count(log.n_repeated, 'decision')} seen twice and counted once")
    return said
