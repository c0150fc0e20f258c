"""The tables of a result as named columns: every number with its interval and its n."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.core.types import Estimate, Repeat, tells
from ticketbench.edge.results.forms.options import SCORE_PREFIX
from ticketbench.edge.results.rows import Predictions
from ticketbench.measure.advice.rows import ThresholdRow
from ticketbench.measure.advice.threshold import ThresholdAdvice
from ticketbench.measure.compare import Comparison, Flip
from ticketbench.measure.endpoints.leaderboard import Leaderboard, SetRow, TrainedRow
from ticketbench.measure.evaluation import Evaluation, Measured
from ticketbench.measure.thresholds.choose import ChosenThreshold

Values = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Names, and rows with a value for each; the names are there without rows, too."""

    names: tuple[str, ...]
    rows: tuple[Values, ...]

    @classmethod
    def of(cls, names: str, rows: Iterable[Values]) -> Columns:
        """`names` apart by blanks."""
        return cls(tuple(names.split()), tuple(rows))


_ENDS = "{0} {0}_low {0}_high {0}_n"


def metrics(evaluations: Sequence[Evaluation]) -> Columns:
    """Every metric of each set, those of routing under its policy, too."""
    return Columns.of(
        "rubric_set metric title value low high n method",
        (
            (e.provenance.rubric_set, m.name, m.title, *_ends(m.estimate), m.estimate.method)
            for e in evaluations
            for m in (*e.metrics, *e.routing.summary.metrics)
        ),
    )


def board(found: Leaderboard) -> Columns:
    """Endpoints side by side, a row a set; then trained classifiers, which have no endpoint, cost
    or latency.
    """
    names = " ".join(_ENDS.format(name) for name in ("accuracy", "macro_f1", "calibration_error"))
    rows: list[SetRow | TrainedRow] = [*found.rows, *found.trained]
    return Columns.of(
        f"name endpoint {names} risk coverage_at_risk cost_per_1000 p50_ms p95_ms timed",
        (
            (
                *(
                    (row.rubric_set, row.endpoint)
                    if isinstance(row, SetRow)
                    else (row.title, "trained")
                ),
                *_all_ends((row.accuracy, row.macro_f1, row.calibration_error)),
                found.risk,
                row.coverage_at_risk,
                *_effort(row),
            )
            for row in rows
        ),
    )


def _effort(row: SetRow | TrainedRow) -> Values:
    if isinstance(row, TrainedRow):
        return (math.nan, math.nan, math.nan, 0)
    took = row.effort.latency
    return (row.effort.cost_per_1000, took.p50_ms, took.p95_ms, took.n)


def labels(evaluations: Sequence[Evaluation]) -> Columns:
    """Each gold label: its tickets, how often it is the answer, and every metric of it."""
    results = [(e, r) for e in evaluations for r in e.by_label.results]
    names = dict.fromkeys(m.name for _, r in results for m in r.metrics)
    own = " ".join(_ENDS.format(name) for name in names)
    return Columns.of(
        f"rubric_set label tickets answered {own}",
        (
            (*_head(e, r, "label support predicted"), *_all_ends(m.estimate for m in r.metrics))
            for e, r in results
        ),
    )


def confusions(evaluations: Sequence[Evaluation]) -> Columns:
    """Tickets by gold label and top label, and none left out."""
    return Columns.of(
        "rubric_set label top_label tickets",
        (
            (e.provenance.rubric_set, row, column, n)
            for e in evaluations
            for matrix in [e.by_label.confusion]
            for row, counts in zip(matrix.rows, matrix.counts, strict=True)
            for column, n in zip(matrix.columns, counts, strict=True)
        ),
    )


def pairs(evaluations: Sequence[Evaluation]) -> Columns:
    """Pairs of labels with tickets enough, those that are mixed up most first in each set.

    `mixed` and `apart` have one-sided bounds at 95 %; both decide whether a pair is `flagged`.
    """
    names = "first second n_first n_second first_as_second second_as_first"
    behind = "both_high leading near_ties swallower flagged"
    rows = (
        (*_head(e, pair, names), *_all_ends((pair.mixed, pair.apart)), *_picked(pair, behind))
        for e in evaluations
        for pair in e.by_label.diagnosis.pairs
    )
    parts = " ".join(_ENDS.format(name) for name in ("mixed", "apart"))
    return Columns.of(f"rubric_set {names} {parts} {behind}", rows)


