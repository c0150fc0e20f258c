"""The result of a whole run: every rubric set evaluated, and each compared with the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ticketbench.core.intake import NOTHING_DONE, Intake
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset, Finding, ScoreTable, Value
from ticketbench.measure.categories.found import Categories
from ticketbench.measure.compare import Comparison, compare
from ticketbench.measure.drift.alarm import Drift
from ticketbench.measure.endpoints.leaderboard import Leaderboard
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.pairs.verdict import MARGIN
from ticketbench.measure.recommendation import Recommendation, Today, promises, recommend
from ticketbench.measure.routing.equal_coverage import EqualCoverage, equal_coverage
from ticketbench.measure.sample.label_errors import Suspect, suspects
from ticketbench.measure.sample.production_mix import ProductionMix, production_mix
from ticketbench.measure.sample.slices import Slices
from ticketbench.measure.sample.workload import Workload
from ticketbench.measure.standing import Standing, read_together, standing
from ticketbench.measure.trained.classifier import TrainedClassifier


@dataclass(frozen=True, slots=True)
class LabelCount:
    """Gold tickets of one label."""

    label: str
    n: int


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """What the results rest on; `grouped_by` says in words which tickets are not independent, and
    `untied` of how many it is not known.
    """

    name: str
    fingerprint: str
    n: int
    labels: tuple[LabelCount, ...]
    n_groups: int = 0
    grouped_by: str = ""
    untied: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """How what the results rest on was read: rows chosen, labels renamed, columns joined."""

    intake: Intake = NOTHING_DONE


READ_AS_IT_STANDS = Origin()


@dataclass(frozen=True, slots=True)
class SetSlices:
    """The slices of one rubric set."""

    rubric_set: str
    found: Slices


@dataclass(frozen=True, slots=True)
class SetCategories:
    """What the tickets that score low under one rubric set hold."""

    rubric_set: str
    found: Categories


@dataclass(frozen=True, slots=True, eq=False)
class SetDrift(Value):
    """How far the production log lies from the labelled tickets, by one rubric set's answers."""

    rubric_set: str
    found: Drift


@dataclass(frozen=True, slots=True, eq=False)
class SettingWorkload(Value):
    """A day's tickets at one setting.

    use     whether it is what runs today, or what is recommended
    at_mix  whether the tickets are weighted to the mix of production
    """

    use: Literal["today", "recommended"]
    rubric_set: str
    threshold: float
    at_mix: bool
    found: Workload


@dataclass(frozen=True, slots=True, eq=False)
class RunResults(Value):
    """Evaluations in config order, comparisons of each later set with the first, findings.

    comparisons     their verdicts know how many candidates there are
    standing        which set the accuracies speak for
    recommendation  which set and setting to use, and whether that pays; None in results of before
                    there was one
    trained         classifiers trained on these labels, for reference; none unless asked for
    trained_missing  why one that was asked for is not there; else empty
    drift           of each set where the config names a log of production
    workloads       where the config says how many tickets a day has
    categories      of each set where the config asks for new ones
    report          how the dataset was read, as far as something was done to it
    leaderboard     endpoints side by side, where the config names several
    """

    name: str
    recommendation: Recommendation | None
    dataset: DatasetSummary
    rubric_sets: tuple[RubricSet, ...]
    evaluations: tuple[Evaluation, ...]
    comparisons: tuple[Comparison, ...]
    standing: Standing
    findings: tuple[Finding, ...]
    equal_coverage: tuple[EqualCoverage, ...]
    suspects: tuple[Suspect, ...]
    production: tuple[ProductionMix, ...] = ()
    slices: tuple[SetSlices, ...] = ()
    trained: tuple[TrainedClassifier, ...] = ()
    trained_missing: str = ""
    drift: tuple[SetDrift, ...] = ()
    workloads: tuple[SettingWorkload, ...] = ()
    categories: tuple[SetCategories, ...] = ()
    report: Origin = READ_AS_IT_STANDS
    leaderboard: Leaderboard | None = None

    @property
    def in_parts(self) -> bool:
        """Whether the tickets lay in parts and were counted: of no single one is anything known."""
        return any(evaluation.in_parts for evaluation in self.evaluations)

    @property
    def n_refused(self) -> int:
        """Those of the failed answers that an endpoint refused to give."""
        return sum(evaluation.n_refused for evaluation in self.evaluations)

    @property
    def n_failed(self) -> int:
        """Failed tickets over all rubric sets."""
        return sum(evaluation.n_failed for evaluation in self.evaluations)

    def broken(self, base: str, candidate: str) -> int | None:
        """Tickets that `candidate` has wrong and `base` right; None where these two are not
        compared, as only the first set is with every other.
        """
        for found in self.comparisons:
            if (found.base, found.candidate) == (base, candidate):
                return found.contingency.only_base
            if (found.base, found.candidate) == (candidate, base):
                return found.contingency.only_candidate
        return None


