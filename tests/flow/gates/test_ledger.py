"""What blessing adds to the ledger, on which tickets it is seen, and when that is warned of."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from gated_project import BASELINE, GATED, blessed, edit, with_gates
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.rubrics import Rubric
from ticketbench.edge.inputs.config import Config, read_config
from ticketbench.edge.results.baseline import Baseline, KeptTicket, Origin
from ticketbench.edge.results.baseline_file import SCHEMA_WITHOUT_LEDGER, baseline_bytes
from ticketbench.edge.results.baseline_file import read_baseline as read
from ticketbench.edge.results.ledger import Ledger, Look, Pin, SeenChange
from ticketbench.flow.gates.baseline import prepare
from ticketbench.flow.gates.judge import gate
from ticketbench.flow.gates.ledger import (
    MOST_MERGED,
    ONE_LOOK,
    ledger_after,
    ledger_findings,
    ledger_text,
    looks_text,
    pin_at,
    pinned,
    seen_change,
)
from ticketbench.flow.gates.under_test import UnderTest

AGAINST = "{metric: accuracy, on: v2, not_worse_than: baseline}"


def origin(answers: str) -> Origin:
    return Origin("d", "r", "local://x", answers, "", Policy(), Costs())


def baseline(answers: str, tops: str, golds: str = "", **fields: object) -> Baseline:
    """Tickets a, b, c ... with one letter each as their top label and gold label ("-": none)."""
    golds = golds or "x" * len(tops)
    tickets = {
        f"{i:016x}": KeptTicket("__none__" if gold == "-" else gold, top, 0.9, "route")
        for i, (top, gold) in enumerate(zip(tops, golds, strict=True))
    }
    rubrics = (Rubric("x", "X?"), Rubric("y", "Y?"))
    made = Baseline("v1", origin(answers), rubrics, {}, tickets)
    return replace(made, **fields)  # type: ignore[arg-type]


def of(*changes: float, pins: tuple[Pin, ...] = (Pin("d", "r", "a"),), n: int = 400) -> Baseline:
    """A baseline whose ledger holds these seen changes."""
    seen = tuple(SeenChange(c, 0 if math.isnan(c) else n) for c in changes)
    return baseline("z", "xxxx", ledger=Ledger(pins, seen))


@pytest.mark.parametrize(
    ("before", "now", "change", "n"),
    [
        (("xxxx", ""), ("xxxy", ""), -0.25, 4),
        (("xyyy", ""), ("xxyy", ""), 0.25, 4),
        (("xy", ""), ("yx", ""), 0.0, 2),
        (("xxx", ""), ("xxyyyy", ""), -0.333333, 3),
        (("xxxx", "xxxx"), ("yyxx", "yyxx"), 0.0, 2),
        (("xxx", "x-x"), ("xyy", "x-x"), -0.5, 2),
    ],
    ids=["loss", "gain", "both", "new tickets", "other gold", "no label fits"],
)
def test_a_change_is_seen_on_tickets_that_both_have_with_the_same_gold(
    before: tuple[str, str], now: tuple[str, str], change: float, n: int
) -> None:
    found = seen_change(baseline("a", *before), baseline("b", *now))
    assert (found.change, found.n) == (change, n)


def test_without_a_common_ticket_nothing_is_seen() -> None:
    for golds in ("yy", "--"):
        found = seen_change(baseline("a", "xx"), baseline("b", "xx", golds))
        assert (math.isnan(found.change), found.n) == (True, 0)
    assert seen_change(baseline("a", "xx", "--"), baseline("b", "xx", "--")).n == 0


def test_the_first_baseline_is_its_own_pin() -> None:
    first = baseline("a", "xx")
    assert ledger_after(None, first) == Ledger((Pin("d", "r", "a"),), pinned=first.asked)


def test_each_other_answer_adds_one_change_with_its_reason() -> None:
    one = baseline("a", "xxxx", ledger=Ledger((Pin("d", "r", "a"),)))
    two = ledger_after(one, baseline("b", "xxxy", reason="shorter"))
    seen = (SeenChange(-0.25, 4, "shorter"),)
    assert two == Ledger((Pin("d", "r", "a"),), seen, one.asked)
    three = ledger_after(baseline("b", "xxxy", ledger=two), baseline("c", "xxyy"))
    assert (three.merged, three.sum_seen) == (2, -0.5)


def test_what_has_the_same_inputs_and_answers_adds_nothing() -> None:
    one = of(-0.01)
    assert ledger_after(one, replace(one, reason="said later", ledger=None)) == one.ledger


def test_a_baseline_without_a_ledger_becomes_the_pin() -> None:
    old = baseline("a", "xxxx")
    found = ledger_after(old, baseline("b", "xxyy"))
    assert (found.pins, found.merged, found.sum_seen) == ((pin_at(old.origin),), 1, -0.5)


def test_another_policy_is_another_look_without_a_change() -> None:
    one = of()
    other = replace(one, origin=replace(one.origin, policy=Policy(0.9)))
    assert (ledger_after(one, other).merged, ledger_after(one, other).sum_seen) == (1, 0.0)


def test_a_pin_keeps_what_it_accepts_and_every_pin_before() -> None:
    found = pinned(of(-0.01, -0.02), "worth it")
    assert (found.merged, found.sum_seen) == (0, 0.0)
    assert found.pins == (Pin("d", "r", "a"), Pin("d", "r", "z", 2, -0.03, "worth it"))


def looked(*ships: bool) -> tuple[Look, ...]:
    return tuple(Look("v2", "r2", "u", "l", 0, 0, 0.0, -0.01, one, "") for one in ships)


def test_blessing_keeps_what_was_pinned_and_releases_and_a_pin_counts_afresh() -> None:
    first = baseline("a", "xxxx")
    known = Ledger((Pin("d", "r", "a"),), pinned=first.asked, looks=looked(True))
    one = replace(first, ledger=known)
    two = replace(baseline("b", "xxxy"), rubric_set="v2", ledger=None)
    after = ledger_after(one, two)
    assert (after.pinned, after.looks) == (first.asked, known.looks)
    now = pinned(replace(two, ledger=after), "worth it")
    assert (now.pinned, now.looks) == (two.asked, ())


def test_what_was_pinned_stays_unknown_where_a_file_of_before_was_blessed_over() -> None:
    assert ledger_after(of(-0.01), baseline("b", "xxxx")).pinned is None
    assert pinned(of(-0.01), "known again").pinned is not None


@pytest.mark.parametrize(
    ("n", "ships", "told"),
    [
        (0, (), "none judged since the pin on fresh tickets"),
        (
            3,
            (),
            f"none judged since the pin on fresh tickets; 3 looks at the same ones: {ONE_LOOK}",
        ),
        (3, (True, False), "2 of 5 planned until the next pin judged, 1 may ship"),
    ],
)
def test_a_team_is_told_how_often_it_looked_and_what_holds_without_fresh_tickets(
    n: int, ships: tuple[bool, ...], told: str
) -> None:
    ledger = of(*(0.0,) * n).ledger
    assert ledger is not None
    assert looks_text(replace(ledger, looks=looked(*ships)), 5) == told


def test_what_a_baseline_without_a_ledger_lost_is_not_known() -> None:
    (pin,) = pinned(baseline("a", "xx"), "start").pins
    assert (pin.answers, pin.merged, pin.reason) == ("a", 0, "start")
    assert math.isnan(pin.accepted)


@pytest.fixture
def config(answered: Path) -> Config:
    return read_config(with_gates(AGAINST))


def codes(found: Baseline, config: Config) -> list[str]:
    return [finding.code for finding in ledger_findings(found, config)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), []),
        ((-0.025,), []),
        ((-0.02, -0.005001), ["TB305"]),
        ((-0.06, 0.05), []),
        ((math.nan,) * 3, []),
        ((0.0,) * MOST_MERGED, []),
        ((0.0,) * (MOST_MERGED + 1), ["TB306"]),
        ((-0.01,) * (MOST_MERGED + 1), ["TB305", "TB306"]),
    ],
    ids=["none", "half", "above half", "won back", "not seen", "20 looks", "21 looks", "both"],
)
def test_more_than_half_the_budget_or_than_20_changes_are_warned_of(
    changes: tuple[float, ...], expected: list[str], config: Config
) -> None:
    assert codes(of(*changes), config) == expected


def test_the_words_say_how_much_and_what_to_do(config: Config) -> None:
    slid, worn = ledger_findings(of(math.nan, *(-0.002,) * 20), config)
    assert slid.title == (
        "accuracy has slid by 4 points since the pin, more than half of the 5 allowed"
    )
    assert slid.evidence == (
        "21 changes, each judged against the one before it; 1 of them not seen, without a ticket "
        "in common with the one before"
    )
    assert slid.action == "take changes back, or accept it: ticketbench baseline pin gated.yaml"
    assert worn.title == "these 4 tickets have judged 21 changes"
    assert "their verdicts grow too kind" in worn.evidence
    assert "one look per pin" in worn.evidence
    assert "smoke test" in worn.evidence
    (beyond,) = ledger_findings(of(-0.06), config)
    assert beyond.title.endswith("6 points since the pin, more than the 5 allowed")


def test_a_baseline_without_a_ledger_is_not_warned_of(config: Config) -> None:
    assert codes(baseline("a", "xx"), config) == []


def test_the_budget_is_a_key_of_the_config(config: Config) -> None:
    strict = read_config(GATED, overrides=["baseline_budget=0.01"])
    assert (codes(of(-0.006), config), codes(of(-0.006), strict)) == ([], ["TB305"])


def test_the_text_of_a_ledger() -> None:
    ledger = of(-0.01, -0.009).ledger
    assert ledger
    assert ledger_text(ledger, 0.05) == "2 changes since the pin: accuracy -1.9 points, allowed -5"
    assert ledger_text(Ledger(ledger.pins), 0.05) == "nothing blessed since the pin"
    unseen = of(math.nan).ledger
    assert unseen
    assert "accuracy – points" in ledger_text(unseen, 0.05)
    assert "1 of them not seen" in ledger_text(unseen, 0.05)


def test_blessing_keeps_the_ledger_in_the_file(config: Config) -> None:
    blessed("v2")
    blessed("v1")
    blessed("v1")
    ledger = read(BASELINE).ledger
    assert ledger
    assert (ledger.merged, ledger.sum_seen, ledger.seen[0].n) == (1, -0.833333, 6)
    blessed("v2")
    assert prepare(GATED).diff.ledger == read(BASELINE).ledger
    after = read(BASELINE).ledger
    assert after
    assert (after.merged, after.sum_seen) == (2, 0.0)


def test_tickets_with_another_gold_label_have_no_part_in_a_change(config: Config) -> None:
    blessed("v2")
    edit("tickets.csv", "sign in to my profile,account", "sign in to my profile,technical")
    blessed("v2")
    ledger = read(BASELINE).ledger
    assert ledger
    assert [(one.change, one.n) for one in ledger.seen] == [(0.0, 5)]


def without_ledger() -> bytes:
    """Make the baseline what it was before there were ledgers; its bytes."""
    content = baseline_bytes(replace(read(BASELINE), ledger=None))
    assert SCHEMA_WITHOUT_LEDGER.encode() in content
    BASELINE.write_bytes(content)
    return content


def test_a_file_of_version_1_stays_until_something_changes(config: Config) -> None:
    blessed("v2")
    before = without_ledger()
    kept = prepare(GATED)
    assert (kept.diff.same, kept.diff.ledger) == (True, None)
    with_gates(AGAINST)
    assert BASELINE.read_bytes() == before
    old = read(BASELINE)
    blessed("v1")
    ledger = read(BASELINE).ledger
    assert ledger
    assert (ledger.pins, ledger.merged) == ((pin_at(old.origin),), 1)


def test_equal_histories_give_equal_bytes(config: Config) -> None:
    contents = []
    for _ in range(2):
        BASELINE.unlink(missing_ok=True)
        for name in ("v1", "v2"):
            blessed(name)
        contents.append(BASELINE.read_bytes())
    assert contents[0] == contents[1]


def test_the_gate_and_the_tests_of_a_suite_hear_the_warning(config: Config) -> None:
    blessed("v2")
    assert gate(GATED).report.findings == ()
    assert UnderTest(GATED).baseline_findings() == ()
    blessed("v1")
    before = BASELINE.read_bytes()
    (found,) = gate(GATED).report.findings
    assert (found.code, found.severity) == ("TB305", "warning")
    assert UnderTest(GATED).baseline_findings() == (found,)
    assert BASELINE.read_bytes() == before


def test_a_config_whose_baseline_is_not_there_yet_has_nothing_to_warn_of(answered: Path) -> None:
    with_gates("{metric: accuracy, on: v2, min: 0.5}")
    assert gate(GATED).report.findings == ()
    assert UnderTest(GATED).baseline_findings() == ()