def outcomes(evaluations: Sequence[Evaluation]) -> Columns:
    """Tickets by gold label and what the policy does: a label, `(review)` or `(escalate)`.

    No rows for answers whose scores are not known: nothing is routed, and nobody reads them.
    """
    return Columns.of(
        "rubric_set label outcome tickets",
        (
            (e.provenance.rubric_set, row, column, n)
            for e in evaluations
            if tells(e.known, "top score")
            for matrix in [e.routing.confusion]
            for row, counts in zip(matrix.rows, matrix.counts, strict=True)
            for column, n in zip(matrix.columns, counts, strict=True)
        ),
    )


def thresholds(sets: Sequence[Measured]) -> Columns:
    """What every rule chooses, what that does on these tickets, and what it costs.

    `cost` is on tickets that the threshold was not chosen on where `held_out` says so.
    """
    parts = " ".join(_ENDS.format(name) for name in ("coverage", "share_wrong", "cost"))
    return Columns.of(
        f"rubric_set rule title threshold escalate_above temperature target {parts} held_out pays",
        ((one.rubric_set, *_chosen(chosen)) for one in sets for chosen in one.thresholds),
    )


def _chosen(one: ChosenThreshold) -> Values:
    own = _picked(one, "rule title threshold escalate_above temperature target")
    parts = _all_ends((one.in_sample.coverage, one.share_wrong, one.saving.cost))
    return (*own, *parts, one.saving.held_out, one.saving.pays)


def weighed(found: ThresholdAdvice) -> Columns:
    """The settings that a threshold is weighed against, each with its roles; `set_this` marks one.

    A ticket without an answer counts under `reviewed` alone.
    """
    parts = " ".join(_ENDS.format(name) for name in ("share_wrong", "cost"))
    names = "rubric_set threshold escalate_above temperature"
    counts = "routed right wrong reviewed escalated"
    rows = (
        (" ".join(row.roles), *_picked(row.setting, names), *_counts(row), *_paying(row))
        for row in found.rows
    )
    told = Columns.of(f"roles {names} {counts} {parts} held_out pays", rows)
    marks = (row == found.advised for row in found.rows)
    marked = ((*row, mark) for row, mark in zip(told.rows, marks, strict=True))
    return Columns((*told.names, "set_this"), tuple(marked))


def _counts(row: ThresholdRow) -> Values:
    of = row.setting.routing
    return of.routed, of.right, of.wrong, of.reviewed + row.n_failed, of.escalated


def _paying(row: ThresholdRow) -> Values:
    saving = row.setting.saving
    return *_all_ends((row.setting.share_wrong, saving.cost)), saving.held_out, saving.pays


def label_thresholds(found: ThresholdAdvice) -> Columns:
    """Each label's own threshold, whether it is promised, and the tickets it was tested on."""
    rows = (
        (found.rubric_set, one.label, one.threshold, one.promise, one.certificate.n)
        for one in found.label_thresholds
    )
    return Columns.of("rubric_set label threshold promised n", rows)


def sweep(evaluations: Sequence[Evaluation]) -> Columns:
    """What becomes of the tickets at every threshold from 0 to 1, escalation as it is.

    No rows for answers whose scores are not known.
    """
    names = "threshold routed right wrong reviewed escalated coverage precision"
    names += " precision_low precision_high cost"
    rows = (
        (*_head(e, point, names), e.n_scored)
        for e in evaluations
        if tells(e.known, "top score")
        for point in e.routing.sweep
    )
    return Columns.of(f"rubric_set {names} n", rows)


def calibration(evaluations: Sequence[Evaluation]) -> Columns:
    """Bins of like top scores: the mean score, and the share right with its interval."""
    rows = (
        _head(e, one, "low high mean_score accuracy accuracy_low accuracy_high right n")
        for e in evaluations
        for one in e.calibration.reliability
    )
    names = "score_low score_high mean_score accuracy accuracy_low accuracy_high right n"
    return Columns.of(f"rubric_set {names}", rows)


