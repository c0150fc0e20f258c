"""Labels that came back: checked against what was asked, then kept, all of them or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import listed, quoted, some
from ticketbench.core.registry import suggestion
from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.labels.answers import Given, labels_in
from ticketbench.edge.labels.state import LabelState, alone, read_state, state_bytes
from ticketbench.edge.tables.rows import Dialect
from ticketbench.flow.labels.batch import refuse_odd_name
from ticketbench.report.words import numbers


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the rows of some sheets: n_rows = n_new + n_same + n_replaced + n_blank.

    n_same      labelled before by the same person, and alike
    n_replaced  labelled before otherwise, where that was asked for
    n_labelled  tickets with a label of anybody, of `n_to_label`
    gaps        ids of tickets without a label before one that has one
    """

    n_rows: int
    n_new: int
    n_same: int
    n_replaced: int
    n_blank: int
    n_labelled: int
    n_to_label: int
    gaps: tuple[str, ...]


def label_import(
    state_path: Path,
    sheets: Sequence[Path],
    *,
    annotator: str = "",
    annotators: Sequence[str] = (),
    dialect: Dialect | None = None,
    replace: bool = False,
) -> Taken:
    """Add the labels of `sheets`, sheets of `label next` or exports of an annotation tool.

    `annotator` labelled all of them; `annotators` are columns of one person each. With `replace` a
    label takes the place of another one of the same person. Raises InputError, and keeps nothing,
    for a label that neither set knows, a ticket that was not to be labelled, one at the place of
    another, or another label than before.
    """
    refuse_odd_name(annotator)
    with alone(state_path):
        state = read_state(state_path)
        read = [
            one
            for path in sheets
            for one in labels_in(path, annotator=annotator, annotators=annotators, dialect=dialect)
        ]
        given = _with_zeros(state, read)
        filled = [one for one in given if one.label]
        problems = [*_foreign(state, given), *_moved(state, filled), *_unknown(state, filled)]
        if problems:
            raise InputError.of(problems)
        new, same, other = _against(state, filled)
        if other and not replace:
            raise _labelled_otherwise(state, other)
        after = _with(state, [*new, *other])
        write_file(state_path, state_bytes(after))
    return Taken(
        n_rows=len(given),
        n_new=len(new),
        n_same=same,
        n_replaced=len(other),
        n_blank=len(given) - len(filled),
        n_labelled=len(labelled_by_anybody(after)),
        n_to_label=len(after.to_label),
        gaps=gaps(after),
    )


def labelled_by_anybody(state: LabelState) -> set[str]:
    """Ids of tickets with a label."""
    return {ticket for own in state.given.values() for ticket in own}


def gaps(state: LabelState) -> tuple[str, ...]:
    """Ids of tickets that nobody labelled, before one that somebody did: what stands behind the
    first of them does not count yet.
    """
    done = labelled_by_anybody(state)
    has = [name in done for name in state.ids_to_label]
    last = max((i for i, is_labelled in enumerate(has) if is_labelled), default=-1)
    return tuple(
        name
        for name, is_labelled in zip(state.ids_to_label[:last], has, strict=False)
        if not is_labelled
    )


def _with_zeros(state: LabelState, given: Iterable[Given]) -> list[Given]:
    """With the ids of before, where a spreadsheet took 007 for 7: the sheet says the place."""
    found = []
    for one in given:
        own = _at_place(state, one)
        as_number = one.ticket_id.isdecimal() and own.lstrip("0") == one.ticket_id.lstrip("0")
        name = own if as_number else one.ticket_id
        found.append(Given(name, one.annotator, one.label, one.where, one.place))
    return found


