"""The gates of a config, judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.flow.gates import judge
from ticketbench.flow.gates.release import judge_release
from ticketbench.flow.parts.engine import asked_where
from ticketbench.measure.gates.results import GateReport
from ticketbench.notebook import cards
from ticketbench.notebook.columns import Columns
from ticketbench.notebook.result import Frames, Result
from ticketbench.report.gates.rows import gate_rows
from ticketbench.report.gates.verdict import GateVerdict, gate_verdict

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.measure.gates.rule import Undecided
    from ticketbench.report.gates.verdict import OnMissing


class JudgedGates(Result):
    """How the gates of a config came out: what `gate` prints.

    found    all of it, as the command has it
    verdict  of all gates together, with the exit code of the command
    """

    thing = "gate"

    def __init__(self, found: judge.GateRun, verdict: GateVerdict) -> None:
        self.found = found
        self.verdict = verdict

    @property
    def report(self) -> GateReport:
        """Every gate, and what it rests on."""
        return self.found.report

    def _gates(self) -> Columns:
        rows = gate_rows(self.report, self.found.masked)
        told = (
            (r.outcome, r.rubric_set, r.label, r.demand, r.found, " ".join(r.more)) for r in rows
        )
        return Columns.of("outcome rubric_set label demand found why", told)

    def _frames(self) -> Frames:
        return {"gates": self._gates}

    def _data(self) -> object:
        return {"verdict": self.verdict, "report": self.report}

    def _card(self) -> cards.Card:
        return cards.of_gates(self.found, self.verdict)


def gate(
    config: str | Path,
    *,
    mode: Mode = "replay",
    overrides: Sequence[str] = (),
    undecided: Undecided | None = None,
    missing: OnMissing = "fail",
    allow_failures: int = 0,
    against: str = "",
    release: str | Path | None = None,
    tell: Callable[[str], None] | None = None,
    engine: str = "",
    scheduler: str | None = None,
) -> JudgedGates:
    """Judge every gate of `config`; by default nothing is sent.

    `undecided` is stronger than the config's; `missing` says what missing answers do to the exit
    code of the verdict. `against` names a commit or a folder whose rules decide: gates, margins,
    baseline, policy and gold labels. `release` names labels of `label next` against the pin: then
    that release is judged alone. Tickets in parts are counted by `engine`, serial where none is
    named, or by dask at `scheduler`. Raises InputError where there are no gates, or no baseline to
    compare with, or the labels are of something else.
    """
    if release is not None:
        of_release = judge_release(Path(config), Path(release), overrides=overrides)
        return JudgedGates(of_release, gate_verdict(of_release.report))
    found = judge.gate(
        Path(config),
        mode=mode,
        overrides=overrides,
        undecided=undecided,
        allow_failures=allow_failures,
        against=against,
        tell=tell,
        where=asked_where(engine, scheduler),
    )
    return JudgedGates(found, gate_verdict(found.report, missing=missing))
