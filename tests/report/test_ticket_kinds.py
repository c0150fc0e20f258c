"""Kinds of tickets are the page's chips under the names of a command, whatever the report."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import pytest

from reports import improved, report_of
from tables import random_table
from ticketbench.core.policy import Policy
from ticketbench.core.types import Failure, ScoreTable
from ticketbench.measure.recommendation import Today
from ticketbench.report.decide.tickets import first_chip, first_listed, tickets
from ticketbench.report.decide.view import View, view_of
from ticketbench.report.rendering import Report
from ticketbench.report.ticket_kinds import CHIP_OF, OF_TWO, kind_name, kind_text, kinds

OLD = random_table(60, seed=3, sharpness=1.0)
NEW = improved(OLD, share=0.4)


def called(name: str, table: ScoreTable) -> ScoreTable:
    return replace(table, provenance=replace(table.provenance, rubric_set=name))


def without(n: int, table: ScoreTable) -> ScoreTable:
    """The same without answers to the last n tickets."""
    ids = table.ids[-n:]
    return replace(
        table,
        ids=table.ids[:-n],
        truth=table.truth[:-n],
        groups=table.groups[:-n],
        scores=table.scores[:-n],
        failures=tuple(Failure(name, "timeout") for name in ids),
    )


REPORTS: Mapping[str, Callable[[], Report]] = {
    "one set": lambda: report_of(OLD),
    "a better one": lambda: report_of(OLD, NEW),
    "a worse one": lambda: report_of(called("v1", NEW), called("v2", OLD)),
    "two failed": lambda: report_of(OLD, without(2, NEW)),
    "three sets, today's in the middle": lambda: report_of(
        OLD, NEW, improved(OLD, share=0.1, rubric_set="v3", seed=9), today=Today("v2", Policy())
    ),
}


@cache
def seen(name: str) -> View:
    found = view_of(REPORTS[name]())
    assert found is not None
    return found


def on_page(view: View) -> dict[str, int]:
    """The count of each chip, as it is printed on it."""
    found = re.findall(r'data-show="(\w+)"[^>]*>[^<]*<i>([\d,]+)</i>', tickets(view))
    return {chip: int(n.replace(",", "")) for chip, n in found}


def as_listed(view: View, rubric_set: str) -> View:
    """What a command sees of a set: held against today's where that is another one."""
    today = view.found.today.rubric_set
    return View.of(view.report, view.found, rubric_set, "" if today == rubric_set else today)


@pytest.mark.parametrize("name", REPORTS)
def test_every_chip_of_the_page_counts_what_the_command_counts(name: str) -> None:
    view = seen(name)
    printed = on_page(view)
    compared = kinds(as_listed(view, view.found.challenger or view.found.rubric_set))
    used = kinds(as_listed(view, view.found.rubric_set))
    for kind, chip in CHIP_OF.items():
        of = compared if kind in (*OF_TWO, "still") else used
        if chip in printed:
            assert int(of[kind].sum()) == printed[chip], kind
        else:
            assert kind not in of or not of[kind].any()
    assert set(printed) <= set(CHIP_OF.values())


@pytest.mark.parametrize("name", REPORTS)
def test_the_list_that_the_page_opens_with_is_the_command_s_in_its_order(name: str) -> None:
    view = seen(name)
    chip = first_chip(view)[0]
    kind = next(kind for kind, key in CHIP_OF.items() if key == chip)
    own = as_listed(view, view.found.challenger if kind == "broken" else view.found.rubric_set)
    kept = kinds(own)[kind]
    assert [int(i) for i in own.order(own.use) if kept[i]] == first_listed(view)


@pytest.mark.parametrize("name", REPORTS)
def test_broken_fixed_and_still_wrong_part_the_wrong_ones_of_two_sets(name: str) -> None:
    view = seen(name)
    for rubric_set in (one.name for one in view.sets):
        own = as_listed(view, rubric_set)
        found = kinds(own)
        if own.other is None:
            assert not set(OF_TWO) & set(found)
            continue
        parts = [found[kind] for kind in ("broken", "fixed", "still")]
        assert not any((a & b).any() for a in parts for b in parts if a is not b)
        assert not (found["broken"] & own.right(own.use)).any()
        assert (found["fixed"] <= own.right(own.use)).all()


def test_a_ticket_that_one_set_lacks_has_failed_and_is_neither_broken_nor_fixed() -> None:
    found = kinds(as_listed(seen("two failed"), "v2"))
    assert int(found["failed"].sum()) == 2
    assert not (found["failed"] & (found["broken"] | found["fixed"] | found["still"])).any()


def test_kinds_are_told_in_words_with_both_sets_where_there_are_two() -> None:
    two, one = as_listed(seen("a better one"), "v2"), as_listed(seen("one set"), "v1")
    assert kind_text(two, "broken", 1_028) == "1,028 broken by v2 (v1 had the right label)"
    assert kind_text(two, "still", 3) == "3 still wrong under v2 (v1 was wrong, too)"
    assert kind_text(one, "still", 3) == "3 wrong under v1"
    assert kind_text(one, "all", 1) == "1 ticket"
    for kind in CHIP_OF:
        assert kind_text(two, kind, 7).startswith("7 ")
        assert not {"[", "]", "_"} & set(kind_text(two, kind, 7))


@pytest.mark.parametrize(
    ("word", "name"),
    [("team", "no-team"), ("label", "no-label"), ("support team", "no-label"), ("a;b", "no-label")],
)
def test_no_label_is_called_by_the_word_of_the_report_where_that_is_one_word(
    word: str, name: str
) -> None:
    assert kind_name("no-label", word) == name
    assert kind_name("broken", word) == "broken"