def tickets(found: Sequence[tuple[Predictions, Policy]]) -> Columns:
    """The columns of predictions.csv under each policy, and whether the top label is right.

    A ticket without an answer has empty texts and NaN scores, its kind in `failure`, and None in
    `right`. So is NaN, and the outcome empty, what is not known of an answer. Where tickets were
    asked more than once `repeat` names each. In the order of the rows that the predictions were
    made of.
    """
    every = tuple(dict.fromkeys(label for one, _ in found for label in one.table.labels))
    head = ("rubric_set", "ticket_id", "group_id", "label", "top_label", "score")
    names = (*head, *(SCORE_PREFIX + label for label in every), "outcome", "failure", "right")
    rows = tuple(row for one, policy in found for row in _rows(one, policy, every))
    if all(one.table.repeats is None for one, _ in found):
        return Columns(names, rows)
    own = [_repeats(one) for one, _ in found]
    asked = [of.get(ticket, Repeat(ticket, ""))
             for of, (one, _) in zip(own, found, strict=True) for ticket in one.ids]  # fmt: skip
    told = ((row[0], one.ticket, *row[2:], one.name) for row, one in zip(rows, asked, strict=True))
    return Columns((*names, "repeat"), tuple(told))


def _repeats(found: Predictions) -> dict[str, Repeat]:
    return dict(zip(found.table.ids, found.table.repeats or (), strict=False))


def repeats(evaluations: Sequence[Evaluation]) -> Columns:
    """Each repeat of tickets that were asked more than once."""
    rows = (
        (e.provenance.rubric_set, *_picked(one, "name n right"), *_ends(one.accuracy)[:3])
        for e in evaluations
        if e.repeats is not None
        for one in e.repeats.each
    )
    return Columns.of("rubric_set repeat n right accuracy accuracy_low accuracy_high", rows)


def _rows(found: Predictions, policy: Policy, labels_: tuple[str, ...]) -> Iterator[Values]:
    table = found.table
    outcome = policy.decide(table.scores, table.labels).outcome.tolist()
    place = {ticket: i for i, ticket in enumerate(table.ids)}
    failed = {failure.ticket_id: failure.kind for failure in table.failures}
    column = {label: k for k, label in enumerate(table.labels)}
    groups = found.named_groups or [""] * len(found.ids)
    for ticket, gold, group in zip(found.ids, found.labels, groups, strict=True):
        own = (table.provenance.rubric_set, ticket, group, gold)
        if ticket in failed:
            yield (*own, "", math.nan, *(math.nan for _ in labels_), "", failed[ticket], None)
            continue
        i = place[ticket]
        row = table.scores[i].tolist()
        known = column if table.complete else {}
        scores = (row[known[name]] if name in known else math.nan for name in labels_)
        top = (table.labels[table.top[i]], float(table.top_score[i]))
        becomes = OUTCOMES[outcome[i]] if tells(table.known, "top score") else ""
        yield (*own, *top, *scores, becomes, "", bool(table.right[i]))


def flips(
    comparisons: Sequence[Comparison], still: Sequence[tuple[Comparison, Flip]] = ()
) -> Columns:
    """The tickets that one set has right and the other wrong, surest first; then `still` wrong."""
    turned = [(c, flip) for c in comparisons for flip in c.flips]
    names = "base_label base_score candidate_label candidate_score"
    rows = (
        (c.base, c.candidate, *_picked(flip, f"kind ticket_id gold {names}"))
        for c, flip in (*turned, *still)
    )
    return Columns.of(f"base candidate kind ticket_id label {names}", rows)


def changes(comparisons: Sequence[Comparison]) -> Columns:
    """Every metric on both sides, and its change; of a label metric for each label."""
    own = "name label title base candidate"
    rows = (
        (c.base, c.candidate, *_picked(d, own), *_ends(d.difference), d.p_holm)
        for c in comparisons
        for d in (*c.differences, *c.label_differences)
    )
    names = "metric label title base_value candidate_value change low high n p_holm"
    return Columns.of(f"base candidate {names}", rows)


def _head(evaluation: Evaluation, value: object, names: str) -> Values:
    return evaluation.provenance.rubric_set, *_picked(value, names)


def _picked(value: object, names: str) -> Values:
    return tuple(getattr(value, name) for name in names.split())


def _all_ends(estimates: Iterable[Estimate]) -> Values:
    return tuple(end for of in estimates for end in _ends(of))


def _ends(of: Estimate) -> tuple[float, float, float, int]:
    return of.value, of.low, of.high, of.n
