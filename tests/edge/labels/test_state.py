"""A state is read as it was written, and nothing else is read as one."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.edge.labels.state import (
    LabelState,
    LogOf,
    SideOf,
    Source,
    alone,
    order_digest,
    read_state,
    state_bytes,
)

IDS = ("b", "a", "c")
URL = "local://lexical/v1/classify"
BY_LABEL = Policy(label_thresholds=(("x", 0.7),))


def state() -> LabelState:
    """Three tickets, on two of which the sets differ."""
    return LabelState(
        source=Source("eval.yaml", (), "week.csv", "", ()),
        target="accuracy",
        margin=0.02,
        seed=0,
        costs=Costs(missed=2.0),
        labels=("x", "y"),
        log=LogOf(
            "f", order_digest(IDS), {"decisions without a text": 2}, "", 0, IDS, (0, 1, 1), IDS
        ),
        base=SideOf("v1", "r1", URL, Policy(), (0, 0, 1), (0, 2, 0), {1: (0, 1)}),
        candidate=SideOf("v2", "r2", URL, BY_LABEL, (1, 0, 0), (0, 0, 0), {}),
        to_label=(1, 3),
        given={"": {"b": "x"}, "anna": {"c": "__none__"}},
    )


def test_what_is_written_is_read_back_equal(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    path.write_bytes(state_bytes(state()))
    assert read_state(path) == state()
    assert b'"schema": "ticketbench/label@1"' in path.read_bytes()


def test_tickets_that_agree_and_those_left_out_add_up() -> None:
    assert (state().n_agree, len(state().to_label), state().n_left_out) == (1, 2, 2)
    assert state().ids_to_label == ("b", "c")


def test_labels_are_kept_in_the_order_of_the_tickets_whatever_order_they_come_in() -> None:
    bare = replace(state(), given={})
    late = bare.with_labels("", {"c": "y"}).with_labels("", {"b": "x"})
    assert list(late.given[""]) == ["b", "c"]
    assert late == bare.with_labels("", {"c": "y", "b": "x"})


def test_no_state_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no labelling") as caught:
        read_state(tmp_path / "labels.json")
    assert "label next --a SET" in caught.value.problems[0].help


@pytest.mark.parametrize("text", ["", "{}", '{"schema": "ticketbench/label@9", "data": {}}', "[1]"])
def test_another_file_is_no_state(tmp_path: Path, text: str) -> None:
    path = tmp_path / "labels.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no labelling that this version"):
        read_state(path)


def test_tickets_in_another_order_than_the_digest_says_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    moved = replace(state(), log=replace(state().log, ids=("a", "b", "c")))
    path.write_bytes(state_bytes(moved))
    with pytest.raises(InputError, match="not in the order of its digest"):
        read_state(path)


def test_who_comes_second_waits_for_the_first(tmp_path: Path) -> None:
    path, order = tmp_path / "labels.json", list[str]()
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with alone(path):
            order.append("second")

    with alone(path):
        other = threading.Thread(target=second)
        other.start()
        begun.wait(5)
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]
