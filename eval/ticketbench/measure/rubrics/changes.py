"""Which words of which rubrics changed, beside the tickets of that label that flipped."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ticketbench.core.rubrics import RubricSet
    from ticketbench.measure.compare import Flip

_FEWEST_KEPT = 3
_MOST_PAIRS = 50_000
"""Of equal words, one in each text: difflib looks through them for every stretch that it finds, so
that two words in turn, a thousand times, take it minutes. Two thousand words of prose have fewer.
"""
_TOKEN = re.compile(r"^\s+|\w+\s*|[^\w\s]\s*")


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of a rubric: in both versions, only in the old one, or only in the new one."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class RubricChange:
    """A label whose question is another one, or that only one of the sets has.

    before, after  the questions; empty where the set does not have the label
    fixed, broken  flipped tickets whose gold is this label
    drawn          flipped tickets of other labels that only the candidate gives this label
    left           flipped tickets of other labels that only the base gives this label
    """

    label: str
    before: str
    after: str
    words: tuple[Words, ...]
    fixed: int
    broken: int
    drawn: int
    left: int


def word_diff(before: str, after: str) -> tuple[Words, ...]:
    """The stretches of both texts in reading order; same and added joined are `after`.

    Words and punctuation marks are compared without the blanks behind them, unless nothing but
    blanks changed. Fewer than three words that stay between two changes count as changed, too: a
    reader sees one edit. Two equal texts are one stretch, two empty ones none. Where words
    repeat too often to tell in time, all between the first and the last change is changed.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    keys = [token.strip() for token in old], [token.strip() for token in new]
    if keys[0] == keys[1] and before != after:
        keys = old, new
    stretches: list[Words] = []
    for same, i1, i2, j1, j2 in _without_islands(_opcodes(*keys), keys[1]):
        removed, added = "".join(old[i1:i2]), "".join(new[j1:j2])
        if same:
            stretches.append(Words("same", added))
            continue
        if removed:
            stretches.append(Words("removed", removed))
        if added:
            stretches.append(Words("added", added))
    return tuple(stretches)


def _opcodes(old: list[str], new: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if _pairs(old, new) <= _MOST_PAIRS:
        return difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    fewest = min(len(old), len(new))
    begins = _alike(old, new, fewest)
    ends = _alike(old[::-1], new[::-1], fewest - begins)
    i, j = len(old) - ends, len(new) - ends
    blocks = [
        ("equal", 0, begins, 0, begins),
        ("replace", begins, i, begins, j),
        ("equal", i, len(old), j, len(new)),
    ]
    return [block for block in blocks if block[1:5:2] != block[2:5:2]]


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    """In how many ways a word of one text is a word of the other."""
    there = Counter(new)
    return sum(n * there[word] for word, n in Counter(old).items())


def _alike(one: Sequence[str], other: Sequence[str], most: int) -> int:
    """With how many equal words both begin, `most` at most."""
    return next((i for i in range(most) if one[i] != other[i]), most)


_Block = tuple[bool, int, int, int, int]
"""Whether both are the same there, and from where to where in each."""


def _without_islands(
    blocks: Sequence[tuple[str, int, int, int, int]], new: Sequence[str]
) -> list[_Block]:
    """The blocks, with one or two words that happen to stay between two changes joined to them."""
    joined: list[_Block] = []
    for at, (kind, i1, i2, j1, j2) in enumerate(blocks):
        inside = 0 < at < len(blocks) - 1
        words = sum(token[:1].isalnum() for token in new[j1:j2])
        same = kind == "equal" and not (inside and words < _FEWEST_KEPT)
        if joined and not same and not joined[-1][0]:
            _, i1, _, j1, _ = joined.pop()
        joined.append((same, i1, i2, j1, j2))
    return joined


def rubric_changes(
    base: RubricSet,
    candidate: RubricSet,
    flips: Sequence[Flip] = (),
    *,
    renamed: Mapping[str, str] | None = None,
) -> tuple[RubricChange, ...]:
    """Every label whose question changed, in the candidate's order, then those it lost.

    `renamed` maps a label of the base to its name in the candidate.
    """
    names = dict(renamed or {})
    taken = {names[rubric.label] for rubric in base.rubrics if rubric.label in names}
    old: dict[str, str] = {}
    replaced = []  # its name now belongs to a label that was called otherwise
    for rubric in base.rubrics:
        if rubric.label not in names and rubric.label in taken:
            replaced.append(rubric)
        else:
            old[names.get(rubric.label, rubric.label)] = rubric.text
    new = {rubric.label: rubric.text for rubric in candidate.rubrics}
    counts = _counts(flips)
    changed = [
        _change(label, old.get(label, ""), new.get(label, ""), counts)
        for label in dict.fromkeys((*new, *old))
        if old.get(label) != new.get(label)
    ]
    return (*changed, *(_change(one.label, one.text, "", counts) for one in replaced))


def _counts(flips: Iterable[Flip]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for flip in flips:
        counts[flip.kind, flip.gold] += 1
        if flip.candidate_label != flip.gold:
            counts["drawn", flip.candidate_label] += 1
        if flip.base_label != flip.gold:
            counts["left", flip.base_label] += 1
    return counts


def _change(label: str, before: str, after: str, counts: Counter[tuple[str, str]]) -> RubricChange:
    return RubricChange(
        label=label,
        before=before,
        after=after,
        words=word_diff(before, after),
        fixed=counts["fixed", label],
        broken=counts["broken", label],
        drawn=counts["drawn", label],
        left=counts["left", label],
    )
