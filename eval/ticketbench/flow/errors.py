"""The tickets of one kind in a saved run, surest first, with answers and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ticketbench.core.errors import InputError, TicketbenchError
from ticketbench.core.quotes import quoted, words
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import BoolArray
from ticketbench.edge.files.cells import csv_text
from ticketbench.edge.results.store import load
from ticketbench.flow.report.folder import (
    PREDICTIONS,
    RESULTS,
    ReportFolder,
    named_report,
    refuse_parts,
    report_folder,
    set_of,
    with_texts,
)
from ticketbench.measure.compare import Comparison
from ticketbench.measure.results import RunResults
from ticketbench.report.decide.view import NO_ANSWER, View
from ticketbench.report.masking.texts import Masking
from ticketbench.report.ticket_kinds import (
    CHIP_OF,
    OF_TWO,
    READ_FIRST,
    kind_name,
    kind_text,
    kinds,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list; what is empty restricts nothing.

    kind      one of the kinds, else the first worth reading that has tickets
    label     the true label, or `a=b`: a taken for b
    answered  the label that the set answers with
    against   the older set, else today's where that is another one
    """

    kind: str = ""
    label: str = ""
    answered: str = ""
    against: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The best answer of a set, with its score."""

    rubric_set: str
    label: str
    score: float
    right: bool


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """A set that has no answer for a ticket, and why in a word."""

    rubric_set: str
    failure: str


@dataclass(frozen=True, slots=True)
class ListedTicket:
    """A ticket with its answers, the older set first.

    gold   its label, `__none__` where none fits, empty where not known
    maybe  the label that it may have instead, where its own is in doubt; else empty
    text   as much as may be shown; empty where nothing may
    """

    ticket_id: str
    gold: str
    maybe: str
    answers: tuple[Answer | NoAnswer, ...]
    text: str


@dataclass(frozen=True, slots=True)
class TicketList:
    """The tickets of a kind, surest first, as many as were asked for of `n`.

    said    so many of the kind, in words, without a stop
    kinds   how many tickets each kind has under the same labels
    note    why there are no texts although the config lets them be shown; else empty
    """

    report: str
    rubric_set: str
    against: str
    kind: str
    label: str
    answered: str
    label_word: str
    said: str
    n: int
    kinds: dict[str, int]
    tickets: tuple[ListedTicket, ...]
    masked: Masking
    note: str


def listed_tickets(
    report: str,
    wanted: Wanted,
    *,
    config: Path | None = None,
    most: int | None = None,
    texts: bool = True,
) -> TicketList:
    """The tickets that `wanted` describes, of the set and report that `named_report` finds.

    At most `most` of them, else all; without `texts` no ticket is read. Raises InputError where
    there is no such report, set, kind or label.
    """
    path, name = named_report(report, config=config)
    found = _with_scores(path)
    view = _view(found, set_of(found.results, name, where=path), wanted.against)
    wanted = _known_labels(view, wanted, path)
    of_kind = {kind: kept & _kept(view, wanted) for kind, kept in kinds(view).items()}
    kind = _kind(view, wanted.kind, of_kind, path)
    rows = [int(i) for i in view.order(view.use) if of_kind[kind][i]]
    shown = rows if most is None else rows[:most]
    found = with_texts(found, {view.ids[i] for i in shown}) if texts else found
    return TicketList(
        report=str(path),
        rubric_set=view.sets[view.use].name,
        against="" if view.other is None else view.sets[view.old].name,
        kind=kind,
        label=wanted.label,
        answered=wanted.answered,
        label_word=view.word,
        said=_of_labels(view, wanted) + kind_text(view, kind, len(rows)),
        n=len(rows),
        kinds={kind: int(kept.sum()) for kind, kept in of_kind.items()},
        tickets=_tickets(view, shown, found.shown.texts),
        masked=found.shown.masking,
        note=found.note,
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """A report that compares two sets, and which set runs today in it."""

    path: Path
    today: str


def report_of_broken(comparison: Comparison, config: Path) -> Compared | None:
    """The report of `config`, where it has these two sets and the same broken tickets; else None.

    A rubric or ticket that was edited since gives others.
    """
    try:
        path, _ = named_report(comparison.candidate, config=config)
        results = load(path / RESULTS, RunResults)
    except TicketbenchError:
        return None
    found = results.recommendation
    sides = comparison.base, comparison.candidate
    same = [one for one in results.comparisons if (one.base, one.candidate) == sides]
    if found is None or not same or _broken(same[0]) != _broken(comparison):
        return None
    return Compared(path, found.today.rubric_set)


def _broken(comparison: Comparison) -> set[str]:
    return {flip.ticket_id for flip in comparison.flips if flip.kind == "broken"}


def tickets_csv(listed: TicketList) -> str:
    """The list as a table: a row a ticket, safe to open in a spreadsheet; texts where there are.

    `failure` says which set has no answer, and why.
    """
    sides = [name for name in (listed.against, listed.rubric_set) if name]
    columns = [f"{side}_{what}" for side in ("base", "candidate")[-len(sides) :] for what in _SIDE]
    texts = any(ticket.text for ticket in listed.tickets)
    head = ("ticket_id", "gold", "maybe", *columns, "failure", *(("text",) if texts else ()))
    rows = [_row(ticket, sides, texts=texts) for ticket in listed.tickets]
    numbers = {i for i, name in enumerate(head) if name in ("base_score", "candidate_score")}
    of_people = (cell for row in rows for i, cell in enumerate(row) if i not in numbers)
    return csv_text(head, rows, texts=of_people, cells="safe")


_SIDE = ("set", "label", "score")


def _row(ticket: ListedTicket, sides: Sequence[str], *, texts: bool) -> tuple[str, ...]:
    known = {one.rubric_set: one for one in ticket.answers}
    cells: list[str] = []
    for side in sides:
        match known[side]:
            case Answer(label=label, score=score):
                cells += (side, label, repr(score))
            case NoAnswer():
                cells += (side, "", "")
    lacking = (one for one in ticket.answers if isinstance(one, NoAnswer))
    failed = [f"{one.rubric_set}: {one.failure}" for one in lacking]
    own = (ticket.ticket_id, ticket.gold, ticket.maybe, *cells, "; ".join(failed))
    return (*own, ticket.text) if texts else own


def _with_scores(path: Path) -> ReportFolder:
    """The report without texts. Raises InputError where it has no scores or names no today."""
    if path.is_dir() and not (path / PREDICTIONS).is_file():
        refuse_parts(path, load(path / RESULTS, RunResults))
        help_ = "run its config again: ticketbench run CONFIG"
        raise InputError(f"{path} has no {PREDICTIONS}, where its answers stand", help=help_)
    found = report_folder(path, texts=False)
    if not found.report.followed:
        what = f"{path} was made by an older version, which does not say what runs today"
        raise InputError(what, help="run its config again: ticketbench run CONFIG")
    return found


def _view(found: ReportFolder, rubric_set: str, against: str) -> View:
    """The set held against another one: the named one, else today's, else none."""
    recommended = found.results.recommendation
    assert recommended is not None
    if against:
        against = set_of(found.results, against, where=found.path)
        if against == rubric_set:
            help_ = "name an older one, or leave --against out"
            raise InputError(f"{against} is held against itself", help=help_)
    elif recommended.today.rubric_set != rubric_set:
        against = recommended.today.rubric_set
    return View.of(found.report, recommended, rubric_set, against)


