"""Tables that are read by column say what they say row by row, and every error is that of rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.errors import InputError
from ticketbench.edge.results import predictions
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.edge.results.predictions import read_set, read_sets
from ticketbench.edge.results.rows import Predictions

SEARCH = settings(max_examples=120, deadline=None, derandomize=True, database=None)
HEAD = ("rubric_set", "ticket_id", "group_id", "label", "top_label", "score")
SCORES = ("score_a", "score_b", "score_c")
PLAIN = ("ticket_id", "label", *SCORES)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(path: str, rubric_set: str | None = None, form: Form = AS_OURS) -> object:
    """Everything that reading says: the parts of the table, or the words of the error."""
    try:
        return parts(read_set(Path(path), rubric_set, form=form))
    except InputError as error:
        return [(one.what, one.where, one.help) for one in error.problems]


def parts(found: Predictions) -> tuple[object, ...]:
    table = found.table
    arrays = (table.truth, table.groups, table.scores, table.top, table.stated, table.right)
    return (
        *(None if one is None else (one.dtype, one.tolist()) for one in arrays),
        *(table.labels, table.gold_labels, table.ids, table.failures, table.provenance),
        *(table.known, table.repeats, found.ids, [*found.labels]),
        *([*found.named_groups], found.notes, found.unscored),
    )


def by_row(read: Callable[[], object]) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predictions, "clean", lambda stream, origin: None)
        return read()


def write_csv(head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([head, *lines])
    Path("p.csv").write_text(out.getvalue(), newline="", encoding="utf-8")


def write_jsonl(head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    objects = [dict(zip(head, line, strict=False)) for line in lines]
    texts = [json.dumps({k: v for k, v in one.items() if v != ""}) for one in objects]
    Path("p.jsonl").write_text("\n".join(texts), encoding="utf-8")


LABEL = st.sampled_from("a b c __none__ a b d".split())
GOOD = st.sampled_from(
    [
        *[("0.5", "0.25", "0.25"), ("0.2", "0.2", "0.6"), ("0.333333",) * 3, ("1", "0", "0.0")],
        *[("0.40", "0.4", "0.2"), ("", "", ""), ("2e-06", "0.499999", "0.499999")],
    ]
)
ODD = st.sampled_from("0.5 nan x 1_0 50% 0,5 -0.0".split()) | st.sampled_from(["", " ", " 0.5"])
ID = st.sampled_from("t1 t2 t3 t4 t5 007 1.23E+11 a+b é".split()) | st.sampled_from(["", " ", "\n"])
TOP = st.sampled_from(["a", "b", "c", "", "z"])
SET = st.sampled_from(["v1", "v2"])
KIND = st.sampled_from(["", "timeout", "miss", "strange"])


@st.composite
def clean_rows(draw: st.DrawFn) -> list[tuple[str, ...]]:
    """Rows of predictions.csv with ids of their own and whole scores, or none."""
    n = draw(st.integers(1, 8))
    own = st.tuples(SET, st.sampled_from(["", "g1", "g2"]), LABEL, TOP, GOOD, KIND)
    drawn = [draw(own) for _ in range(n)]
    return [
        (name, f"t{i}", group, label, top if any(scores) else "", "", *scores, kind)
        for i, (name, group, label, top, scores, kind) in enumerate(drawn)
    ]


DIRTY = st.lists(
    st.tuples(SET, ID, ID, LABEL | ID, TOP, ODD, ODD, ODD, ODD, KIND)
    | st.tuples(SET, ID, ID, LABEL, TOP, ODD, GOOD, KIND).map(lambda r: (*r[:6], *r[6], r[7])),
    min_size=1,
    max_size=5,
)
OURS = (*HEAD, *SCORES, "failure")


@SEARCH
@given(clean_rows() | DIRTY, st.sampled_from([None, "v1", "v3"]), st.booleans())
def test_our_own_tables_are_read_alike_by_column_and_by_row(
    lines: list[tuple[str, ...]], rubric_set: str | None, as_json: bool
) -> None:
    write, name = (write_jsonl, "p.jsonl") if as_json else (write_csv, "p.csv")
    write(OURS, lines)
    assert told(name, rubric_set) == by_row(lambda: told(name, rubric_set))


FORMS = [
    AS_OURS,
    Form(columns={"ticket_id": "id", "label": "y"}, score_prefix="p_"),
    Form(columns={"label": "ticket_id", "ticket_id": "label"}),
    Form(columns={"top_label": "y"}),
    Form(score_prefix="", labels={"a": "b"}),
    Form(empty_scores="zero"),
    Form(scale="percent"),
    Form(decimal=","),
    Form(columns={"repeat": "y"}),
]
HEADS = [
    PLAIN,
    ("id", "y", "p_a", "p_b", "p_c"),
    ("ticket_id", "label", "score_0", "score_1", "score_2"),
    ("ticket_id", "label", "top_label", "score_a", "score_b"),
    ("ticket_id", "label", "score_a", "score_a", "score_b"),
    ("ticket_id", "label", "score_", "score_a", "score_b"),
    ("ticket_id", "label", "scores", "score_a", "score_b"),
    ("ticket_id", "label", "", "score_a", "score_b"),
    ("label", "ticket_id", "a", "b", "y"),
]


@SEARCH
@given(
    st.sampled_from(HEADS),
    st.lists(
        st.tuples(ID, LABEL | st.sampled_from(["0.0", "1", "A", "2.0"]), GOOD)
        | st.tuples(ID, LABEL, st.tuples(ODD | TOP, ODD, ODD)),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(FORMS),
    st.booleans(),
)
def test_tables_of_others_are_read_alike_by_column_and_by_row(
    head: tuple[str, ...], lines: list[tuple[str, str, tuple[str, ...]]], form: Form, own_ids: bool
) -> None:
    ids = [f"t{i}" if own_ids else one for i, (one, _, _) in enumerate(lines)]
    write_csv(head, [(one, y, *cells) for one, (_, y, cells) in zip(ids, lines, strict=True)])
    assert told("p.csv", form=form) == by_row(lambda: told("p.csv", form=form))


TEXTS = [
    "ticket_id,label,score_a,score_b\n\n\nt1,a,0.5,0.5\n,,,\nt2,b,1,0\n",
    "\ufeffticket_id,label,score_a,score_b\r\nt1,a,0.5,0.5\r\n",
    'ticket_id,label,score_a,score_b\n"t\n1",a,0.5,0.5\nt2,b,0.5,0.4\n',
    'ticket_id,label,score_a,score_b\n"t\n1",a,0.5,0.5\nt2,b,0.5\n',
    "sep=;\nticket_id;label;score_a;score_b\nt1;a;0.5;0.5\n",
    "ticket_id,label,score_a,score_b,\nt1,a,0.5,0.5,note\nt2,a,0.5,0.5\n",
    "ticket_id,label,score_a,score_b\nt1,a,0.5,0.5,,\n",
    "ticket_id,label,score_a,score_b\n",
    "",
    "ticket_id;label;score_a;score_b\nt1;a;0.5;0.5\n",
    'ticket_id,label,score_a,score_b\nt1,a,0.5,0.5\nt2,"b,0.5,0.5\n',
    ",".join(OURS) + ",outcome,failure,escaped\nv,'=t,,a,a,0.5,0.5,0.25,0.25,,,,1\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_lines_and_notes_of_a_file_are_those_of_its_rows(text: str) -> None:
    Path("p.csv").write_text(text, encoding="utf-8", newline="")
    assert told("p.csv") == by_row(lambda: told("p.csv"))


def test_a_parquet_file_is_read_alike_by_column_and_by_row() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    n, rng = 2_500, np.random.default_rng(3)
    shares = rng.dirichlet([0.3, 0.3, 0.3], n)
    shares[: n // 2] = np.round(shares[: n // 2], 3)
    shares[: n // 2, 2] = np.round(1 - shares[: n // 2, :2].sum(axis=1), 3)
    labels = rng.choice(["a", "b", "c"], n).tolist()
    failed = rng.random(n) < 0.01
    for kind in (pyarrow.float64(), pyarrow.float32(), pyarrow.string()):
        columns = {
            name: pyarrow.array(
                [None if none else value for none, value in zip(failed, own, strict=True)]
            ).cast(kind)
            for name, own in zip(SCORES, np.abs(shares).T.tolist(), strict=True)
        }
        ids = [f"t{i}" for i in range(n)]
        parquet.write_table(
            pyarrow.table({"ticket_id": ids, "label": labels, **columns}), "p.parquet"
        )
        found = told("p.parquet")
        assert isinstance(found, tuple)
        assert found == by_row(lambda: told("p.parquet"))


@pytest.mark.parametrize("column", ["ticket_id", "label", "top_label", "group_id", "rubric_set"])
def test_a_list_in_any_column_is_told_as_by_row(column: str) -> None:
    row = {"ticket_id": "t1", "label": "a", "score_a": 0.75, "score_b": 0.25}
    lines = [{**row, column: ["a"]}, {**row, "ticket_id": "t2", column: "b"}]
    Path("p.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert told("p.jsonl") == by_row(lambda: told("p.jsonl"))


@pytest.mark.parametrize(
    ("head", "lines"),
    [
        (PLAIN, [("t1", "a", "0.2", "0.3", "0.5"), ("t2", "a", "0.2", "0.3", "0.499999")]),
        (PLAIN, [("t1", "a", "0.2", "0.3", "0.5"), ("t2", "a", "", "", "")]),
        (OURS, [("v1", "t1", "g", "a", "c", "0.5", "0.2", "0.3", "0.5", "")]),
        (OURS, [("v1", "t1", "g", "a", "a", "0.5", "0.5", "0.5", "", ""),
                ("v1", "t2", "", "b", "", "", "", "", "", "timeout")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("write", "name"), [(write_csv, "p.csv"), (write_jsonl, "p.jsonl")])
def test_clean_tables_never_become_rows(
    head: Sequence[str],
    lines: Sequence[Sequence[str]],
    write: Callable[[Sequence[str], Sequence[Sequence[str]]], None],
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(head, lines)
    monkeypatch.setattr(predictions, "known", None)
    assert len(read_set(Path(name)).ids) == len(lines)


def test_several_sets_of_a_clean_table_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ("t1", "g", "a", "a", "0.5", "0.5", "0.5", "", "")
    write_csv(OURS, [("v1", *row), ("v2", *row)])
    monkeypatch.setattr(predictions, "known", None)
    assert [one.table.provenance.rubric_set for one in read_sets(Path("p.csv"), ["v2", "v1"])] == [
        "v2",
        "v1",
    ]
