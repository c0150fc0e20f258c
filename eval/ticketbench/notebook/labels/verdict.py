"""What labels settle where two rubric sets differ."""

from __future__ import annotations

from pathlib import Path

from ticketbench.flow.data.asked import LEAVE_OUT
from ticketbench.flow.labels import words
from ticketbench.flow.labels.judge import Labelled, label_judge
from ticketbench.notebook.cards import Card
from ticketbench.notebook.columns import Columns
from ticketbench.notebook.labels.sheets import STATE
from ticketbench.notebook.result import Frames, Result


class LabelVerdict(Result):
    """What `label verdict` prints; `found.verdict.outcome` is the answer.

    Its frames are `differences`, tickets that are labelled, `shares`, what is known without labels,
    and `disputed`.
    """

    thing = "label-verdict"

    def __init__(self, found: Labelled) -> None:
        self.found = found

    def _frames(self) -> Frames:
        return {
            "differences": self._differences,
            "shares": self._shares,
            "disputed": self._disputed,
        }

    def _differences(self) -> Columns:
        names = "number ticket_id label base_label base_outcome candidate_label candidate_outcome"
        return Columns.of(
            f"{names} speaks_for",
            (
                (
                    one.number, one.ticket_id, one.label, one.base_label, one.base_outcome,
                    one.candidate_label, one.candidate_outcome, one.speaks_for,
                )
                for one in self.found.differences
            ),
        )  # fmt: skip

    def _shares(self) -> Columns:
        shares = self.found.shares
        return Columns.of(
            "share n base candidate change change_low change_high",
            (
                (
                    *(one.name, one.n, one.base, one.candidate, one.change.value),
                    *(one.change.bounds().low, one.change.bounds().high),
                )
                for one in shares
            ),
        )

    def _disputed(self) -> Columns:
        rows = (
            (one.number, one.ticket_id, who, label, one.label)
            for one in self.found.disputed
            for who, label in one.said.items()
        )
        return Columns.of("number ticket_id annotator said counts_as", rows)

    def _data(self) -> Labelled:
        return self.found

    def _card(self) -> Card:
        return Card(words.headline(self.found), words.lines(self.found))


def label_verdict(state: str | Path = STATE, *, disagree: str = LEAVE_OUT) -> LabelVerdict:
    """Which set is better, as far as the labels in `state` say; look as often as you like.

    Raises InputError where there is no state, or `disagree` names nobody.
    """
    return LabelVerdict(label_judge(Path(state), disagree=disagree))
