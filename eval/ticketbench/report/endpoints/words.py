"""The leaderboard in words: its columns, and the cells of a line. Page, terminal and Markdown share
them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ticketbench.measure.endpoints.leaderboard import Leaderboard, SetRow, TrainedRow
from ticketbench.measure.results import RunResults
from ticketbench.report.words import numbers

DASH = "–"


def board_heads(board: Leaderboard) -> tuple[str, ...]:
    """The heads of the columns, that of the names first."""
    return (
        "set",
        "accuracy [95%]",
        "macro-F1",
        f"routed at {numbers.percent(board.risk, 0)} wrong",
        "calibration error",
        "cost per 1,000",
        "p50, p95 ms",
        "against the first",
    )


def board_rows(results: RunResults, board: Leaderboard) -> list[tuple[str, ...]]:
    """A line for each set, the most accurate first, then one for each trained classifier."""
    return [
        *(_of_set(row, results) for row in board.rows),
        *(_of_trained(row) for row in board.trained),
    ]


def board_in_short(
    results: RunResults, board: Leaderboard
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads and lines that fit a terminal: without macro-F1, calibration and verdicts, and without
    a column in which nothing is known.
    """
    kept = [0, 1, 3, 5, 6]
    heads = ("set", "accuracy [95%]", "routed", "per 1,000", "p50, p95 ms")
    lines = [tuple(line[i] for i in kept) for line in board_rows(results, board)]
    short = {f"{row.title}, trained on {row.n_trained:,}": _short(row) for row in board.trained}
    lines = [(short.get(name, name), *cells) for name, *cells in lines]
    known = [i for i in range(len(heads)) if any(line[i] != DASH for line in lines)]
    return tuple(heads[i] for i in known), [tuple(line[i] for i in known) for line in lines]


def _short(row: TrainedRow) -> str:
    return f"{row.title.partition(' + ')[0]}, trained"


def board_note(board: Leaderboard) -> str:
    """What the figures rest on, in a sentence."""
    counted = [row for row in board.rows if not math.isnan(row.effort.cost_per_1000)]
    estimated = any(row.effort.tokens_of == "characters" for row in counted)
    said = [f"{numbers.count(board.n, 'ticket')} that every set scored"]
    n = sorted(row.accuracy.n for row in board.rows)
    if n and n[0] < n[-1]:
        said.append(
            f"accuracy of each set's own {n[0]:,} to {n[-1]:,} labelled tickets with an answer"
        )
    if counted:
        tokens = ", of tokens made of characters" if estimated else ""
        said.append(f"cost by the prices of the config{tokens}")
    if any(row.effort.latency.n for row in board.rows):
        said.append("milliseconds of answers that were timed when they were asked for")
    return "; ".join(said)


def _of_set(row: SetRow, results: RunResults) -> tuple[str, ...]:
    cost, took = row.effort.cost_per_1000, row.effort.latency
    return (
        row.rubric_set,
        *_figures(row),
        DASH if math.isnan(cost) else f"{cost:.3g}",
        f"{took.p50_ms:,.0f}, {took.p95_ms:,.0f}" if took.n else DASH,
        _stands(row.rubric_set, results),
    )


def _of_trained(row: TrainedRow) -> tuple[str, ...]:
    name = f"{row.title}, trained on {row.n_trained:,}"
    return (name, *_figures(row), DASH, DASH, DASH)


def _figures(row: SetRow | TrainedRow) -> Sequence[str]:
    return (
        numbers.estimate(row.accuracy),
        numbers.number(row.macro_f1.value),
        numbers.percent(row.coverage_at_risk),
        numbers.number(row.calibration_error.value),
    )


def _stands(name: str, results: RunResults) -> str:
    """The verdict on the accuracy against that of the first set, one of several."""
    first = results.evaluations[0].rubric_set
    return "it is the first" if name == first else results.standing.pair(first, name).outcome
