"""What is wrong with a table of predictions, whatever its form: one error a cause.

Each table here is one that people have; the golden file holds what each of them is told.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from terminal import same_as_golden
from ticketbench.core.errors import InputError
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.edge.results.predictions import read_set

HEAD = "ticket_id,label,score_a,score_b,score_c\n"
LABELS = "abc"


def csv_of(*rows: str, head: str = HEAD) -> str:
    """A table of three labels: each row is its scores, the gold label a, b, c in turn."""
    lines = [f"{i},{LABELS[i % 3]},{row}\n" for i, row in enumerate(rows)]
    return head + "".join(lines)


def jsonl_of(*scores: Any) -> str:
    rows = [{"ticket_id": str(i), "label": LABELS[i % 3], "scores": of}
            for i, of in enumerate(scores)]  # fmt: skip
    return "".join(json.dumps(row) + "\n" for row in rows)


GOOD = "0.7,0.2,0.1"
PERCENT, LOG = Form(scale="percent"), Form(scale="log")
COMMA = Form(delimiter=";", decimal=",")

CELLS: dict[str, tuple[str, Form]] = {
    "a missing score": (csv_of("0.7,0.3,", ",0.9,0.1", GOOD), AS_OURS),
    "NaN as text": (csv_of("NaN,0.9,0.1", "nan,0.5,0.5", GOOD), AS_OURS),
    "None as text": (csv_of("None,0.9,0.1", GOOD), AS_OURS),
    "truth values": (csv_of("True,False,False", "False,True,False"), AS_OURS),
    "words": (csv_of("high,low,low", GOOD), AS_OURS),
    "a decimal comma in quotes": (csv_of('"0,7","0,2","0,1"'), AS_OURS),
    "points under a decimal comma": (
        csv_of("0.7;0.2;0.1", "0,7;0,2;0,1").replace(",a,", ";a;").replace(",b,", ";b;")
        .replace(HEAD, HEAD.replace(",", ";")).replace("0;a", "0;a"), COMMA),
    "marks of thousands": (csv_of('"1.234,5",0,0'), AS_OURS),
    "percent with signs": (csv_of("70%,20%,10%", "50 %,40 %,10 %"), AS_OURS),
    "underscores in numbers": (csv_of("0.7_0,0.2,0.1"), AS_OURS),
    "two causes": (csv_of("x,0.9,0.1", "0.7,0.3,", "y,0.5,0.5"), AS_OURS),
}  # fmt: skip

SUMS: dict[str, tuple[str, Form]] = {
    "percent": (csv_of("70,20,10", "50.5,40,9.5"), AS_OURS),
    "some rows in percent": (csv_of("70,20,10", GOOD, GOOD), AS_OURS),
    "logarithms": (csv_of("-0.3567,-1.6094,-2.3026", "-0.6931,-0.9163,-2.3026"), AS_OURS),
    "logarithms to base 10": (csv_of("-0.1549,-0.699,-1", "-0.301,-0.3979,-1"), AS_OURS),
    "logarithms to base 2": (csv_of("-0.5146,-2.3219,-3.3219", "-1,-1.3219,-3.3219"), AS_OURS),
    "negative logits": (csv_of("-5,-1,-9", "-8,-2,-7"), AS_OURS),
    "logits": (csv_of("3.1,-1.2,0.3", "-2,4.4,0"), AS_OURS),
    "one-vs-rest": (csv_of("0.9,0.4,0.3", "0.2,0.8,0.5", "0.6,0.7,0.9"), AS_OURS),
    "a label cut off": (csv_of("0.6,0.2,0.1", "0.3,0.3,0.2"), AS_OURS),
    "one decimal": (csv_of("0.7,0.2,0.2", "0.3,0.3,0.3"), AS_OURS),
    "a margin among labels": (csv_of("0.7,0.3,0.4", "0.1,0.9,0.8", "0.5,0.5,0",
                                     head=HEAD.replace("score_c", "score_margin")), AS_OURS),
    "the largest among labels": (csv_of("0.7,0.3,0.7", "0.1,0.9,0.9",
                                        head=HEAD.replace("score_c", "score_max")), AS_OURS),
    "one row off": (csv_of(GOOD, "0.3,0.3,0.3", GOOD), AS_OURS),
    "one row out of range": (csv_of(GOOD, "1.2,-0.1,-0.1"), AS_OURS),
    "infinite": (csv_of("inf,-inf,0", GOOD), AS_OURS),
    "shares as percent": (csv_of(GOOD, GOOD), PERCENT),
    "half of a percent": (csv_of("40,20,10", "70,20,10"), PERCENT),
    "shares as logarithms": (csv_of(GOOD, GOOD), LOG),
    "numbers as logarithms": (csv_of("3,1,2", "2,3,1"), LOG),
    "empty cells that were more than nothing": (
        csv_of("0.7,0.1,", "0.6,,0.2", GOOD), Form(empty_scores="zero")),
}  # fmt: skip

COLUMNS: dict[str, tuple[str, Form]] = {
    "names of scikit-learn": (
        csv_of(GOOD, GOOD, head="idx,y_true,proba_a,proba_b,proba_c\n"), AS_OURS),
    "names without a prefix": (csv_of(GOOD, GOOD, GOOD, head="id,label,a,b,c\n"), AS_OURS),
    "names of nothing known": (csv_of(GOOD, head="one,two,three,four,five\n"), AS_OURS),
    "a prefix of several words": (
        csv_of(GOOD, GOOD, GOOD, head="Ticket ID,Gold label,p team a,p team b,p team c\n")
        .replace(",a,", ",team a,").replace(",b,", ",team b,"), AS_OURS),
    "a top label": ("id,gold,prediction,confidence\n1,a,b,0.5\n", AS_OURS),
    "objects under another name": ('id,gold,output\n1,a,"{""a"": 1}"\n', AS_OURS),
    "a label column twice": ("ticket_id,label,label,score_a,score_b\n1,a,a,1,0\n", AS_OURS),
    "a score column twice": ("ticket_id,label,score_a,score_a\n1,a,1,0\n", AS_OURS),
    "a long table": (
        "ticket_id,label,candidate,score\n" + "".join(
            f"{i},a,{name},0.5\n" for i in range(3) for name in "ab"), AS_OURS),
    "a long table without gold": (
        "id,label,score\n" + "".join(f"{i},{name},0.5\n" for i in range(3) for name in "ab"),
        AS_OURS),
    "a mapped column that is gone": (csv_of(GOOD), Form(columns={"label": "gold"})),
    "a prefix that is gone": (csv_of(GOOD), Form(score_prefix="proba_")),
}  # fmt: skip

NESTED: dict[str, tuple[str, Form]] = {
    "objects of Python": (
        "ticket_id,label,scores\n1,a,\"{'a': 0.9, 'b': 0.1}\"\n", AS_OURS),
    "no JSON": ("ticket_id,label,scores\n1,a,a=0.9;b=0.1\n", AS_OURS),
    "a number": (jsonl_of(0.9), AS_OURS),
    "numbers without labels": (jsonl_of([0.9, 0.1]), AS_OURS),
    "a list of something else": (jsonl_of([{"name": "a", "p": 1}]), AS_OURS),
    "an object in an object": (jsonl_of({"a": {"p": 1}, "b": 0}), AS_OURS),
    "a label twice": (
        jsonl_of([{"label": "a", "score": 1}, {"label": "a", "score": 0}]), AS_OURS),
    "truth values by label": (jsonl_of({"a": True, "b": False}), AS_OURS),
    "the first two of three": (
        jsonl_of({"a": 0.7, "b": 0.2}, {"b": 0.6, "c": 0.4}), AS_OURS),
}  # fmt: skip

GOLD: dict[str, tuple[str, Form]] = {
    "capitals": (csv_of(GOOD, GOOD).replace(",b,", ",B,"), AS_OURS),
    "outer blanks": (csv_of(GOOD, GOOD).replace(",b,", ", b ,"), AS_OURS),
    "gaps": ("ticket_id,label,score_new user,score_b\n1,new_user,1,0\n2,New-User,1,0\n", AS_OURS),
    "accents in two parts": (
        "ticket_id,label,score_caf\u00e9,score_b\n1,cafe\u0301,1,0\n2,b,0,1\n", AS_OURS),
    "two that are meant alike": (
        "ticket_id,label,score_a b,score_a_b\n1,A-B,1,0\n2,a b,1,0\n", AS_OURS),
    "none of them": (csv_of(GOOD, GOOD, head=HEAD.replace("score_", "score_team ")), AS_OURS),
    "none, in another spelling": (
        csv_of(GOOD, "0.2,0.7,0.1").replace(",a,", ",__None__,"), AS_OURS),
    "a quote in a name": (
        "ticket_id,label,score_don't,score_b\n1,Don't,1,0\n2,b,0,1\n", AS_OURS),
    "two that become one": (csv_of(GOOD), Form(labels={"a": "b"})),
    "none of a column": (csv_of(GOOD), Form(labels={"a": "__none__"})),
}  # fmt: skip

KINDS = {"cells": CELLS, "sums": SUMS, "columns": COLUMNS, "nested": NESTED, "gold": GOLD}


def told(text: str, form: Form) -> list[str]:
    """The lines of each problem, as wide as they come."""
    name = "p.jsonl" if text.startswith("{") else "p.csv"
    Path(name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_set(Path(name), form=form)
    return [
        line
        for one in caught.value.problems
        for line in (f"error: {one.what}", f"  --> {one.where}", f"  help: {one.help}")
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_each_cause_is_one_error_as_in_the_golden_file(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = []
    for case, (text, form) in KINDS[kind].items():
        lines = told(text, form)
        n_causes = 2 if case == "two causes" else 1
        assert len(lines) == 3 * n_causes, (case, lines)
        assert [line for line in lines if len(textwrap.wrap(line, 80)) > 4] == [], case
        blocks.append("\n".join([f"==== {case}", *lines, ""]))
    same_as_golden(f"forms_{kind}.txt", "".join(blocks))
