"""Rubric sets under test: measured once, on stored answers, for a test suite."""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import TicketbenchError
from ticketbench.core.policy import OUTCOMES
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset, Failure, Finding, ScoreTable, Ticket
from ticketbench.edge.inputs.dataset import with_line_feeds
from ticketbench.edge.inputs.gate_config import BASELINE
from ticketbench.flow.gates.ledger import ledger_findings
from ticketbench.flow.gates.sides import against, gate_baseline, sides_of
from ticketbench.flow.steps.completeness import missing_error
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.settings import settings_of
from ticketbench.flow.steps.sources.answers import answer_source
from ticketbench.flow.steps.tables import rubric_set, scored
from ticketbench.flow.texts import texts_of
from ticketbench.measure.compare import Comparison
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation
from ticketbench.report.masking.texts import quiet

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.edge.results.baseline import Baseline


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the top label and its score, every score by label, and the policy's outcome."""

    top_label: str
    top_score: float
    scores: dict[str, float]
    outcome: str


class UnderTest:
    """A config whose rubric sets are tested; everything is read and measured once.

    Raises what reading the config raises, IncompleteError where answers are missing, and InputError
    where the recording that should hold them is not there.
    """

    def __init__(self, config: Path, mode: Mode = "replay") -> None:
        self._config, self._mode = config, mode
        # A test may change the folder later: what is shown is from here, what is read absolute.
        self._shown = os.path.relpath(config)
        self.inputs = read_inputs(config)
        self._id_of_text = {ticket.text: ticket.id for ticket in self.inputs.dataset.tickets}
        self._tables: dict[str, ScoreTable] = {}
        self._evaluations: dict[str, Evaluation] = {}
        self._comparisons: dict[tuple[str, str], Comparison] = {}

    def evaluation(self, name: str | None = None) -> Evaluation:
        """The rubric set `name`, else the last one, measured."""
        own = self._named(name)
        if own.name not in self._evaluations:
            table = self._table(own.name)
            self._evaluations[own.name] = evaluate(table, settings_of(self.inputs))
        return self._evaluations[own.name]

    def comparison(self, base: str | None = None, candidate: str | None = None) -> Comparison:
        """`candidate`, else the last set, against `base`, else the first: a set or `baseline`."""
        first = base or self.inputs.rubric_sets[0].name
        on = self._named(candidate).name
        if (first, on) not in self._comparisons:
            baseline = self._baseline() if first == BASELINE else None
            names = [on] if baseline is not None else [rubric_set(self.inputs, first).name, on]
            tables = {name: self._table(name) for name in names}
            known = sides_of(self.inputs, tables, baseline)
            found = against(self.inputs, baseline, known, first, on)
            self._comparisons[first, on] = found.comparison
        return self._comparisons[first, on]

    def answer(self, text: str, name: str | None = None) -> Answer:
        """The answer for `text` under the rubric set `name`, else the last one."""
        own = self._named(name)
        table, row = self._found(text, own)
        if row is None:
            raise self._missing(
                own, _failures_of(table, self._id_of_text.get(with_line_feeds(text)))
            )
        scores = table.scores[row : row + 1]
        decided = self.inputs.config.policy.decide(scores, table.labels)
        return Answer(
            top_label=table.labels[table.top[row]],
            top_score=float(table.top_score[row]),
            scores=dict(zip(table.labels, scores[0].tolist(), strict=True)),
            outcome=OUTCOMES[decided.outcome[0]],
        )

    def baseline_findings(self) -> tuple[Finding, ...]:
        """What the ledger of the baseline warns of; nothing where the config names none yet."""
        found = gate_baseline(self.inputs)
        return ledger_findings(found, self.inputs.config) if found else ()

    def must_pass_tickets(self) -> tuple[Ticket, ...]:
        """The tickets that gates of the config name under `must_pass`, in dataset order.

        Where one is printed, it shows what the config lets be shown.
        """
        gates = self.inputs.config.file.gates
        wanted = {ticket for gate in gates for ticket in gate.must_pass or ()}
        found = [ticket for ticket in self.inputs.dataset.tickets if ticket.id in wanted]
        shown = texts_of(self.inputs, found)
        return tuple(quiet(ticket, shown) for ticket in found)

    def _named(self, name: str | None) -> RubricSet:
        if name is None:
            return self.inputs.rubric_sets[-1]
        return rubric_set(self.inputs, name)

    def _found(self, text: str, own: RubricSet) -> tuple[ScoreTable, int | None]:
        """A table with the answer for `text`, and its row; None where there is no answer."""
        sent = with_line_feeds(text)
        if sent in self._id_of_text:
            table = self._scored(own.name)
            ids = {ticket: row for row, ticket in enumerate(table.ids)}
            return table, ids.get(self._id_of_text[sent])
        from ticketbench.edge.replay.every_ticket import replay

        ticket = Ticket("text", sent, own.labels[0], text_in_file=None if sent == text else text)
        dataset = Dataset("text under test", (ticket,))
        reads_only = self._mode == "replay"
        with answer_source(self.inputs, mode=self._mode, reads_only=reads_only) as sources:
            table = replay(dataset, own, sources.of(own)).table
        return table, 0 if table.n_scored else None

    def _scored(self, name: str) -> ScoreTable:
        if name not in self._tables:
            self._tables[name] = scored(self.inputs, [name], mode=self._mode)[name]
        return self._tables[name]

    def _table(self, name: str) -> ScoreTable:
        table = self._scored(name)
        if table.n_failed:
            raise self._missing(rubric_set(self.inputs, name), table.failures)
        return table

    def _missing(self, rubrics: RubricSet, failures: Sequence[Failure]) -> TicketbenchError:
        return missing_error({rubrics.name: failures}, self.inputs, shown=self._shown)

    def _baseline(self) -> Baseline | None:
        """The committed reference; None where the config names none, but has a set of that name."""
        from ticketbench.flow.gates.baseline import show_baseline

        found = gate_baseline(self.inputs)
        has_set = BASELINE in [rubrics.name for rubrics in self.inputs.rubric_sets]
        if found is None and not has_set:
            return show_baseline(self._config).baseline  # raises what to do
        return found


def _failures_of(table: ScoreTable, ticket_id: str | None) -> list[Failure]:
    """Why one text has no answer, without an id: tests of many tickets then say the same once."""
    found = [one for one in table.failures if ticket_id is None or one.ticket_id == ticket_id]
    return [replace(failure, ticket_id="") for failure in found]
