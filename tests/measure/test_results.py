from __future__ import annotations

from dataclasses import replace

import pytest

from tables import random_table, table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Dataset, Failure, Finding, ScoreTable, Ticket
from ticketbench.measure.compare import compare
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.pairs.verdict import MARGIN
from ticketbench.measure.recommendation import Today, recommend
from ticketbench.measure.results import (
    DatasetSummary,
    LabelCount,
    RunResults,
    run_results,
    summarise_dataset,
)
from ticketbench.measure.routing.equal_coverage import equal_coverage
from ticketbench.measure.sample.label_errors import suspects
from ticketbench.measure.sample.production_mix import production_mix
from ticketbench.measure.standing import standing
from ticketbench.measure.statistics.holm import holm

NOTE = Finding("TB101", "note", "a title", "evidence", "action")
SUMMARY = DatasetSummary("d", "f", 30, ())


def ran(
    *tables: ScoreTable,
    data_findings: tuple[Finding, ...] = (),
    mix: dict[str, float] | None = None,
    today: Today | None = None,
    certify: str = "",
) -> RunResults:
    rubrics = [
        RubricSet(t.provenance.rubric_set, (Rubric("l0", "?"), Rubric("l1", "?"))) for t in tables
    ]
    return run_results(
        "support", SUMMARY, rubrics, tables, Settings(), data_findings, mix, today, certify
    )


def three() -> tuple[ScoreTable, ...]:
    names = ("v1", "v2", "v3")
    return tuple(random_table(30, seed=i, rubric_set=name) for i, name in enumerate(names))


def test_a_dataset_summary_counts_the_labels_in_order_of_name() -> None:
    tickets = [Ticket(str(i), "x", label) for i, label in enumerate(["b", "a", "b", "__none__"])]
    dataset = Dataset("d", tuple(tickets))
    labels = (LabelCount("__none__", 1), LabelCount("a", 1), LabelCount("b", 2))
    assert summarise_dataset(dataset) == DatasetSummary("d", dataset.fingerprint, 4, labels, 4, "")


def test_the_summary_of_an_empty_dataset_has_no_labels() -> None:
    assert summarise_dataset(Dataset("d", ())).labels == ()


def test_every_rubric_set_is_evaluated_in_order() -> None:
    names = [e.provenance.rubric_set for e in ran(*three()).evaluations]
    assert names == ["v1", "v2", "v3"]


def test_each_later_rubric_set_is_compared_with_the_first() -> None:
    pairs = [(c.base, c.candidate) for c in ran(*three()).comparisons]
    assert pairs == [("v1", "v2"), ("v1", "v3")]


def test_one_rubric_set_has_no_comparison() -> None:
    assert ran(three()[0]).comparisons == ()


def test_comparisons_use_the_default_margin() -> None:
    assert {c.verdict.margin for c in ran(*three()).comparisons} == {MARGIN}


def test_failed_tickets_are_summed_over_the_rubric_sets() -> None:
    failed = [Failure("x", "timeout"), Failure("y", "timeout")]
    one = table([[0.8, 0.2]], ["l0"], labels=("l0", "l1"), failures=failed)
    other = table([[0.8, 0.2]], ["l0"], labels=("l0", "l1"), failures=failed[:1])
    assert ran(one, other).n_failed == 3


def test_findings_of_the_data_come_first() -> None:
    assert ran(three()[0], data_findings=(NOTE,)).findings[0] == NOTE


def test_a_finding_about_two_rubric_sets_alike_is_told_once() -> None:
    found = ran(*three()).findings
    assert [finding.code for finding in found].count("TB206") == 1


def test_the_same_finding_of_data_and_result_is_told_once() -> None:
    alone = ran(three()[0]).findings
    assert ran(three()[0], data_findings=alone).findings == alone


def test_equal_inputs_give_equal_results() -> None:
    assert ran(*three()) == ran(*three())


def test_tables_of_different_datasets_are_refused() -> None:
    one = table([[0.8, 0.2]], ["l0"], labels=("l0", "l1"))
    other = table([[0.8, 0.2]], ["l0"], labels=("l0", "l1"), dataset="e")
    with pytest.raises(InputError, match="different datasets"):
        ran(one, other)


def same_tickets(*names: str, n: int = 60) -> list[ScoreTable]:
    """Sets that answer the same tickets, each with answers of its own."""
    gold = [f"l{i}" for i in random_table(n, seed=1).truth]
    labels = [f"l{i}" for i in range(4)]
    return [
        table(random_table(n, seed=i + 1).scores.tolist(), gold, labels=labels, rubric_set=name)
        for i, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("groups", "n_groups"),
    [
        ([None, None, None], 3),
        (["x", "x", None], 2),
        (["x", "x", "x"], 1),
        (["x", "y", None], 3),
        ([], 0),
    ],
)
def test_the_summary_counts_groups_and_tickets_without_one_alone(
    groups: list[str | None], n_groups: int
) -> None:
    tickets = tuple(Ticket(str(i), "x", "a", group=g) for i, g in enumerate(groups))
    summary = summarise_dataset(Dataset("d", tickets), "column customer")
    assert (summary.n_groups, summary.grouped_by) == (n_groups, "column customer")


