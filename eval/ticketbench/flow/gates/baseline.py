"""Make the committed reference of the gates, and show it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Estimate, Finding, ScoreTable
from ticketbench.edge.results.baseline import (
    Baseline,
    KeptMetric,
    Origin,
    answers_digest,
    kept_tickets,
    missing_tickets,
)
from ticketbench.edge.results.baseline_file import baseline_bytes, read_baseline
from ticketbench.edge.results.ledger import DIGITS, Ledger
from ticketbench.flow.gates.ledger import ledger_after, ledger_findings
from ticketbench.flow.steps.completeness import refuse_misses
from ticketbench.flow.steps.inputs import Inputs, read_inputs
from ticketbench.flow.steps.settings import settings_of
from ticketbench.flow.steps.tables import rubric_set, scored
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.pairs.pairing import judged

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode


@dataclass(frozen=True, slots=True)
class MetricDiff:
    """A metric before and after; NaN where there was none."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class BaselineDiff:
    """What blessing changes.

    inputs    inputs that are others now, in words
    tickets   how many got another gold label, top label or outcome, are new, or are gone
    same      whether the file would stay as it is
    ledger    as it would be; None where the file has none and stays as it is
    budget    how much accuracy may be lost since the pin
    findings  what the ledger then warns of
    """

    path: str
    rubric_set: str
    n: int
    first: bool
    inputs: tuple[str, ...]
    metrics: tuple[MetricDiff, ...]
    tickets: Mapping[str, int]
    same: bool
    ledger: Ledger | None
    budget: float
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Blessing:
    """A baseline that is ready to be written to `path`, and the one that is there."""

    path: Path
    before: Baseline | None
    now: Baseline
    diff: BaselineDiff


@dataclass(frozen=True, slots=True)
class ShownBaseline:
    """A baseline, and which of its inputs are others in the config now.

    gone      tickets that are not in the dataset any more
    budget    how much accuracy may be lost since the pin
    releases  how many are planned until the next pin
    findings  what the ledger warns of
    """

    path: str
    baseline: Baseline
    changed: tuple[str, ...]
    gone: int
    budget: float
    releases: int
    findings: tuple[Finding, ...]


def show_baseline(config: Path, *, overrides: Sequence[str] = ()) -> ShownBaseline:
    """The baseline of `config`; sends nothing and needs no answers.

    Answers are not looked at, so `changed` does not speak of them. Raises InputError when the
    config names none or there is none yet.
    """
    inputs = read_inputs(config, overrides=overrides)
    path, baseline = named_baseline(inputs)
    names = [rubrics.name for rubrics in inputs.rubric_sets]
    changed: tuple[str, ...] = (f"there is no rubric set {baseline.rubric_set} now",)
    if baseline.rubric_set in names:
        own = rubric_set(inputs, baseline.rubric_set)
        found = changed_since(inputs, own, None, baseline.origin)
        changed = tuple(words for words in found if words != "the answers")
    return ShownBaseline(
        path=str(path),
        baseline=baseline,
        changed=changed,
        gone=len(missing_tickets(baseline, inputs.dataset)),
        budget=inputs.config.file.baseline_budget,
        releases=inputs.config.file.baseline_releases,
        findings=ledger_findings(baseline, inputs.config),
    )


def named_baseline(inputs: Inputs) -> tuple[Path, Baseline]:
    """The baseline of the config, and where it is. Raises InputError when there is none yet."""
    path = _path(inputs)
    if not path.exists():
        where = str(inputs.config.path)
        help_ = bless_command(inputs)
        raise InputError(f"there is no baseline {path} yet", where=where, help=help_)
    return path, read_baseline(path)


def bless_command(inputs: Inputs) -> str:
    """The command that makes the baseline; of several sets it names the first, which runs today."""
    first, *others = (rubrics.name for rubrics in inputs.rubric_sets)
    chosen = f" --rubric-set {first}" if others else ""
    return f"ticketbench baseline bless {inputs.config.path}{chosen}"


def prepare(
    config: Path,
    *,
    name: str | None = None,
    reason: str = "",
    mode: Mode = "replay",
    overrides: Sequence[str] = (),
) -> Blessing:
    """The answers of one rubric set as a reference, not written yet.

    The set is `name`, else the one blessed before, else the only one. Raises IncompleteError when
    answers are missing.
    """
    inputs = read_inputs(config, overrides=overrides)
    path = _path(inputs)
    before = read_baseline(path) if path.exists() else None
    own = rubric_set(inputs, name or _default_name(inputs, before))
    table = scored(inputs, [own.name], mode=mode)[own.name]
    refuse_misses([table], 0, inputs)
    now = _blessed(inputs, own, table, reason.strip(), before)
    return Blessing(path, before, now, _diff(inputs, path, before, now))


def bless(blessing: Blessing) -> None:
    """Write it, unless nothing changes.

    Raises InputError when inputs changed and no reason is given.
    """
    diff = blessing.diff
    if diff.same:
        return
    if diff.inputs and not blessing.now.reason:
        raise InputError(
            f"{' and '.join(diff.inputs)} changed since {diff.path} was blessed",
            help='say why: --reason "..."; nothing was written',
        )
    from ticketbench.edge.files.atomic import write_file

    write_file(blessing.path, baseline_bytes(blessing.now))


