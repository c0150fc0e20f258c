"""Two rubric sets with other labels, compared where both can tell tickets apart.

A map says which labels of the base are which of the candidate: one to one is a rename, many to one
a merge, one to many a split. Labels tied by it, directly or through others, are one common label;
a label that is not in the map is tied to its namesake. Nothing finer can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import NONE, FloatArray, IntArray, ScoreTable

LabelMap = Mapping[str, Sequence[str]]
"""From a label of the base to its labels in the candidate."""


@dataclass(frozen=True, slots=True)
class CommonLabel:
    """A label both sets can be judged on, made of labels of each; one side may have none.

    n  tickets with this gold label, of those both sets scored
    """

    name: str
    base: tuple[str, ...]
    candidate: tuple[str, ...]
    n: int = 0

    @property
    def comparable(self) -> bool:
        """Whether both sets have a label for it."""
        return bool(self.base and self.candidate)

    @property
    def kind(self) -> str:
        """same, renamed, merged, split, regrouped, only in one of the sets, or in neither."""
        if not self.comparable:
            only = "the base" if self.base else "the candidate"
            return f"only in {only}" if self.base or self.candidate else "in neither"
        if len(self.base) == len(self.candidate) == 1:
            return "same" if self.base == self.candidate else "renamed"
        if len(self.candidate) == 1:
            return "merged"
        return "split" if len(self.base) == 1 else "regrouped"


def common_labels(
    base: Sequence[str],
    candidate: Sequence[str],
    mapping: LabelMap,
    gold: Sequence[str] = (),
) -> tuple[CommonLabel, ...]:
    """The labels both sets are judged on, in the order of the base; then the candidate's own.

    `gold` are gold labels that neither set may have. Raises InputError for a label in `mapping`
    that its side does not have.
    """
    _refuse_unknown(base, candidate, mapping)
    mapping = {label: others for label, others in mapping.items() if others}
    mapped = {label for labels in mapping.values() for label in labels}
    ties = [(a, b) for a, labels in mapping.items() for b in labels]
    ties += [(a, a) for a in base if a in candidate and a not in mapping and a not in mapped]
    found: list[tuple[set[str], set[str]]] = []
    for a, b in ties:
        touching = [pair for pair in found if a in pair[0] or b in pair[1]]
        joined = ({a}.union(*(p[0] for p in touching)), {b}.union(*(p[1] for p in touching)))
        found = [pair for pair in found if pair not in touching] + [joined]
    found += [({a}, set()) for a in base if not any(a in pair[0] for pair in found)]
    found += [(set(), {b}) for b in candidate if not any(b in pair[1] for pair in found)]
    order = {label: i for i, label in enumerate(dict.fromkeys((*base, *candidate)))}
    commons = [
        _common([x for x in base if x in pair[0]], [x for x in candidate if x in pair[1]])
        for pair in found
    ]
    commons.sort(key=lambda one: min(order[label] for label in (*one.base, *one.candidate)))
    known = {*base, *candidate}
    return (*commons, *(CommonLabel(x, (), ()) for x in sorted(set(gold) - known - {NONE_LABEL})))


def aligned(table: ScoreTable, commons: Sequence[CommonLabel], *, side: str) -> ScoreTable:
    """`table` over the common labels; `side` is "base" or "candidate".

    A common label scores as high as the best of its labels, so top label, top score and every
    routing decision on them stay what they are; rows need not sum to 1 any more.
    """
    own = {label: i for i, one in enumerate(commons) for label in getattr(one, side)}
    at = np.array([own[label] for label in table.labels], dtype=np.int64)
    used = sorted(set(at.tolist()))
    column = np.array([used.index(i) for i in at], dtype=np.int64)
    scores = np.zeros((table.n_scored, len(used)))
    for k in range(len(used)):
        scores[:, k] = table.scores[:, column == k].max(axis=1, initial=0.0)
    _keep_ties(scores, column[table.top] if table.n_scored else table.top, table.top_score)
    names = [commons[i].name for i in used]
    others = [one.name for i, one in enumerate(commons) if i not in used]
    gold = (*names, *others)
    return replace(
        table,
        labels=tuple(names),
        gold_labels=gold,
        truth=_gold(table, commons, gold),
        scores=scores,
        wanted=None,
        stated=None,
    )


def counted(commons: Sequence[CommonLabel], table: ScoreTable) -> tuple[CommonLabel, ...]:
    """The common labels with the number of tickets in the aligned `table`."""
    numbers = {label: i for i, label in enumerate(table.gold_labels)}
    return tuple(replace(one, n=int((table.truth == numbers[one.name]).sum())) for one in commons)


def _common(base: Sequence[str], candidate: Sequence[str]) -> CommonLabel:
    sides = [" + ".join(labels) for labels in (base, candidate) if labels]
    name = sides[0] if len(set(sides)) == 1 else " = ".join(sides)
    return CommonLabel(name, tuple(base), tuple(candidate))


def _keep_ties(scores: FloatArray, top: IntArray, top_score: FloatArray) -> None:
    """Where two common labels tie at the top, the one that won before goes on winning."""
    rows = np.arange(len(scores))
    others = np.where(np.arange(scores.shape[1]) == top[:, None], -1.0, scores)
    tied = rows[others.max(axis=1, initial=-1.0) >= top_score]
    for row in tied:
        equal = np.flatnonzero(others[row] >= top_score[row])
        scores[row, equal] = np.nextafter(top_score[row], 0.0)


def _gold(table: ScoreTable, commons: Sequence[CommonLabel], gold: Sequence[str]) -> IntArray:
    """A gold label may be written in the words of either set; those of the base come first."""
    place: dict[str, int] = {}
    for side in ("base", "candidate"):
        for one in commons:
            for label in getattr(one, side) or (one.name,):
                place.setdefault(label, gold.index(one.name))
    to = np.array([*(place[label] for label in table.gold_labels), NONE], dtype=np.int64)
    return to[table.truth]


def _refuse_unknown(base: Sequence[str], candidate: Sequence[str], mapping: LabelMap) -> None:
    for label, others in mapping.items():
        for name, known, side in (
            (label, base, "base"),
            *((other, candidate, "candidate") for other in others),
        ):
            if name not in known:
                raise InputError(
                    f"the label map names {quoted(name)}, which the {side} does not have",
                    help=suggestion(name, known),
                )