def test_every_set_stands_beside_the_others_at_equal_coverage() -> None:
    tables = same_tickets("v1", "v2", "v3")
    assert ran(*tables).equal_coverage == equal_coverage(tables)


def test_what_the_last_set_contradicts_is_to_be_read_again_the_first_asked_as_well() -> None:
    tables = same_tickets("v1", "v2")
    found = ran(*tables).suspects
    assert found == suspects(tables[1], tables[0])
    assert {s.agreeing for s in found} == {1, 2}


def test_one_set_alone_has_suspects_but_no_comparison() -> None:
    (one,) = same_tickets("v1")
    found = ran(one)
    assert found.suspects == suspects(one)
    assert found.comparisons == ()


def test_without_a_mix_there_is_nothing_about_production() -> None:
    assert ran(*same_tickets("v1")).production == ()
    assert ran(*same_tickets("v1"), mix={}).production == ()


def test_with_a_mix_every_set_has_its_numbers_there() -> None:
    mix = {"l0": 0.7, "l1": 0.1, "l2": 0.1, "l3": 0.1}
    tables = same_tickets("v1", "v2")
    found = ran(*tables, mix=mix).production
    assert found == tuple(production_mix(t, Settings().policy, mix) for t in tables)


def test_slices_and_baselines_are_added_by_those_who_know_the_texts() -> None:
    found = ran(*same_tickets("v1"))
    assert (found.slices, found.trained, found.trained_missing) == ((), (), "")


def test_sets_with_other_numbers_of_labels_get_a_warning() -> None:
    one = same_tickets("v1")[0]
    fewer = random_table(60, k=3, seed=5, rubric_set="v2")
    gold = [one.gold_labels[i] for i in one.truth]
    other = table(fewer.scores.tolist(), gold, labels=fewer.labels, rubric_set="v2")
    found = [f for f in ran(one, other).findings if f.code == "TB207"]
    assert [f.evidence for f in found] == ["v1 4, v2 3"]
    assert "TB207" not in {f.code for f in ran(*same_tickets("v1", "v2")).findings}


def test_the_verdicts_on_two_candidates_know_of_each_other() -> None:
    tables = same_tickets("v1", "v2", "v3")
    found = ran(*tables)
    assert [c.verdict.p for c in found.comparisons] == list(
        holm([c.change("accuracy").p for c in found.comparisons])
    )
    assert found.standing == standing(tables, found.comparisons, policy=Settings().policy)
    assert [p.verdict for p in found.standing.pairs[:2]] == [c.verdict for c in found.comparisons]


def test_one_candidate_has_the_verdict_of_its_comparison_alone() -> None:
    a, b = same_tickets("v1", "v2")
    assert ran(a, b).comparisons[0].verdict == compare(a, b).verdict


def test_each_comparison_says_how_many_wrong_labels_its_verdict_can_bear() -> None:
    for c in ran(*same_tickets("v1", "v2", "v3")).comparisons:
        assert c.fragility.n_changed == c.contingency.only_base + c.contingency.only_candidate > 0
        assert (c.fragility.outcome == c.verdict.outcome) == (c.fragility.undo == 0)


def test_identical_sets_rest_on_no_label() -> None:
    one = same_tickets("v1")[0]
    twin = replace(one, provenance=replace(one.provenance, rubric_set="v2"))
    (comparison,) = ran(one, twin).comparisons
    assert comparison.verdict.outcome == comparison.fragility.outcome == "no relevant difference"
    assert (comparison.fragility.n_changed, comparison.fragility.undo) == (0, 0)


def test_a_promise_is_shared_by_the_sets_that_do_not_run_today() -> None:
    tables = same_tickets("v1", "v2", "v3")

    def shares(today: Today | None = None, certify: str = "") -> list[int]:
        found = ran(*tables, today=today, certify=certify)
        return [e.settings.promises for e in found.evaluations]

    assert shares() == [0, 2, 2]
    assert shares(Today("v3", Policy())) == [2, 2, 0]
    assert shares(Today("v3", Policy()), "v3") == [0, 0, 1]
    assert [e.settings.promises for e in ran(tables[0]).evaluations] == [1]


def test_the_recommendation_is_that_of_the_sets_and_of_what_runs_today() -> None:
    tables, today = same_tickets("v1", "v2"), Today("v2", Policy(0.8, 0.4))
    found = ran(*tables, today=today)
    assert found.recommendation == recommend(tables, found.evaluations, found.standing, today)
    alone = ran(tables[0])
    first = Today("v1", Settings().policy)
    assert alone.recommendation == recommend([tables[0]], alone.evaluations, alone.standing, first)
    assert alone.recommendation.today.saving == alone.evaluations[0].routing.saving
