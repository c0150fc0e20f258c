"""A table says the same in every form: its figures are equal within the digits that are printed."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.predictions import read_score_table

PLAIN = settings(derandomize=True, max_examples=25, deadline=None)
DIGITS = 6
NAMES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=("Cs", "Cc")), min_size=1, max_size=6
).filter(lambda name: name == name.strip() and not name.replace(".", "").lstrip("-").isdigit())

Rows = Sequence[tuple[str, str, Sequence[float]]]
"""The ticket, its gold label, and its scores in the order of the labels."""


def csv_text(head: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([head, *rows])
    return out.getvalue()


def wide(labels: Sequence[str], rows: Rows, number: Callable[[float], str] = repr) -> str:
    head = ["ticket_id", "label", *(f"score_{label}" for label in labels)]
    return csv_text(head, [[i, gold, *map(number, of)] for i, gold, of in rows])


def percent(share: float) -> str:
    return f"{100 * share:.{DIGITS}f}"


def renamed(labels: Sequence[str], rows: Rows) -> str:
    head = ["my id", "gold, by hand", *(f"p({label}" for label in labels)]
    return csv_text(head, [[i, gold, *map(repr, of)] for i, gold, of in rows])


def with_commas(labels: Sequence[str], rows: Rows) -> str:
    head = ["ticket_id", "label", *(f"score_{label}" for label in labels)]
    cells = [[i, gold, *(repr(x).replace(".", ",") for x in of)] for i, gold, of in rows]
    return csv_text(head, cells, delimiter=";")


def nested(labels: Sequence[str], rows: Rows) -> str:
    told = [{"ticket_id": i, "label": g, "scores": dict(zip(labels, of, strict=True))}
            for i, g, of in rows]  # fmt: skip
    return "".join(json.dumps(one) + "\n" for one in told)


def listed(labels: Sequence[str], rows: Rows) -> str:
    cells = [json.dumps([{"label": x, "score": s} for x, s in zip(labels, of, strict=True)])
             for _, _, of in rows]  # fmt: skip
    own = [[i, gold, cell] for (i, gold, _), cell in zip(rows, cells, strict=True)]
    return csv_text(["ticket_id", "label", "scores"], own)


FORMS: dict[str, tuple[Callable[[Sequence[str], Rows], str], Form]] = {
    "p.csv": (wide, Form()),
    "percent.csv": (partial(wide, number=percent), Form(scale="percent")),
    "signs.csv": (partial(wide, number=lambda x: f"{percent(x)} %"), Form(scale="percent")),
    "log.csv": (partial(wide, number=lambda x: f"{math.log(x):.{DIGITS}f}"), Form(scale="log")),
    "other.csv": (renamed, Form(
        columns={"ticket_id": "my id", "label": "gold, by hand"}, score_prefix="p(")),
    "commas.csv": (with_commas, Form(delimiter=";", decimal=",")),
    "p.jsonl": (nested, Form()),
    "lists.csv": (listed, Form()),
}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, str, list[float]]]]:
    labels = draw(st.lists(NAMES, min_size=2, max_size=4, unique_by=str.casefold))
    weights = st.lists(st.integers(1, 999), min_size=len(labels), max_size=len(labels))
    rows = []
    for n in range(draw(st.integers(1, 6))):
        own = draw(weights)
        rows.append((f"t{n}", draw(st.sampled_from(labels)), [x / sum(own) for x in own]))
    return labels, rows


def same(found: ScoreTable, labels: Sequence[str], rows: Rows) -> None:
    order = [found.labels.index(label) for label in labels]
    assert found.ids == tuple(i for i, _, _ in rows)
    assert [found.gold_labels[k] for k in found.truth] == [gold for _, gold, _ in rows]
    wanted = np.array([of for _, _, of in rows])
    assert np.allclose(found.scores[:, order], wanted, rtol=0, atol=10**-DIGITS)


@PLAIN
@given(tables())
def test_every_form_of_a_table_is_read_as_the_same_scores(
    tmp_path_factory: pytest.TempPathFactory,
    table: tuple[list[str], list[tuple[str, str, list[float]]]],
) -> None:
    labels, rows = table
    folder = tmp_path_factory.mktemp("forms")
    for name, (write, form) in FORMS.items():
        path: Path = folder / name
        path.write_bytes(write(labels, rows).encode("utf-8"))
        same(read_score_table(path, form=form), labels, rows)


@PLAIN
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_changes_nothing_but_the_order(
    tmp_path_factory: pytest.TempPathFactory,
    table: tuple[list[str], list[tuple[str, str, list[float]]]],
    random: st.DataObject,
) -> None:
    labels, rows = table
    path = tmp_path_factory.mktemp("order") / "p.csv"
    path.write_bytes(wide(labels, rows).encode("utf-8"))
    before = read_score_table(path).in_order_of_ids()
    head, *lines = list(csv.reader(io.StringIO(wide(labels, rows), newline="")))
    columns = list(range(len(head)))
    random.shuffle(columns)  # type: ignore[attr-defined]
    random.shuffle(lines)  # type: ignore[attr-defined]
    moved = [[line[k] for k in columns] for line in lines]
    path.write_bytes(csv_text([head[k] for k in columns], moved).encode("utf-8"))
    after = read_score_table(path).in_order_of_ids()
    same(after, labels, sorted(rows))
    assert before.provenance.dataset_fingerprint == after.provenance.dataset_fingerprint


@PLAIN
@given(tables())
def test_names_given_and_taken_back_leave_a_table_as_it_is(
    tmp_path_factory: pytest.TempPathFactory,
    table: tuple[list[str], list[tuple[str, str, list[float]]]],
) -> None:
    labels, rows = table
    path = tmp_path_factory.mktemp("names") / "p.csv"
    there = {label: f"new {k}" for k, label in enumerate(labels)}
    moved = [(i, there[gold], of) for i, gold, of in rows]
    path.write_bytes(wide(list(there.values()), moved).encode("utf-8"))
    back = Form(labels={new: old for old, new in there.items()})
    same(read_score_table(path, form=back), labels, rows)
