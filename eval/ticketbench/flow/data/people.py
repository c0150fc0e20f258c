"""What several people said of a ticket, and the label that is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.edge.imports.record import Answer
from ticketbench.flow.data.asked import FIRST, LEAVE_OUT, NONE, RULES
from ticketbench.flow.import_notes import Resolution
from ticketbench.measure.agreement.majority import majority
from ticketbench.measure.agreement.said import Answers

JOIN = "|"
"""Between labels in one cell, and between people."""


class Taken(msgspec.Struct, frozen=True, gc=False):
    """The label of a ticket and all that were given with it; `label` is empty where none is taken.

    undecided  whether there was no strict majority
    """

    label: str
    all_labels: tuple[str, ...] = ()
    undecided: bool = False


class People:
    """Those who answered: how they are called in our files, what they said, and who decides."""

    def __init__(self, rule: str) -> None:
        self._rule, self._shown = rule, dict[str, str]()
        self.said: Counter[Answers] = Counter()
        self.n_majority = self.n_undecided = self.n_written = self.n_several = 0

    def shown(self, name: str) -> str:
        """How a person is called: by the name in the export, unless that is an address."""
        if name not in self._shown:
            n = sum("@" in one for one in self._shown) + 1
            self._shown[name] = f"annotator-{n}" if "@" in name else name.replace(JOIN, " ")
        return self._shown[name]

    def taken(self, answers: Sequence[Answer]) -> Taken:
        """The label of a strict majority, else what the rule says; counted."""
        several = len(answers) > 1
        found = self._of_many(answers) if several else _of_one(answers[0])
        if several or answers[0].annotator:
            said = ((self.shown(one.annotator), joined(one.labels)) for one in answers)
            self.said[tuple(sorted(said))] += 1
        self.n_several += len(found.all_labels) > 1
        return found

    def _of_many(self, answers: Sequence[Answer]) -> Taken:
        values = [joined(one.labels) for one in answers]
        label = majority(values)
        if label is not None:
            self.n_majority += len(set(values)) > 1
            return _of_one(answers[values.index(label)])
        found = self._by_rule(answers)
        self.n_undecided += 1
        self.n_written += bool(found.label)
        return found

    def _by_rule(self, answers: Sequence[Answer]) -> Taken:
        match self._rule:
            case rule if rule == LEAVE_OUT:
                return Taken("", undecided=True)
            case rule if rule == NONE:
                return Taken(NONE_LABEL, undecided=True)
            case rule if rule == FIRST:
                chosen: Answer | None = answers[0]
            case name:
                called = ((one, (one.annotator, self.shown(one.annotator))) for one in answers)
                chosen = next((one for one, names in called if name in names), None)
        if chosen is None:
            return Taken("", undecided=True)
        return Taken(chosen.labels[0], chosen.labels, undecided=True)

    def resolution(self, *, whole: bool) -> Resolution:
        """What became of disagreements. Raises InputError where the one who decides is nobody, once
        the `whole` file was read.
        """
        if whole and self._rule not in (*RULES, *self._shown, *self._shown.values()):
            what = f"nobody called {quoted(self._rule)} answered"
            known = [*RULES, *self._shown.values()]
            raise InputError(what, where="--disagree", help=suggestion(self._rule, known))
        named = self._shown.get(self._rule, self._rule)
        return Resolution(named, self.n_majority, self.n_undecided, self.n_written)


def joined(labels: Sequence[str]) -> str:
    """An answer as one value: several labels in order of name, not as they were given."""
    return labels[0] if len(labels) == 1 else JOIN.join(sorted(labels))


def _of_one(answer: Answer) -> Taken:
    """Raises InputError where several labels could not be told apart in one cell."""
    labels = answer.labels
    odd = [one for one in labels if JOIN in one] if len(labels) > 1 else ()
    if odd:
        what = f"the label {quoted(odd[0])} holds the sign that stands between labels"
        raise InputError(what, help="rename it where it is given: a bar parts labels here")
    return Taken(labels[0], labels)
