"""The baseline file: JSON with one line a ticket, sorted, so that a diff shows what changed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import msgspec

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.quotes import quoted
from ticketbench.core.rubrics import Rubric
from ticketbench.core.version import __version__
from ticketbench.edge.files.reading import read_bytes
from ticketbench.edge.results.baseline import Baseline, KeptMetric, KeptTicket, Origin, Outcome
from ticketbench.edge.results.ledger import SIGN_DIGITS, Asked, Ledger, Look, Pin, SeenChange

SCHEMA = "ticketbench/baseline@3"
SCHEMA_WITHOUT_PINNED = "ticketbench/baseline@2"
SCHEMA_WITHOUT_LEDGER = "ticketbench/baseline@1"
_NEWEST = 3
_MOST_BYTES = 200_000_000

Count = Annotated[int, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Change = Annotated[float, msgspec.Meta(ge=-1, le=1)]
TicketHash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
Signs = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]*$")]


def baseline_bytes(baseline: Baseline) -> bytes:
    """The file: an envelope with one line for each metric and each ticket, sorted.

    Equal baselines give equal bytes, and a change of one ticket changes its line and the metrics.
    One without a ledger, or whose ledger does not say what was pinned, is written as it was read,
    in version 1 or 2.
    """
    schema = _schema(baseline.ledger)
    data = {"rubric_set": baseline.rubric_set, "reason": baseline.reason}
    made_from = asdict(baseline.origin)
    if made_from["costs"]["missed"] is None:
        del made_from["costs"]["missed"]
    origin = (f"{_json(k)}: {_json(v)}" for k, v in sorted(made_from.items()))
    lines = ["{", f'"schema": {_json(schema)},']
    lines += [f'"tool": {_json({"name": "ticketbench", "version": baseline.origin.tool})},']
    lines += ['"data": {', *(f"{_json(key)}: {_json(value)}," for key, value in data.items())]
    lines += _ledger_lines(baseline.ledger) if baseline.ledger else []
    lines += ['"origin": {', *_listed(origin), "},"]
    lines += ['"rubrics": [', *_listed(_json(asdict(rubric)) for rubric in baseline.rubrics), "],"]
    metrics = (f"{_json(k)}: {_json(asdict(m))}" for k, m in sorted(baseline.metrics.items()))
    lines += ['"metrics": {', *_listed(metrics), "},"]
    tickets = (f"{_json(k)}: {_json(_row(t))}" for k, t in sorted(baseline.tickets.items()))
    lines += ['"tickets": {', *_listed(tickets), "}", "}", "}"]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def read_baseline(path: Path) -> Baseline:
    """The baseline in `path`; one of version 1 has no ledger, in one of 2 nothing says what was
    pinned.

    Raises InputError when it is not there, is of a newer version, or is no baseline.
    """
    content = read_bytes(path, most=_MOST_BYTES, merge_help=_from_git(path))
    try:
        _refuse_newer(path, json.loads(content, object_pairs_hook=_once))
        found = msgspec.json.decode(content, type=_File, strict=True)
        baseline = _checked(path, found.data)
        if found.schema != _schema(baseline.ledger):
            raise ValueError(found.schema)
        return baseline
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise InputError(
            f"{path} is not a baseline of this version of ticketbench",
            where=_place(path, content),
            help=_from_git(path),
        ) from None


def _schema(ledger: Ledger | None) -> str:
    if ledger is None:
        return SCHEMA_WITHOUT_LEDGER
    return SCHEMA if ledger.pinned else SCHEMA_WITHOUT_PINNED


def _from_git(path: Path) -> str:
    return f"take one from git (git checkout HEAD -- {path}), then see what blessing would change"


def _refuse_newer(path: Path, data: object) -> None:
    schema = data.get("schema") if isinstance(data, dict) else None
    match = re.fullmatch(r"ticketbench/baseline@([0-9]{1,9})", str(schema))
    if match and int(match[1]) > _NEWEST:
        raise InputError(
            f"{path} is of a newer version of ticketbench ({match[0]})",
            where=str(path),
            help=f"this is {__version__}, which reads up to {SCHEMA}: install the newer one",
        )


class _Metric(msgspec.Struct, forbid_unknown_fields=True):
    value: float | None
    low: float | None
    high: float | None
    n: int


class _Pin(msgspec.Struct, forbid_unknown_fields=True):
    dataset: str
    rubrics: str
    answers: str
    merged: Count
    accepted: float | None
    reason: str


class _SeenChange(msgspec.Struct, forbid_unknown_fields=True):
    change: Change | None
    n: Count
    reason: str


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    rubric_set: str
    endpoint: str
    policy: Policy
    rubrics: Annotated[list[Rubric], msgspec.Meta(min_length=2)]


class _Look(msgspec.Struct, forbid_unknown_fields=True):
    rubric_set: str
    rubrics: str
    endpoint: str
    log: str
    n: Count
    n_labelled: Count
    change: Change
    low: float | None
    ships: bool
    tickets: Signs


class _Ledger(msgspec.Struct, forbid_unknown_fields=True):
    merged: Count
    sum_seen: float | None
    pins: Annotated[list[_Pin], msgspec.Meta(min_length=1)]
    seen: list[_SeenChange]
    pinned: _Asked | None = None
    looks: list[_Look] = []


class _Data(msgspec.Struct, forbid_unknown_fields=True):
    rubric_set: str
    reason: str
    origin: Origin
    rubrics: list[Rubric]
    metrics: dict[str, _Metric]
    tickets: dict[TicketHash, tuple[str, str, Share, Outcome]]
    ledger: _Ledger | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    tool: dict[str, str]
    data: _Data


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; ValueError where a key stands twice, as after a merge that kept both sides."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _checked(path: Path, data: _Data) -> Baseline:
    labels = [rubric.label for rubric in data.rubrics]
    if len(labels) < 2 or len(set(labels)) < len(labels):
        raise ValueError("rubrics")
    if not data.origin.policy.temperature > 0:
        raise ValueError("temperature")
    for own, (_, top, score, _) in data.tickets.items():
        if top not in labels or score * len(labels) < 1 - 1e-3:
            raise InputError(
                f"the ticket {own} cannot have the top label {quoted(top)} with {score:g}",
                where=str(path),
                help=_from_git(path),
            )
    metrics = {
        name: KeptMetric(_nan(m.value), _nan(m.low), _nan(m.high), m.n)
        for name, m in data.metrics.items()
    }
    tickets = {own: KeptTicket(*row) for own, row in data.tickets.items()}
    return Baseline(
        rubric_set=data.rubric_set,
        origin=data.origin,
        rubrics=tuple(data.rubrics),
        metrics=metrics,
        tickets=tickets,
        reason=data.reason,
        ledger=_ledger(path, data.ledger) if data.ledger else None,
    )


def _ledger(path: Path, data: _Ledger) -> Ledger:
    """The ledger, whose count and sum must be those of its lines: two branches may each add one."""
    if any((one.change is None) != (one.n == 0) for one in data.seen):
        raise ValueError("a change without tickets, or tickets without a change")
    found = Ledger(
        tuple(
            Pin(p.dataset, p.rubrics, p.answers, p.merged, _nan(p.accepted), p.reason)
            for p in data.pins
        ),
        tuple(SeenChange(_nan(one.change), one.n, one.reason) for one in data.seen),
        None if data.pinned is None else _asked(data.pinned),
        tuple(_look(one) for one in data.looks),
    )
    if found.looks and found.pinned is None:
        raise ValueError("looks at nothing")
    if (found.merged, _plain(found.sum_seen)) != (data.merged, data.sum_seen):
        raise InputError(
            f"the ledger of {path} does not add up: its count and sum are not those of its lines",
            where=str(path),
            help=_from_git(path),
        )
    return found


def _asked(data: _Asked) -> Asked:
    return Asked(data.rubric_set, data.endpoint, data.policy, tuple(data.rubrics))


def _look(data: _Look) -> Look:
    if len(data.tickets) != SIGN_DIGITS * data.n:
        raise ValueError("a look at other tickets than it counts")
    return Look(**msgspec.structs.asdict(data) | {"low": _nan(data.low)})


def _place(path: Path, content: bytes) -> str:
    """Where the JSON breaks, such as at the mark of a merge that is not finished."""
    try:
        json.loads(content)
    except json.JSONDecodeError as error:
        return f"{path}:{error.lineno}:{error.colno}"
    except (ValueError, RecursionError):
        pass
    return str(path)


def _ledger_lines(ledger: Ledger) -> Iterator[str]:
    yield '"ledger": {'
    yield f'"merged": {ledger.merged},'
    yield f'"sum_seen": {_json(ledger.sum_seen)},'
    yield from ('"pins": [', *_listed(_json(asdict(pin)) for pin in ledger.pins), "],")
    yield from ('"seen": [', *_listed(_json(asdict(one)) for one in ledger.seen))
    yield "]," if ledger.pinned else "]"
    if ledger.pinned is not None:
        yield from _pinned_lines(ledger.pinned)
        yield from ('"looks": [', *_listed(_json(asdict(one)) for one in ledger.looks), "]")
    yield "},"


def _pinned_lines(pinned: Asked) -> Iterator[str]:
    yield '"pinned": {'
    yield f'"rubric_set": {_json(pinned.rubric_set)},'
    yield f'"endpoint": {_json(pinned.endpoint)},'
    yield f'"policy": {_json(asdict(pinned.policy))},'
    yield from ('"rubrics": [', *_listed(_json(asdict(one)) for one in pinned.rubrics), "]", "},")


def _listed(parts: Any) -> list[str]:
    lines = list(parts)
    return [f"{line}," for line in lines[:-1]] + lines[-1:]


def _row(ticket: KeptTicket) -> Sequence[object]:
    return (ticket.label, ticket.top_label, ticket.score, ticket.outcome)


def _json(value: object) -> str:
    """One line of JSON, NaN as null."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def _nan(value: float | None) -> float:
    return math.nan if value is None else value
