"""The committed reference as a value: what comes back of it, and what it does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from ticketbench.core.errors import InputError
from ticketbench.core.policy import ESCALATE, OUTCOMES, REVIEW, ROUTE, Costs, Policy
from ticketbench.core.rubrics import NONE_LABEL, Rubric, RubricSet
from ticketbench.core.types import NONE, Dataset, ScoreTable, Ticket
from ticketbench.edge.results.baseline import (
    Baseline,
    KeptTicket,
    Origin,
    answers_digest,
    baseline_table,
    kept_tickets,
    missing_tickets,
    ticket_hash,
)
from ticketbench.edge.results.predictions import score_table

LABELS = ("a", "b", "c")
TABLE = [[0.8, 0.15, 0.05], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4]]


def dataset(*golds: str, texts: Sequence[str] = ()) -> Dataset:
    return Dataset(
        "d",
        tuple(
            Ticket(f"t{i}", texts[i] if texts else f"text {i}", gold)
            for i, gold in enumerate(golds)
        ),
    )


def rubrics(labels: Sequence[str] = LABELS) -> RubricSet:
    return RubricSet("v1", tuple(Rubric(label, f"Is it {label}?") for label in labels))


def table(data: Dataset, scores: Sequence[Sequence[float]]) -> ScoreTable:
    return score_table(data, rubrics(), "local://x", np.array(scores), {})


def names(k: int) -> tuple[str, ...]:
    return tuple(f"l{i}" for i in range(k))


def origin(**fields: object) -> Origin:
    given_fields: dict[str, object] = {
        "dataset": "d", "rubrics": "r", "endpoint": "e", "scores": "s", "recording": "",
        "policy": Policy(), "costs": Costs(),
    }  # fmt: skip
    return Origin(**(given_fields | fields))  # type: ignore[arg-type]


def blessed(data: Dataset, scored: ScoreTable, outcome: Sequence[int]) -> Baseline:
    asked = rubrics(scored.labels).rubrics
    kept = kept_tickets(data, scored, np.array(outcome, dtype=np.int64))
    return Baseline("v1", origin(), asked, {}, kept)


def three() -> tuple[Dataset, Baseline]:
    data = dataset("a", "b", "a")
    return data, blessed(data, table(data, TABLE), [ROUTE, REVIEW, ESCALATE])


@st.composite
def answered(draw: st.DrawFn) -> tuple[list[list[float]], list[int], list[int]]:
    """Rows of scores that sum to 1, gold labels (-1 is none) and outcomes."""
    k = draw(st.integers(2, 6))
    parts = st.lists(st.integers(0, 1000), min_size=k, max_size=k).filter(any)
    rows = draw(st.lists(parts, min_size=1, max_size=8))
    scores = [[part / sum(row) for part in row] for row in rows]
    golds = draw(st.lists(st.integers(-1, k - 1), min_size=len(rows), max_size=len(rows)))
    outcomes = draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    return scores, golds, outcomes


@options(max_examples=150, deadline=None, derandomize=True)
@given(answered())
def test_top_labels_top_scores_and_outcomes_come_back_exactly(
    drawn: tuple[list[list[float]], list[int], list[int]],
) -> None:
    scores, golds, outcomes = drawn
    labels = names(len(scores[0]))
    data = dataset(*(NONE_LABEL if g == NONE else labels[g] for g in golds))
    scored = score_table(data, rubrics(labels), "local://x", np.array(scores), {})
    back, outcome, _ = baseline_table(blessed(data, scored, outcomes), data)
    assert back.ids == scored.ids
    assert back.top.tolist() == scored.top.tolist()
    assert back.top_score.tolist() == scored.top_score.tolist()
    assert back.right.tolist() == scored.right.tolist()
    assert back.truth.tolist() == scored.truth.tolist()
    assert outcome.tolist() == outcomes
    assert back.failures == ()


@pytest.mark.parametrize("scores", [[0.333, 0.333, 0.333], [0.334, 0.333, 0.333], [1.0, 0.0, 0.0]])
def test_a_top_label_below_its_even_share_stays_on_top(scores: list[float]) -> None:
    data = dataset("a")
    back, *_ = baseline_table(blessed(data, table(data, [scores]), [REVIEW]), data)
    assert (back.top.tolist(), back.top_score.tolist()) == ([0], scores[:1])


@options(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_two_tickets_have_one_hash_only_where_id_and_text_are_equal(
    id_: str, text: str, other_id: str, other_text: str
) -> None:
    one, other = Ticket(id_, text, "a"), Ticket(other_id, other_text, "a")
    assert (ticket_hash(one) == ticket_hash(other)) == ((id_, text) == (other_id, other_text))


def test_nothing_but_id_and_text_decides_the_hash() -> None:
    one = Ticket("t", "text", "a")
    more = Ticket("t", "text", "b", ("b", "c"), "group", "test", (("channel", "mail"),))
    assert ticket_hash(one) == ticket_hash(more)
    assert len(ticket_hash(one)) == 16
    assert ticket_hash(Ticket("t1", "text", "a")) != ticket_hash(Ticket("t", "1text", "a"))


def test_a_kept_ticket_has_gold_top_label_score_and_outcome() -> None:
    data, baseline = three()
    kept = [baseline.tickets[ticket_hash(ticket)] for ticket in data.tickets]
    assert kept == [
        KeptTicket("a", "a", 0.8, "route"),
        KeptTicket("b", "b", 0.7, "review"),
        KeptTicket("a", "c", 0.4, "escalate"),
    ]
    assert list(baseline.tickets) == sorted(baseline.tickets)


def test_two_tickets_with_one_hash_are_refused() -> None:
    same = Ticket("t", "text", "a")
    data = Dataset("d", (same, same))
    scored = score_table(data, rubrics(), "u", np.array([TABLE[0], TABLE[0]]), {})
    with pytest.raises(InputError, match=f"two tickets have the hash {ticket_hash(same)}"):
        kept_tickets(data, scored, np.array([0, 0]))


def test_a_ticket_that_the_baseline_does_not_know_is_a_miss() -> None:
    _, baseline = three()
    now = dataset("a", "b", "a", "c")
    found, outcome, _ = baseline_table(baseline, now)
    assert found.ids == ("t0", "t1", "t2")
    assert [(f.ticket_id, f.kind) for f in found.failures] == [("t3", "miss")]
    assert found.n_requested == 4
    assert [OUTCOMES[i] for i in outcome] == ["route", "review", "escalate"]


def test_a_rewritten_text_is_a_miss_and_its_old_self_is_missing() -> None:
    data, baseline = three()
    now = dataset("a", "b", "a", texts=["text 0", "text 1, again", "text 2"])
    found, outcome, _ = baseline_table(baseline, now)
    assert (found.ids, [f.ticket_id for f in found.failures]) == (("t0", "t2"), ["t1"])
    assert [OUTCOMES[i] for i in outcome] == ["route", "escalate"]
    assert missing_tickets(baseline, now) == (ticket_hash(data.tickets[1]),)
    assert missing_tickets(baseline, data) == ()


def test_missing_tickets_are_sorted_by_hash() -> None:
    data, baseline = three()
    assert missing_tickets(baseline, dataset()) == tuple(sorted(map(ticket_hash, data.tickets)))


def test_a_corrected_gold_label_counts_as_it_is_now() -> None:
    data, baseline = three()
    now = Dataset("d", (*data.tickets[:2], replace(data.tickets[2], label="c")))
    before, after = (baseline_table(baseline, d)[0] for d in (data, now))
    assert before.right.tolist() == [True, True, False]
    assert after.right.tolist() == [True, True, True]
    assert missing_tickets(baseline, now) == ()


def test_a_gold_label_that_was_never_blessed_counts_as_wrong() -> None:
    data, baseline = three()
    now = Dataset("d", (replace(data.tickets[0], label="new"), *data.tickets[1:]))
    found, *_ = baseline_table(baseline, now)
    assert found.gold_labels == ("a", "b", "c", "new")
    assert found.right.tolist() == [False, True, False]


def test_groups_are_those_of_the_dataset_now() -> None:
    data, baseline = three()
    found, *_ = baseline_table(baseline, data.with_groups(["x", "x", None]))
    assert found.groups[0] == found.groups[1] != found.groups[2]


def test_the_table_says_that_its_answers_are_those_of_the_baseline() -> None:
    data, baseline = three()
    found, *_ = baseline_table(baseline, data)
    assert found.provenance.rubric_set == "baseline"
    assert found.provenance.dataset_fingerprint == data.fingerprint
    assert found.provenance.endpoint == "e"


def test_the_digest_of_answers_does_not_depend_on_their_order() -> None:
    data = dataset("a", "b", "a")
    scored = table(data, TABLE)
    turned = scored.rows(np.array([2, 0, 1]))
    assert answers_digest(scored) == answers_digest(turned)


@pytest.mark.parametrize("row", [0, 1, 2])
def test_any_other_score_label_or_ticket_is_another_digest(row: int) -> None:
    data = dataset("a", "b", "a")
    scored = table(data, TABLE)
    other = [list(scores) for scores in TABLE]
    other[row][0] += 1e-6
    digests = {
        answers_digest(scored),
        answers_digest(table(data, other)),
        answers_digest(scored.rows(np.array([i for i in range(3) if i != row]))),
        answers_digest(replace(scored, labels=("a", "b", "x"))),
        answers_digest(replace(scored, ids=("t0", "t1", "t9"))),
    }
    assert len(digests) == 5


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("dataset", "x", ("the dataset",)),
        ("rubrics", "x", ("the rubrics",)),
        ("endpoint", "x", ("the endpoint",)),
        ("scores", "x", ("the answers",)),
        ("policy", Policy(threshold=0.7), ("the policy",)),
        ("costs", Costs(review=2.0), ("the costs",)),
        ("recording", "x", ()),
        ("tool", "9.9.9", ()),
    ],
)
def test_every_input_that_differs_is_named(field: str, value: object, words: tuple[str]) -> None:
    assert origin(**{field: value}).differs(origin()) == words
    assert origin(**{field: value}).differs(origin(**{field: value})) == ()


def test_a_ticket_blessed_with_the_line_ends_of_the_file_is_known() -> None:
    data = dataset("a", texts=["x\r\ny"])
    (ticket,) = data.tickets
    baseline = blessed(data, table(data, TABLE[:1]), [ROUTE])
    now = Dataset("d", (replace(ticket, text="x\ny", text_in_file="x\r\ny"),))
    assert missing_tickets(baseline, now) == ()
    assert baseline_table(baseline, now)[0].n_scored == 1


def missed_and_not() -> tuple[Dataset, Baseline]:
    """Routed, escalated with the gold label asked, escalated without, routed but not asked."""
    data = dataset("a", "b", NONE_LABEL, "c")
    scored = table(data, [[0.8, 0.15, 0.05], [0.4, 0.35, 0.25], [0.5, 0.4, 0.1], [0.7, 0.2, 0.1]])
    outcome = np.array([ROUTE, ESCALATE, ESCALATE, ROUTE])
    missed = np.array([False, False, True, True])
    kept = kept_tickets(data, scored, outcome, missed)
    return data, Baseline("v1", origin(), rubrics().rubrics, {}, kept)


def test_an_escalation_that_missed_the_gold_label_is_told_apart() -> None:
    data, baseline = missed_and_not()
    kept = [baseline.tickets[ticket_hash(ticket)].outcome for ticket in data.tickets]
    assert kept == ["route", "escalate", "missed", "route"]


def test_what_was_missed_comes_back() -> None:
    data, baseline = missed_and_not()
    _, outcome, missed = baseline_table(baseline, data)
    assert outcome.tolist() == [ROUTE, ESCALATE, ESCALATE, ROUTE]
    # Of a routed ticket nobody asks what an escalation would have missed.
    assert missed.tolist() == [False, False, True, False]
    costs = Costs(misroute=5, review=1, escalate=0.5, missed=2)
    assert costs.of(outcome, np.array([True, False, False, False]), missed).tolist() == [
        0, 0.5, 2.5, 5,
    ]  # fmt: skip


def test_without_a_price_nothing_is_told_apart() -> None:
    data, baseline = three()
    assert {kept.outcome for kept in baseline.tickets.values()} == {"route", "review", "escalate"}
    assert not baseline_table(baseline, data)[2].any()


def test_tickets_that_the_baseline_does_not_know_were_not_missed() -> None:
    data, baseline = missed_and_not()
    more = Dataset("d", (Ticket("new", "new", "a"), *data.tickets))
    found, outcome, missed = baseline_table(baseline, more)
    assert (found.n_scored, len(outcome)) == (4, 4)
    assert missed.tolist() == [False, False, True, False]
