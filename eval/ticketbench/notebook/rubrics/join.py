"""Two rubrics as one: what that would get right, about."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ticketbench.core.types import Estimate
from ticketbench.flow.rubrics.join import JoinablePairs, JoinedSet, joinable_pairs
from ticketbench.flow.rubrics.join import join as join_two
from ticketbench.flow.rubrics.join_words import (
    PAIRS_HEAD,
    now_text,
    pair_headline,
    pair_notes,
    pair_rows,
    pairs_note,
)
from ticketbench.measure.rubrics.fewer_labels import FewerLabels, NoPath
from ticketbench.measure.rubrics.joined import IfJoined
from ticketbench.notebook.cards import Card
from ticketbench.notebook.columns import Columns, Values
from ticketbench.notebook.result import Frames, Result

_SHOWN = 6


class Joinable(Result):
    """Every pair of labels if it were joined: what `rubrics join` prints without two labels.

    Its frames are `pairs` and `steps`, the path from all labels to few.
    """

    thing = "rubrics-join-pairs"

    def __init__(self, found: JoinablePairs) -> None:
        self.found = found

    def _frames(self) -> Frames:
        return {
            "pairs": lambda: _pairs(self.found.joined.pairs),
            "steps": lambda: _steps(self.found.fewer),
        }

    def _data(self) -> JoinablePairs:
        return self.found

    def _card(self) -> Card:
        joined = self.found.joined
        headline = now_text(self.found.rubric_set, joined)
        rows = pair_rows(joined.pairs[:_SHOWN])
        return Card(headline, (_line(pairs_note(joined)),), PAIRS_HEAD, rows)


class Joined(Result):
    """Two labels if they were joined, and the set that asks for both as one.

    `found.content` is the rubric file; its frame is `pairs`, with these two alone.
    """

    thing = "rubrics-join"

    def __init__(self, found: JoinedSet) -> None:
        self.found = found

    def _frames(self) -> Frames:
        return {"pairs": lambda: _pairs([self.found.pair])}

    def _data(self) -> JoinedSet:
        return self.found

    def _card(self) -> Card:
        return Card(pair_headline(self.found), [*map(_line, pair_notes(self.found))])


def join_pairs(config: str | Path, on: str) -> Joinable:
    """Every pair of labels of the set `on` if it were joined, and what fewer labels would send out.

    From stored answers; nothing is asked. Raises InputError where there is no such set.
    """
    return Joinable(joinable_pairs(Path(config), on))


def join(config: str | Path, on: str, first: str, second: str, *, name: str = "") -> Joined:
    """The labels `first` and `second` of the set `on` as one called `name`; nothing is written.

    Raises InputError for a label that is not there, and a name that is taken.
    """
    return Joined(join_two(Path(config), on, first, second, name=name))


def _pairs(pairs: Iterable[IfJoined]) -> Columns:
    ends = "accuracy accuracy_low accuracy_high accuracy_n change change_low change_high change_n"
    return Columns.of(
        f"first second forgiven won lost {ends}",
        (
            (
                *(one.first, one.second, one.forgiven, one.won, one.lost),
                *_ends(one.accuracy),
                *_ends(one.change),
            )
            for one in pairs
        ),
    )


def _steps(path: FewerLabels | NoPath) -> Columns:
    names = ("accuracy", "routed", "right")
    ends = " ".join(f"{name} {name}_low {name}_high {name}_n" for name in names)
    steps = path.steps if isinstance(path, FewerLabels) else ()
    return Columns.of(
        f"labels joined threshold {ends}",
        (
            (
                *(len(one.labels), " + ".join(one.joined), one.threshold),
                *(end for of in (one.accuracy, one.routed, one.right) for end in _ends(of)),
            )
            for one in steps
        ),
    )


def _ends(of: Estimate) -> Values:
    return (of.value, of.low, of.high, of.n)


def _line(text: str) -> str:
    """A sentence of a card, which has no last stop."""
    return text.rstrip(".")
