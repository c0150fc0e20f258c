"""Small runs, one for each row of the table of words, made of tables of scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from unittest.mock import patch

from tables import falling_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import Failure, ScoreTable
from ticketbench.measure.calibration import corp
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.pairs import coverage_at_target
from ticketbench.measure.recommendation import Today
from ticketbench.measure.results import DatasetSummary, RunResults, run_results

ASKED = Settings(
    min_precision=0.9, target_stated=True, prices_stated=True, label_word="team",
    policy=Policy(0.6, 1.0),
)  # fmt: skip
MONEY = replace(ASKED, target_stated=False)
LABELS = ("billing", "technical", "account")
Kind = tuple[int, str, str, float]
"""So many tickets of a label, the label they are answered with, and its score."""

SURE = {"billing": 0.95, "technical": 0.93, "account": 0.91}
UNSURE = {"billing": 0.55, "technical": 0.54, "account": 0.53}


def answered(*kinds: Kind, name: str = "v1", failed: int = 0) -> ScoreTable:
    """Tickets of these kinds, in order."""
    scores, gold = [], []
    for n, label, top, score in kinds:
        rest = [(1 - score) * part for part in (0.6, 0.4)]
        others = iter(rest)
        row = [score if one == top else next(others) for one in LABELS]
        scores += [row] * n
        gold += [label] * n
    failures = [Failure(f"f{i}", "timeout") for i in range(failed)]
    return table(scores, gold, labels=LABELS, rubric_set=name, failures=failures)


def right(n: int, *, of: int, name: str, start: int = 0, failed: int = 0) -> ScoreTable:
    """`of` tickets of which n are answered rightly, from number `start` on: surely so.

    The others are taken for another label, in doubt.
    """
    kinds: list[Kind] = []
    for i in range(of):
        label = LABELS[i % 3]
        hit = (i - start) % of < n
        other = LABELS[(i + 1) % 3]
        kinds.append((1, label, label, SURE[label]) if hit else (1, label, other, UNSURE[label]))
    return answered(*kinds, name=name, failed=failed)


def named(of: ScoreTable, name: str) -> ScoreTable:
    """The same under another name."""
    return replace(of, provenance=replace(of.provenance, rubric_set=name))


def ran(
    *tables: ScoreTable, asked: Settings = ASKED, today: Today | None = None, certify: str = ""
) -> RunResults:
    """A run of these tables, with few of the draws that no sentence here rests on."""
    n = tables[0].n_scored + tables[0].n_failed
    summary = DatasetSummary("tickets.csv", "f" * 64, n, ())
    with patch.object(corp, "N_DRAWS", 50), patch.object(coverage_at_target, "N_DRAWS", 50):
        return run_results("support", summary, (), tables, asked, (), today=today, certify=certify)


OLD, NEW = right(98, of=200, name="v1"), right(146, of=200, name="v2")
FIRM, THIN, NOT_YET, NO_USE = (falling_table(300, upper=n) for n in (22, 20, 15, 3))


def of_sets(*n: int) -> RunResults:
    """Sets v1, v2 ... that are right on so many of 200 tickets."""
    tables = [right(k, of=200, name=f"v{i}") for i, k in enumerate(n, start=1)]
    return ran(*tables, asked=MONEY)


ROWS: Mapping[str, Callable[[], RunResults]] = {
    "better": lambda: ran(OLD, NEW),
    "better, escalating": lambda: ran(
        OLD,
        answered((60, "billing", "billing", 0.95), (60, "technical", "technical", 0.93),
                 (60, "account", "account", 0.5), (20, "account", "billing", 0.5), name="v2"),
        asked=replace(MONEY, costs=Costs(escalate=0.2, missed=0.1)),
    ),
    "worse": lambda: ran(NEW, named(OLD, "v3")),
    "no relevant difference": lambda: ran(
        right(300, of=402, name="v1"), right(300, of=402, name="v2", start=1), asked=MONEY
    ),
    "cannot tell, more tickets help": lambda: ran(
        right(140, of=200, name="v1"), right(146, of=200, name="v2", start=20), asked=MONEY
    ),
    "cannot tell, a loss is seen": lambda: ran(
        right(146, of=200, name="v1"), right(143, of=200, name="v2", start=20), asked=MONEY
    ),
    "does not pay": lambda: ran(falling_table(300, upper=2, lower=2), named(NO_USE, "v2")),
    "cannot tell if it pays": lambda: ran(
        falling_table(60, upper=2, lower=2), falling_table(60, upper=9, rubric_set="v2")
    ),
    "nothing is cheaper than by hand": lambda: ran(
        table([[0.8, 0.1, 0.1]] * 100, ["a"] * 30 + ["b"] * 70), asked=MONEY
    ),
    "too few customers to price": lambda: ran(
        falling_table(60, upper=9, groups=[0] * 60), asked=MONEY
    ),
    "certified": lambda: ran(FIRM),
    "certified thinly": lambda: ran(THIN),
    "not certified, more tickets help": lambda: ran(NOT_YET),
    "not certified, too few customers": lambda: ran(
        falling_table(80, upper=22, groups=[i // 8 for i in range(80)])
    ),
    "not certified, heavy writers are harder": lambda: ran(
        heavy_writers(), asked=replace(ASKED, seed=1)
    ),
    "not certified at all": lambda: ran(NO_USE),
    "certified, without a clear saving": lambda: ran(
        falling_table(400, upper=50), asked=replace(ASKED, costs=Costs(misroute=20))
    ),
    "no promise for what runs today": lambda: small_run("worse"),
    "no promise, another set was named": lambda: ran(OLD, NEW, certify="v1"),
    "no prices": lambda: ran(OLD, NEW, asked=replace(MONEY, prices_stated=False)),
    "no prices, kept": lambda: ran(
        right(140, of=200, name="v1"), right(146, of=200, name="v2", start=20),
        asked=replace(MONEY, prices_stated=False),
    ),
    "no prices, people keep routing": lambda: ran(
        falling_table(60, upper=9), asked=replace(MONEY, prices_stated=False)
    ),
    "no target": lambda: small_run("better, escalating"),
    "pays": lambda: small_run("better"),
    "hurt by work": lambda: small_run("certified"),
    "hurt by mistakes": lambda: ran(
        answered((70, "billing", "billing", 0.95), (70, "technical", "account", 0.95)),
        answered((60, "billing", "billing", 0.95), (10, "billing", "technical", 0.95),
                 (70, "technical", "technical", 0.95), name="v2"), asked=MONEY,
    ),
    "hurt, few tickets": lambda: ran(
        answered((80, "technical", "technical", 0.95), (40, "technical", "account", 0.65),
                 (18, "billing", "billing", 0.65)), asked=MONEY,
    ),
    "nobody is hurt": lambda: small_run("one set"),
    "nothing mixed up": lambda: ran(right(198, of=200, name="v1"), asked=MONEY),
    "mixed up, few tickets": lambda: ran(
        answered((80, "billing", "billing", 0.95), (80, "technical", "technical", 0.94),
                 (6, "technical", "billing", 0.5), (5, "account", "account", 0.9),
                 (12, "account", "billing", 0.5)), asked=MONEY,
    ),
    "one set": lambda: ran(NEW),
    "thresholds of labels": lambda: ran(
        NEW, asked=replace(MONEY, policy=Policy(label_thresholds=(("billing", 0.9),)))
    ),
    "three sets, a winner": lambda: of_sets(80, 110, 150),
    "three sets, two alike": lambda: ran(
        right(80, of=200, name="v1"), right(130, of=200, name="v2"),
        right(130, of=200, name="v3", start=3), asked=MONEY,
    ),
    "three sets, one in use is kept": lambda: ran(
        right(80, of=200, name="v1"), right(130, of=200, name="v2"),
        right(130, of=200, name="v3", start=3), asked=MONEY, today=Today("v3", MONEY.policy),
    ),
    "six sets": lambda: of_sets(80, 90, 100, 110, 120, 150),
    "too few tickets": lambda: ran(right(20, of=24, name="v1"), right(22, of=24, name="v2")),
    "some tickets failed": lambda: ran(OLD, right(146, of=200, name="v2", failed=6)),
    "incomplete": lambda: ran(OLD, right(146, of=200, name="v2", failed=16)),
    "identical sets": lambda: ran(NEW, named(NEW, "v3")),
}  # fmt: skip


def heavy_writers() -> ScoreTable:
    """300 customers that write once, one of 40 wrong; 12 write 25 times, one of 3 wrong."""
    once = [(0.99 - 0.4 * i / 300, i, i % 40 != 39) for i in range(300)]
    often = [(0.99 - 0.4 * j / 25, 300 + i, (i + j) % 3 != 0) for i in range(12) for j in range(25)]
    scores = [[s, 1 - s, 0.0] for s, _, _ in once + often]
    gold = ["a" if hit else "b" for _, _, hit in once + often]
    return table(scores, gold, groups=[g for _, g, _ in once + often])


@cache
def small_run(row: str) -> RunResults:
    """The run of a row, made once."""
    return ROWS[row]()
