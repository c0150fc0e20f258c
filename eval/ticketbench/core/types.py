"""The values that flow between the floors, from tickets to scores to findings.

All are frozen. Arrays inside them are read-only; types that hold arrays compare by identity.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ticketbench.core.rubrics import fingerprint
from ticketbench.core.values import Value as Value

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NONE = -1
"""Index of NONE_LABEL in `ScoreTable.truth`."""

ELSEWHERE = -2
"""In `ScoreTable.stated` a text that is no label of the table."""

Known = Literal["top label", "top score", "every score"]
"""What is known of each answer: its top label, also the score of that, or the score of each label.
"""

_KNOWN: tuple[Known, ...] = ("top label", "top score", "every score")

_CHUNK = 1 << 14

NEEDS: dict[Known, str] = {
    "top label": "needs the top label",
    "top score": "needs the score of the top label",
    "every score": "needs the score of every label",
}
"""Why a value is not there, by what it would need."""

FailureKind = Literal[
    "refused", "network", "timeout", "http", "contract", "miss", "cache", "not_run"
]
"""Why a ticket has no answer; refused: the endpoint says that it will not judge this text."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One labelled ticket; `text` is what is sent, `label` may be NONE_LABEL.

    `all_labels` holds every label that fits (empty when the dataset does not say); `group` ties
    tickets that are not independent (customer, thread); `metadata` keeps the other columns;
    `text_in_file` is the text with its own line ends, None where they are those of `text`.
    """

    id: str
    text: str
    label: str
    all_labels: tuple[str, ...] = ()
    group: str | None = None
    split: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    text_in_file: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """The text, then the one in the file where it is another: stored answers may be of it."""
        return (self.text,) if self.text_in_file is None else (self.text, self.text_in_file)

    def canonical(self) -> tuple[str, ...]:
        """The strings that identify this ticket in a fingerprint; absent and empty differ."""
        if not (self.all_labels or self.metadata) and self.group is self.split is None:
            return (self.id, self.text, self.label, "0", "0", "0", "0")
        optional = [("1" + v) if v is not None else "0" for v in (self.group, self.split)]
        metadata = [part for pair in self.metadata for part in pair]
        counts = [str(len(self.all_labels)), str(len(self.metadata))]
        return (self.id, self.text, self.label, *counts, *self.all_labels, *optional, *metadata)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labelled tickets with unique ids, in file order.

    `fingerprint_in_file` is another one only where line ends in the file are; what was made from
    these texts is found under it.
    """

    name: str
    tickets: tuple[Ticket, ...]
    fingerprint: str = field(init=False)
    fingerprint_in_file: str = field(init=False)

    def __post_init__(self) -> None:
        rows = chain.from_iterable(ticket.canonical() for ticket in self.tickets)
        own = in_file = fingerprint(rows)
        if any(ticket.text_in_file is not None for ticket in self.tickets):
            as_read = (replace(ticket, text=ticket.texts[-1]) for ticket in self.tickets)
            in_file = fingerprint(chain.from_iterable(ticket.canonical() for ticket in as_read))
        object.__setattr__(self, "fingerprint", own)
        object.__setattr__(self, "fingerprint_in_file", in_file)

    def with_groups(self, groups: Sequence[str | None]) -> Dataset:
        """The same tickets in other groups, None for one of its own; the fingerprint stays.

        Groups that were found in the texts follow from them, so the data are the same.
        """
        tickets = tuple(
            ticket if ticket.group == group else replace(ticket, group=group)
            for ticket, group in zip(self.tickets, groups, strict=True)
        )
        found = object.__new__(Dataset)  # no digest of all texts is made anew
        for name in self.__slots__:
            object.__setattr__(found, name, tickets if name == "tickets" else getattr(self, name))
        return found

    @property
    def has_all_labels(self) -> bool:
        """Whether any ticket lists all labels that fit it."""
        return any(ticket.all_labels for ticket in self.tickets)


