"""What a classifier trained on these very labels reaches: a reference row beside rubric sets.

Logistic regression on word counts or on given vectors. Every ticket is scored by a model that saw
neither it nor any ticket of its group, so the row may be read beside zero-shot answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ticketbench.core.types import NONE, Estimate, FloatArray, IntArray, ScoreTable
from ticketbench.measure.estimates import MetricResult, metric_results
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.routing.equal_coverage import CoverageAtRisk, coverage_at_risks
from ticketbench.measure.routing.outcomes import RoutingSummary, summarise
from ticketbench.measure.thresholds.choose import N_FOLDS, fold_of_ticket
from ticketbench.measure.trained.learning_curve import (
    CurvePoint,
    Draw,
    Learner,
    TicketsNeeded,
    curve_points,
    learning_curve,
    tickets_needed,
)

_INVERSE_PENALTY = 10.0
_MOST_STEPS = 200
_REPEATS = 5


@dataclass(frozen=True, slots=True)
class TrainedClassifier:
    """A trained classifier on the tickets that every rubric set scored.

    n_trained  labelled tickets behind each out-of-fold score, on average
    routing    under the policy of the run, as the rubric sets are judged
    curve      accuracy by number of labelled tickets trained on, the last with all of them
    needed     per rubric set, the labelled tickets to match its accuracy
    at_risk    the largest shares of tickets, by top score, of which so many are wrong
    """

    name: str
    title: str
    n_trained: int
    metrics: tuple[MetricResult, ...]
    routing: RoutingSummary
    curve: tuple[CurvePoint, ...]
    needed: tuple[TicketsNeeded, ...]
    at_risk: tuple[CoverageAtRisk, ...] = ()

    def metric(self, name: str) -> Estimate:
        """The estimate of the metric called `name`; KeyError when there is none."""
        return {result.name: result.estimate for result in self.metrics}[name]


def on_words(texts: Sequence[str], truth: IntArray, n_labels: int) -> Learner:
    """Logistic regression on TF-IDF of words and word pairs (Salton & Buckley 1988).

    Which words exist and how rare they are is learnt from the training rows alone.
    """
    from scipy import sparse
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

    words = CountVectorizer(ngram_range=(1, 2), token_pattern=r"\w+")
    holds_words = any(re.search(r"\w", text) for text in texts)
    counts = words.fit_transform(texts) if holds_words else sparse.csr_array((len(texts), 0))

    def learner(train: IntArray, test: IntArray) -> FloatArray:
        seen = counts[train]
        known = np.flatnonzero(np.asarray(seen.sum(axis=0)).ravel())
        if len(known) == 0:
            return _scores(seen[:, known], truth[train], counts[test][:, known], n_labels)
        weighting = TfidfTransformer().fit(seen[:, known])
        fitted = weighting.transform(seen[:, known])
        return _scores(fitted, truth[train], weighting.transform(counts[test][:, known]), n_labels)

    return learner


def on_vectors(vectors: FloatArray, truth: IntArray, n_labels: int) -> Learner:
    """Logistic regression on one given vector per ticket, such as a sentence embedding."""

    def learner(train: IntArray, test: IntArray) -> FloatArray:
        return _scores(vectors[train], truth[train], vectors[test], n_labels)

    return learner


def _scores(train: Any, truth: IntArray, test: Any, n_labels: int) -> FloatArray:
    """Multinomial logistic regression, labels weighted alike; a label never seen scores 0.

    Without a single feature the seen labels score alike.
    """
    from sklearn.linear_model import LogisticRegression

    scores = np.zeros((test.shape[0], n_labels))
    seen = np.unique(truth)
    if len(seen) == 1 or train.shape[1] == 0:
        scores[:, seen] = 1 / len(seen)
        return scores
    model = LogisticRegression(
        C=_INVERSE_PENALTY, class_weight="balanced", solver="newton-cg", max_iter=_MOST_STEPS
    )
    scores[:, seen] = model.fit(train, truth).predict_proba(test)
    return scores


def trained_classifier(
    name: str, title: str, learner: Learner, tables: Sequence[ScoreTable], settings: Settings
) -> TrainedClassifier:
    """Train and judge `learner` on the tickets of `tables`: the same rows in each, one a set.

    Scores come from grouped 5-fold cross-validation, of five repeats the one with the median
    accuracy; all five make the curve. With fewer than two groups that hold a gold label nothing
    can be trained and judged apart: every estimate is NaN, the curve is empty.
    """
    tickets = replace(
        tables[0],
        labels=tables[0].gold_labels,
        scores=np.zeros((tables[0].n_scored, len(tables[0].gold_labels))),
    )
    labelled = tickets.truth != NONE
    if len(np.unique(tickets.groups[labelled])) < 2:
        tickets = tickets.rows(np.arange(0))
        curve = None
    else:
        repeats = [_repeat(learner, tickets, settings.seed + i) for i in range(_REPEATS)]
        tickets = sorted(repeats, key=lambda repeat: _accuracy(repeat[0]))[_REPEATS // 2][0]
        best = max(float(table.right[labelled].mean()) for table in tables)
        curve = learning_curve(learner, tickets, [draw for _, draw in repeats], enough=best)
    decisions = settings.policy.decide(tickets.scores, tickets.labels)
    return TrainedClassifier(
        name=name,
        title=title,
        n_trained=int(curve.sizes[-1]) if curve else 0,
        metrics=metric_results(tickets, seed=settings.seed),
        routing=summarise(tickets, decisions, settings.costs),
        curve=curve_points(curve) if curve else (),
        needed=tuple(tickets_needed(curve, t, seed=settings.seed) for t in tables if curve),
        at_risk=coverage_at_risks(tickets),
    )


def _repeat(learner: Learner, tickets: ScoreTable, seed: int) -> tuple[ScoreTable, Draw]:
    """One cross-validation: the scored tickets, and what the learning curve needs of it."""
    folds = _folds(tickets, seed)
    scored = replace(tickets, scores=out_of_fold(learner, tickets.truth, folds))
    return scored, Draw(folds, seed, scored.right)


def _accuracy(tickets: ScoreTable) -> float:
    return float(tickets.right[tickets.truth != NONE].mean())


def _folds(tickets: ScoreTable, seed: int) -> IntArray:
    """Grouped folds, each of which leaves a labelled ticket to train on."""
    folds = fold_of_ticket(tickets.groups, n_folds=N_FOLDS, seed=seed)
    labelled = np.unique(folds[tickets.truth != NONE])
    if len(labelled) > 1:
        return folds
    return fold_of_ticket(tickets.groups, n_folds=tickets.n_groups, seed=seed)


def out_of_fold(learner: Learner, truth: IntArray, folds: IntArray) -> FloatArray:
    """Scores (n x R) of each ticket by a model of the other folds' tickets with a gold label."""
    scores: list[tuple[IntArray, FloatArray]] = []
    for fold in np.unique(folds):
        test = np.flatnonzero(folds == fold)
        scores.append((test, learner(np.flatnonzero((folds != fold) & (truth != NONE)), test)))
    result = np.zeros((len(truth), scores[0][1].shape[1]))
    for test, of_fold in scores:
        result[test] = of_fold
    return result
