"""What is kept between batches: the tickets to label in their order, and the labels so far.

The file holds the answers of both sets, so that a verdict needs neither config nor cache. Whoever
labels does not open it: the sheets are without them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ticketbench.core.errors import InputError, MachineError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.rubrics import NONE_LABEL, fingerprint
from ticketbench.edge.results.store import envelope, load


@dataclass(frozen=True, slots=True)
class Source:
    """What the next sheet is written from, as it was typed; `texts` is empty for a dataset."""

    config: str
    overrides: tuple[str, ...]
    tickets: str
    texts: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogOf:
    """The tickets that a verdict speaks of, each once, in the order in which they are looked at.

    fingerprint  of ids, texts and groups of all that could be asked
    order        digest of the ids in this order, which is fixed before the first label
    left_out     how many are not among them, by the reason in words
    grouped_by   the column of customers or threads; empty where none is known
    n_first      so many at the head are one ticket of each customer; 0: the order is over tickets
    ids, groups  of each ticket, and `hashes` of its id and text, by which a baseline knows it
    """

    fingerprint: str
    order: str
    left_out: Mapping[str, int]
    grouped_by: str
    n_first: int
    ids: tuple[str, ...]
    groups: tuple[int, ...]
    hashes: tuple[str, ...]

    @property
    def n(self) -> int:
        """Tickets with an answer of both sets."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class SideOf:
    """What one of the two rubric sets says of each ticket.

    name      of a set of the config, `baseline` or `pin`
    rubrics   the fingerprint of its questions
    url       the endpoint that answered, without a key
    policy    that outcomes follow from
    tops      the top label, as an index into the labels of both sets
    outcomes  route, review or escalate, as an index into OUTCOMES
    asked     of escalated tickets, by their row, the labels that are asked; kept where it is priced
              that the right one is not among them
    """

    name: str
    rubrics: str
    url: str
    policy: Policy
    tops: tuple[int, ...]
    outcomes: tuple[int, ...]
    asked: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class LabelState:
    """A verdict on its way; written as `ticketbench/label@1`.

    target    what is compared: accuracy, wrongly_routed, routed_right or cost
    margin    in its unit: a smaller difference does not matter
    seed      of the order
    costs     of outcomes
    labels    of both sets, those of the base first
    to_label  places, from 1, of the tickets whose label matters; rising
    given     labels of each annotator ("" where nobody is named), by ticket id
    """

    source: Source
    target: str
    margin: float
    seed: int
    costs: Costs
    labels: tuple[str, ...]
    log: LogOf
    base: SideOf
    candidate: SideOf
    to_label: tuple[int, ...]
    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def known_labels(self) -> tuple[str, ...]:
        """What a ticket may be labelled: a label of either set, or that none fits."""
        return (*self.labels, NONE_LABEL)

    @property
    def ids_to_label(self) -> tuple[str, ...]:
        """The tickets whose label matters, in their order."""
        return tuple(self.log.ids[place - 1] for place in self.to_label)

    @property
    def n_agree(self) -> int:
        """Tickets whose label does not matter."""
        return self.log.n - len(self.to_label)

    @property
    def n_left_out(self) -> int:
        """Tickets or decisions that are not spoken of."""
        return sum(self.log.left_out.values())

    def with_labels(self, annotator: str, labels: Mapping[str, str]) -> LabelState:
        """The same with more labels of one annotator, in the order of the tickets."""
        known = {**self.given.get(annotator, {}), **labels}
        ordered = {ticket: known[ticket] for ticket in self.ids_to_label if ticket in known}
        return replace(self, given={**self.given, annotator: ordered})


def order_digest(ids: Sequence[str]) -> str:
    """What tells one order of a log from another."""
    return f"sha256:{fingerprint(ids)}"


def read_state(path: Path) -> LabelState:
    """The state in `path`. Raises InputError where there is none, or it is something else."""
    if not path.is_file():
        what = f"there is no labelling in {path}"
        help_ = "begin with: ticketbench label next --a SET --b SET --config CONFIG --from TICKETS"
        raise InputError(what, help=help_)
    try:
        found = load(path, LabelState)
    except InputError:
        what = f"{path} is no labelling that this version of ticketbench reads"
        raise InputError(what, help="name another with --state, or begin anew") from None
    if found.log.order != order_digest(found.log.ids):
        what = f"{path} is damaged: its tickets are not in the order of its digest"
        raise InputError(what, help="take the file back as it was written")
    return found


def state_bytes(state: LabelState) -> bytes:
    """The file of a state."""
    return envelope("label", state)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep the state in `path` for this command: who reads and writes it at the same time would
    lose the labels of the other.

    An empty `.NAME.lock` stays beside it, so that all who wait do so for the same file. Raises
    MachineError where another command has it for ten seconds.
    """
    from filelock import FileLock, Timeout

    beside = path.with_name(f".{path.name}.lock")
    lock = FileLock(str(beside), timeout=10)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        help_ = "wait for it to end, then run this again"
        raise MachineError(f"{path} is in use by another command", help=help_) from None
    except OSError as error:
        what = f"cannot write beside {path}: {os.strerror(error.errno or 0)}"
        raise MachineError(what, help="choose another --state") from None
    try:
        yield
    finally:
        lock.release()
