"""Roles and scores of a table under the names of predictions.csv, by what the user says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import clipped, columns_near, quoted
from ticketbench.edge.results.forms.guesses import column_for, prefix_for, said, texts_in
from ticketbench.edge.results.forms.long import refuse_long
from ticketbench.edge.results.forms.options import HEAD, ROLES, SCORE_PREFIX, TAIL, Form
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.tables.rows import Row, Table

_OWN = frozenset({*HEAD, *TAIL, *ROLES})


def renamed(table: Table, origin: Origin) -> Table:
    """The table with the columns of its roles and scores called as in predictions.csv.

    A column that was called so and is not meant is left out. Raises InputError where a column that
    the user names is not there, and where one that counts stands twice.
    """
    names = names_in(table, origin)
    if all(new == old for new, old in names.items()) and len(names) == len(table.columns):
        return table
    rows = tuple(Row(row.line, {new: row.values[old] for new, old in names.items()
                                if old in row.values}) for row in table.rows)  # fmt: skip
    return replace(table, columns=tuple(names), rows=rows)


def names_in(table: Table, origin: Origin) -> dict[str, str]:
    """What each column of the `renamed` table is called in `table`, whose rows are not looked at.

    Raises what `renamed` raises.
    """
    _refuse_missing(table, origin)
    names = _names(table, origin.form)
    _refuse_repeated(table, origin, names)
    return names


def check_columns(table: Table, origin: Origin) -> None:
    """Raise InputError where a `renamed` table lacks what cannot be gone without.

    That is tickets, gold labels, and scores in any form, or a top label in their place. The help
    has the options filled in for what the columns seem to be.
    """
    lacking = [name for name in ("ticket_id", "label") if name not in table.columns]
    scores = [column for column in table.columns if column.startswith(SCORE_PREFIX)]
    # `score_max` alone is no label: what is there may still be another form.
    unscored = not scores and not {"scores", "top_label"} & set(table.columns)
    if not lacking and not unscored:
        return
    refuse_long(table, origin)
    if not lacking and not any(_guess(table, origin, lacking)):
        what = "there are fewer than two score columns with values"
        help_ = columns_near(f"{SCORE_PREFIX}label", table.columns)
        raise InputError(what, where=origin.columns, help=help_)
    named = " and ".join(quoted(name) for name in lacking)
    told = [f"there is no column {named}" if len(lacking) == 1 else f"there are no columns {named}"]
    told = [*(told if lacking else []), *(["no score column"] if unscored else [])]
    what = ", and ".join(told) if lacking else "there is no score column"
    raise InputError(what, where=origin.columns, help=_help(table, origin, lacking))


def _guess(table: Table, origin: Origin, lacking: list[str]) -> tuple[dict[str, str], str | None]:
    """The columns that may be meant by role, and the prefix of the scores."""
    columns = [c for c in table.columns if c not in _OWN and not c.startswith(SCORE_PREFIX)]
    found: dict[str, str] = {}
    for role in lacking:
        near = column_for(role, [c for c in columns if c not in found.values()])
        if near is not None:
            found[role] = near
    scored = any(c.startswith(SCORE_PREFIX) for c in table.columns)
    if scored or {"scores", "top_label"} & set(table.columns):
        return found, None
    gold = "label" if "label" in table.columns else found.get("label")
    prefix = prefix_for(table, {*found.values(), *_OWN}, gold)
    if prefix is None:
        found |= _top_label(table, [c for c in columns if c not in found.values()])
    return found, prefix


def _top_label(table: Table, columns: list[str]) -> dict[str, str]:
    """What may be scores of all labels in one column, else the top label and its score."""
    for column in columns:
        texts = texts_in(table, column)
        if texts and all(text[0] + text[-1] in ("{}", "[]") for text in texts):
            return {"scores": column}
    top = column_for("top_label", columns)
    if top is None:
        return {}
    score = column_for("score", [column for column in columns if column != top])
    return {"top_label": top} | ({"score": score} if score is not None else {})


def _help(table: Table, origin: Origin, lacking: list[str]) -> str:
    """What to write, as far as the columns say it, and COLUMN or TEXT for the rest."""
    found, prefix = _guess(table, origin, lacking)
    unknown = {role: "COLUMN" for role in lacking if role not in found}
    scored = {"scores", "top_label"} & {*table.columns, *found}
    known = prefix is not None or scored or any(c.startswith(SCORE_PREFIX) for c in table.columns)
    help_ = f"write: {said(found | unknown, prefix if known else 'TEXT', origin)}"
    if unknown or not known:
        help_ += f"; {columns_near(next(iter(unknown), SCORE_PREFIX), table.columns)}"
    return help_


def _refuse_missing(table: Table, origin: Origin) -> None:
    problems = [
        Problem(
            f"there is no column {quoted(column)} ({origin.say(columns={role: clipped(column)})})",
            origin.columns,
            _twice(table, column) or columns_near(column, table.columns),
        )
        for role, column in origin.form.columns.items()
        if column not in table.columns
    ]
    if problems:
        raise InputError.of(problems)
    prefix = origin.form.score_prefix
    if prefix != SCORE_PREFIX and not any(c.startswith(prefix) for c in table.columns):
        what = f"no column begins with {quoted(prefix)} ({origin.say(score_prefix=prefix)})"
        raise InputError(what, where=origin.columns, help=columns_near(prefix, table.columns))


def _names(table: Table, form: Form) -> dict[str, str]:
    """What each column of the new table is called in the old one, in the order of the old one."""
    roles: Mapping[str, str] = form.columns
    sources = set(roles.values())
    new_of: dict[str, list[str]] = {}
    for role, column in roles.items():
        new_of.setdefault(column, []).append(role)
    names: dict[str, str] = {}
    for column in table.columns:
        for role in new_of.get(column, ()):
            names[role] = column
        if column in sources:
            continue
        if _is_score(column, form):
            names[SCORE_PREFIX + column.removeprefix(form.score_prefix)] = column
        elif column not in roles and not column.startswith(SCORE_PREFIX):
            names[column] = column
    return names


def _is_score(column: str, form: Form) -> bool:
    own = form.score_prefix == "" and column in _OWN
    return column.startswith(form.score_prefix) and not own


def _refuse_repeated(table: Table, origin: Origin, names: Mapping[str, str]) -> None:
    """One that counts and stands twice: which of both is meant, nobody said."""
    form = origin.form
    for column in table.facts.repeated:
        role = next((r for r in ROLES if form.columns.get(r, r) == column), None)
        counts = role is not None or _is_score(column, form)
        if counts and column not in form.columns.values() and role not in form.columns:
            help_ = "rename or drop one"
            if role is not None:
                help_ = f"say which: {origin.say(columns={role: f'{column}#1'})}, or #2"
            what = f"the column {quoted(column)} stands twice{_fields(table, column)}"
            raise InputError(what, where=origin.columns, help=help_)


def _twice(table: Table, column: str) -> str:
    if column not in table.facts.repeated:
        return ""
    return f"it stands twice{_fields(table, column)}: write {quoted(f'{column}#2')} for the second"


def _fields(table: Table, column: str) -> str:
    fields = table.facts.repeated[column]
    return f" (fields {' and '.join(map(str, fields[:5]))})"