def _moved(state: LabelState, given: Iterable[Given]) -> list[Problem]:
    """One problem for all tickets that do not stand at their place, as if one column was sorted
    without the others: nobody can tell whose the labels are.
    """
    known = set(state.ids_to_label)
    found = [
        one for one in given if one.ticket_id in known and _at_place(state, one) != one.ticket_id
    ]
    if not found:
        return []
    first, n = found[0], numbers.count(len(found), "ticket")
    what = f"{n} at the place of another, {quoted(first.ticket_id)} at {first.place:,}"
    help_ = (
        "sort whole rows, not one column; labels of another --state: take out the column `place`"
    )
    return [Problem(what, first.where, help_)]


def _at_place(state: LabelState, one: Given) -> str:
    """The ticket at the place that the sheet says; its own where it says none of the log."""
    return state.log.ids[one.place - 1] if 0 < one.place <= state.log.n else one.ticket_id


def _foreign(state: LabelState, given: Iterable[Given]) -> list[Problem]:
    """One problem for all tickets that were not to be labelled."""
    known = set(state.ids_to_label)
    found = [one for one in given if one.ticket_id not in known]
    if not found:
        return []
    names = list(dict.fromkeys(one.ticket_id for one in found))
    are = "is none" if len(names) == 1 else f"{listed(names)} are none"
    what = f"{quoted(names[0]) + ' ' if len(names) == 1 else ''}{are} of the tickets to label"
    help_ = (
        "take a sheet of this --state; a spreadsheet may have changed ids that look like numbers"
    )
    return [Problem(what, found[0].where, help_)]


def _unknown(state: LabelState, given: Iterable[Given]) -> list[Problem]:
    """One problem for each label that is none, with its first place and its count."""
    known = state.known_labels
    places: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for one in given:
        if one.label not in known:
            places.setdefault(one.label, one.where)
            counts[one.label] += 1
    return [
        Problem(
            f"no set has the label {quoted(label)}"
            + (f" ({numbers.count(counts[label], 'row')})" if counts[label] > 1 else ""),
            where,
            suggestion(label, known),
        )
        for label, where in places.items()
    ]


def _against(state: LabelState, given: Iterable[Given]) -> tuple[list[Given], int, list[Given]]:
    """New labels, how many are as before, and those that are otherwise; of equal rows the last.

    Raises InputError where one person gave two labels to a ticket in these sheets.
    """
    seen: dict[tuple[str, str], Given] = {}
    twice = []
    same = 0
    for one in given:
        key = (one.annotator, one.ticket_id)
        before = seen.setdefault(key, one)
        if before is not one:
            same += before.label == one.label
            twice += [(before, one)] if before.label != one.label else []
    if twice:
        raise InputError.of([_two_labels(*pair) for pair in twice])
    new, other = [], []
    for one in seen.values():
        kept = state.given.get(one.annotator, {}).get(one.ticket_id)
        same += kept == one.label
        if kept is None:
            new.append(one)
        elif kept != one.label:
            other.append(one)
    return new, same, other


def _two_labels(before: Given, now: Given) -> Problem:
    labels = f"{quoted(before.label)} and {quoted(now.label)}"
    what = f"{quoted(now.ticket_id)} is labelled twice, {labels} (first at {before.where})"
    return Problem(what, now.where, "keep one; two people: a column each, --annotators A,B")


def _labelled_otherwise(state: LabelState, other: Sequence[Given]) -> InputError:
    """One error that lists them, with the label of before."""
    first = other[0]
    told = [
        f"{one.ticket_id} ({state.given[one.annotator][one.ticket_id]}, now {one.label})"
        for one in other
    ]
    what = f"{numbers.count(len(other), 'ticket')} had another label before: {some(told)}"
    help_ = "labels of a second person: --annotator NAME; to correct those of before: --replace"
    return InputError(what, where=first.where, help=help_)


def _with(state: LabelState, given: Iterable[Given]) -> LabelState:
    by_person: dict[str, dict[str, str]] = {}
    for one in given:
        by_person.setdefault(one.annotator, {})[one.ticket_id] = one.label
    for annotator, labels in by_person.items():
        state = state.with_labels(annotator, labels)
    return state
