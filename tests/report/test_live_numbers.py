"""What the script computes while a reader moves the controls is what Python computes."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from browser import Opened, opened_in
from quickstart import Demo
from reports import STATED, improved, report_of
from tables import random_table
from ticketbench.core.policy import ESCALATE, ROUTE, Costs, Policy
from ticketbench.core.types import NONE, Estimate, Failure, IntArray, ScoreTable
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.edge.results.store import load
from ticketbench.measure.pairs.label_outcomes import label_moves
from ticketbench.measure.recommendation import Recommendation
from ticketbench.measure.results import RunResults
from ticketbench.measure.statistics.intervals import share
from ticketbench.measure.thresholds.choose import saving_on, summary_on
from ticketbench.measure.thresholds.saving import Saving
from ticketbench.measure.thresholds.tickets import OFF, Tickets
from ticketbench.report.page import html_page
from ticketbench.report.words.numbers import of_100
from ticketbench.report.words.setting import per_100

if TYPE_CHECKING:
    from playwright.sync_api import Browser

N_SETTINGS = 50
LIMITS = (None, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45)


@dataclass(frozen=True)
class Setting:
    """What a reader can set."""

    threshold: float
    escalation: float | None
    prices: dict[str, float]

    @property
    def policy(self) -> Policy:
        limit = OFF if self.escalation is None else self.escalation
        return Policy(threshold=self.threshold, escalate_above=limit)


@dataclass(frozen=True)
class Bench:
    """A page, and its tickets under today's set and the one in use."""

    page: Path
    old: ScoreTable
    used: ScoreTable
    found: Recommendation

    def saving(self, one: Setting) -> Saving:
        """Of the set in use; a price that the page cannot change stays."""
        costs = replace(self.found.costs, **one.prices)
        return saving_on(Tickets.of(self.used, one.policy), one.policy, costs)

    def counts(self, of: ScoreTable, policy: Policy) -> IntArray:
        """Gold label (the last row: none) by label sent to, review, escalate."""
        labels, outcome = len(of.labels), Tickets.of(of, policy).decided(policy).outcome
        to = np.where(outcome == ROUTE, of.top, np.where(outcome == ESCALATE, labels + 1, labels))
        found = np.zeros((labels + 1, labels + 2), dtype=np.int64)
        np.add.at(found, (of.truth, to), 1)
        return found


def settings() -> list[Setting]:
    """The ends, today's and the recommended ones, and drawn ones; each price is moved in some."""
    draw = random.Random(16)
    usual = {"misroute": 5.0, "review": 1.0, "escalate": 1.5}
    fixed = [Setting(t, e, usual) for t in (0.0, 0.6, 0.9, 1.0) for e in (None, 0.3)]
    return fixed + [
        Setting(
            threshold=draw.randrange(101) / 100,
            escalation=draw.choice(LIMITS),
            prices={
                "misroute": draw.choice((0.0, 2.5, 5.0, 9.0, 40.0)),
                "review": draw.choice((0.0, 0.35, 1.0, 3.0)),
                "escalate": draw.choice((0.0, 0.7, 1.5, 6.0)),
            },
        )
        for _ in range(N_SETTINGS - len(fixed))
    ]


SETTINGS = settings()


