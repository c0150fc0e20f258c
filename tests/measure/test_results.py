from __future__ import annotations

import pytest

from tables import random_table, table
from ticketbench.core.errors import InputError
from ticketbench.core.types import Dataset, Failure, Finding, Rubric, RubricSet, ScoreTable, Ticket
from ticketbench.measure.evaluate import Settings
from ticketbench.measure.results import (
    DatasetSummary,
    LabelCount,
    RunResults,
    run_results,
    summarise_dataset,
)
from ticketbench.measure.verdict import MARGIN

NOTE = Finding("TB101", "note", "a title", "evidence", "action")
SUMMARY = DatasetSummary("d", "f", 30, ())


def ran(*tables: ScoreTable, data_findings: tuple[Finding, ...] = ()) -> RunResults:
    rubrics = [
        RubricSet(t.provenance.rubric_set, (Rubric("l0", "?"), Rubric("l1", "?"))) for t in tables
    ]
    return run_results("support", SUMMARY, rubrics, tables, Settings(), data_findings)


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
