"""What a look into a file found, in plain sentences: what to know first, then the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ticketbench.core.quotes import clipped
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.edge.imports.advice import an_export
from ticketbench.flow.data.inspection.found import Inspection, Together
from ticketbench.flow.data.words import counted_reasons
from ticketbench.measure.sample.inventory import Holding
from ticketbench.report.masking.texts import masked_id
from ticketbench.report.words.numbers import count, percent

MOST_LABELS = 12
_A_HUNDRED = 100


def headline(found: Inspection) -> str:
    """The file, what it is, and how much is in it."""
    if found.export is not None and found.export.choice:
        return f"{found.path}: looks like {an_export(found.export.tool)}"
    tool = f"{an_export(found.export.tool)}, " if found.export is not None else ""
    tickets = count(found.n, "row" if found.annotators.column else "ticket")
    labels = sum(one.label != NONE_LABEL for one in found.balance.labels)
    return f"{found.path}: {tool}{tickets}, {count(labels, 'label')}"


def sentences(found: Inspection) -> tuple[str, ...]:
    """What to know before anything is measured on this file."""
    if found.export is not None and found.export.choice:
        return (f"one thing has to be said before its tickets can be read: {found.export.choice}",)
    return (*_of_labels(found), *_of_rows(found), *_of_texts(found), *found.notes)


def sampled(found: Inspection) -> str:
    """In how many texts markup and the like were looked for; empty where in all of them."""
    n, of = found.contents.n, found.contents.of
    if n >= of:
        return ""
    return (
        "markup, quoted replies, signatures and personal data were looked for in "
        f"{n:,} of {of:,} texts, drawn with a fixed seed; --all looks at all of them"
    )


def guessed_from(found: Inspection) -> str:
    """Of how many rows columns were guessed; empty where of all, or of none."""
    n, of = found.n_guessed, found.n
    return f"guessed from {n:,} rows drawn from all {of:,}" if 0 < n < of else ""


def label_rows(found: Inspection) -> list[tuple[str, str, str]]:
    """The most frequent labels with their tickets and shares."""
    shown = found.balance.labels[:MOST_LABELS]
    return [(clipped(one.label), f"{one.n:,}", percent(one.share)) for one in shown]


def other_labels(found: Inspection) -> str:
    """How many labels are not shown, and the tickets of the rarest; empty for none."""
    labels = found.balance.labels
    if len(labels) <= MOST_LABELS:
        return ""
    return (
        f"and {len(labels) - MOST_LABELS:,} more, the rarest with {count(labels[-1].n, 'ticket')}"
    )


def length_text(found: Inspection) -> str:
    """How long the texts are; empty where there are none."""
    of = found.lengths
    if not of.n:
        return ""
    return (
        f"{of.median:,} characters in the middle; nine of ten texts have {of.p05:,} to "
        f"{of.p95:,}, the shortest {of.shortest:,}, the longest {of.longest:,}"
    )


def _of_labels(found: Inspection) -> Iterator[str]:
    roles = [guess.role for guess in found.columns]
    if found.export is None:
        if "text" not in roles:
            yield "no column looks like the text: say which one is it, --columns text=NAME"
        if "label" not in roles and not found.annotators.columns:
            yield "no column looks like the label: say which one is it, --columns label=NAME"
        if "id" not in roles:
            yield "no column is an id: `run` makes ids of the texts"
    without = found.balance.n_without
    if without and ("label" in roles or found.export is not None):
        yield f"{_of(without, found.n, 'ticket')} have no label"
    if found.balance.n_several:
        yield f"{_of(found.balance.n_several, found.n, 'ticket')} have several labels"


def _of_rows(found: Inspection) -> Iterator[str]:
    yield from _of_people(found)
    if found.repeated.n:
        ids = count(found.repeated.n, "id")
        stand = "stands" if found.repeated.n == 1 else "stand"
        yield f"{ids} {stand} in several rows with different texts{_such(found.repeated)}"
    if found.copies.n:
        rows = f"{found.copies.n_rows:,} in all"
        yield f"{_equal(found.copies)} in several tickets, {rows}{_such(found.copies)}"
    if found.conflicts.n:
        wrong = "at least one label of each is wrong"
        yield f"{_equal(found.conflicts)} under different labels{_such(found.conflicts)}; {wrong}"
    given, different = found.lengths.n, found.n_different
    if different is not None and different < given and not found.annotators.tickets:
        alike = _of(given - different, given, "text")
        yield f"{alike} are copies or near-duplicates of others"
    if found.splits:
        parts = ", ".join(f"{clipped(name)} ({n:,})" for name, n in [*found.splits.items()][:5])
        leaks = f"{_equal(found.leaks)} in more than one of them{_such(found.leaks)}"
        yield f"splits: {parts}; {leaks if found.leaks.n else 'no text stands in two of them'}"
    if found.n_groups:
        who = count(found.n_groups, "customer or thread", "customers or threads")
        share = _of(found.largest_group, found.n, "ticket")
        yield f"{who} wrote them; the largest wrote {share}"
    if found.export is not None and found.export.left_out:
        yield f"left out: {counted_reasons(found.export.left_out)}"


def _of_people(found: Inspection) -> Iterator[str]:
    who = found.annotators
    if who.tickets:
        rows = "answers of several people" if found.export else "several rows with one text"
        by = f"; the column {clipped(who.column)} says who labelled each" if who.column else ""
        differ = f"{who.disagreed:,} with different labels{by}"
        have = "has" if who.tickets == 1 else "have"
        yield f"{count(who.tickets, 'ticket')} {have} {rows}, {differ}"
    if len(who.columns) > 1:
        names = " and ".join(map(clipped, who.columns[:3]))
        yield f"the columns {names} look like the labels of several people"


def _of_texts(found: Inspection) -> Iterator[str]:
    empty = found.n - found.lengths.n
    if empty:
        yield f"{_of(empty, found.n, 'ticket')} have no text"
    holds = found.contents
    if holds.markup.n:
        yield f"{_holding(holds.markup, holds.n)} hold HTML markup{_first(holds.markup)}"
    if holds.quoted.n:
        yield f"{_holding(holds.quoted, holds.n)} hold a quoted reply{_first(holds.quoted)}"
    if holds.signatures.n:
        yield f"{_holding(holds.signatures, holds.n)} end in a signature{_first(holds.signatures)}"
    if holds.n_personal:
        kinds = ", ".join(f"{one.kind} {one.n_strings:,}" for one in holds.personal)
        yield (
            f"{_of(holds.n_personal, holds.n, 'text')} hold personal data: {kinds}; pages mask it, "
            "an endpoint gets texts as they stand"
        )


def _holding(of: Holding, n: int) -> str:
    return _of(of.n, n, "text")


def _of(n: int, of: int, noun: str) -> str:
    """A count among few as it is, among a hundred or more of a hundred, with the count behind."""
    if of < _A_HUNDRED:
        return f"{n:,} of {count(of, noun)}"
    share = _A_HUNDRED * n / of
    rounded = (
        "fewer than 1" if share < 1 else "more than 99" if 99 < share < 100 else f"{share:.0f}"
    )
    return f"{rounded} of 100 {noun}s ({n:,} of {of:,})"


def _equal(of: Together) -> str:
    return "1 text stands" if of.n == 1 else f"{of.n:,} texts stand"


def _such(of: Together) -> str:
    return f": {_names(of.examples)}" if of.examples else ""


def _first(of: Holding) -> str:
    return f", first {_names([of.first])}"


def _names(names: Sequence[str]) -> str:
    """Ids as they may be shown."""
    return ", ".join(clipped(masked_id(name)) for name in names)