@dataclass(frozen=True, slots=True)
class Failure:
    """A ticket without a usable answer: counted and shown, never scored, never dropped."""

    ticket_id: str
    kind: FailureKind
    status: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """How many answers are missing for one reason, which reads on after "because"."""

    n: int
    because: str

    @classmethod
    def counted(cls, reasons: Iterable[str]) -> tuple[Missing, ...]:
        """Equal reasons counted, the commonest first; ties in the order they came in."""
        return tuple(cls(n, because) for because, n in Counter(reasons).most_common())


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a score table comes from."""

    dataset: str
    dataset_fingerprint: str
    rubric_set: str
    rubric_fingerprint: str
    endpoint: str


def tells(known: Known, needed: Known) -> bool:
    """Whether answers of which `known` is known say what is `needed`."""
    return _KNOWN.index(known) >= _KNOWN.index(needed)


def least_known(*known: Known) -> Known:
    """What is known of all of them."""
    return min(known, key=_KNOWN.index)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Which ticket an answer is about, and which of its repeats it is."""

    ticket: str
    name: str


def strictly_ascending(numbers: IntArray) -> bool:
    """Whether each number is above the one before, as the groups of independent tickets are."""
    return bool(np.all(numbers[1:] > numbers[:-1]))


def highest(scores: FloatArray) -> tuple[IntArray, FloatArray]:
    """The index of the highest score of each row of n x K scores, and that score.

    A tie goes to the earlier column. Without columns: index 0, score 0.
    """
    if scores.shape[1] == 0:
        return np.zeros(len(scores), dtype=np.int64), np.zeros(len(scores))
    top = np.argmax(scores, axis=1).astype(np.int64)
    return top, scores[np.arange(len(scores)), top]


