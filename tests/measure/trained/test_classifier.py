from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from tables import random_table, table
from ticketbench.core.policy import Policy
from ticketbench.core.types import NONE, FloatArray, IntArray, ScoreTable
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.trained.classifier import (
    TrainedClassifier,
    on_vectors,
    on_words,
    out_of_fold,
    trained_classifier,
)
from ticketbench.measure.trained.learning_curve import Learner

RIGHT, WRONG = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]
THEMES = ("refund invoice card", "crash error screen", "password login profile")


class Recorder:
    """A learner that keeps the rows it was given and gives every ticket the first label."""

    def __init__(self, n_labels: int = 3) -> None:
        self.n_labels = n_labels
        self.calls: list[tuple[IntArray, IntArray]] = []

    def __call__(self, train: IntArray, test: IntArray) -> FloatArray:
        self.calls.append((train, test))
        return np.eye(1, self.n_labels).repeat(len(test), axis=0)


def grouped(n: int = 90, n_groups: int = 30, seed: int = 0) -> ScoreTable:
    """Tickets of three labels in groups, every seventh without a label that fits."""
    drawn = random_table(n, k=3, seed=seed, n_groups=n_groups)
    gold = ["__none__" if i % 7 == 0 else "abc"[at] for i, at in enumerate(drawn.truth)]
    return table(drawn.scores.tolist(), gold, groups=drawn.groups.tolist())


def themed(truth: IntArray, seed: int = 0) -> list[str]:
    """Texts that mix words of their label with words of any, and a word of their own."""
    rng = np.random.default_rng(seed)
    every = " ".join(THEMES).split()
    return [
        " ".join([*rng.choice(THEMES[at].split(), 2), *rng.choice(every, 2), f"nr{i}"])
        for i, at in enumerate(truth)
    ]


def baseline(learner: Learner, *tables: ScoreTable, seed: int = 0) -> TrainedClassifier:
    return trained_classifier("words", "Words", learner, tables, Settings(seed=seed))


def plain_model() -> LogisticRegression:
    return LogisticRegression(C=10, class_weight="balanced", solver="newton-cg", max_iter=200)


def plain_pipeline() -> Pipeline:
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\w+")
    return make_pipeline(words, plain_model())


def test_no_model_sees_a_group_of_the_tickets_it_scores() -> None:
    t, recorder = grouped(), Recorder()
    baseline(recorder, t)
    assert len(recorder.calls) > 5
    for train, test in recorder.calls:
        assert not set(t.groups[train]) & set(t.groups[test])


def test_tickets_without_a_label_are_scored_but_never_trained_on() -> None:
    t, recorder = grouped(), Recorder()
    baseline(recorder, t)
    none = set(np.flatnonzero(t.truth == NONE))
    assert none
    assert not any(none & set(train) for train, _ in recorder.calls)
    assert none <= {row for _, test in recorder.calls[:5] for row in test}


def test_every_ticket_is_scored_out_of_fold_once() -> None:
    folds, recorder = np.array([2, 0, 1, 0, 2, 1]), Recorder()
    out_of_fold(recorder, np.array([0, 1, NONE, 0, 1, 0]), folds)
    assert sorted(row for _, test in recorder.calls for row in test) == list(range(6))
    trained_on = [set(train.tolist()) for train, _ in recorder.calls]
    assert trained_on == [{0, 4, 5}, {0, 1, 3, 4}, {1, 3, 5}]


def test_scores_out_of_fold_stand_in_the_rows_of_their_tickets() -> None:
    def learner(train: IntArray, test: IntArray) -> FloatArray:
        return np.column_stack([test, np.full(len(test), len(train))]).astype(float)

    scores = out_of_fold(learner, np.zeros(5, dtype=np.int64), np.array([0, 1, 0, 1, 1]))
    assert scores.tolist() == [[0, 3], [1, 2], [2, 3], [3, 2], [4, 2]]


def test_all_tickets_are_routed_and_only_labelled_ones_have_an_accuracy() -> None:
    t = grouped()
    found = baseline(Recorder(), t)
    assert found.routing.n == 90
    assert found.metric("accuracy").n == int((t.truth != NONE).sum())


def test_the_accuracy_is_that_of_the_scores_out_of_fold() -> None:
    # A learner that always says "a" is right as often as the gold label is "a".
    t = grouped()
    share = float((t.truth[t.truth != NONE] == 0).mean())
    assert baseline(Recorder(), t).metric("accuracy").value == pytest.approx(share)


