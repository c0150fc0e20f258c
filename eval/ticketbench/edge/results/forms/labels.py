"""Other names for labels, and the gold labels of a set held against the columns of its scores."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import MOST_SHOWN, clipped, quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.spelling import label_form, labels_by_form
from ticketbench.edge.results.forms.counted import listed_values, several
from ticketbench.edge.results.forms.options import SCORE_PREFIX
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.tables.rows import Cell, Row, Table

_NAMED = ("label", "top_label")
_WHOLE = re.compile(r"(-?\d+)\.0+")


@dataclass(frozen=True, slots=True)
class Settled:
    """What gold labels are read as where that is not how they stand, and notes that say so.

    names     of gold labels and of top labels: what they are among the columns
    unscored  gold labels without scores, as a sentence; empty for none
    """

    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    unscored: str = ""


def relabelled(table: Table, origin: Origin) -> Table:
    """The table with the names that the user gives to labels, in cells and columns alike.

    Names are compared without outer blanks. Raises InputError where two columns of scores become
    one, or one becomes that of no label.
    """
    asked = {old.strip(): new for old, new in origin.form.labels.items()}
    if not asked:
        return table
    columns = [_column(name, asked) for name in table.columns]
    _refuse_joined(table.columns, columns, origin)
    new_of = dict(zip(table.columns, columns, strict=True))
    used = {name.removeprefix(SCORE_PREFIX) for name in table.columns} & asked.keys()
    rows = []
    for row in table.rows:
        values: dict[str, Cell] = {new_of[name]: cell for name, cell in row.values.items()}
        for name in _NAMED:
            cell = values.get(name) or ""
            if isinstance(cell, str) and cell.strip() in asked and (cell or name == "label"):
                used.add(cell.strip())
                values[name] = asked[cell.strip()]
        rows.append(Row(row.line, values))
    notes = (*table.notes, *(_unused(asked, used, table, origin) if origin.whole else ()))
    return replace(table, columns=tuple(columns), rows=tuple(rows), notes=notes)


def _column(name: str, asked: Mapping[str, str]) -> str:
    label = name.removeprefix(SCORE_PREFIX).strip()
    is_score = name.startswith(SCORE_PREFIX)
    return SCORE_PREFIX + asked[label] if is_score and label in asked else name


def _refuse_joined(before: Sequence[str], after: Sequence[str], origin: Origin) -> None:
    doubled = [name for name, n in Counter(after).items() if n > 1]
    none = SCORE_PREFIX + NONE_LABEL
    if none in after and none not in before:
        old = before[after.index(none)]
        what = f"labels: {NONE_LABEL} is made of {quoted(old)}, which has scores"
        help_ = f"{NONE_LABEL} is for gold labels without a column; drop the column first"
        raise InputError(what, where=origin.columns, help=help_)
    if doubled:
        both = [old for old, new in zip(before, after, strict=True) if new == doubled[0]]
        what = f"labels: one column is made of {listed_values(both)}"
        help_ = "add their scores up yourself, and give one column for both"
        raise InputError(what, where=origin.columns, help=help_)


def _unused(
    asked: Mapping[str, str], used: Collection[str], table: Table, origin: Origin
) -> list[str]:
    """Keys that nothing is called by: a slip of the pen, or those of another table."""
    known = {cell.strip() for row in table.rows
             if isinstance(cell := row.values.get("label"), str)}  # fmt: skip
    return [
        f"{origin.say(labels={clipped(old): clipped(new)})}: no label is called so; "
        + suggestion(old, sorted(known))
        for old, new in asked.items()
        if old not in used
    ]


def in_words_of_columns(rows: Sequence[Row], settled: Settled) -> list[Row]:
    """The rows with their gold and top labels called as columns are."""
    if not settled.names:
        return list(rows)
    found = []
    for row in rows:
        called: dict[str, Cell] = {}
        for name in _NAMED:
            cell = row.values.get(name)
            if isinstance(cell, str) and cell in settled.names:
                called[name] = settled.names[cell]
        found.append(Row(row.line, row.values | called) if called else row)
    return found


def gold_against(
    labels: Sequence[str],
    gold: Iterable[str],
    said: Iterable[str],
    origin: Origin,
    *,
    scored: bool = True,
) -> Settled:
    """What the gold labels of the rows in a set are read as, `labels` being those with scores.

    `said` are the top labels that the rows state. Where no score of a label is known, nothing is
    `scored`: `labels` are those that a row answers with, and messages say so.

    Whole numbers are the same with and without decimals: read, and noted. Raises InputError where
    a gold or a top label differs from one with scores by its spelling alone, with the option that
    says what is meant, and where not one gold label has scores. Some without scores are a note.
    """
    counts, tops = Counter(gold), Counter(said)
    have = {*labels, *origin.mapped, NONE_LABEL}
    numbers = _numbers(labels)
    unknown = [label for label in counts if label not in have and label]
    read = {label: numbers[n] for label in unknown if (n := _number(label)) in numbers}
    rest = [label for label in unknown if label not in read]
    _refuse_slips(rest, labels, origin)
    near = _near(rest, [*labels, NONE_LABEL])
    if near:
        lacking = "gold {} {} no score column" if scored else "no row answers with gold {}"
        raise _misspelt(near, counts, origin, lacking=lacking)
    meant = [label for label in counts if label in have and label != NONE_LABEL]
    if rest and not meant and not read and origin.whole:
        raise _none_known(rest, labels, counts, origin, scored=scored)
    notes = (_read_as(read),) if read else ()
    strange = [top for top in tops if top and top not in have]
    read_tops = {top: numbers[n] for top in strange if (n := _number(top)) in numbers}
    near = _near([top for top in strange if top not in read_tops], labels) if scored else {}
    if near:
        raise _misspelt(near, tops, origin, lacking="top_label {} {} no score column")
    return Settled(read_tops | read, notes, without_scores(counts, rest, origin) if rest else "")


def _refuse_slips(rest: Sequence[str], labels: Sequence[str], origin: Origin) -> None:
    """Raises InputError where a label was given a new name that is nearly one with scores."""
    for old, new in origin.form.labels.items():
        near = suggestion(new, labels) if new in rest and old != new else ""
        if near.startswith("did you mean"):
            said = origin.say(labels={clipped(old): clipped(new)})
            what = f"{said}: no label with scores is called {quoted(new)}"
            raise InputError(what, where=origin.columns, help=near)


def _numbers(labels: Sequence[str]) -> dict[str, str]:
    """The labels that are whole numbers by their digits, but for two that are one number."""
    found = Counter(n for label in labels if (n := _number(label)) is not None)
    return {n: label for label in labels if (n := _number(label)) is not None and found[n] == 1}


def _number(label: str) -> str | None:
    whole = _WHOLE.fullmatch(label.strip())
    if whole:
        return whole[1]
    return label.strip() if re.fullmatch(r"-?\d+", label.strip()) else None


def _near(unknown: Sequence[str], labels: Sequence[str]) -> dict[str, list[str]]:
    """Those of `unknown` that differ from some of `labels` by their spelling alone."""
    by_form = labels_by_form(labels)
    forms = {label: label_form(label) for label in sorted(unknown)}
    return {label: by_form[form] for label, form in forms.items() if form in by_form}


def _misspelt(
    near: Mapping[str, Sequence[str]], counts: Mapping[str, int], origin: Origin, *, lacking: str
) -> InputError:
    rows = sum(counts[label] for label in near)
    names = listed_values([label if label == label.strip() else repr(label) for label in near])
    meant = list(dict.fromkeys(label for found in near.values() for label in found))
    told = lacking.format(names, "have" if len(near) > 1 else "has")
    what = f"{several(rows, 'row')}: {told}; did you mean {listed_values(meant)}?"
    return InputError(what, where=origin.columns, help=_options(near, origin))


def _options(near: Mapping[str, Sequence[str]], origin: Origin) -> str:
    """The whole option, ready to be typed; without a choice where two are meant alike."""
    unclear = [label for label, found in near.items() if len(found) > 1]
    if unclear or any(len(name) > MOST_SHOWN for name in near):
        return f"say which: {origin.say(labels={'OLD': 'NEW'})} for each"
    pairs = {label.strip(): found[0] for label, found in near.items()}
    return origin.say(labels=pairs)


def _none_known(
    rest: Sequence[str],
    labels: Sequence[str],
    counts: Mapping[str, int],
    origin: Origin,
    *,
    scored: bool,
) -> InputError:
    rows = sum(counts[label] for label in rest)
    have, those = ("has a score column", "columns") if scored else ("is answered with", "answers")
    what = f"{several(rows, 'row')}: no gold label {have}: gold "
    what += f"{listed_values(sorted(rest))}; {those} {listed_values(sorted(labels))}"
    before = {name.removesuffix(gold) for name in labels for gold in rest if name.endswith(gold)}
    if scored and len(before) == 1 and all(name.startswith((*before,)) for name in labels):
        prefix = origin.form.score_prefix + before.pop()
        raise InputError(what, where=origin.columns, help=origin.say(score_prefix=prefix))
    first = {clipped(sorted(rest)[0]): clipped(sorted(labels)[0])}
    help_ = f"say what is what: {origin.say(labels=first)} ..."
    return InputError(what, where=origin.columns, help=help_)


def _read_as(read: Mapping[str, str]) -> str:
    """Such as `gold 0.0 ... 3.0 read as 0 ... 3`."""
    old = sorted(read, key=lambda label: float(label))
    first, last = old[0], old[-1]
    if len(old) == 1:
        return f"gold {first} read as {read[first]}"
    return f"gold {first} ... {last} read as {read[first]} ... {read[last]}"


def without_scores(counts: Mapping[str, int], rest: Collection[str], origin: Origin) -> str:
    """That `rest`, one at least of the gold labels that are counted, have no scores."""
    rest = sorted(rest)
    told = listed_values([f"{clipped(label)} ({counts[label]:,})" for label in rest])
    rows = sum(counts[label] for label in rest)
    first = origin.say(labels={clipped(rest[0]): NONE_LABEL})
    return (
        f"{several(rows, 'row')} whose gold label has no score column, counted as wrong: {told}; "
        f"where no label fits: {first}"
    )
