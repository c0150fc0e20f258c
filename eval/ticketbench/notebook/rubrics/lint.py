"""What may be wrong in the words of rubrics, before anything is asked."""

from __future__ import annotations

from pathlib import Path

from ticketbench.flow.rubrics.lint import PlacedFinding, RubricsLint
from ticketbench.flow.rubrics.lint import lint as linted
from ticketbench.notebook.cards import Card
from ticketbench.notebook.columns import Columns
from ticketbench.notebook.result import Frames, Result
from ticketbench.report.words.numbers import count


class Linted(Result):
    """What `rubrics lint` prints: one frame, `findings`, a row each in the order of the files."""

    thing = "rubrics-lint"

    def __init__(self, found: RubricsLint) -> None:
        self.found = found

    def _frames(self) -> Frames:
        return {"findings": self._findings}

    def _findings(self) -> Columns:
        return Columns.of(
            "where code severity labels title evidence action",
            (
                (one.where, one.finding.code, one.finding.severity, " ".join(one.labels),
                 one.finding.title, one.finding.evidence, one.finding.action)
                for one in self._placed()
            ),
        )  # fmt: skip

    def _placed(self) -> list[PlacedFinding]:
        return [one for each in self.found.sets for one in each.findings] + [*self.found.unused]

    def _data(self) -> RubricsLint:
        return self.found

    def _card(self) -> Card:
        sets = count(len(self.found.sets), "rubric set")
        rows = [(one.where, f"{one.finding.title}: {one.finding.evidence}", one.finding.code)
                for one in self._placed()]  # fmt: skip
        head = ("where", "what", "code") if rows else ()
        return Card(f"{sets}: {count(self.found.n_warnings, 'warning')}", (), head, rows)


def lint(*paths: str | Path) -> Linted:
    """What may be wrong in rubric files, in lists of a Python file (`app.py::LABELS`) and in the
    sets of configs; nothing is asked. Raises InputError for what cannot be read.
    """
    return Linted(linted([Path(path) for path in paths]))
