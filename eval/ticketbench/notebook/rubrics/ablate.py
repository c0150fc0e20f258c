"""A rubric set without one of its labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ticketbench.flow.rubrics.ablate import Ablation
from ticketbench.flow.rubrics.ablate import ablate as left_out_of
from ticketbench.flow.rubrics.ablate_words import HEAD, NOTE, rests_on_text, rows, title_text
from ticketbench.measure.rubrics.ablation import Before
from ticketbench.notebook.cards import Card
from ticketbench.notebook.columns import Columns, Values
from ticketbench.notebook.result import Frames, Result


class Ablated(Result):
    """What leaving out each label alone does: what `rubrics ablate` prints.

    Its frames are `labels` and `goes_to`, where the tickets of a label go without it.
    """

    thing = "rubrics-ablate"

    def __init__(self, found: Ablation) -> None:
        self.found = found

    def _frames(self) -> Frames:
        return {"labels": self._labels, "goes_to": self._goes_to}

    def _labels(self) -> Columns:
        ends = "{0}_now {0}_without {0}_change {0}_change_low {0}_change_high {0}_change_n"
        names = " ".join(ends.format(name) for name in ("accuracy", "routed"))
        return Columns.of(
            f"label n_own n_right n_nothing {names}",
            (
                (
                    *(one.label, one.n_own, one.n_right, one.n_nothing),
                    *_before(one.accuracy),
                    *_before(one.routed),
                )
                for one in self.found.labels
            ),
        )

    def _goes_to(self) -> Columns:
        return Columns.of(
            "label top_label tickets",
            ((one.label, to.label, to.n) for one in self.found.labels for to in one.goes_to),
        )

    def _data(self) -> Ablation:
        return self.found

    def _card(self) -> Card:
        notes = [text.rstrip(".") for text in (NOTE, rests_on_text(self.found))]
        return Card(title_text(self.found), notes, HEAD, rows(self.found))


def ablate(config: str | Path, on: str, labels: Sequence[str] = ()) -> Ablated:
    """What leaving out each of `labels` alone does to the set `on`; every one of it without any.

    From stored answers; nothing is asked. Raises InputError for a label that is not there.
    """
    return Ablated(left_out_of(Path(config), on, labels))


def _before(of: Before) -> Values:
    return (of.now.value, of.without.value, of.change.value, of.change.low, of.change.high,
            of.change.n)  # fmt: skip
