"""Two rubrics as one: what that would get right, about, and the set that asks it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL, Rubric, RubricSet
from ticketbench.core.types import ScoreTable
from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.files.yaml_text import as_comment, as_yaml, in_quotes
from ticketbench.edge.inputs.python_literal import is_python
from ticketbench.edge.inputs.rubric_files import not_a_label
from ticketbench.flow.steps.completeness import refuse_misses
from ticketbench.flow.steps.inputs import Inputs, read_inputs
from ticketbench.flow.steps.settings import SEED, settings_of
from ticketbench.flow.steps.tables import rubric_set, scored
from ticketbench.measure.rubrics.fewer_labels import FewerLabels, NoPath, fewer_labels
from ticketbench.measure.rubrics.joined import IfAnyJoined, IfJoined, if_any_joined, if_joined

_SET_NAME = "joined"


@dataclass(frozen=True, slots=True)
class JoinablePairs:
    """Every pair of a set if it were joined, and the path from all labels to few."""

    rubric_set: str
    joined: IfAnyJoined
    fewer: FewerLabels | NoPath


@dataclass(frozen=True, slots=True)
class JoinedSet:
    """A set with one rubric for two of its labels, and what is to be expected of it.

    name     what the joined label is called
    pair     the two labels if joined; `joined` every pair
    rubrics  the new set, under a name that no set of the config has
    """

    rubric_set: str
    name: str
    pair: IfJoined
    joined: IfAnyJoined
    rubrics: RubricSet

    @property
    def content(self) -> bytes:
        """The rubric file."""
        return _written(self).encode("utf-8")


def joinable_pairs(config: Path, on: str, *, overrides: Sequence[str] = ()) -> JoinablePairs:
    """What each pair of labels of the set `on` would get right as one, from stored answers alone.

    The path to fewer labels is at the share right that the config asks for. Raises InputError where
    there is no such set or it has two labels, and what `refuse_misses` raises.
    """
    inputs = read_inputs(config, overrides=overrides)
    table = _answers(inputs, on)
    target = settings_of(inputs).min_precision
    path = fewer_labels(table, min_precision=target, seed=SEED)
    return JoinablePairs(on, if_any_joined(table), path)


def join(
    config: Path,
    on: str,
    first: str,
    second: str,
    *,
    name: str = "",
    overrides: Sequence[str] = (),
) -> JoinedSet:
    """The set `on` with one rubric for the labels `first` and `second`; nothing is written.

    It asks both questions, joined by "or", and stands where the earlier of the two did. Without a
    `name` the label is called after both. Raises InputError for a label that the set lacks, the
    same one twice, or a name that is taken or can be none; and what `joinable_pairs` raises.
    """
    inputs = read_inputs(config, overrides=overrides)
    rubrics = rubric_set(inputs, on)
    pair = _ordered(rubrics, first, second)
    name = _usable(name or "_".join(pair), rubrics, pair)
    table = _answers(inputs, on)
    own = inputs.endpoint_of(rubrics)
    as_set = own.asks(_free(tuple(inputs.config.file.rubric_sets)))
    return JoinedSet(
        rubric_set=on,
        name=name,
        pair=if_joined(table, *pair),
        joined=if_any_joined(table),
        rubrics=RubricSet(as_set, joined_rubrics(rubrics, pair, name)),
    )


def write_joined(found: JoinedSet, out: Path, *, force: bool = False) -> None:
    """Write the set to `out`; raises what `refuse_out` raises."""
    refuse_out(out, force=force)
    write_file(out, found.content)


def refuse_out(out: Path, *, force: bool) -> None:
    """Raise InputError where `out` is no name of a YAML file: what is written is read back by it.

    Also where something is there, unless with `force`.
    """
    if is_python(out) or out.suffix == ".json":
        raise InputError(f"a joined set is written as YAML, not to {out}", help="name a .yaml file")
    if os.path.lexists(out) and not force:
        raise InputError(
            f"{out} is there already", help="choose another file, or replace it: --force"
        )


def joined_rubrics(rubrics: RubricSet, pair: tuple[str, str], name: str) -> tuple[Rubric, ...]:
    """The rubrics with one called `name` for both of `pair`, where the first of it stands."""
    texts = {rubric.label: rubric.text for rubric in rubrics.rubrics}
    one = Rubric(name, or_question(*(texts[label] for label in pair)))
    kept = (rubric for rubric in rubrics.rubrics if rubric.label != pair[1])
    return tuple(one if rubric.label == pair[0] else rubric for rubric in kept)


def or_question(first: str, second: str) -> str:
    """Both questions as one: "Is it a?" and "Is it b?" are "Is it a, or is it b?".

    The second begins with a small letter unless its first word has capitals only, as a name has.
    """
    start, end = first.strip().rstrip("?.! "), second.strip()
    word = end.split(maxsplit=1)[0] if end else ""
    if word[1:].islower():
        end = end[0].lower() + end[1:]
    return f"{start}, or {end}"


def _answers(inputs: Inputs, on: str) -> ScoreTable:
    table = scored(inputs, [on])[on]
    refuse_misses([table], 0, inputs)
    return table


def _ordered(rubrics: RubricSet, first: str, second: str) -> tuple[str, str]:
    """Both labels in the order of the set."""
    for label in (first, second):
        if label not in rubrics.labels:
            what = f"{rubrics.name} has no label {quoted(label)}"
            raise InputError(what, help=suggestion(label, rubrics.labels))
    if first == second:
        raise InputError(f"{quoted(first)} stands twice", help="name two labels")
    earlier, later = sorted((first, second), key=rubrics.labels.index)
    return earlier, later


def _usable(name: str, rubrics: RubricSet, pair: tuple[str, str]) -> str:
    """`name`, which no third label has."""
    wrong = not_a_label(name) or ("" if name.strip() else "the name is blank")
    if name == NONE_LABEL:
        wrong = f"{NONE_LABEL} is the gold label of tickets that no label fits, not a rubric"
    if not wrong and name in rubrics.labels and name not in pair:
        wrong = f"{rubrics.name} has the label {quoted(name)} already"
    if wrong:
        raise InputError(wrong, help="choose another one: --name NAME")
    return name


def _free(taken: Sequence[str]) -> str:
    """A name for the new set that no set of the config has."""
    names = (_SET_NAME, *(f"{_SET_NAME}_{i}" for i in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


_HEAD = """\
# {first} and {second} of {on} as one label; the other questions are as they were.
# A question that is changed has to be asked anew: what was predicted was for this wording.
"""

_EDIT = """\
  # Two questions joined by "or", to be edited: say in one what belongs to the label.
"""


def _written(found: JoinedSet) -> str:
    pair = found.pair
    first, second, on = map(as_comment, (pair.first, pair.second, found.rubric_set))
    entries = (
        f"- name: {as_yaml(rubric.label)}\n"
        f"{_EDIT if rubric.label == found.name else ''}"
        f"  rubric: {in_quotes(rubric.text)}\n"
        for rubric in found.rubrics.rubrics
    )
    return _HEAD.format(first=first, second=second, on=on) + "".join(entries)