def summarise_dataset(dataset: Dataset, grouped_by: str = "", untied: int = 0) -> DatasetSummary:
    """Name, fingerprint, groups and label counts, labels sorted."""
    counts = Counter(ticket.label for ticket in dataset.tickets)
    labels = tuple(LabelCount(label, counts[label]) for label in sorted(counts))
    n = len(dataset.tickets)
    groups = Counter(ticket.group for ticket in dataset.tickets)
    n_groups = len(groups) + max(0, groups[None] - 1)
    return DatasetSummary(
        dataset.name, dataset.fingerprint, n, labels, n_groups, grouped_by, untied
    )


def run_results(
    name: str,
    dataset: DatasetSummary,
    rubric_sets: Sequence[RubricSet],
    tables: Sequence[ScoreTable],
    settings: Settings,
    data_findings: Iterable[Finding],
    mix: Mapping[str, float] | None = None,
    today: Today | None = None,
    certify: str = "",
) -> RunResults:
    """Evaluate every table and compare each later one with the first.

    `mix` is the mix of labels in production, shares or counts, when it is known. `today` is what
    runs now, without it the first set at the policy of `settings`; `certify` names the one set
    that a promise is made for.
    """
    doubted = _suspects(tables)
    names = [table.provenance.rubric_set for table in tables]
    today = today or Today(names[0], settings.policy)
    shares = promises(names, today.rubric_set, certify=certify)
    evaluations = tuple(
        evaluate(table, replace(settings, promises=share))
        for table, share in zip(tables, shares, strict=True)
    )
    comparisons = read_together(tables, _comparisons(tables, settings))
    found = [*data_findings, *(f for e in evaluations for f in e.findings)]
    found += other_label_counts(evaluations)
    stands = standing(tables, comparisons, policy=settings.policy)
    return RunResults(
        name=name,
        dataset=dataset,
        rubric_sets=tuple(rubric_sets),
        evaluations=evaluations,
        comparisons=comparisons,
        standing=stands,
        recommendation=recommend(tables, evaluations, stands, today),
        equal_coverage=equal_coverage(tables),
        suspects=doubted,
        production=tuple(production_mix(t, settings.policy, mix) for t in tables) if mix else (),
        # The same fact about both rubric sets, or about data and result, is told once.
        findings=tuple(dict.fromkeys(found)),
    )


def _comparisons(tables: Sequence[ScoreTable], settings: Settings) -> tuple[Comparison, ...]:
    return tuple(
        compare(
            tables[0],
            table,
            margin=MARGIN,
            seed=settings.seed,
            min_precision=settings.min_precision,
            policy=settings.policy,
            costs=settings.costs,
        )
        for table in tables[1:]
    )


def other_label_counts(evaluations: Sequence[Evaluation]) -> list[Finding]:
    """Rubric sets with other numbers of labels: their scores are not on one scale."""
    counts = {one.rubric_set: len(one.labels) for one in evaluations}
    if len(set(counts.values())) < 2:
        return []
    return [
        Finding(
            code="TB207",
            severity="warning",
            title="the rubric sets have different numbers of labels",
            evidence=", ".join(f"{name} {n}" for name, n in counts.items()),
            action="compare them at equal coverage or equal risk, not at one threshold",
        )
    ]


def _suspects(tables: Sequence[ScoreTable]) -> tuple[Suspect, ...]:
    """What the last set contradicts, the first set asked as well: both against the label lead."""
    other = tables[0] if len(tables) > 1 else None
    return suspects(tables[-1], other)