def second_highest(scores: FloatArray, top: IntArray) -> IntArray:
    """The index of the highest score of each row beside that at `top`; K >= 2 scores a row.

    A tie goes to the earlier column.
    """
    second = np.empty(len(scores), dtype=np.int64)
    for start in range(0, len(scores), _CHUNK):
        others = scores[start : start + _CHUNK].copy()
        others[np.arange(len(others)), top[start : start + _CHUNK]] = -np.inf
        second[start : start + _CHUNK] = np.argmax(others, axis=1)
    return second


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """The answers for one dataset and one rubric set: the one value between world and maths.

    labels       K labels of the rubric set, in its order (the columns of `scores`)
    gold_labels  the labels, then dataset labels that this rubric set does not have
    ids          ids of the n scored tickets, in dataset order
    truth        n indices into `gold_labels`; NONE (-1) for gold `__none__`
    groups       n group numbers; all different when the tickets are independent
    scores       n x K, rows sum to 1 as printed by the endpoint, never renormalised
    wanted       n x len(gold_labels), which labels fit, or None when the dataset does not say
    failures     the tickets that could not be scored
    known        what is known of each answer. Of its top score alone the other scores are 0 here;
                 of its top label alone the score of that is NaN: what needs them has to ask `known`
    stated       n indices into `gold_labels` of the top labels that the rows state, ELSEWHERE (-2)
                 for another text; None where each is `top`
    repeats      where tickets were asked more than once, of each answer its ticket, and an id is
                 that of the answer; None where there is one answer a ticket

    Derived once: `top`, the index of the highest score per ticket (a tie goes to the earlier
    label), `top_score`, that score (the confidence), and `right`, whether `top` is the gold label
    (never for gold `__none__`).
    """

    labels: tuple[str, ...]
    gold_labels: tuple[str, ...]
    ids: tuple[str, ...]
    truth: IntArray
    groups: IntArray
    scores: FloatArray
    wanted: BoolArray | None
    failures: tuple[Failure, ...]
    provenance: Provenance
    known: Known = "every score"
    stated: IntArray | None = None
    repeats: tuple[Repeat, ...] | None = None
    top: IntArray = field(init=False)
    top_score: FloatArray = field(init=False)
    right: BoolArray = field(init=False)

    def __post_init__(self) -> None:
        n, k = len(self.ids), len(self.labels)
        if self.scores.shape != (n, k) or len(self.truth) != n or len(self.groups) != n:
            raise ValueError("ids, truth, groups and scores of a score table differ in length")
        if self.wanted is not None and self.wanted.shape != (n, len(self.gold_labels)):
            raise ValueError("wanted must be n x gold labels")
        top, top_score = highest(self.scores)
        object.__setattr__(self, "top", top)
        object.__setattr__(self, "top_score", top_score)
        object.__setattr__(self, "right", np.asarray(top == self.truth))
        for array in (self.truth, self.groups, self.scores, self.top, self.top_score, self.right):
            array.setflags(write=False)
        for given in (self.wanted, self.stated):
            if given is not None:
                given.setflags(write=False)

    @property
    def rubric_set(self) -> str:
        """The name of the rubric set."""
        return self.provenance.rubric_set

    @property
    def complete(self) -> bool:
        """Whether the score of every label is known."""
        return self.known == "every score"

    @property
    def n_scored(self) -> int:
        """Number of tickets with an answer."""
        return len(self.ids)

    @property
    def n_failed(self) -> int:
        """Number of tickets without one."""
        return len(self.failures)

    @property
    def n_refused(self) -> int:
        """Number of those without one that the endpoint refused to judge."""
        return sum(failure.kind == "refused" for failure in self.failures)

    @property
    def n_requested(self) -> int:
        """All tickets asked for: always scored + failed."""
        return self.n_scored + self.n_failed

    @property
    def n_groups(self) -> int:
        """Number of independent groups among the scored tickets."""
        if strictly_ascending(self.groups):
            return self.n_scored
        ordered = np.sort(self.groups)  # np.unique would load all of masked arrays
        return 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))

    @property
    def n_tickets(self) -> int:
        """Different tickets among the answers: as many, unless tickets were asked repeatedly."""
        return self.n_scored if self.repeats is None else len({r.ticket for r in self.repeats})

    def rows(self, keep: BoolArray | IntArray) -> ScoreTable:
        """The same table with only the scored rows in `keep` (mask or indices)."""
        at = np.flatnonzero(keep) if keep.dtype == np.bool_ else keep
        return replace(
            self,
            ids=tuple(map(self.ids.__getitem__, at.tolist())),
            truth=self.truth[at].copy(),
            groups=self.groups[at].copy(),
            scores=self.scores[at].copy(),
            wanted=None if self.wanted is None else self.wanted[at].copy(),
            stated=None if self.stated is None else self.stated[at].copy(),
            repeats=None if self.repeats is None else tuple(self.repeats[i] for i in at),
        )

    def where_known(self, needed: Known) -> ScoreTable:
        """The same table where its answers say what is `needed`, else without any ticket."""
        if tells(self.known, needed):
            return self
        return self.rows(np.zeros(self.n_scored, dtype=np.bool_))

    def reduced(self, known: Known) -> ScoreTable:
        """The same answers as if no more were `known` of them; what is not known stays so."""
        known = least_known(known, self.known)
        if known == self.known:
            return self
        scores = np.zeros_like(self.scores)
        rows = np.arange(self.n_scored)
        scores[rows, self.top] = self.top_score if known == "top score" else math.nan
        return replace(self, scores=scores, known=known)

    def in_order_of_ids(self) -> ScoreTable:
        """The same table with its tickets and failures sorted by id, groups numbered anew.

        Draws and folds follow row numbers; so the order of a file changes no result.
        """
        order = sorted(range(self.n_scored), key=self.ids.__getitem__)
        table = self.rows(np.array(order, dtype=np.int64))
        _, first, inverse = np.unique(table.groups, return_index=True, return_inverse=True)
        rank = np.empty(len(first), dtype=np.int64)
        rank[np.argsort(first)] = np.arange(len(first))
        failures = tuple(sorted(self.failures, key=lambda failure: failure.ticket_id))
        return replace(table, groups=rank[inverse], failures=failures)

    def labelled(self) -> ScoreTable:
        """Only the tickets whose gold is a label: the denominator of accuracy and recall."""
        keep = self.truth != NONE
        return self if keep.all() else self.rows(keep)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Estimate(Value):
    """A number with its 95 % interval and the tickets it rests on.

    An undefined value or an interval that no method supports is NaN, printed as a dash.
    `method` names how the interval was made, or why there is none.
    """

    value: float
    low: float
    high: float
    n: int
    method: str

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            object.__setattr__(self, name, float(getattr(self, name)))

    @classmethod
    def undefined(cls, n: int, reason: str) -> Estimate:
        """No value: NaN with its n and the reason."""
        return cls(math.nan, math.nan, math.nan, n, reason)

    def __repr__(self) -> str:
        """Such as `0.920 [0.831, 0.966], n=64`, which a failed assertion prints."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}], n={self.n}"

    @property
    def defined(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth knowing about the data or the result, with a stable code (TB101 ...)."""

    code: str
    severity: Literal["warning", "note"]
    title: str
    evidence: str
    action: str
