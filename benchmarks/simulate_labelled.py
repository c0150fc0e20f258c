"""A verdict from labels of the disagreements alone: does it hold, after any label, for any target?

    python benchmarks/simulate_labelled.py [RUNS, default 300]

Every figure comes from the functions that `label verdict` calls. The laws are those of
tests/logs_with_labels.py; public sets are answered by the lexical engine, where
TICKETBENCH_TEST_DATA names their folder.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from public_sets import SETS, public_tables
from simulate import Row, rate, show, within

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from logs_with_labels import (
    at_stake,
    drawn_log,
    labelled_on,
    of_whole_customers,
    shuffled,
    up_to,
    without_gain,
)
from paired_tickets import COSTS, answered, customer_sizes
from paths_of_evidence import chance_to_reach, most_common_path
from ticketbench.core.policy import Policy
from ticketbench.core.types import FloatArray
from ticketbench.measure.gates.judge import fresh_gate
from ticketbench.measure.gates.results import OnFresh
from ticketbench.measure.gates.rule import LEVEL
from ticketbench.measure.labelled.about_log import of_log
from ticketbench.measure.labelled.about_tickets import of_tickets
from ticketbench.measure.labelled.log import LabelledLog, of_customers
from ticketbench.measure.labelled.more import more_labels
from ticketbench.measure.labelled.order import About, order_of
from ticketbench.measure.labelled.release import PLANNED, fresh_tickets, release
from ticketbench.measure.labelled.targets import TARGETS, gains, sides, stakes
from ticketbench.measure.labelled.verdict import label_verdict
from ticketbench.measure.pairs.change import Change
from ticketbench.measure.pairs.pairing import Judged, judged, paired
from ticketbench.measure.pairs.verdict import MARGIN, exceeds

SEED = 20261206
SIGNS = (1.0, -1.0, 0.0)
SURE = ("better", "worse")
TRUE = (0.0, 0.02, 0.03, 0.05)


# --- a part of the disagreements -----------------------------------------------------------


def part_rows(runs: int) -> Iterator[Row]:
    """Bias, coverage about the log and about tickets like these, labels saved."""
    settings = (("independent", 1000), ("independent", 4000), ("40 x 25", 1000), ("Pareto", 2000))
    laws = ((0.1, 0.0), (0.1, 0.03), (0.3, 0.0), (0.3, 0.05))
    for place, ((shape, n), (differ, true), m) in enumerate(product(settings, laws, (40, 100, 0))):
        rng = np.random.default_rng([SEED, place])
        off, variance, used = np.empty(runs), np.empty(runs), np.empty(runs)
        missed_log = missed_law = 0
        for run in range(runs):
            log = drawn_log(rng, n, differ=differ, gain=true, shape=shape)
            part = up_to(log, m or log.n)
            here, change = of_log(part), of_tickets(part)
            ends, truth = change.bounds(), float(log.gains.mean())
            missed_log += not here.low - 1e-12 <= truth <= here.high + 1e-12
            missed_law += not ends.low <= true <= ends.high
            off[run], variance[run], used[run] = (
                change.value - true,
                change.variance,
                part.n_labelled,
            )
        alike = (0.75 * differ - true**2) / variance.mean()
        yield (
            shape, f"{n:,}", f"{differ:.0%}", f"{100 * true:+g}", f"{used.mean():.0f}",
            f"{off.mean() / off.std() * math.sqrt(runs):+.1f}",
            rate(runs - missed_log, runs), rate(runs - missed_law, runs),
            within(max(missed_log, missed_law), runs, 0.07), f"{alike / used.mean():.1f}",
        )  # fmt: skip


# --- until it is settled -------------------------------------------------------------------


def settled_rows(runs: int) -> Iterator[Row]:
    """Logs of 20,000 tickets, looked at after every label, and in batches of 25."""
    for place, (differ, true) in enumerate(product((0.1, 0.2, 0.3), TRUE)):
        rng = np.random.default_rng([SEED + 1, place])
        said, labels = [], []
        for _ in range(runs):
            found = labelled_on(drawn_log(rng, 20_000, differ=differ, gain=true))
            said.append(found.outcome)
            labels.append(found.after)
        shares = [said.count(one) for one in ("better", "no relevant difference", "worse")]
        wrong = shares[0] + shares[2] if true == 0 else shares[1] if true == MARGIN else shares[2]
        batches = np.ceil(np.array(labels) / 25) * 25
        yield (
            f"{differ:.0%}", f"{100 * true:+g}", *(rate(one, runs) for one in shares),
            within(wrong, runs, 0.025 if true == MARGIN else 0.05),
            f"{np.median(labels):.0f}", f"{np.quantile(labels, 0.9):.0f}",
            f"{np.median(batches):.0f}",
        )  # fmt: skip


def gate_rows(runs: int) -> Iterator[Row]:
    """Logs of 6,000 tickets through a gate with a margin of 2 points."""
    for place, (differ, true) in enumerate(
        product((0.05, 0.1, 0.2), (0.01, 0.0, -0.01, -0.02, -0.04))
    ):
        rng = np.random.default_rng([SEED + 2, place])
        passed = failed = 0
        labels = []
        for _ in range(runs):
            log = drawn_log(rng, 6_000, differ=max(differ, abs(true) / 0.75), gain=true)
            found = label_verdict(up_to(log, log.n_differ - 1))
            passed += found.gate == "pass"
            failed += found.gate == "fail"
            labels.append(found.gate_after if found.gate != "inconclusive" else log.n_differ)
        wrong = {0.01: failed, 0.0: failed, -0.02: passed, -0.04: passed}.get(true)
        yield (
            f"{differ:.0%}", f"{100 * true:+g}", rate(passed, runs), rate(failed, runs),
            "" if wrong is None else within(wrong, runs, 0.05),
            f"{np.median(labels):.0f}", f"{np.quantile(labels, 0.9):.0f}",
        )  # fmt: skip


# --- logs on a border ----------------------------------------------------------------------


def border_rows(runs: int) -> Iterator[Row]:
    """Logs without any gain, to the last ticket: better or worse is false, in every order."""
    for place, (target, (shape, n)) in enumerate(
        product(TARGETS, (("independent", 500), ("independent", 2000), ("40 x 25", 1000),
                          ("Pareto", 1000)))
    ):  # fmt: skip
        rng = np.random.default_rng([SEED + 3, place])
        false = 0
        labels = []
        for _ in range(runs):
            log = without_gain(answered(rng, shape, n, changed=0.1), target)
            found = labelled_on(shuffled(rng, log), margin=MARGIN * log.most)
            false += found.outcome in SURE
            labels.append(found.after)
        yield (
            target, shape, f"{2 * n:,}", rate(false, runs), within(false, runs, 0.05),
            f"{np.median(labels):.0f}",
        )  # fmt: skip


def margin_rows(runs: int) -> Iterator[Row]:
    """Logs whose gain is the margin, to the last ticket: no relevant difference is false, and so is
    a gate that passes with the sides swapped.
    """
    for place, (target, (shape, n)) in enumerate(
        product(TARGETS, (("independent", 2000), ("Pareto", 1000)))
    ):
        rng = np.random.default_rng([SEED + 4, place])
        false = passed = 0
        for _ in range(runs):
            log = shuffled(rng, worse_log(rng, shape, n, target))
            margin = abs(float(log.gains.mean()))
            part = up_to(log, log.n_differ - 1)
            false += labelled_on(log, margin=margin).outcome == "no relevant difference"
            passed += label_verdict(part, margin=margin).gate == "pass"
        yield (
            target, shape, f"{n:,}", rate(false, runs), within(false, runs, 0.025),
            rate(passed, runs), within(passed, runs, 0.05),
        )  # fmt: skip


def worse_log(rng: np.random.Generator, shape: str, n: int, target: str) -> LabelledLog:
    """Simulated tickets on which the candidate is worse."""
    while True:
        log = log_of_answers(rng, shape, n, target, loss=0.04)
        if log.gains.mean() < 0:
            return log


def log_of_answers(
    rng: np.random.Generator, shape: str, n: int, target: str, *, loss: float
) -> LabelledLog:
    """Simulated tickets as they came, all labelled."""
    tickets = answered(rng, shape, n, changed=0.1, loss=loss)
    known, each = at_stake(tickets, target)
    return LabelledLog(each, known.differs, tickets.groups, known.most)


def exact_rows() -> Iterator[Row]:
    """No draws: every order of a log counted."""
    logs: tuple[tuple[int, int, int, float], ...] = (
        (10, 10, 0, 0.0), (50, 50, 0, 0.0), (200, 200, 0, 0.0), (400, 400, 0, 0.0),
        (2, 6, 192, -0.02), (10, 14, 176, -0.02), (0, 8, 392, -0.02), (10, 18, 372, -0.02),
        (40, 48, 312, -0.02), (5, 25, 970, -0.02), (20, 36, 744, -0.02), (20, 30, 50, -0.1),
    )  # fmt: skip
    for gained, lost, same, null in logs:
        counts, values = ((gained, lost), SIGNS[:2]) if not same else ((gained, lost, same), SIGNS)
        yield (
            str(gained + lost + same), str(gained), str(lost), f"{100 * null:+g}",
            *(f"{chance_to_reach(counts, values, null, level):.4f}" for level in (20.0, 40.0)),
            f"{most_common_path(counts, values, null, 20.0):.2f}",
        )  # fmt: skip


# --- customers -----------------------------------------------------------------------------


def customer_rows(runs: int) -> Iterator[Row]:
    """A fifth of the customers changes as a whole: about whom is the verdict true?"""
    shapes = (("40 x 25", 40), ("160 x 25", 160), ("400 x 25", 400), ("Pareto", 1500))
    laws = product(shapes, (0.0, 0.1), ("log", "customers"))
    for place, ((shape, n), true, about) in enumerate(laws):
        rng = np.random.default_rng([SEED + 5, place])
        against_log = against_law = settled = 0
        for run in range(runs):
            sizes = customer_sizes(rng, "Pareto", n) if shape == "Pareto" else np.full(n, 25)
            log = of_whole_customers(rng, sizes, turning=0.2, gain=true)
            found = in_an_order(log, about, seed=run)
            mean = float(log.gains.mean())
            against_law += found in (SURE if not true else ("worse", "no relevant difference"))
            against_log += (found == "better" and mean <= 0) or (found == "worse" and mean >= 0)
            settled += found != "cannot tell"
        alarms = against_log if about == "log" else against_law
        yield (
            shape, f"{100 * true:+g}", about, rate(against_log, runs), rate(against_law, runs),
            within(alarms, runs, 0.05), rate(settled, runs),
        )  # fmt: skip


def in_an_order(log: LabelledLog, about: str, *, seed: int) -> str:
    """What labelling until it is settled says in an order for `about`."""
    speaks_of: About = "customers" if about == "customers" else "log"
    order = order_of(log.groups, about=speaks_of, seed=seed)
    placed = LabelledLog(
        log.gains[order.rows], log.differs[order.rows], log.groups[order.rows], log.most
    )
    return labelled_on(of_customers(placed, order)).outcome


# --- other targets, other tickets ----------------------------------------------------------


def target_rows(runs: int) -> Iterator[Row]:
    """Outcomes and costs: do intervals of a labelled part cover the truth?"""
    settings = (("independent", 2000), ("40 x 25", 1000), ("Pareto", 2000))
    for place, (target, (shape, n), loss) in enumerate(product(TARGETS, settings, (0.0, 0.04))):
        rng = np.random.default_rng([SEED + 6, place])
        truth = true_gain_of(target, "independent" if shape == "independent" else "strangers", loss)
        missed = {(m, what): 0 for m in (40, 100) for what in ("log", "law")}
        off = []
        for _ in range(runs):
            log = shuffled(rng, log_of_answers(rng, shape, n, target, loss=loss))
            for m in (40, 100):
                part = up_to(log, m)
                here, ends = of_log(part), of_tickets(part).bounds()
                missed[m, "log"] += not here.low - 1e-12 <= log.gains.mean() <= here.high + 1e-12
                missed[m, "law"] += not ends.low <= truth <= ends.high
            off.append(part.seen - float(log.gains.mean()))
        yield (
            target, shape, f"{n:,}", f"{100 * truth:+.2f}",
            f"{np.mean(off) / np.std(off) * math.sqrt(runs):+.1f}",
            *(rate(runs - one, runs) for one in missed.values()),
            within(max(missed.values()), runs, 0.07),
        )  # fmt: skip


@cache
def true_gain_of(target: str, shape: str, loss: float) -> float:
    """The gain that 1,600,000 tickets of the law show; 0 where the sets are alike."""
    if not loss:
        return 0.0
    seen = []
    for seed in range(21, 25):
        log = log_of_answers(np.random.default_rng(seed), shape, 400_000, target, loss=loss)
        seen.append(float(log.gains.mean()))
    return float(np.mean(seen))


# --- public sets ---------------------------------------------------------------------------


def public_logs() -> dict[tuple[str, str], LabelledLog]:
    """Both rubric sets on three public sets, for every target, all labelled."""
    tables, policy, found = public_tables(), Policy(), {}
    for name in (one.split("-")[0] for one in SETS if tables):
        sides_of_set: list[Judged] = [judged(tables[f"{name} {v}"], policy) for v in ("v1", "v2")]
        pair = paired(*sides_of_set)
        of = sides(pair, policies=(policy, policy))
        table = pair[0].table
        names = {label: i for i, label in enumerate(of.labels)}
        places = np.array([*(names.get(label, -1) for label in table.gold_labels), -1])
        for target in TARGETS.values():
            known = stakes(of, target, costs=COSTS)
            each = gains(of, target, places[table.truth], costs=COSTS)
            found[name, target.name] = LabelledLog(each, known.differs, of.groups, known.most)
    return found


def public_rows(runs: int) -> Iterator[Row]:
    """Labels of 50, 100 and 300 disagreements at random, and until it is settled."""
    for place, ((name, target), log) in enumerate(public_logs().items()):
        rng = np.random.default_rng([SEED + 7, place])
        truth, spread = float(log.gains.mean()), float(log.gains.var())
        missed, saved = dict.fromkeys((50, 100, 300), 0), []
        right, labels = 0, []
        for _ in range(runs):
            drawn = shuffled(rng, log)
            for m in missed:
                here = of_log(up_to(drawn, m))
                missed[m] += not here.low - 1e-12 <= truth <= here.high + 1e-12
            saved.append(spread / (log.n_differ / log.n) ** 2 / up_to(drawn, 300).labelled.var())
            found = labelled_on(drawn, margin=MARGIN * log.most)
            right += found.outcome in true_of(truth, MARGIN * log.most)
            labels.append(found.after)
        yield (
            name, target, f"{log.n:,}", f"{log.n_differ / log.n:.0%}", f"{100 * truth:+.1f}",
            *(f"{1 - one / runs:.3f}" for one in missed.values()),
            within(max(missed.values()), runs, 0.07), f"{np.mean(saved):.1f}",
            rate(right, runs), f"{np.median(labels):.0f}",
        )  # fmt: skip


def true_of(gain: float, margin: float) -> tuple[str, ...]:
    """What may be said of a gain without being wrong."""
    sign = "better" if gain > 0 else "worse"
    return (sign, "no relevant difference") if abs(gain) < margin else (sign,)


# --- how many more -------------------------------------------------------------------------


def more_rows(runs: int) -> Iterator[Row]:
    """Is it settled within the band that was told, of those that are open after so many labels?"""
    for place, (differ, true, m) in enumerate(product((0.1, 0.3), (0.0, 0.01, 0.03), (20, 60))):
        rng = np.random.default_rng([SEED + 8, place])
        below = above = n = 0
        told, needed = [], []
        for run in range(runs):
            log = drawn_log(rng, 4_000, differ=differ, gain=true)
            more = None
            if not label_verdict(up_to(log, m)).settled and n < runs // 5:
                more = more_labels(up_to(log, m), seed=run)
            if more is None:
                continue
            truly = labelled_on(log).after - m
            n, below, above = n + 1, below + (truly < more.low), above + (truly > more.high)
            told.append(more.about)
            needed.append(truly)
        yield (
            f"{differ:.0%}", f"{100 * true:+g}", str(m), str(n), f"{np.median(told):.0f}",
            f"{np.median(needed):.0f}", rate(n - below - above, n), rate(below, n), rate(above, n),
        )  # fmt: skip


# --- releases ------------------------------------------------------------------------------


def release_rows(runs: int) -> Iterator[Row]:
    """Fifty pull requests, merged on the same 1,500 tickets unless a loss above 2 points is seen;
    after each tenth the state is judged against the first pin on fresh tickets.
    """
    effects = ((-0.01, 0.0), (-0.005, 0.0), (-0.002, 0.0), (0.0, 0.0), (0.0, 0.01))
    for place, ((budget, n), (effect, spread)) in enumerate(
        product(((0.05, 2000), (0.03, 2000), (0.03, 4000)), effects)
    ):
        rng = np.random.default_rng([SEED + 9, place])
        runs_of = [fifty(rng, effect, spread, budget, n) for _ in range(runs)]
        worst, out, merged, labels = (np.array(column) for column in zip(*runs_of, strict=True))
        below = int((worst < -budget).sum())
        yield (
            f"{100 * effect:+g}" + (", sd 1 point" if spread else ""), f"{100 * budget:g}",
            f"{n:,}", rate(below, runs), within(below, runs, LEVEL), f"{merged.mean():.0f}",
            f"{out.mean():.1f}", f"{labels.mean():.0f}",
        )  # fmt: skip


def fifty(
    rng: np.random.Generator, effect: float, spread: float, budget: float, n: int
) -> tuple[float, int, int, float]:
    """The lowest true change that was shipped, pull requests shipped and merged, labels a release.

    `stay` and `rise` are the shares of tickets right now among those that the pin had right, and
    wrong.
    """
    true, stay, rise = 0.8, 1.0, 0.0
    worst, out, merged, labels = 0.0, 0, 0, []
    for pull in range(1, 51):
        wanted = effect + spread * rng.standard_normal()
        lose = max((0.06 - wanted) / 2, 0.0) / true
        win = min(max((0.06 + wanted) / 2, 0.0) / max(1 - true, 0.02), 1.0)
        lost = rng.binomial(1500, min(lose * true, 1.0))
        won = rng.binomial(1500 - lost, min(win * (1 - true) / (1 - lose * true), 1.0))
        if not exceeds((lost - won) / 1500, MARGIN):
            stay, rise = (each * (1 - lose) + (1 - each) * win for each in (stay, rise))
            true, merged = 0.8 * stay + 0.2 * rise, merged + 1
        if pull % 10 == 0:
            lost = rng.binomial(n, 0.8 * (1 - stay))
            won = rng.binomial(n - lost, 0.2 * rise / (1 - 0.8 * (1 - stay)))
            found = as_judged(rng, won, lost, n, budget)
            labels.append(found.n_labelled)
            if found.outcome == "pass":
                worst, out = min(worst, true - 0.8), merged
    return worst, out, merged, float(np.mean(labels))


def as_judged(rng: np.random.Generator, won: int, lost: int, n: int, budget: float) -> OnFresh:
    """What `gate --release` says: on a quarter of the n tickets that differ both are wrong, and the
    labels that it asks for are a random part.
    """
    differ = min(round((won + lost) / 0.75), n)
    gains = np.zeros(n)
    gains[:differ] = rng.permutation(np.repeat(SIGNS, [won, lost, differ - won - lost]))
    log = LabelledLog(gains, np.arange(n) < differ, np.arange(n), 1.0)
    return fresh_gate(
        "release", log, against="pin", budget=budget, planned=PLANNED, look=1, noted=False
    )


@cache
def of_turned(gained: int, lost: int, n: int) -> Change:
    """The gain on n fresh tickets, every disagreement labelled."""
    turned: FloatArray = np.repeat(SIGNS, [gained, lost, n - gained - lost])
    return of_tickets(LabelledLog(turned, turned != 0, np.arange(n), 1.0))


def fresh_rows(runs: int) -> Iterator[Row]:
    """As many fresh tickets as are asked for: how often does a state as good as the pin ship?"""
    for place, (turned, budget) in enumerate(product((0.1, 0.3), (0.02, 0.03, 0.05))):
        rng = np.random.default_rng([SEED + 10, place])
        n = fresh_tickets(turned=turned, differ=turned / 0.75, budget=budget)
        lost, won, _ = rng.multinomial(n.n, [turned / 2, turned / 2, 1 - turned], size=runs).T
        ships = sum(
            release(of_turned(int(b), int(a), n.n), budget=budget).outcome == "ships"
            for a, b in zip(lost, won, strict=True)
        )
        yield (
            f"{turned:.0%}", f"{100 * budget:g}", f"{n.n:,}", f"{n.n_labels:,}",
            rate(ships, runs), within(runs - ships, runs, 0.15),
        )  # fmt: skip


# --- tables --------------------------------------------------------------------------------

Table = tuple[str, Row, Iterator[Row]]


def tables(runs: int) -> Iterator[Table]:
    """Title, head and rows of every table; their seeds count up from the first."""
    false = ("false", "at most .05")
    yield ("A part of the disagreements is labelled",
           ("customers", "tickets", "differ", "true gain, points", "labels", "bias / its error",
            "covers the log", "covers tickets like these", "at least .93", "labels saved, times"),
           part_rows(runs))  # fmt: skip
    yield ("Labelled until it is settled, logs of 20,000",
           ("differ", "true gain, points", "better", "no relevant difference", "worse",
            "false: at most .05, .025 at the margin", "labels, median", "90 %", "in batches of 25"),
           settled_rows(runs))  # fmt: skip
    yield ("A gate of 2 points, logs of 6,000",
           ("differ", "true gain, points", "passes", "fails", "false: at most .05",
            "labels, median", "90 %"), gate_rows(runs))  # fmt: skip
    yield ("Logs without any gain: better or worse is said",
           ("target", "customers", "tickets", *false, "labels, median"),
           border_rows(runs))  # fmt: skip
    yield ("Logs that gain or lose the margin itself",
           ("target", "customers", "tickets", "no relevant difference", "at most .025",
            "gate passes", "at most .05"), margin_rows(runs))  # fmt: skip
    yield ("Customers that change as a whole",
           ("customers", "true gain, points", "order", "against this log",
            "false about other customers", "what it speaks of: at most .05", "settled"),
           customer_rows(runs))  # fmt: skip
    yield ("Outcomes and costs: 40 and 100 labels",
           ("target", "customers", "tickets", "true gain", "bias / its error", "log, 40",
            "tickets like these, 40", "log, 100", "tickets like these, 100", "at least .93"),
           target_rows(runs))  # fmt: skip
    yield ("Public sets as logs, both rubric sets of the lexical engine",
           ("set", "target", "tickets", "differ", "true gain", "covers, 50", "100", "300",
            "at least .93", "labels saved, times", "settled rightly", "labels, median"),
           public_rows(runs))  # fmt: skip
    yield ("How many more labels, logs of 4,000",
           ("differ", "true gain, points", "labels", "open", "told, median", "needed, median",
            "within the band", "fewer", "more"), more_rows(runs))  # fmt: skip
    yield ("Fifty pull requests, a release after each tenth",
           ("each pull request", "budget", "fresh tickets", "ever shipped below the budget",
            "at most .05", "merged", "shipped", "labels a release"),
           release_rows(runs))  # fmt: skip
    yield ("As many fresh tickets as are asked for",
           ("turned", "budget", "tickets", "labels", "ships", "at least .85"),
           fresh_rows(30 * runs))  # fmt: skip


def main() -> None:
    """Print every table, or those whose numbers follow the runs."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    chosen = {int(one) for one in sys.argv[2:]}
    print(f"`python benchmarks/simulate_labelled.py {runs}`")
    for place, (title, head, rows) in enumerate(tables(runs)):
        if not chosen or place in chosen:
            show(title, SEED + place, head, rows)
    if not chosen:
        show("Every order of a log counted", 0,
             ("tickets", "gained", "lost", "null, points", "ever 20", "ever 40",
              "likeliest path, log"), exact_rows())  # fmt: skip


if __name__ == "__main__":
    main()
