"""One of two tables of predictions, in parts: which files, which set, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ticketbench.core.errors import InputError
from ticketbench.edge.inputs.python_literal import is_python
from ticketbench.edge.parts.files import Parts, parts_of
from ticketbench.edge.parts.pattern import in_parts
from ticketbench.edge.parts.scores import Asked, Head, head_of, refuse_repeats
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.predictions import left_by_run, own_forms
from ticketbench.flow.parts.pairs.word import split
from ticketbench.flow.steps.sides import RESULTS, RUBRICS


@dataclass(frozen=True, slots=True)
class PartsSide:
    """A side as it is named, its parts, and what of them is asked for."""

    text: str
    parts: Parts
    asked: Asked

    def head(self) -> Head:
        """What all parts agree in; raises what `head_of` raises."""
        return head_of(self.parts.files, self.asked)


def read_sides(
    texts: tuple[str, str], form: Form, form_of_b: Form | None
) -> tuple[PartsSide, PartsSide]:
    """Both sides, of which a file is a single part; nothing but their names is read.

    `form` says how both are written, `form_of_b` the second one where it is written otherwise; what
    a run left is read as it is. Raises InputError for what has no parts and is no table.
    """
    found = [(text, *_parts(text)) for text in texts]
    firsts = [parts.files[0] for _, parts, _ in found]
    if form_of_b is None:
        forms = own_forms(firsts, form)
    else:
        both = zip(firsts, (form, form_of_b), strict=True)
        forms = tuple(Form(labels=f.labels) if left_by_run(path) else f for path, f in both)
    first, second = (
        PartsSide(text, parts, Asked(parts.name, name, own, _chosen_by(text, name)))
        for (text, parts, name), own in zip(found, forms, strict=True)
    )
    for side in (first, second):
        refuse_repeats(side.asked.form)
    if form_of_b is not None:
        second = replace(second, asked=replace(second.asked, within="--of-b"))
    return first, second


def _chosen_by(text: str, name: str | None) -> str:
    return f"{text if name is None else text[: -len(name) - 1]}:SET"


def _parts(text: str) -> tuple[Parts, str | None]:
    path, name = split(text)
    if (path / RESULTS).is_file() or path.name == RESULTS:
        what = f"{path} is of a run, whose tickets are no parts"
        raise InputError(what, help="name its table of predictions: predictions.csv:SET")
    if path.suffix in RUBRICS or is_python(path):
        what = f"{path} is a rubric file: it has no answers"
        raise InputError(what, help="compare tables of predictions")
    if in_parts(path):
        return parts_of(path), name
    if not path.is_file():
        raise InputError(f"no such file: {text}", help="check the path")
    return Parts(path.stem, (path,)), name
