"""By whose rules gates are judged: those of the config as it stands, or those of before.

A change must not be its own judge. Rules are gates, margins, policy, costs, baseline, gold labels,
how many tickets an endpoint may refuse, and rubric sets that others are only compared with; those
that gates are on, their answers and the texts of tickets are what is judged, as it stands.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.edge.answers.recording import Recording
from ticketbench.edge.files.at_ref import FilesAt, files_at
from ticketbench.edge.inputs.config import Config, read_config
from ticketbench.edge.inputs.config_file import ConfigFile
from ticketbench.edge.inputs.documents import Location, read_document
from ticketbench.edge.inputs.endpoint_config import rubric_set_of
from ticketbench.edge.inputs.tickets.keys import FROM_FILE
from ticketbench.edge.results.baseline import Baseline
from ticketbench.edge.tables.reading import file_and_sheet
from ticketbench.flow.gates.rule_changes import (
    UNDER_TEST,
    baseline_changes,
    changed_bars,
    config_changes,
    ticket_changes,
)
from ticketbench.flow.gates.sides import gate_baseline, unseen_sets
from ticketbench.flow.steps.gate_checks import against_baseline
from ticketbench.flow.steps.inputs import Inputs, inputs_of
from ticketbench.measure.gates.results import Rules

if TYPE_CHECKING:
    from ticketbench.core.types import Finding, Ticket


@dataclass(frozen=True, slots=True)
class Judge:
    """What gates are judged by and on.

    inputs     their config has the rules, their dataset the tickets with gold labels
    baseline   None where there is none and no gate compares with it
    now        the inputs as they stand
    rules      None where the config judges itself
    tickets    of before, those that are gone, too; `recording` as it was then
    bars       rubric sets that others are compared with, and that are not what they were then: the
               inputs have them as they were, and `recording` their answers
    """

    inputs: Inputs
    baseline: Baseline | None
    now: Inputs
    rules: Rules | None = None
    tickets: tuple[Ticket, ...] = ()
    recording: Recording = field(default_factory=lambda: Recording(None))
    bars: tuple[str, ...] = ()

    @property
    def of_before(self) -> bool:
        """Whether the rules of before decide."""
        return self.rules is not None and not self.rules.first


def judge_of(now: Inputs, *, against: str = "", overrides: Sequence[str] = ()) -> Judge:
    """The judge of a config: what stood at `against`, a commit or a folder, else the config itself.

    Where there were no gates then, the config is its own judge, and `first` of the rules says so.
    Raises InputError for what is wrong now, at `against` or with it, and where there are no gates
    or no baseline that they compare with.
    """
    if not against:
        return own_judge(now)
    config = now.config.path
    with files_at(against, near=config) as then:
        path = then.file(config)
        before = None
        if path.exists():
            before = read_config(path, overrides=overrides, environment=os.environ)
        if before is None or not before.file.gates:
            rules = Rules(then.name, then.commit, first=True)
            return replace(own_judge(now), rules=rules)
        return _judge_at(then, before, now)


def own_judge(now: Inputs) -> Judge:
    """A config as its own judge."""
    refuse_no_gates(now.config)
    return Judge(now, gate_baseline(now), now)


def refuse_no_gates(config: Config) -> None:
    """Raise InputError for a config without gates."""
    if not config.file.gates:
        help_ = "add some: docs/ci.md shows how; `gates: [{metric: accuracy, on: SET, min: 0.8}]`"
        raise InputError(f"{config.path} has no gates", where=str(config.path), help=help_)


def unseen_by(judge: Judge) -> tuple[Finding, ...]:
    """A note on rubric sets of now that no gate looks at: of those that decide, nor of now."""
    gates = [*judge.inputs.config.file.gates, *judge.now.config.file.gates]
    return unseen_sets(judge.now.config, gates)


def _judge_at(then: FilesAt, before: Config, now: Inputs) -> Judge:
    """The rules of before, on what is tested now."""
    read = inputs_of(_merged(then, before, now.config))
    baseline = gate_baseline(read)
    recorded = before.file.recording
    named = None if recorded is None else then.file_or_folder(_beside(recorded, now.config))
    recording = Recording(named)
    recording.keep_all()  # read while it can be
    bars = changed_bars(_bars(before), read.rubric_sets, now.rubric_sets)
    changes = (
        *config_changes(before.file, now.config.file),
        *bars.values(),
        *baseline_changes(baseline, _baseline_now(now)),
        *ticket_changes(read.dataset.tickets, now.dataset.tickets),
    )
    return Judge(
        inputs=replace(read, loaded=read.loaded.with_texts_of(now.loaded)),
        baseline=baseline,
        now=now,
        rules=Rules(then.name, then.commit, first=False, changes=changes),
        tickets=read.dataset.tickets,
        recording=recording,
        bars=tuple(bars),
    )


def _merged(then: FilesAt, before: Config, now: Config) -> Config:
    """The config of before, but for what is judged, with its files where they can be read."""
    file = before.file
    read: dict[str, object] = {
        "path": _table_of_then(then, file.dataset.path, ("path",), before, now)
    }
    if file.dataset.labels_file is not None:
        labels = _table_of_then(then, file.dataset.labels_file, ("labels", FROM_FILE), before, now)
        read["labels"] = {FROM_FILE: labels}
    baseline = _of_then(then, file.baseline, now)
    read_at = {
        "dataset": file.dataset.model_copy(update=read),
        "baseline": None if baseline is None else os.path.abspath(baseline),
    }
    judged = {name: getattr(now.file, name) for name in UNDER_TEST}
    bars = {
        rubric_set_of(name): _rubrics_of_then(then, _beside(path, now))
        for name, path in _bars(before).items()
    }
    judged["rubric_sets"] = now.file.rubric_sets | bars
    judged |= _refused_of_then(file, now.file)
    document = replace(before.document, path=then.called(now.path))
    return Config(now.path, file.model_copy(update=judged | read_at), document)


def _refused_of_then(before: ConfigFile, now: ConfigFile) -> dict[str, object]:
    """The endpoints of now, each with as many refusals as it was allowed before, and a new one with
    none: a change could call every ticket refused that it gets wrong.
    """
    then = {one.name: one.settings.max_refused for one in before.named_endpoints}
    found = {
        one.name: one.settings.model_copy(update={"max_refused": then.get(one.name, 0.0)})
        for one in now.named_endpoints
    }
    return {"endpoint": found[""]} if "" in found else {"endpoints": found}


def _bars(before: Config) -> dict[str, str]:
    """The sets that gates compare with, with the files of their rubrics, where no gate is on these
    rubrics: a bar that a change could lower.
    """
    gates = before.file.gates
    compared = {g.not_worse_than for g in gates if not against_baseline(g, before)}
    judged = {rubric_set_of(gate.on) for gate in gates}
    return {
        name: before.file.rubric_sets[one.rubric_set]
        for name, one in before.file.sets.items()
        if name in compared and one.rubric_set not in judged
    }


def _rubrics_of_then(then: FilesAt, path: Path) -> str:
    """Where a rubric file can be read as it was, with those that it extends beside it."""
    shown, child, seen = then.file(path), path, {path}
    while then.file(child).exists():
        data = read_document(then.file(child)).data
        parent = data.get("extends") if isinstance(data, dict) else None
        if not isinstance(parent, str):
            break
        child = Path(os.path.normpath(child.parent / parent))
        if child in seen:
            break
        seen.add(child)
    return os.path.abspath(shown)


def _of_then(then: FilesAt, name: str | None, now: Config) -> Path | None:
    """Where the file `name` of a config can be read as it was."""
    return None if name is None else then.file(_beside(name, now))


def _beside(name: str, config: Config) -> Path:
    return Path(os.path.normpath(config.path.parent / name))


def _table_of_then(then: FilesAt, name: str, key: Location, before: Config, now: Config) -> str:
    """Where the table `name`, of a key of `dataset`, can be read as it was, with its sheet.

    One that git does not keep is nobody's change, and read as it is. One that a change brings
    would be.
    """
    path, sheet = file_and_sheet(_beside(name, now))
    found = then.file(path)
    if not found.exists():
        found = path
        if not path.exists() or then.brings(path):
            what = "dataset" if key == ("path",) else "map of labels"
            raise InputError(
                f"{then.name} names the {what} {path}, and does not have it",
                where=before.document.where(("dataset", *key)),
                help="gold labels come from there: name a commit, or a folder, that has it",
            )
    return os.path.abspath(found) + (f"#{sheet}" if sheet else "")


def _baseline_now(now: Inputs) -> Baseline | None:
    """The baseline as it stands; None where gates that need it would be refused."""
    path = now.config.baseline_path
    return gate_baseline(now) if path is not None and path.exists() else None
