"""What two words on the command line stand for: rubric sets, saved runs, or prediction tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.quotes import quoted, words
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import ScoreTable
from ticketbench.edge.inputs.python_literal import is_python
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.edge.set_names import note_pairs

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode

RUBRICS = (".yaml", ".yml")
"""Suffixes of rubric files, which hold no answers."""

RESULTS, PREDICTIONS = "results.json", "predictions.csv"


@dataclass(frozen=True, slots=True)
class Side:
    """One of two things to compare.

    table    its answers; None for a rubric file alone
    rubrics  its questions; None where they are not known, as for a prediction table
    dataset  fingerprint of the tickets with their texts; empty where only a table is known
    notes    what was decided in reading a table, and which gold labels have no scores there
    """

    name: str
    table: ScoreTable | None
    rubrics: RubricSet | None
    dataset: str = ""
    policy: Policy | None = None
    costs: Costs | None = None
    notes: tuple[str, ...] = ()


def read_sides(
    names: tuple[str, str],
    *,
    config: Path | None = None,
    mode: Mode = "replay",
    overrides: Sequence[str] = (),
    form: Form = AS_OURS,
    form_of_b: Form | None = None,
    mapped: Collection[str] = (),
) -> tuple[Side, Side]:
    """Both sides; with `config` they are rubric sets of it, else files.

    A file is a report folder or its results.json, a prediction table, a rubric file, or a list in a
    Python file (`app.py::LABELS`); `FILE:SET` chooses one of several rubric sets. `form` says how
    tables of predictions are written, `form_of_b` the second one where it is written otherwise; one
    that a run left is read as it is, but for its labels, and without `form_of_b` a column that only
    one of two tables has is said of that one.
    `mapped` are labels of one side that gold labels of the other may be called by.
    Raises InputError when a side is none of these, and what `refuse_misses` raises when answers of
    a config are missing.
    """
    if config is not None:
        return _of_config(names, config, mode, overrides)
    forms = _forms(names, form) if form_of_b is None else (form, form_of_b)
    first_run, second_run = (_run_and_set(name) for name in names)
    if first_run and second_run and first_run[0] == second_run[0]:
        first, second = _of_run(first_run[0], (first_run[1], second_run[1]))
        return apart((first, second), names)
    first = side_of(names[0], forms[0], mapped)
    second = side_of(names[1], forms[1], mapped, within="" if form_of_b is None else "--of-b")
    return apart((first, second), names)


def _forms(names: tuple[str, str], form: Form) -> tuple[Form, ...]:
    """How each side is written, where it is a table of predictions."""
    from ticketbench.edge.results.predictions import own_forms

    paths = [_split(name)[0] for name in names]
    if all(map(_is_predictions, paths)):
        return own_forms(paths, form)
    return tuple(form for _ in names)


def _is_predictions(path: Path) -> bool:
    of_other_kind = path.is_dir() or path.name == RESULTS or is_python(path)
    return not of_other_kind and path.suffix not in RUBRICS


def names_in(mapping: Mapping[str, Sequence[str]] | None) -> set[str]:
    """Every label that a map of labels names, of either side."""
    return {name for old, new in (mapping or {}).items() for name in (old, *new)}


def apart(sides: tuple[Side, Side], names: tuple[str, str]) -> tuple[Side, Side]:
    """Both sides, called by `names` where their own names are the same."""
    first, second = sides
    if first.name != second.name:
        return sides
    return replace(first, name=names[0]), replace(second, name=names[1])


def _of_config(
    names: tuple[str, str], config: Path, mode: Mode, overrides: Sequence[str]
) -> tuple[Side, Side]:
    # Saved runs and tables need no config, nor what reads one.
    from ticketbench.flow.steps.completeness import refuse_misses
    from ticketbench.flow.steps.inputs import read_inputs
    from ticketbench.flow.steps.tables import rubric_set, scored

    inputs = read_inputs(config, overrides=overrides)
    rubrics = [rubric_set(inputs, name) for name in names]
    tables = scored(inputs, names, mode=mode)
    refuse_misses([tables[name] for name in dict.fromkeys(names)], 0, inputs)
    first, second = (
        Side(
            name=own.name,
            table=tables[own.name],
            rubrics=own,
            dataset=inputs.dataset.fingerprint,
            policy=inputs.config.policy,
            costs=inputs.config.costs,
        )
        for own in rubrics
    )
    return first, second


def side_of(
    text: str, form: Form = AS_OURS, mapped: Collection[str] = (), *, within: str = ""
) -> Side:
    """What `read_sides` makes of one word that names a file; `within` is as `read_set` has it."""
    if run := _run_and_set(text):
        return _of_run(run[0], (run[1],))[0]
    path, name = _split(text)
    if path.suffix in RUBRICS or is_python(path):
        from ticketbench.edge.inputs.rubric_files import read_rubrics

        rubrics = read_rubrics(path)
        return Side(rubrics.name, None, rubrics)
    from ticketbench.edge.imports.advice import unless_export
    from ticketbench.edge.results.predictions import left_by_run, read_set

    own = Form(labels=form.labels) if left_by_run(path) else form
    with unless_export(path):
        found = read_set(path, name, form=own, mapped=mapped, within=within)
    table = found.table.in_order_of_ids()
    notes = (*found.notes, *filter(None, (found.unscored,)))
    named = tuple(f"{path.name}: {note}" for note in notes)
    return Side(table.provenance.rubric_set, table, None, notes=named)


def _split(text: str) -> tuple[Path, str | None]:
    """`FILE:SET` in parts; a file may have a colon in its own name, and so may a set."""
    if is_python(Path(text)):
        return Path(text), None
    if Path(text).exists() or ":" not in text:
        path = Path(text)
        if not path.exists():
            help_ = "check the path; a rubric set needs the config that names it: --config CONFIG"
            raise InputError(f"no such file: {text}", help=help_)
        return path, None
    ends = [i for i, sign in enumerate(text) if sign == ":"]
    end = next((i for i in reversed(ends) if Path(text[:i]).exists()), ends[-1])
    return Path(text[:end]), text[end + 1 :]


def _run_and_set(text: str) -> tuple[Path, str | None] | None:
    """The folder of a saved run, and the set of it that is asked for; None for any other side."""
    path, name = _split(text)
    if path.is_dir():
        return path, name
    return (path.parent, name) if path.name == RESULTS else None


def _of_run(folder: Path, names: Sequence[str | None]) -> tuple[Side, ...]:
    """A side for each name of a set; both files are read once."""
    from ticketbench.edge.results.predictions import read_sets
    from ticketbench.edge.results.run_settings import run_settings

    run = run_settings(folder / RESULTS)
    chosen = [_chosen(run.rubric_sets, folder, name) for name in names]
    if not (folder / PREDICTIONS).is_file():
        what = f"{folder} has no {PREDICTIONS}: a run over tickets in parts keeps none"
        raise InputError(what, help="put the tickets into one file and run that (docs/parts.md)")
    found = read_sets(folder / PREDICTIONS, [own.name for own in chosen])
    return tuple(
        Side(
            name=own.name,
            table=one.table.in_order_of_ids(),
            rubrics=own,
            dataset=run.dataset,
            policy=run.policy,
            costs=run.costs,
        )
        for own, one in zip(chosen, found, strict=True)
    )


def _chosen(sets: Sequence[RubricSet], folder: Path, name: str | None) -> RubricSet:
    names = [rubrics.name for rubrics in sets]
    if name is None and len(names) == 1:
        return sets[0]
    if name not in names:
        note_pairs(names)
        what = f"has no rubric set {quoted(name)}" if name else "has several rubric sets"
        raise InputError(f"{folder} {what}", help=f"choose one: {folder}:SET, of {words(names)}")
    return sets[names.index(name)]
