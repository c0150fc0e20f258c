"""Score tables from answers, into predictions.csv, and back without a difference."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table
from ticketbench.core.errors import InputError, Problem
from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import NONE_LABEL, Rubric, RubricSet
from ticketbench.core.types import NONE, Dataset, Failure, ScoreTable, Ticket
from ticketbench.edge.files.cells import CellStyle
from ticketbench.edge.results import predictions
from ticketbench.edge.results.predictions import (
    digits,
    predictions_csv,
    read_score_table,
    score_table,
)
from ticketbench.edge.results.rows import gold_labels, numbered
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Settings

URL = "local://test"
HEAD = "ticket_id,label,score_a,score_b\n"
PLAIN = settings(derandomize=True, max_examples=50, deadline=None)
FILLED = st.text(
    st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1
).filter(str.strip)

LIVE = tuple("=+-@\t\r\n＝＋－＠")
HOSTILE = st.one_of(
    FILLED,
    st.text("=+-@\t\r\n＝＋－＠'\\u{2e}a\x01\x1b\x85\u202e\u2066", min_size=1, max_size=8),
).filter(str.strip)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rubric_set(*labels: str, name: str = "v1") -> RubricSet:
    return RubricSet(name, tuple(Rubric(label, f"Is it {label}?") for label in labels))


def dataset(*rows: tuple[str, str] | tuple[str, str, str]) -> Dataset:
    """Tickets of (id, label) or (id, label, group)."""
    return Dataset(
        "t.csv",
        tuple(Ticket(row[0], "x", row[1], group=row[2] if len(row) > 2 else None) for row in rows),
    )


def answer(*scores: float) -> tuple[float, ...]:
    return scores


def table_of(
    data: Dataset, rubrics: RubricSet, url: str, outcomes: Sequence[tuple[float, ...] | Failure]
) -> ScoreTable:
    """The score table of one outcome, scores or a failure, per ticket."""
    failures = {i: one for i, one in enumerate(outcomes) if isinstance(one, Failure)}
    none = (math.nan,) * len(rubrics.rubrics)
    rows = [none if isinstance(one, Failure) else one for one in outcomes]
    scores = np.array(rows, dtype=np.float64).reshape(len(rows), len(none))
    return score_table(data, rubrics, url, scores, failures)


def failure(kind: str = "timeout") -> Failure:
    return Failure("", kind)  # type: ignore[arg-type]


def read_back(
    tables: Sequence[ScoreTable],
    data: Dataset,
    name: str | None = None,
    policy: Policy | None = None,
) -> ScoreTable:
    text = predictions_csv(tables, data, policy or Policy())
    Path("p.csv").write_bytes(text.encode("utf-8"))
    return read_score_table(Path("p.csv"), name)


def plain(table: ScoreTable) -> tuple[object, ...]:
    """All that predictions.csv keeps of a table; groups by who shares one, not by number."""
    return (
        table.provenance.rubric_set,
        table.labels,
        table.gold_labels,
        table.ids,
        table.truth.tolist(),
        numbered(table.groups.tolist()).tolist(),
        table.scores.tolist(),
        [(failed.ticket_id, failed.kind) for failed in table.failures],
    )


def written(tables: Sequence[ScoreTable], data: Dataset, policy: Policy) -> list[dict[str, str]]:
    text = predictions_csv(tables, data, policy)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read(text: str, name: str | None = None, file: str = "p.csv") -> ScoreTable:
    Path(file).write_text(text, encoding="utf-8")
    return read_score_table(Path(file), name)


def problems(text: str, name: str | None = None, file: str = "p.csv") -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        read(text, name, file)
    return caught.value.problems


def only(text: str, name: str | None = None, file: str = "p.csv") -> Problem:
    (found,) = problems(text, name, file)
    return found


# From answers to a table


def test_scores_stand_in_dataset_order() -> None:
    data = dataset(("1", "a"), ("2", "b"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1), answer(0.3, 0.7)])
    assert (table.ids, table.scores.tolist()) == (("1", "2"), [[0.9, 0.1], [0.3, 0.7]])


def test_a_failure_takes_the_id_of_its_ticket() -> None:
    data = dataset(("1", "a"), ("2", "b"))
    outcomes = [answer(0.9, 0.1), Failure("", "http", 503, "busy")]
    table = table_of(data, rubric_set("a", "b"), URL, outcomes)
    assert (table.ids, table.failures) == (("1",), (Failure("2", "http", 503, "busy"),))


def test_requested_is_scored_plus_failed() -> None:
    data = dataset(("1", "a"), ("2", "b"), ("3", "a"))
    table = table_of(data, rubric_set("a", "b"), URL, [failure(), answer(0.5, 0.5), failure()])
    assert (table.n_requested, table.n_scored, table.n_failed) == (3, 1, 2)


def test_a_table_may_hold_failures_only() -> None:
    table = table_of(dataset(("1", "a")), rubric_set("a", "b"), URL, [failure()])
    assert (table.scores.shape, table.n_failed) == ((0, 2), 1)


def test_the_gold_label_none_has_no_column() -> None:
    data = dataset(("1", NONE_LABEL), ("2", "b"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1)] * 2)
    assert (table.truth.tolist(), table.gold_labels) == ([NONE, 1], ("a", "b"))


def test_gold_labels_outside_the_rubric_set_come_last_sorted() -> None:
    assert gold_labels(("b", "a"), ["z", "a", NONE_LABEL, "c", "z"]) == ("b", "a", "c", "z")


def test_tickets_of_one_group_share_a_number() -> None:
    data = dataset(("1", "a", "g"), ("2", "a"), ("3", "a", "g"), ("4", "a"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1)] * 4)
    assert table.groups.tolist() == [0, 1, 0, 2]


def test_a_group_called_like_an_id_is_not_that_ticket() -> None:
    data = dataset(("1", "a"), ("2", "a", "1"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1)] * 2)
    assert table.n_groups == 2


def test_a_dataset_without_all_labels_leaves_wanted_open() -> None:
    table = table_of(dataset(("1", "a")), rubric_set("a", "b"), URL, [answer(0.9, 0.1)])
    assert table.wanted is None


def test_wanted_holds_the_label_and_all_labels() -> None:
    data = Dataset(
        "t", (Ticket("1", "x", "a", ("b",)), Ticket("2", "x", "c"), Ticket("3", "x", "b"))
    )
    outcomes = [answer(0.9, 0.1), failure(), answer(0.9, 0.1)]
    table = table_of(data, rubric_set("a", "b"), URL, outcomes)
    assert table.wanted is not None
    assert table.wanted.tolist() == [[True, True, False], [False, True, False]]


def test_scores_are_kept_as_the_endpoint_printed_them() -> None:
    data = dataset(("1", "a"))
    table = table_of(data, rubric_set("a", "b", "c"), URL, [answer(0.33, 0.33, 0.33)])
    assert table.scores.tolist() == [[0.33, 0.33, 0.33]]


# The file


def test_the_columns_of_the_file_are_the_documented_ones() -> None:
    data = dataset(("1", "a"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1)])
    assert predictions_csv([table], data, Policy()) == (
        "rubric_set,ticket_id,group_id,label,top_label,score,score_a,score_b,outcome,failure\n"
        "v1,1,,a,a,0.9,0.9,0.1,route,\n"
    )


def test_a_failed_ticket_has_an_empty_top_label_and_its_kind() -> None:
    data = dataset(("1", "a", "g"))
    table = table_of(data, rubric_set("a", "b"), URL, [failure("contract")])
    (row,) = written([table], data, Policy())
    assert row == {
        "rubric_set": "v1",
        "ticket_id": "1",
        "group_id": "g",
        "label": "a",
        "top_label": "",
        "score": "",
        "score_a": "",
        "score_b": "",
        "outcome": "",
        "failure": "contract",
    }


@given(
    st.lists(
        st.one_of(
            st.floats(),
            st.floats(0, 1),
            st.integers(0, 10**6).map(lambda n: n / 10**6),
            st.sampled_from([1e-4, 9.999999999999999e-05, 1e15, 999999999999999.9, -0.0, 1.0]),
        )
    )
)
@PLAIN
def test_digits_are_those_of_repr(values: list[float]) -> None:
    assert digits(np.array(values, dtype=np.float64)) == [repr(value) for value in values]


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_rows_are_those_of_each_ticket_by_itself(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictions, "_AT_ONCE", at_once)
    data = dataset(*((f"t{9 - i}", "ab"[i % 2]) for i in range(10)))
    kinds = (failure(), answer(0.3, 0.7), answer(0.999991, 0.000009), failure("refused"))
    tables = [
        table_of(data, rubric_set(*labels, name=name), "u", [kinds[(i * i) % 4] for i in range(10)])
        for name, labels in (("v1", ("a", "b")), ("v2", ("c", "b")))
    ]
    found = written([table.in_order_of_ids() for table in tables], data, Policy())
    alone = [
        row
        for table in tables
        for ticket in data.tickets
        for row in written([table], Dataset("t.csv", (ticket,)), Policy())
    ]
    assert [{k: v for k, v in row.items() if v} for row in found] == [
        {k: v for k, v in row.items() if v} for row in alone
    ]


@pytest.mark.parametrize(
    ("scores", "outcome"),
    [((0.9, 0.1), "route"), ((0.6, 0.4), "escalate"), ((0.55, 0.15, 0.3), "review")],
    ids=["route", "escalate", "review"],
)
def test_the_outcome_is_that_of_the_policy(scores: tuple[float, ...], outcome: str) -> None:
    data = dataset(("1", "a"))
    table = table_of(data, rubric_set(*"abc"[: len(scores)]), URL, [answer(*scores)])
    assert written([table], data, Policy(0.6, 0.3))[0]["outcome"] == outcome


def test_failed_and_scored_tickets_stand_in_dataset_order() -> None:
    data = dataset(("3", "a"), ("1", "b"), ("2", "a"))
    table = table_of(data, rubric_set("a", "b"), URL, [failure(), answer(0.9, 0.1), failure()])
    assert [row["ticket_id"] for row in written([table], data, Policy())] == ["3", "1", "2"]


# And back


def test_a_random_table_is_read_back_equal() -> None:
    table = random_table(200, k=5, seed=3)
    gold = [table.gold_labels[i] for i in table.truth]
    data = dataset(*zip(table.ids, gold, strict=True))
    assert plain(read_back([table], data)) == plain(table)


def test_scores_are_read_back_to_the_last_bit() -> None:
    table = random_table(500, k=6, seed=4)
    gold = [table.gold_labels[i] for i in table.truth]
    data = dataset(*zip(table.ids, gold, strict=True))
    assert np.array_equal(read_back([table], data).scores, table.scores)


@pytest.mark.parametrize(
    "kind", ["network", "timeout", "http", "contract", "miss", "cache", "not_run"]
)
def test_a_failure_of_each_kind_is_read_back(kind: str) -> None:
    data = dataset(("1", "a"), ("2", "b"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1), failure(kind)])
    assert plain(read_back([table], data)) == plain(table)


def test_the_label_none_is_read_back() -> None:
    data = dataset(("1", NONE_LABEL), ("2", "b"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1)] * 2)
    assert plain(read_back([table], data)) == plain(table)


def test_gold_labels_outside_the_rubric_set_are_read_back() -> None:
    data = dataset(("1", "z"), ("2", "b"), ("3", "c"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1)] * 3)
    assert plain(read_back([table], data)) == plain(table)


def test_the_gold_label_of_a_failed_ticket_is_read_back() -> None:
    data = dataset(("1", "a"), ("2", "only-here"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1), failure()])
    assert read_back([table], data).gold_labels == table.gold_labels


def test_groups_are_read_back() -> None:
    data = dataset(("1", "a", "g"), ("2", "a"), ("3", "b", "h"), ("4", "b", "g"), ("5", "b", "2"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1)] * 5)
    assert plain(read_back([table], data)) == plain(table)


def test_groups_are_read_back_when_their_first_ticket_failed() -> None:
    data = dataset(("1", "a", "g"), ("2", "a", "h"), ("3", "b", "g"), ("4", "b", "h"))
    outcomes = [failure(), *[answer(0.9, 0.1)] * 3]
    table = table_of(data, rubric_set("a", "b"), URL, outcomes)
    assert plain(read_back([table], data)) == plain(table)


def test_a_table_that_was_read_back_measures_the_same() -> None:
    rng = np.random.default_rng(5)
    rows = [(f"t{i}", "ab"[rng.integers(2)], f"g{rng.integers(15)}") for i in range(60)]
    data = dataset(*rows)
    p = rng.uniform(0.01, 0.99, 60).round(3)
    outcomes = [failure() if i % 7 == 0 else answer(p[i], round(1 - p[i], 3)) for i in range(60)]
    table = table_of(data, rubric_set("a", "b"), URL, outcomes)
    before, after = (evaluate(each, Settings()) for each in (table, read_back([table], data)))
    assert after.metrics == before.metrics


def test_each_of_several_rubric_sets_is_read_back_with_its_own_labels() -> None:
    data = dataset(("1", "a"), ("2", "d"), ("3", "b"))
    first = table_of(data, rubric_set("a", "b", "c"), URL, [answer(0.8, 0.1, 0.1)] * 3)
    outcomes = [answer(0.6, 0.4), failure(), answer(0.5, 0.5)]
    second = table_of(data, rubric_set("b", "d", name="v2"), URL, outcomes)
    tables = [first, second]
    found = [plain(read_back(tables, data, name)) for name in ("v1", "v2")]
    assert found == [plain(first), plain(second)]


def test_a_tie_goes_to_the_same_label_after_reading_back_a_reordered_set() -> None:
    data = dataset(("1", "a"))
    first = table_of(data, rubric_set("a", "b"), URL, [answer(0.8, 0.2)])
    second = table_of(data, rubric_set("b", "a", name="v2"), URL, [answer(0.5, 0.5)])
    found = read_back([first, second], data, "v2")
    assert found.labels[found.top[0]] == second.labels[second.top[0]] == "b"


def test_a_label_whose_scores_are_all_zero_is_read_back() -> None:
    data = dataset(("1", "a"))
    table = table_of(data, rubric_set("a", "b", "c"), URL, [answer(0.75, 0.25, 0.0)])
    assert plain(read_back([table], data)) == plain(table)


def test_a_rubric_set_that_failed_throughout_is_read_back_as_failures() -> None:
    data = dataset(("1", "a"), ("2", "b"))
    table = table_of(data, rubric_set("a", "b"), URL, [failure("network")] * 2)
    found = read_back([table], data)
    assert (found.n_scored, found.n_failed, found.labels) == (0, 2, ("a", "b"))


@pytest.mark.parametrize(
    "text",
    [
        "a,b",
        'say "x"',
        "two\nlines",
        "cr\rhere",
        "crlf\r\n",
        " pad ",
        "=1+1",
        "\u00e9",
        "001",
        "NA",
    ],
    ids=repr,
)
def test_odd_ids_are_read_back(text: str) -> None:
    data = dataset((text, "a"), ("2", "b"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1)] * 2)
    assert read_back([table], data).ids == (text, "2")


@PLAIN
@given(
    ids=st.lists(HOSTILE, min_size=1, max_size=4, unique=True),
    gold=st.lists(HOSTILE, min_size=4, max_size=4),
    groups=st.lists(st.one_of(st.none(), HOSTILE), min_size=4, max_size=4),
    labels=st.lists(HOSTILE, min_size=2, max_size=2, unique=True),
    cells=st.sampled_from(["safe", "raw"]),
)
def test_any_ids_labels_and_groups_are_read_back(
    ids: list[str],
    gold: list[str],
    groups: list[str | None],
    labels: list[str],
    cells: CellStyle,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    tickets = zip(ids, gold, groups, strict=False)
    data = Dataset("t", tuple(Ticket(i, "x", label, group=g) for i, label, g in tickets))
    table = table_of(data, rubric_set(*labels), URL, [answer(0.9, 0.1)] * len(ids))
    path = tmp_path_factory.mktemp("any") / "p.csv"
    text = predictions_csv([table], data, Policy(), cells=cells)
    path.write_bytes(text.encode("utf-8"))
    assert plain(read_score_table(path)) == plain(table)
    if cells == "safe":
        shown = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert not [cell for cell in shown if cell.startswith(LIVE)]


def test_a_column_says_in_which_rows_a_text_was_changed() -> None:
    data = dataset(("=1+1", "a"), ("'=1+1", "b"), ("3", "a", "@x"), ("4", "a"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1)] * 4)
    rows = written([table], data, Policy())
    assert [row["ticket_id"] for row in rows] == ["'=1+1", "''=1+1", "3", "4"]
    assert [row["escaped"] for row in rows] == ["1", "1", "1", "0"]
    assert rows[2]["group_id"] == "'@x"
    assert read_back([table], data).ids == ("=1+1", "'=1+1", "3", "4")


def test_a_file_in_which_nothing_was_changed_has_no_such_column() -> None:
    data = dataset(("1", "a"), ("2", "b"))
    table = table_of(data, rubric_set("a", "b"), URL, [answer(0.9, 0.1)] * 2)
    assert predictions_csv([table], data, Policy()) == predictions_csv(
        [table], data, Policy(), cells="raw"
    )


def test_a_label_that_is_changed_is_read_back_from_its_column() -> None:
    data = dataset(("1", "=a"), ("2", "b\u202e"))
    table = table_of(data, rubric_set("=a", "b\u202e"), URL, [answer(0.9, 0.1)] * 2)
    assert "score_b\\u{202e}" in written([table], data, Policy())[0]
    assert read_back([table], data).labels == ("=a", "b\u202e")


def of_ours(*rows: str, label: str = "b") -> str:
    """A table of our own with changed cells, whose ids and `escaped` are `rows`."""
    head = f"rubric_set,ticket_id,group_id,label,top_label,score,score_a,score_{label}"
    lines = (f"v1,{row.split(',')[0]},,a,a,0.9,0.9,0.1,route,,{row.split(',')[1]}" for row in rows)
    return "\n".join([f"{head},outcome,failure,escaped", *lines, ""])


@pytest.mark.parametrize("escape", ["\\u{ffffff}", "\\u{d800}"])
def test_an_escape_that_is_no_character_is_refused_at_its_line(escape: str) -> None:
    assert read(of_ours("x,0", f"'=x{escape},0")).ids[1] == f"'=x{escape}"
    with pytest.raises(InputError) as caught:
        read(of_ours("x,0", f"'=x{escape},1"))
    (found,) = caught.value.problems
    assert (found.what, found.where[-2:]) == (f"{escape} stands for no character", ":3")
    with pytest.raises(InputError, match="stands for no character"):
        read(of_ours("x,0", label=escape))


def test_two_columns_that_become_one_are_refused() -> None:
    with pytest.raises(InputError, match="two columns have one name"):
        read(of_ours("x,0", label="\\u{61}"))


def test_a_table_of_somebody_else_is_never_unescaped() -> None:
    found = read("ticket_id,label,score_a,score_b,escaped\n'=1,a,0.9,0.1,1\n")
    assert found.ids == ("'=1",)


# Tables from anywhere


def test_a_table_needs_no_more_than_ids_labels_and_scores() -> None:
    found = read(f"{HEAD}1,a,0.9,0.1\n2,b,0.3,0.7\n")
    assert (found.ids, found.labels, found.truth.tolist()) == (("1", "2"), ("a", "b"), [0, 1])


def test_without_rubric_set_the_table_is_called_after_its_file() -> None:
    assert read(f"{HEAD}1,a,0.9,0.1\n", file="mine.csv").provenance.rubric_set == "mine"


def test_the_order_of_the_rows_does_not_change_the_dataset() -> None:
    one = read(f"{HEAD}1,a,0.9,0.1\n2,b,0.3,0.7\n")
    other = read(f"{HEAD}2,b,0.9,0.1\n1,a,0.3,0.7\n")
    assert one.provenance.dataset_fingerprint == other.provenance.dataset_fingerprint


def test_another_gold_label_is_another_dataset() -> None:
    one = read(f"{HEAD}1,a,0.9,0.1\n2,b,0.3,0.7\n")
    other = read(f"{HEAD}1,a,0.9,0.1\n2,a,0.3,0.7\n")
    assert one.provenance.dataset_fingerprint != other.provenance.dataset_fingerprint


def test_a_failed_row_belongs_to_the_dataset() -> None:
    one = read(f"{HEAD}1,a,0.9,0.1\n2,b,0.3,0.7\n")
    other = read(f"{HEAD}1,a,0.9,0.1\n2,b,,\n")
    assert one.provenance.dataset_fingerprint == other.provenance.dataset_fingerprint


def test_a_row_without_scores_is_a_failure() -> None:
    found = read(f"{HEAD}1,a,0.9,0.1\n2,b,,\n")
    assert found.failures == (Failure("2", "not_run"),)


def test_an_unknown_failure_counts_as_not_run() -> None:
    found = read("ticket_id,label,score_a,score_b,failure\n1,a,0.9,0.1,\n2,b,,,exploded\n")
    assert found.failures == (Failure("2", "not_run"),)


def test_jsonl_rows_may_leave_out_what_failed() -> None:
    rows = [
        {"ticket_id": "2", "label": "b", "failure": "timeout"},
        {"ticket_id": "1", "label": "a", "score_a": 0.9, "score_b": 0.1},
    ]
    found = read("".join(json.dumps(row) + "\n" for row in rows), file="p.jsonl")
    assert (found.ids, found.failures) == (("1",), (Failure("2", "timeout"),))


def test_ids_and_labels_of_a_table_stay_strings() -> None:
    found = read("ticket_id,label,score_NA,score_001\n007,NA,0.9,0.1\n")
    assert (found.ids, found.labels, found.truth.tolist()) == (("007",), ("NA", "001"), [0])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2,b,0.3,", "missing"),
        ("2,b,0.3,x", "not a number"),
        ("2,b,0.3,nan", "missing"),
        ("2,b,inf,0", "[0, 1]"),
        ("2,b,1.2,-0.2", "[0, 1]"),
        ("2,b,0.3,0.3", "sum"),
        (",b,0.3,0.7", "empty"),
        ("2,,0.3,0.7", "empty"),
        ("1,b,0.3,0.7", "line 2"),
        ("2,b,0.3", "3 fields"),
    ],
    ids=["missing", "word", "nan", "infinite", "negative", "sum", "id", "label", "twice", "ragged"],
)
def test_a_bad_row_names_its_line(row: str, words: str) -> None:
    found = only(f"{HEAD}1,a,0.9,0.1\n\n{row}\n3,a,0.9,0.1\n")
    assert (found.where, words in found.what) == ("p.csv:4", True)


def test_all_bad_rows_come_in_the_order_of_the_lines() -> None:
    found = problems(f"{HEAD}1,a,0.9,0.1\n2,a,x,y\n1,b,0.3,0.7\n3,b,0.1,0.1\n")
    assert [p.where for p in found] == ["p.csv:3", "p.csv:4", "p.csv:5"]


def test_many_bad_rows_are_one_error_with_their_number() -> None:
    found = only(HEAD + "".join(f"{i},a,x,y\n" for i in range(24)))
    assert (found.where, "24 rows, 48 cells, first line 2" in found.what) == ("p.csv:2", True)


def test_a_missing_column_is_named_with_what_to_write() -> None:
    found = only("id,label,score_a,score_b\n1,a,0.9,0.1\n")
    assert (found.where, "'ticket_id'" in found.what) == ("p.csv:1", True)
    assert found.help == "write: --columns ticket_id=id"


@pytest.mark.parametrize(
    "head", ["ticket_id,label\n1,a\n", "ticket_id,label,score_a\n1,a,1\n"], ids=["none", "one"]
)
def test_fewer_than_two_scores_are_an_error(head: str) -> None:
    found = only(head)
    assert (found.where, "two score columns" in found.what) == ("p.csv:1", True)


def test_a_doubled_score_column_is_an_error() -> None:
    found = only("ticket_id,label,score_a,score_a\n1,a,0.9,0.1\n")
    assert (found.where, "'score_a'" in found.what) == ("p.csv:1", True)


def test_a_file_without_rows_is_an_error() -> None:
    assert "no rows" in only(HEAD).what


SEVERAL = "rubric_set,ticket_id,label,score_a,score_b\nv1,1,a,0.9,0.1\nv2,1,a,0.3,0.7\n"


def test_a_file_of_several_rubric_sets_asks_which_one() -> None:
    found = only(SEVERAL)
    assert ":SET, of" in found.help
    assert "v1, v2" in found.help


def test_an_unknown_rubric_set_lists_those_of_the_file() -> None:
    found = only(SEVERAL, "v3")
    assert ("'v3'" in found.what, "v1, v2" in found.help) == (True, True)


def test_one_rubric_set_of_several_is_chosen_by_name() -> None:
    assert read(SEVERAL, "v2").scores.tolist() == [[0.3, 0.7]]
