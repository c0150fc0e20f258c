"""What logged decisions tell, alone or against a policy or a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ticketbench.flow.logs.periods import By
from ticketbench.flow.logs.tell import Asked, LogReport
from ticketbench.flow.logs.tell import logs as told_by
from ticketbench.measure.drift.against import PeriodAgainst
from ticketbench.measure.drift.log import Counted
from ticketbench.notebook.cards import Card
from ticketbench.notebook.columns import Columns
from ticketbench.notebook.result import Frames, Result
from ticketbench.report.words.production import headline_against, headline_alone, told_of


class ToldLogs(Result):
    """What `logs` prints; `found` is all of it, as the command has it.

    Its frames are `periods`, `labels`, `to_read` and `categories`.
    """

    thing = "logs"

    def __init__(self, found: LogReport) -> None:
        self.found = found

    def _frames(self) -> Frames:
        return {
            "periods": self._periods,
            "labels": self._labels,
            "to_read": self._to_read,
            "categories": self._categories,
        }

    def _periods(self) -> Columns:
        """Counts of each period and, where it is held against something, what moved."""
        counts = "period decisions failed route review escalate median"
        if self.found.against is None:
            return Columns.of(counts, (_counts(one) for one in self.found.described.periods))
        names = f"{counts} ks ks_p label label_change labels_p psi drift accuracy"
        ends = "accuracy_low accuracy_high accuracy_n"
        return Columns.of(f"{names} {ends}", map(_moved, self.found.against.periods))

    def _labels(self) -> Columns:
        names = "label decisions share share_low share_high share_n median at_most threshold low"
        return Columns.of(
            names,
            (
                (
                    one.label, one.spread.n, one.share.value, one.share.low, one.share.high,
                    one.share.n, one.spread.median, one.at_most, one.threshold, one.low,
                )
                for one in self.found.described.labels
            ),
        )  # fmt: skip

    def _to_read(self) -> Columns:
        """Ids as they stand in the file, as in every frame; texts masked."""
        read, texts = self.found.described.to_read, self.found.texts
        rows = ((one.ticket_id, one.label, one.score, texts.get(one.ticket_id)) for one in read)
        return Columns.of("ticket_id label score text", rows)

    def _categories(self) -> Columns:
        """The clusters among the lowest scores; no rows without texts."""
        told = self.found.categories
        clusters = () if told is None else told.clusters
        new = () if told is None else told.new
        return Columns.of(
            "n n_under median words in_rubric leans_to n_leaning new ids",
            (
                (
                    one.n, one.n_under, one.median, " ".join(one.words), " ".join(one.in_rubric),
                    one.leans_to, one.n_leaning, one in new, " ".join(one.ids),
                )
                for one in clusters
            ),
        )  # fmt: skip

    def _data(self) -> LogReport:
        return self.found

    def _card(self) -> Card:
        found, told = self.found, self.found.described
        if found.against is None:
            return Card(headline_alone(told.whole, told.labels), found.notes)
        concerns = (
            told_of(one, found.against, by=found.by or "log") for one in found.against.concerns
        )
        return Card(
            headline_against(found.against, found.standard),
            (*(one.seen for one in concerns), *found.notes),
        )


def logs(
    files: str | Path | Sequence[str | Path],
    *,
    against: str | Path = "",
    columns: Sequence[str] = (),
    by: By | None = None,
    texts: str | Path | None = None,
    mixed: bool = False,
    tickets_per_day: float | None = None,
    reviews_per_day: float | None = None,
) -> ToldLogs:
    """What the decisions in one file or several tell; arguments are the options of the command.

    Raises InputError where there is no decision, a row is none, or a log is of another policy.
    """
    paths = [files] if isinstance(files, str | Path) else list(files)
    asked = Asked(
        against=str(against),
        columns=columns,
        by=by,
        texts=None if texts is None else Path(texts),
        mixed=mixed,
        tickets_per_day=tickets_per_day,
        reviews_per_day=reviews_per_day,
    )
    return ToldLogs(told_by([Path(path) for path in paths], asked))


def _counts(of: Counted) -> tuple[object, ...]:
    outcomes = (one.n for one in of.outcomes)
    return (of.name, of.n, of.n_failed, *outcomes, of.spread.median)


def _moved(of: PeriodAgainst) -> tuple[object, ...]:
    d, accuracy = of.drift, of.accuracy
    moved = (d.scores, d.scores_p, d.moved, d.moved_by, d.labels_p, d.psi, d.alarm)
    ends = (accuracy.value, accuracy.low, accuracy.high, accuracy.n)
    return (*_counts(of.counted), *moved, *ends)
