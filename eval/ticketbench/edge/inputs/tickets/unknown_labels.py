"""Gold labels that no rubric set has: which, how often, and what they may stand for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ticketbench.core.errors import Problem
from ticketbench.core.quotes import MOST_SHOWN, quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.spelling import label_form, labels_by_form
from ticketbench.core.types import Ticket
from ticketbench.edge.files.yaml_text import as_yaml
from ticketbench.edge.inputs.tickets.causes import MOST_NAMED, lines_text, more_text
from ticketbench.edge.inputs.tickets.several import looks_like_several, other_separator

_TWO_IN_LABEL = "write one of them, and both in a column that is mapped as all_labels"
Lines = dict[str, list[int]]


def label_problems(
    path: object,
    tickets: Sequence[Ticket],
    lines: Sequence[int],
    known: Collection[str] | None,
    *,
    parted: bool,
) -> list[Problem]:
    """At most one problem for labels that nobody knows, and one for cells that hold several.

    Without `known` the labels of the tickets themselves are, so only the second kind is found;
    where cells were `parted` by a separator that was named, none is.
    """
    own = {ticket.label for ticket in tickets}
    of_all = {*known, NONE_LABEL} if known is not None else own
    unknown: Lines = {}
    several: dict[tuple[str, bool], Lines] = {}
    for ticket, line in zip(tickets, lines, strict=True):
        for label in dict.fromkeys((ticket.label, *ticket.all_labels)):
            if label in of_all:
                continue
            sign = None if parted else other_separator(label, of_all)
            if sign is not None:
                found = several.setdefault((sign, label == ticket.label), {})
                found.setdefault(label, []).append(line)
            elif known is not None:
                unknown.setdefault(label, []).append(line)
    problems = [
        _several(path, found, sign, len(tickets), is_gold=is_gold)
        for (sign, is_gold), found in several.items()
    ]
    return problems + ([_unknown(path, unknown, of_all, len(tickets))] if unknown else [])


def _several(path: object, found: Lines, sign: str, n: int, *, is_gold: bool) -> Problem:
    first, lines = next(iter(found)), sorted(line for each in found.values() for line in each)
    what, help_ = looks_like_several(first, sign)
    help_ = _TWO_IN_LABEL if is_gold else help_
    return Problem(f"{what}{lines_text(lines, n)}", f"{path}:{lines[0]}", help_)


def _unknown(path: object, found: Lines, known: Collection[str], n: int) -> Problem:
    where = f"{path}:{min(lines[0] for lines in found.values())}"
    alike = alike_labels(found, known)
    if len(found) == 1:
        (label, lines) = next(iter(found.items()))
        what = f"no rubric set has the label {quoted(label)}{lines_text(lines, n)}"
        if alike:
            help_ = f"did you mean {quoted(alike[label])}? Write {map_text(alike)}"
        else:
            help_ = _or_none(suggestion(label, known))
        return Problem(what, where, help_)
    often = sorted(found, key=lambda label: (-len(found[label]), found[label][0]))
    named = "; ".join(
        _one(label, found[label], known, alike.get(label)) for label in often[:MOST_NAMED]
    )
    what = f"no rubric set has {len(found):,} of the labels: {named}{more_text(len(found))}"
    return Problem(what, where, f"write {map_text(alike)}" if alike else _or_none(_MAP))


_MAP = "write what each stands for: `dataset: {labels: {OLD: NEW}}`,"


def _or_none(help_: str) -> str:
    return f"{help_} or write {NONE_LABEL} when no label fits"


def _one(label: str, lines: Sequence[int], known: Collection[str], alike: str | None) -> str:
    """Such as "'Biling' (12 rows, first line 3; did you mean 'billing'?)"."""
    near = f"did you mean {quoted(alike)}?" if alike is not None else suggestion(label, known)
    meant = f"; {near}" if near.startswith("did you mean") else ""
    rows = "1 row, line" if len(lines) == 1 else f"{len(lines):,} rows, first line"
    return f"{quoted(label)} ({rows} {min(lines)}{meant})"


def alike_labels(labels: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Of these labels those that differ from a known one only in their spelling, and that one."""
    by_form = labels_by_form(known)
    found = {label: by_form.get(label_form(label), []) for label in labels}
    return {label: names[0] for label, names in found.items() if len(names) == 1}


def map_text(names: Mapping[str, str]) -> str:
    """The key of a config that maps these labels, to be pasted."""
    short = {old: new for old, new in names.items() if max(len(old), len(new)) <= MOST_SHOWN}
    entries = ", ".join(f"{as_yaml(old.strip())}: {as_yaml(new)}" for old, new in short.items())
    return f"`dataset: {{labels: {{{entries}}}}}`"