@pytest.mark.parametrize(("threshold", "routed"), [(0.7, 90), (0.71, 0)])
def test_the_policy_of_the_run_routes_the_tickets_of_the_baseline(
    threshold: float, routed: int
) -> None:
    def learner(train: IntArray, test: IntArray) -> FloatArray:
        return np.array([[0.7, 0.2, 0.1]] * len(test))

    settings = Settings(policy=Policy(threshold=threshold))
    assert trained_classifier("w", "W", learner, [grouped()], settings).routing.routed == routed


def test_n_trained_is_the_mean_number_of_labelled_tickets_of_four_folds() -> None:
    t = random_table(60, k=3)
    assert baseline(Recorder(), t).n_trained == 48


def test_cross_validation_is_repeated_five_times_with_folds_of_its_own() -> None:
    recorder = Recorder()
    baseline(recorder, table([WRONG] * 20, ["b"] * 20))  # 16 to train on: no smaller size
    assert len(recorder.calls) == 25
    judged = [sorted(row for _, test in recorder.calls[i : i + 5] for row in test)
              for i in range(0, 25, 5)]  # fmt: skip
    assert judged == [list(range(20))] * 5
    assert len({tuple(test) for _, test in recorder.calls}) > 20


class Unsteady:
    """Says "a", but in repeat r (five calls each) not on the first wrong[r] of 20 tickets."""

    def __init__(self, *wrong: int) -> None:
        self.wrong, self.n_calls = wrong, 0

    def __call__(self, train: IntArray, test: IntArray) -> FloatArray:
        wrong = self.wrong[self.n_calls // 5]
        self.n_calls += 1
        return np.where((test < wrong)[:, None], WRONG, RIGHT)


@pytest.mark.parametrize("wrong", [(8, 1, 2, 16, 3), (3, 3, 3, 10, 1), (16, 8, 3, 2, 1)])
def test_the_row_is_the_median_repeat_and_the_last_point_the_mean_of_all(
    wrong: tuple[int, ...],
) -> None:
    found = baseline(Unsteady(*wrong), table([RIGHT] * 20, ["a"] * 20))
    assert found.metric("accuracy").value == pytest.approx(1 - 3 / 20)
    assert [point.n for point in found.curve] == [16]
    assert found.curve[-1].accuracy == pytest.approx(1 - np.mean(wrong) / 20)


def test_every_number_of_the_row_is_of_one_repeat() -> None:
    settings = Settings(policy=Policy(threshold=0.5))
    t = table([RIGHT] * 20, ["a"] * 20)
    found = trained_classifier("w", "W", Unsteady(8, 1, 2, 16, 3), [t], settings)
    assert found.routing.selective_precision.value == found.metric("accuracy").value


def test_repeats_that_disagree_widen_the_number_of_tickets_needed() -> None:
    def found(*wrong: int) -> tuple[int | None, int | None, int | None]:
        t = table([RIGHT] * 10 + [WRONG] * 10, ["a"] * 20)
        needed = baseline(Unsteady(*wrong), t).needed[0]
        return needed.low, needed.tickets, needed.high

    assert found(1, 1, 1, 1, 1) == (16, 16, 16)
    assert found(1, 1, 1, 19, 19) == (16, 16, None)


def test_two_groups_of_a_hundred_claim_no_smaller_training_set() -> None:
    t = table([RIGHT] * 200, ["a", "b"] * 100, groups=[0] * 100 + [1] * 100)
    found = baseline(Recorder(), t)
    assert [point.n for point in found.curve] == [100]
    assert found.n_trained == 100


def test_each_rubric_set_has_its_own_number_of_tickets_needed() -> None:
    weak = table([WRONG] * 30 + [RIGHT] * 10, ["a"] * 40)
    strong = table([RIGHT] * 40, ["a"] * 40, rubric_set="v2")
    needed = baseline(Recorder(), weak, strong).needed
    assert [one.rubric_set for one in needed] == ["v1", "v2"]


def test_a_label_that_was_never_trained_on_scores_zero() -> None:
    truth = np.array([0, 1] * 6)
    scores = on_words(themed(truth), truth, 4)(np.arange(10), np.arange(10, 12))
    assert scores.shape == (2, 4)
    assert scores[:, 2:].tolist() == [[0, 0], [0, 0]]
    assert scores.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_a_label_of_one_ticket_alone_is_scored_without_an_error(temperature: float) -> None:
    t = table([RIGHT] * 30, ["a", "b"] * 14 + ["a", "zebra"])
    learner = on_words(themed(np.minimum(t.truth, 2)), t.truth, len(t.gold_labels))
    settings = Settings(policy=Policy(temperature=temperature))
    found = trained_classifier("words", "Words", learner, [t], settings)
    assert 0 < found.metric("accuracy").value < 1
    assert math.isfinite(found.metric("log_loss").value)


def test_one_label_in_training_gets_every_ticket() -> None:
    scores = on_words(["a", "b", "c"], np.array([1, 1, 0]), 3)(np.array([0, 1]), np.array([2]))
    assert scores.tolist() == [[0, 1, 0]]


def test_a_dataset_of_one_label_is_always_right() -> None:
    t = table([RIGHT] * 12, ["a"] * 12)
    found = baseline(on_words(["word"] * 12, t.truth, 3), t)
    assert found.metric("accuracy").value == 1
    assert found.needed[0].tickets == found.curve[0].n


@pytest.mark.parametrize(
    ("gold", "groups"),
    [
        (["__none__"] * 4, [0, 1, 2, 3]),
        (["a", "__none__", "__none__"], [0, 1, 2]),
        (["a", "b", "a"], [7, 7, 7]),
        (["a", "b", "__none__"], [1, 1, 2]),
        (["a"], [0]),
        ([], []),
    ],
    ids=["no label", "one label", "one group", "one labelled group", "one ticket", "none"],
)
def test_fewer_than_two_groups_with_a_label_train_nothing(
    gold: list[str], groups: list[int]
) -> None:
    t, recorder = table([RIGHT] * len(gold), gold, groups=groups), Recorder()
    found = baseline(recorder, t)
    assert recorder.calls == []
    assert all(math.isnan(result.estimate.value) for result in found.metrics)
    assert math.isnan(found.routing.coverage.value)
    assert (found.n_trained, found.curve, found.needed) == (0, (), ())


@pytest.mark.parametrize("seed", range(10))  # at seed 9 both would fall into one fold
def test_two_groups_with_a_label_always_train_on_each_other(seed: int) -> None:
    gold = ["a", "b", *["__none__"] * 10]
    t, recorder = table([RIGHT] * 12, gold), Recorder()
    found = baseline(recorder, t, seed=seed)
    assert all(len(train) for train, _ in recorder.calls)
    assert found.metric("accuracy").n == 2


def test_the_curve_goes_on_until_it_is_above_every_rubric_set() -> None:
    def learner(train: IntArray, test: IntArray) -> FloatArray:
        right = test % 10 < (4 if len(train) < 100 else 8)
        return np.where(right[:, None], RIGHT, WRONG)

    weak, strong = (
        table([RIGHT] * k + [WRONG] * (400 - k), ["a"] * 400, rubric_set=name)
        for name, k in (("v1", 40), ("v2", 240))
    )
    assert [point.n for point in baseline(learner, weak).curve] == [20, 40, 320]
    both = baseline(learner, weak, strong)
    assert [point.n for point in both.curve] == [20, 40, 80, 160, 320]
    assert [needed.tickets for needed in both.needed] == [20, 113]


def test_equal_inputs_and_seeds_give_equal_baselines() -> None:
    t = grouped()
    texts = themed(np.maximum(t.truth, 0))
    one, other = (baseline(on_words(texts, t.truth, 3), t, seed=4) for _ in range(2))
    assert one == other


def test_the_order_of_labels_in_a_rubric_set_changes_no_accuracy() -> None:
    t = grouped()
    turned = replace(t, labels=("c", "b", "a"), gold_labels=("c", "b", "a"),
                     truth=np.where(t.truth == NONE, NONE, 2 - t.truth))  # fmt: skip
    texts = themed(np.maximum(t.truth, 0))
    one, other = (baseline(on_words(texts, x.truth, 3), x) for x in (t, turned))
    assert one.metric("accuracy").value == other.metric("accuracy").value


def test_an_unknown_metric_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        baseline(Recorder(), grouped()).metric("nonsense")


@pytest.mark.parametrize("seed", range(4))
def test_on_words_is_the_plain_pipeline_fitted_on_the_training_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, 60)
    texts = themed(truth, seed)
    train, test = np.split(rng.permutation(60), [40])
    scores = on_words(texts, truth, 3)(train, test)
    plain = plain_pipeline().fit([texts[i] for i in train], truth[train])
    expected = plain.predict_proba([texts[i] for i in test])
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_on_words_reads_case_digits_and_single_letters_as_the_plain_pipeline() -> None:
    texts = ["I am OUT", "i am in 2 minutes", "it's über-slow", "A b c", "out, out!", "x 2 x 2"]
    truth = np.array([0, 1, 0, 1, 0, 1])
    rows = np.arange(6)
    plain = plain_pipeline().fit(texts, truth)
    np.testing.assert_allclose(
        on_words(texts, truth, 2)(rows, rows), plain.predict_proba(texts), atol=1e-6
    )