def _known_labels(view: View, wanted: Wanted, path: Path) -> Wanted:
    """The same with both labels as the report has them; `a=b` apart, but where it is a label."""
    label, answered = wanted.label, wanted.answered
    if "=" in label and not _is_label(view, label):
        cuts = [i for i, sign in enumerate(label) if sign == "="]
        pairs = [(label[:i], label[i + 1 :]) for i in cuts]
        known = [pair for pair in pairs if all(_is_label(view, one) for one in pair)]
        label, other = (known or pairs)[0]
        if answered and answered != other:
            what = f"--label names the answer {quoted(other)}, and --as another one"
            raise InputError(what, help="leave one of them out")
        answered = other
    for name in filter(None, (label, answered)):
        if not _is_label(view, name):
            what = f"{path} has no {view.word} {quoted(name)}"
            raise InputError(what, help=suggestion(name, view.labels))
    label = NONE_LABEL if label == view.names[-1] else label
    return replace(wanted, label=label, answered=answered)


def _is_label(view: View, name: str) -> bool:
    return name in (*view.names, NONE_LABEL)


def _kept(view: View, wanted: Wanted) -> BoolArray:
    """The tickets of the true label and with the answer that are wanted."""
    kept = np.ones(len(view.ids), dtype=np.bool_)
    places = {name: i for i, name in enumerate((*view.labels, NONE_LABEL))}
    if wanted.label:
        kept &= view.gold == places[wanted.label]
    if wanted.answered:
        kept &= view.tops[view.use] == places.get(wanted.answered, NO_ANSWER - 1)
    return kept


