"""Which columns of any table are what, for a look into it: nothing has to be there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from ticketbench.core.spelling import column_form
from ticketbench.edge.inputs.column_guess import Guess, counted, is_known, likely_columns
from ticketbench.edge.results.forms.guesses import NAMES

_ORDER = ("id", "text", "label", "group", "split", "time")

_SPLITS = ("split", "subset", "fold", "partition", "part")
_ANNOTATORS = (
    "annotator", "annotators", "annotator_id", "annotated_by", "completed_by", "labeler",
    "labeller", "rater", "coder", "worker", "worker_id", "reviewer", "judge",
)  # fmt: skip
_ANSWERS = frozenset(name for role in ("label", "top_label") for name in NAMES[role])
_MOST_SPLITS = 20
_MOST_ANNOTATORS = 50
_LONGEST_LABEL = 60
_SAME_LABELS = 0.5
"""Of the labels of two columns together are in both, where two people chose from one list."""

Values = Mapping[str, Sequence[str]]


def roles_of(values: Values, given: Mapping[str, Sequence[str]]) -> tuple[Guess, ...]:
    """A guess for each role that some column looks like; what is `given` is taken as it is, several
    columns of a text with commas between them.

    Ids and texts that stand twice, and more labels than a set should have, are told, not refused,
    where the name of their column is plain.
    """
    said = {name for names in given.values() for name in names}
    free = {name: found for name, found in values.items() if name not in said}
    guesses = {guess.role: guess for guess in likely_columns(free)}
    for role, fits in _FITS.items():
        taken = {g.column for g in guesses.values() if _is_named(g.role, g.column)}
        named = [n for n in free if n not in taken and _is_named(role, n) and fits(free[n])]
        by_name = role in guesses and guesses[role].column in taken
        if named and not by_name:  # what a column holds tells less than its name
            guesses = {other: g for other, g in guesses.items() if g.column != named[0]}
            guesses[role] = Guess(role, named[0], tuple(named[1:4]), _counted(free[named[0]]))
    for role, names in given.items():
        guesses[role] = Guess(role, ",".join(names), reason="as you said")
    columns = {guess.column for guess in guesses.values()}
    return tuple(
        replace(found, others=tuple(name for name in found.others if name not in columns))
        for found in map(guesses.get, _ORDER)
        if found is not None
    )


def annotator_column(values: Values, roles: Mapping[str, str]) -> str:
    """The column that says who labelled a row, where ids stand in several rows; "" for none.

    It has another value in each row of an id. Where several have, one that is called so goes first.
    """
    ids = values.get(roles.get("id", ""), ())
    others = [name for name in values if name not in roles.values()]
    rows: dict[str, list[int]] = defaultdict(list)
    for i, one in enumerate(ids):
        rows[one].append(i)
    repeated = [at for one, at in rows.items() if one and len(at) > 1]

    def tells(name: str) -> bool:
        found = values[name]
        few = 1 < len(set(found)) <= _MOST_ANNOTATORS and all(found)
        return few and all(len({found[i] for i in at}) == len(at) for at in repeated)

    fits = [name for name in others if tells(name)] if repeated else []
    named = [name for name in fits or others if column_form(name) in _ANNOTATORS]
    return next(iter(named or fits), "")


def columns_of_annotators(values: Values, roles: Mapping[str, str]) -> tuple[str, ...]:
    """Columns that hold the labels of one person each: called alike, with the same labels; of other
    names only where none is known for a label or an answer, and most rows say the same.
    """
    taken = {name for role, name in roles.items() if role != "label"}
    labels = {
        name: found
        for name, cells in values.items()
        if name not in taken and _is_short(cells) and len(found := set(filter(None, cells))) > 1
    }
    free = not any(is_known("label", name) or column_form(name) in _ANSWERS for name in labels)
    alike: set[str] = set()
    for one, other in combinations(labels, 2):
        both, either = labels[one] & labels[other], labels[one] | labels[other]
        if len(both) < _SAME_LABELS * len(either):
            continue
        if _stem(one) == _stem(other) or (free and _mostly_alike(values[one], values[other])):
            alike |= {one, other}
    return tuple(name for name in labels if name in alike)


def _mostly_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a and b]
    return 2 * sum(a == b for a, b in pairs) > len(pairs)


def _stem(name: str) -> str:
    """What names of columns of one kind have in common; a name that has no number is its own."""
    found = re.fullmatch(r"(.+?)[_ .-]?(\d{1,2}|[a-z])", column_form(name))
    return found.group(1) if found and len(found.group(1)) > 2 else f"{name}\0"


def _is_named(role: str, name: str) -> bool:
    return column_form(name) in _SPLITS if role == "split" else is_known(role, name)


def _is_there(values: Sequence[str]) -> bool:
    return any(map(str.strip, values))


def _is_short(values: Sequence[str]) -> bool:
    """Short values, each on more than one row on average."""
    given = [value for value in values if value.strip()]
    n = len(set(given))
    few = n > 0 and 2 * n <= len(given)
    return few and all(len(value) <= _LONGEST_LABEL for value in given)


def _is_wordy(values: Sequence[str]) -> bool:
    """Mostly several words."""
    given = [value for value in values if value.strip()]
    return 2 * sum(len(value.split()) > 1 for value in given) > len(values)


def _is_split(values: Sequence[str]) -> bool:
    return 1 < len(set(filter(None, values))) <= _MOST_SPLITS


_FITS = {"text": _is_wordy, "id": _is_there, "label": _is_short, "split": _is_split}


def _counted(values: Sequence[str]) -> str:
    different = len(set(filter(None, values)))
    return f"by its name; {counted(different, len(values))}"