def test_words_outside_the_training_rows_change_no_score() -> None:
    truth = np.array([0, 1, 2] * 8)
    texts = themed(truth)
    longer = [
        *texts[:18],
        *(f"{text} unheard words {i} unheard" for i, text in enumerate(texts[18:])),
    ]
    train, test = np.arange(18), np.arange(18, 24)
    one, other = (on_words(t, truth, 3)(train, test) for t in (texts, longer))
    np.testing.assert_allclose(one, other, atol=1e-12)


def test_texts_of_tickets_in_neither_part_change_no_score() -> None:
    truth = np.array([0, 1, 2] * 8)
    texts = themed(truth)
    others = [*texts[:20], "refund refund", "crash invoice", "card card card", "x"]
    train, test = np.arange(15), np.arange(15, 20)
    one, other = (on_words(t, truth, 3)(train, test) for t in (texts, others))
    np.testing.assert_allclose(one, other, atol=1e-12)


@pytest.mark.parametrize("at", [0, 23], ids=["trained on", "scored"])
def test_a_text_without_any_word_is_only_a_text_without_features(at: int) -> None:
    truth = np.array([0, 1, 2] * 8)
    texts = themed(truth)
    texts[at] = "?! …"
    train, test = np.arange(18), np.arange(18, 24)
    plain = plain_pipeline().fit(texts[:18], truth[:18])
    np.testing.assert_allclose(
        on_words(texts, truth, 3)(train, test), plain.predict_proba(texts[18:]), atol=1e-6
    )