def origin_of(inputs: Inputs, rubrics: RubricSet, table: ScoreTable | None) -> Origin:
    """What a baseline of `rubrics` would be made from now; without a table, no answers."""
    return Origin(
        dataset=inputs.dataset.fingerprint,
        rubrics=rubrics.fingerprint,
        endpoint=inputs.url_of(rubrics),
        scores=answers_digest(table) if table is not None else "",
        recording=inputs.recording.digest,
        policy=inputs.config.policy,
        costs=inputs.config.costs,
    )


def changed_since(
    inputs: Inputs, rubrics: RubricSet, table: ScoreTable | None, before: Origin
) -> tuple[str, ...]:
    """The inputs, in words, that are not those of `before`; line ends of the dataset are none."""
    now = origin_of(inputs, rubrics, table)
    if before.dataset == inputs.dataset.fingerprint_in_file:
        now = replace(now, dataset=before.dataset)
    return now.differs(before)


def metrics_of(evaluation: Evaluation) -> dict[str, Estimate]:
    """Every number a baseline keeps, by name; `recall billing` is the recall of a label."""
    overall = (*evaluation.metrics, *evaluation.routing.summary.metrics)
    found = {metric.name: metric.estimate for metric in overall}
    for label in evaluation.by_label.results:
        found |= {f"{metric.name} {label.label}": metric.estimate for metric in label.metrics}
    return found


def _path(inputs: Inputs) -> Path:
    path = inputs.config.baseline_path
    if path is None:
        raise InputError(
            f"{inputs.config.path} names no baseline",
            where=str(inputs.config.path),
            help="add `baseline: baselines/NAME.json`; the path is relative to the config",
        )
    return path


def _default_name(inputs: Inputs, before: Baseline | None) -> str:
    names = [rubrics.name for rubrics in inputs.rubric_sets]
    if before is not None and before.rubric_set in names:
        return before.rubric_set
    if len(names) == 1:
        return names[0]
    raise InputError(
        f"{inputs.config.path} has several rubric sets: which one runs in production?",
        where=str(inputs.config.path),
        help=f"--rubric-set, one of {', '.join(names)}",
    )


def _blessed(
    inputs: Inputs, rubrics: RubricSet, table: ScoreTable, reason: str, before: Baseline | None
) -> Baseline:
    settings = settings_of(inputs)
    evaluation, side = evaluate(table, settings), judged(table, settings.policy)
    missed = None if settings.costs.missed is None else side.missed
    origin = origin_of(inputs, rubrics, table)
    same = before is not None and not origin.differs(before.origin)
    kept = before.reason if before is not None and same and not reason else reason
    now = Baseline(
        rubric_set=rubrics.name,
        origin=origin,
        rubrics=rubrics.rubrics,
        metrics={k: _kept(m) for k, m in sorted(metrics_of(evaluation).items())},
        tickets=kept_tickets(inputs.dataset, table, side.outcome, missed),
        reason=kept,
    )
    if before is not None and _same_file(replace(now, ledger=before.ledger), before):
        return before
    return replace(now, ledger=ledger_after(before, now))


def _kept(of: Estimate) -> KeptMetric:
    value, low, high = (round(number, DIGITS) for number in (of.value, of.low, of.high))
    return KeptMetric(value, low, high, of.n)


def _same_file(one: Baseline, other: Baseline) -> bool:
    """By bytes, in which NaN is NaN."""
    return baseline_bytes(one) == baseline_bytes(other)


def _diff(inputs: Inputs, path: Path, before: Baseline | None, now: Baseline) -> BaselineDiff:
    old = before.metrics if before else {}
    metrics = [
        MetricDiff(name, _value(old, name), _value(now.metrics, name))
        for name in dict.fromkeys((*now.metrics, *old))
    ]
    return BaselineDiff(
        path=str(path),
        rubric_set=now.rubric_set,
        n=len(now.tickets),
        first=before is None,
        inputs=now.origin.differs(before.origin) if before else (),
        metrics=tuple(m for m in metrics if not _same(m.before, m.after)),
        tickets=_ticket_changes(before, now) if before else {},
        same=before is not None and _same_file(before, now),
        ledger=now.ledger,
        budget=inputs.config.file.baseline_budget,
        findings=ledger_findings(now, inputs.config),
    )


def _value(metrics: Mapping[str, KeptMetric], name: str) -> float:
    return metrics[name].value if name in metrics else math.nan


def _same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))


def _ticket_changes(before: Baseline, now: Baseline) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for own in before.tickets.keys() | now.tickets.keys():
        old, new = before.tickets.get(own), now.tickets.get(own)
        if old is None or new is None:
            counts["new" if old is None else "gone"] += 1
            continue
        counts["other gold label"] += old.label != new.label
        counts["other top label"] += old.top_label != new.top_label
        counts["other outcome"] += old.outcome != new.outcome
        counts["fixed"] += old.label == new.label and new.right > old.right
        counts["broken"] += old.label == new.label and new.right < old.right
    return {name: counts[name] for name in sorted(counts) if counts[name]}