def _kind(view: View, asked: str, of_kind: dict[str, BoolArray], path: Path) -> str:
    """The kind that is asked for, else the first of those to read that has tickets."""
    if not asked:
        some = [kind for kind in READ_FIRST if kind in of_kind and of_kind[kind].any()]
        return some[0] if some else next(iter(of_kind))
    kind = "no-label" if asked == kind_name("no-label", view.word) else asked
    if kind not in CHIP_OF:
        names = [kind_name(one, view.word) for one in CHIP_OF]
        raise InputError(f"there is no kind {quoted(asked)}", help=suggestion(asked, names))
    if kind in OF_TWO and kind not in of_kind:
        name = view.sets[view.use].name
        others = [one.name for one in view.sets if one.name != name]
        what = f"{kind} takes an older set, and {name} is what runs today"
        help_ = f"name one with --against: {words(others)}" if others else f"{path} has one set"
        raise InputError(what, help=help_)
    return kind


def _of_labels(view: View, wanted: Wanted) -> str:
    """Which labels the list is restricted to, before a colon; empty where it is not."""
    gold = view.names[-1] if wanted.label == NONE_LABEL else wanted.label
    if gold and wanted.answered:
        return f"{gold} taken for {wanted.answered}: "
    return f"{gold}: " if gold else f"answered {wanted.answered}: " if wanted.answered else ""


def _tickets(view: View, rows: Sequence[int], texts: Mapping[str, str]) -> tuple[ListedTicket, ...]:
    gold = (*view.labels, NONE_LABEL, "")  # NO_ANSWER is the last place
    doubted = {one.ticket_id: one.suggested for one in view.results.suspects}
    failed = [{f.ticket_id: f.kind for f in one.table.failures} for one in view.sets]
    return tuple(
        ListedTicket(
            ticket_id=view.ids[i],
            gold=gold[view.gold[i]],
            maybe=doubted.get(view.ids[i], ""),
            answers=tuple(_answer(view, k, i, failed[k]) for k in _sides(view, i)),
            text=texts.get(view.ids[i], ""),
        )
        for i in rows
    )


def _sides(view: View, i: int) -> list[int]:
    """The older set, the set itself, and others that have no answer here."""
    lacking = [k for k, top in enumerate(view.tops) if top[i] == NO_ANSWER]
    return list(dict.fromkeys((view.old, view.use, *lacking)))


def _answer(view: View, k: int, i: int, failed: Mapping[str, str]) -> Answer | NoAnswer:
    one, top = view.sets[k], view.tops[k][i]
    if top == NO_ANSWER:
        return NoAnswer(one.name, failed.get(view.ids[i], "not asked"))
    score = float(one.tickets.score[int(np.searchsorted(one.rows, i))])
    return Answer(one.name, view.labels[top], score, bool(top == view.gold[i]))