def test_labels_of_different_size_weigh_alike() -> None:
    # Without balance a text that says nothing would go to the label with most tickets.
    truth = np.array([0] * 16 + [1] * 4)
    texts = ["pay" if at == 0 else "crash" for at in truth]
    scores = on_words([*texts, "?"], np.append(truth, 0), 2)(np.arange(20), np.array([20]))
    assert scores[0] == pytest.approx([0.5, 0.5], abs=0.01)


def test_on_vectors_is_the_plain_logistic_regression() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 60)
    vectors = rng.normal(size=(60, 5)) + truth[:, None]
    train, test = np.split(rng.permutation(60), [40])
    expected = plain_model().fit(vectors[train], truth[train]).predict_proba(vectors[test])
    scores = on_vectors(vectors, truth, 3)(train, test)
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_on_vectors_puts_each_score_in_the_column_of_its_label() -> None:
    vectors = np.array([[0.0], [4.0], [0.2], [3.9]])
    scores = on_vectors(vectors, np.array([3, 1, 3, 1]), 4)(np.array([0, 1]), np.array([2, 3]))
    assert np.argmax(scores, axis=1).tolist() == [3, 1]
    assert scores[:, [0, 2]].tolist() == [[0, 0], [0, 0]]


def test_texts_without_any_word_score_the_seen_labels_alike() -> None:
    truth = np.array([0, 1] * 15)
    scores = on_words(["??"] * 30, truth, 3)(np.arange(20), np.arange(20, 30))
    assert scores.tolist() == [[0.5, 0.5, 0.0]] * 10


def test_training_rows_without_any_word_score_the_seen_labels_alike() -> None:
    truth = np.array([0, 1] * 15)
    texts = ["!!"] * 29 + ["hello"]
    scores = on_words(texts, truth, 2)(np.arange(10), np.arange(10, 30))
    assert scores.tolist() == [[0.5, 0.5]] * 20


def test_no_texts_at_all_are_no_error() -> None:
    on_words([], np.array([], dtype=np.int64), 3)