@pytest.fixture(scope="module", params=["demo", "alone", "in groups"])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The demo; and drawn tickets, each alone or in groups, some of no label, some failed."""
    if request.param == "demo":
        return of_demo(request.getfixturevalue("demo"))
    page = tmp_path_factory.mktemp("drawn") / "index.html"
    return drawn(page, n_groups=None if request.param == "alone" else 130)


def of_demo(demo: Demo) -> Bench:
    found = load(demo.out / "results.json", RunResults).recommendation
    assert found is not None
    file = demo.out / "predictions.csv"
    old, used = (read_score_table(file, of) for of in (found.today.rubric_set, found.rubric_set))
    return Bench(demo.out / "index.html", old, used, found)


def drawn(page: Path, *, n_groups: int | None) -> Bench:
    """A report on 400 tickets where a missed escalation has a price."""
    base = random_table(400, k=3, seed=5, n_groups=n_groups)
    rng = np.random.default_rng(7)
    truth = np.where(rng.random(400) < 0.08, NONE, base.truth)
    failed = tuple(Failure(f"x{i}", "http", 500, "down") for i in range(9))
    old = replace(base, truth=truth, failures=failed).in_order_of_ids()
    used = improved(old, share=0.5)
    costs = Costs(misroute=5.0, review=1.0, escalate=1.5, missed=2.0)
    report = report_of(old, used, settings=replace(STATED, costs=costs))
    page.write_bytes(html_page(report))
    found = report.results.recommendation
    assert found is not None
    assert found.rubric_set == "v2"
    return Bench(page, old, used, found)


@pytest.fixture(scope="module")
def seen(bench: Bench, browser: Browser) -> Iterator[Opened]:
    seen = opened_in(browser, bench.page)
    yield seen
    seen.page.context.close()


@pytest.fixture(scope="module")
def readings(seen: Opened) -> Sequence[dict[str, Any]]:
    """What the page shows at each of the settings."""
    asked = [
        {"threshold": one.threshold, "escalation": one.escalation, "prices": one.prices}
        for one in SETTINGS
    ]
    found: list[dict[str, Any]] = seen.probe("settings", asked)
    return found


def at_each(readings: Sequence[dict[str, Any]]) -> Iterator[tuple[Setting, dict[str, Any]]]:
    yield from zip(SETTINGS, readings, strict=True)


def test_the_four_outcomes_and_the_hundred_are_the_same(
    bench: Bench, readings: Sequence[dict[str, Any]]
) -> None:
    for one, read in at_each(readings):
        routing = summary_on(bench.used, Tickets.of(bench.used, one.policy), one.policy, Costs())
        exact = [int(read["exact"][name]) for name in ("right", "wrong", "review", "escalated")]
        reviewed = routing.reviewed + bench.found.n_failed
        assert exact == [routing.right, routing.wrong, reviewed, routing.escalated], one
        right, wrong, review, escalated = per_100(routing, n_failed=bench.found.n_failed)
        said = [int(read["live"][name]) for name in ("alone", "wrong", "person")]
        assert said == [right + wrong, wrong, review + escalated], one
        assert read["strip"] == [right, wrong, review, escalated], one


def test_cost_and_saving_are_the_same_with_their_intervals(
    bench: Bench, readings: Sequence[dict[str, Any]]
) -> None:
    for one, read in at_each(readings):
        expected = bench.saving(one)
        found = {name: _number(read["exact"][name]) for name in
                 ("value", "low", "high", "saved", "savedLow", "savedHigh")}  # fmt: skip
        assert [found["value"], found["low"], found["high"]] == _close(expected.cost), one
        assert [found["saved"], found["savedLow"], found["savedHigh"]] == _close(
            expected.per_ticket
        ), one


def test_the_price_and_whether_it_pays_are_said_as_python_says_them(
    bench: Bench, readings: Sequence[dict[str, Any]]
) -> None:
    said = {"yes": "cheaper than by hand", "no": "dearer than by hand"}
    for one, read in at_each(readings):
        if _recommended(bench, one):
            assert bench.found.setting is not None
            saving = bench.found.setting.saving
        else:
            saving = bench.saving(one)
        assert float(read["live"]["cost"]) == pytest.approx(saving.cost.value, abs=0.00501), one
        assert read["live"]["pays"].startswith(said.get(saving.pays, "no clear saving")), one


def test_the_share_right_of_what_goes_out_is_the_same_with_its_interval(
    bench: Bench, readings: Sequence[dict[str, Any]]
) -> None:
    for one, read in at_each(readings):
        tickets = Tickets.of(bench.used, one.policy)
        routed = tickets.decided(one.policy).outcome == ROUTE
        expected = share(tickets.right[routed], tickets.groups[routed])
        found = [_number(read["exact"][name]) for name in ("share", "shareLow", "shareHigh")]
        if expected.n:
            assert found == _close(expected), one


def test_every_cell_of_the_matrix_is_the_same_in_every_view(
    bench: Bench, seen: Opened, readings: Sequence[dict[str, Any]]
) -> None:
    for one, read in at_each(readings):
        assert read["cells"] == _printed(bench.counts(bench.used, one.policy)), one
    for one in SETTINGS[::5]:
        used, old = (bench.counts(of, one.policy) for of in (bench.used, bench.old))
        for view, expected in (("old", _printed(old)), ("change", _printed(used - old, sign=True))):
            seen.page.click(f"#views [data-view={view}]")
            asked = {"threshold": one.threshold, "escalation": one.escalation, "prices": {}}
            assert seen.probe("settings", [asked])[0]["cells"] == expected, (view, one)


def test_every_row_of_the_labels_is_the_same(
    bench: Bench, readings: Sequence[dict[str, Any]]
) -> None:
    today = (bench.old, bench.found.today.policy)
    for one, read in at_each(readings):
        moves = {move.label: move for move in label_moves(today, (bench.used, one.policy))}
        expected = {
            str(i): {
                "today": of_100(moves[label].today.right_alone.value),
                "now": of_100(moves[label].then.right_alone.value),
                "away": str(moves[label].then.away),
                "sent-in": str(moves[label].then.sent_in),
                "person": str(moves[label].then.person),
            }
            for i, label in enumerate(bench.used.labels)
            if label in moves
        }
        assert read["labels"] == expected, one
        shares = [s.right_alone.value for m in moves.values() for s in (m.today, m.then)]
        assert read["dots"] == pytest.approx([100 * v for v in shares], abs=0.0051), one


def test_the_rings_of_the_charts_stand_where_the_numbers_are(
    bench: Bench, readings: Sequence[dict[str, Any]]
) -> None:
    left, width = 8, 86
    for one, read in at_each(readings):
        exact = read["exact"]
        alone = (int(exact["right"]) + int(exact["wrong"])) / bench.used.n_scored
        cost = min(1.0, one.threshold / 1.01)
        places = [ring["cx"] for ring in read["rings"]]
        assert places == pytest.approx([left + width * alone, left + width * cost], abs=0.01), one


def _recommended(bench: Bench, one: Setting) -> bool:
    """Whether the page is at rest, where it says the price that was held out."""
    setting, costs = bench.found.setting, bench.found.costs
    return setting is not None and (
        (one.threshold, one.policy.escalate_above) == (setting.threshold, setting.escalate_above)
        and one.prices == {name: getattr(costs, name) for name in one.prices}
    )


def _close(of: Estimate) -> list[object]:
    return [pytest.approx(v, abs=1e-9, nan_ok=True) for v in (of.value, of.low, of.high)]


def _number(text: str) -> float:
    return math.nan if text == "NaN" else float(text)


def _printed(counts: IntArray, *, sign: bool = False) -> dict[str, str]:
    def text(n: int) -> str:
        return "·" if not n else f"{n:+,}".replace("-", "−") if sign else f"{n:,}"

    return {f"{i},{j}": text(int(n)) for (i, j), n in np.ndenumerate(counts)}
