"""What the script reads: scores, labels, groups and texts of every ticket, as one block of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

import numpy as np
from markupsafe import Markup
from scipy import special

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.statistics.groups import effective_groups
from ticketbench.measure.statistics.intervals import CONFIDENCE
from ticketbench.measure.thresholds.saving import unseen
from ticketbench.report.decide.excerpts import KEPT, kept
from ticketbench.report.decide.tickets import STATIC, first_listed, flags, shown_sets
from ticketbench.report.decide.view import NO_ANSWER, SetView, View
from ticketbench.report.rendering import visible

SCALE = 100_000
"""Scores are whole hundred-thousandths, rounded down: every comparison with a threshold of five
decimals or fewer is that of all digits."""
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
MOST_TEXTS = 5_000


def data(view: View) -> Markup:
    """The JSON of the page, safe inside a script element."""
    content = {**_setting(view), **_tickets(view)}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for mark, code in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(mark, code)
    return Markup(text)


def _setting(view: View) -> dict[str, object]:
    """Sets, labels and prices; what runs today, and what the page opens with."""
    found = view.found
    opened, today = found.setting or found.today, found.today
    own = [[view.labels.index(n), t] for n, t in today.label_thresholds if n in view.labels]
    costs = view.costs
    return {
        "labels": [visible(name) for name in view.names],
        "word": view.word,
        "use": view.use,
        "other": view.other,
        "old": view.old,
        "shown": list(shown_sets(view)),
        "today": {"t": today.threshold, "e": _limit(today.escalate_above), "own": own},
        "recommended": {
            "t": opened.threshold,
            "e": _limit(opened.escalate_above),
            "cost": opened.saving.cost.value,
            "pays": opened.saving.pays,
        },
        "costs": {
            "misroute": costs.misroute,
            "review": costs.review,
            "escalate": costs.escalate,
            "missed": costs.missed,
        },
        "target": found.target if found.target_stated else None,
    }


def _tickets(view: View) -> dict[str, object]:
    """Every ticket in the order of the page, and what each set answered."""
    return {
        "sets": [_set(view, one) for one in view.sets],
        "ids": [visible(view.shown_id(i)) for i in range(len(view.ids))],
        "gold": packed(view.gold + 1, 2),
        "groups": _groups(view.groups),
        "near": np.flatnonzero(flags(view)["near"]).tolist(),
        "suspects": _suspects(view),
        "failures": [_failures(view, one) for one in view.sets],
        "texts": _texts(view),
    }


def packed(numbers: IntArray, digits: int) -> str:
    """Whole numbers from 0 on, each as so many digits of base 64."""
    values = np.asarray(numbers, dtype=np.int64)
    table = np.frombuffer(DIGITS.encode("ascii"), dtype=np.uint8)
    shifts = 6 * np.arange(digits - 1, -1, -1)
    return bytes(table[(values[:, None] >> shifts) & 63]).decode("ascii")


def at_least_code(scores: FloatArray) -> IntArray:
    """`score >= t` exactly where this is at least `t` times the scale, for t of five decimals."""
    code = np.floor(scores * SCALE).astype(np.int64)
    code = np.where((code + 1) / SCALE <= scores, code + 1, code)
    return np.where(code / SCALE > scores, code - 1, code)


def above_code(scores: FloatArray) -> IntArray:
    """`score > t` exactly where this is at least `t` times the scale, for t of five decimals."""
    code = at_least_code(scores)
    return np.where(code / SCALE == scores, code - 1, code)


def _set(view: View, one: SetView) -> dict[str, object]:
    """Top label and codes of both scores of each ticket, and what intervals rest on.

    A ticket without an answer has the label 0, else they count from 1.
    """
    n, tickets = len(view.ids), one.tickets
    top, score, second, gold = (np.zeros(n, dtype=np.int64) for _ in range(4))
    top[one.rows] = one.labels[tickets.top] + 1
    score[one.rows] = _threshold_code(tickets.score, _settings(view))
    second[one.rows] = np.maximum(above_code(tickets.second) + 1, 0)
    gold[one.rows] = np.maximum(above_code(tickets.gold) + 1, 0)
    df = effective_groups(tickets.groups) - 1
    return {
        "name": one.name,
        "style": one.style,
        "top": packed(top, 2),
        "score": packed(score, 3),
        "second": packed(second, 3),
        "gold": packed(gold, 3) if view.costs.missed is not None else "",
        "t": float(special.stdtrit(df, 0.5 + CONFIDENCE / 2)) if df >= 1 - 1e-9 else None,
        "unseen": _unseen(one),
    }


def _settings(view: View) -> Iterable[float]:
    found = view.found
    return [one.threshold for one in (found.setting, found.today) if one is not None]


def _threshold_code(scores: FloatArray, thresholds: Iterable[float]) -> IntArray:
    """As `at_least_code`, also at these thresholds, which may have more decimals."""
    code = at_least_code(scores)
    for t in thresholds:
        near = math.floor(t * SCALE)
        code = np.where((code == near) & (scores < t), code - 1, code)
    return np.maximum(code, 0)


def _unseen(one: SetView) -> list[float]:
    """By how much the share wrong may exceed that of 0, 1, 2 ... wrong routes, while few."""
    n, worth = one.tickets.n, effective_groups(one.tickets.groups)
    allowances: list[float] = []
    while n and len(allowances) <= n:
        allowance = unseen(float(len(allowances)), n, worth=worth)
        if allowance == -math.inf:
            break
        allowances.append(allowance)
    return allowances


def _groups(groups: IntArray) -> str:
    """Group numbers; empty where every ticket stands alone."""
    return "" if len(np.unique(groups)) == len(groups) else packed(groups, 3)


def _limit(escalate_above: float) -> float | None:
    return escalate_above if escalate_above < 1 else None


def _failures(view: View, one: SetView) -> dict[int, str]:
    """Why a ticket has no answer, by its row."""
    row = {ticket: i for i, ticket in enumerate(view.ids)}
    return {row[failure.ticket_id]: failure.kind for failure in one.table.failures}


def _suspects(view: View) -> list[list[int]]:
    row = {ticket: i for i, ticket in enumerate(view.ids)}
    at = {name: i for i, name in enumerate(view.labels)}
    return [[row[s.ticket_id], at[s.suggested]] for s in view.results.suspects]


def _texts(view: View) -> dict[int, str]:
    """Texts by ticket: whole where somebody will read them, the beginning of others, 5,000 at most.

    Whole are those that a set gets wrong, near ties and label suspects. What stands in the list
    already is left out.
    """
    texts = view.report.texts
    marks = flags(view)
    labelled = (view.gold != NO_ANSWER) & (view.gold < len(view.labels))
    wrong = labelled & ~(view.right(view.use) & view.right(view.new))
    whole = wrong | marks["near"] | marks["suspect"]
    listed = set(first_listed(view)[:STATIC])
    order = [i for i in view.order(view.use).tolist() if view.ids[i] in texts and i not in listed]
    chosen = sorted(order, key=lambda i: not whole[i])[:MOST_TEXTS]
    return {
        i: visible(texts[view.ids[i]] if whole[i] else kept(texts[view.ids[i]], KEPT))
        for i in sorted(chosen)
    }
