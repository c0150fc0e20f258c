"""What of the rules that gates are judged by is otherwise now than it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Ticket
from ticketbench.edge.inputs.config_file import ConfigFile
from ticketbench.edge.inputs.endpoint_config import rubric_set_of
from ticketbench.edge.inputs.gate_config import GateConfig, primary_gates
from ticketbench.edge.redaction import shown_url
from ticketbench.edge.results.baseline import Baseline
from ticketbench.measure.gates.results import RuleChange

UNDER_TEST = frozenset(
    ("endpoint", "endpoints", "rubric_sets", "cache", "recording", "report", "trained_baselines",
     "production_log")
)  # fmt: skip
"""Keys of a config that say what is judged, where its answers are and what is shown; every other
one is a rule."""

_CONDITION = ("min", "max", "bound", "min_tickets", "margin", "primary")


def config_changes(before: ConfigFile, now: ConfigFile) -> list[RuleChange]:
    """Each rule of the config that is otherwise, gates first, then other keys, new ones last; also
    whom answers come from, since then there is none of before to compare with, and in which file
    a judged rubric set stands, since the one that was judged before may still be in use.
    """
    rules = [name for name in ConfigFile.model_fields if name not in UNDER_TEST | {"gates"}]
    judged = {rubric_set_of(gate.on) for gate in before.gates} & now.rubric_sets.keys()
    old, new = (
        {f"{one.written}.url": one.settings.url for one in file.named_endpoints}
        | {f"rubric_sets.{k}": v for k, v in file.rubric_sets.items() if k in judged}
        | _flat(file.model_dump(include=set(rules)))
        for file in (before, now)
    )
    changed = [
        RuleChange(key, shown_url(_written(old.get(key))), shown_url(_written(new.get(key))))
        for key in dict.fromkeys((*old, *new))
        if old.get(key) != new.get(key)
    ]
    return [*gate_changes(before.gates, now.gates), *changed]


def changed_bars(
    names: Iterable[str], before: Sequence[RubricSet], now: Sequence[RubricSet]
) -> dict[str, RuleChange]:
    """Those of the rubric sets `names`, which gates compare others with, that ask otherwise now."""
    old, new = ({one.name: one for one in sets} for sets in (before, now))
    return {
        name: RuleChange(
            f"rubrics of {name}, which others must not be worse than",
            f"{len(old[name].labels)} labels",
            _otherwise(old[name], new[name]) if name in new else "",
        )
        for name in names
        if name not in new or old[name].fingerprint != new[name].fingerprint
    }


def _otherwise(before: RubricSet, now: RubricSet) -> str:
    """Such as "4 labels, otherwise: billing"."""
    other = dict.fromkeys(one.label for one in {*before.rubrics} ^ {*now.rubrics})
    named = ", ".join(sorted(other)) or "their order"
    return f"{len(now.labels)} labels, otherwise: {named}"


def gate_changes(before: Sequence[GateConfig], now: Sequence[GateConfig]) -> list[RuleChange]:
    """Gates that are gone, new, or have other conditions; those that only changed places are none,
    but for the one that is primary by its place.

    A gate is known again by what it is about: its rubric set, metric, label and base.
    """
    left = list(now)
    changes: list[RuleChange] = []
    for gate in [*before]:
        if gate in left:
            left.remove(gate)
            continue
        again = next((o for o in left if _about(o) == _about(gate) and o not in before), None)
        if again is None:
            changes.append(RuleChange(f"gate on {_name(gate)}", before=_as_config(gate)))
            continue
        left.remove(again)
        changes += _conditions(gate, again)
    changes += [RuleChange(f"gate on {_name(g)}", after=_as_config(g)) for g in left]
    old, new = ([gates[i] for i in sorted(primary_gates(gates))] for gates in (before, now))
    if old and new and {*map(_about, old)} != {*map(_about, new)}:
        changes.append(RuleChange("primary", _names(old), _names(new)))
    return changes


def baseline_changes(before: Baseline | None, now: Baseline | None) -> list[RuleChange]:
    """Whether another baseline was blessed, with the set and what it rests on."""
    if before == now or before is None or now is None:
        old, new = (_blessed(one) if one else "" for one in (before, now))
        return [RuleChange("baseline", old, new)] if before != now else []
    inputs = now.origin.differs(before.origin)
    other = [h for h, t in now.tickets.items() if before.tickets.get(h) != t]
    what = ", ".join(words.removeprefix("the ") for words in inputs) or "its metrics or ledger"
    told = f"{len(other)} of {len(now.tickets)} tickets otherwise" if other else "same tickets"
    return [RuleChange(f"baseline ({what}: {told})", _blessed(before), _blessed(now))]


def ticket_changes(before: Sequence[Ticket], now: Sequence[Ticket]) -> list[RuleChange]:
    """Tickets that are gone or new, or have another gold label, text or group, by id."""
    old, new = ({ticket.id: ticket for ticket in tickets} for tickets in (before, now))
    both = [(one, new[one.id]) for one in before if one.id in new]
    found = {
        "tickets removed": [one.id for one in before if one.id not in new],
        "texts rewritten": [a.id for a, b in both if a.text != b.text],
        "gold labels": [a.id for a, b in both if _gold(a) != _gold(b)],
        "groups of tickets": _regrouped(both),
        "tickets added": [one.id for one in now if one.id not in old],
    }
    return [RuleChange(what, tickets=tuple(ids)) for what, ids in found.items() if ids]


def _regrouped(both: Sequence[tuple[Ticket, Ticket]]) -> list[str]:
    """Ids of tickets that stand with others of `both` than they did, whatever groups are called:
    those that were searched have numbers, which shift where tickets are new.
    """
    first: tuple[dict[str, str], dict[str, str]] = ({}, {})
    return [
        pair[0].id
        for pair in both
        if len(
            {
                pair[0].id if one.group is None else known.setdefault(one.group, pair[0].id)
                for one, known in zip(pair, first, strict=True)
            }
        )
        > 1
    ]


def _gold(ticket: Ticket) -> tuple[str, frozenset[str]]:
    return ticket.label, frozenset(ticket.all_labels)


def _about(gate: GateConfig) -> tuple[object, ...]:
    kind = gate.not_worse_than or ("must_pass" if gate.must_pass else "limit")
    return gate.on, gate.metric, gate.label, kind


def _conditions(before: GateConfig, now: GateConfig) -> Iterator[RuleChange]:
    for key in _CONDITION:
        old, new = getattr(before, key), getattr(now, key)
        if old != new:
            yield RuleChange(f"{key} of {_name(before)}", _written(old), _written(new))
    old_ids, new_ids = before.must_pass or [], now.must_pass or []
    for what, some, others in (
        ("no longer in", old_ids, new_ids),
        ("new in", new_ids, old_ids),
    ):
        ids = tuple(one for one in some if one not in others)
        if ids:
            yield RuleChange(f"{what} {_name(before)}", tickets=ids)


def _name(gate: GateConfig) -> str:
    """Such as "recall of billing (v2)"."""
    if gate.must_pass:
        return f"must_pass ({gate.on})"
    label = f" of {gate.label}" if gate.label else ""
    return f"{gate.metric}{label} ({gate.on})"


def _names(gates: Sequence[GateConfig]) -> str:
    return ", ".join(map(_name, gates))


def _as_config(gate: GateConfig) -> str:
    """The gate as a line of a config, without its tickets, which are ids."""
    given = gate.model_dump(exclude_none=True)
    if gate.must_pass:
        given["must_pass"] = f"{len(gate.must_pass)} tickets"
    return "{" + ", ".join(f"{key}: {_written(value)}" for key, value in given.items()) + "}"


def _blessed(baseline: Baseline) -> str:
    n, digest = len(baseline.tickets), baseline.origin.scores[:12]
    return f"{baseline.rubric_set}, {n} tickets, answers {digest}"


def _flat(values: Mapping[str, Any], under: str = "") -> dict[str, Any]:
    """Nested keys with dots between them."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{under}{key}"
        found |= _flat(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return found


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).removesuffix(".0")
