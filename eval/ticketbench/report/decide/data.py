"""What the script reads: scores, labels, groups and texts of every ticket, as one block of JSON."""

from __future__ import annotations

import json
import math

import numpy as np
from markupsafe import Markup

from ticketbench.core.types import IntArray
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.groups import effective_groups
from ticketbench.measure.statistics.intervals import CONFIDENCE
from ticketbench.measure.thresholds.saving import unseen
from ticketbench.report.decide.excerpts import KEPT, kept
from ticketbench.report.decide.tickets import MOST_TEXTS, STATIC, first_listed, flags, shown_sets
from ticketbench.report.decide.view import NO_ANSWER, SetView, View
from ticketbench.report.rendering import visible
from ticketbench.report.words import numbers

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


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
    costs, settings = view.costs, view.results.evaluations[view.use].settings
    return {
        "labels": [visible(name) for name in view.names],
        "outcomes": view.outcomes,
        "own": bool(settings.policy.label_thresholds),
        "use": view.use,
        "other": view.other,
        "old": view.old,
        "shown": list(shown_sets(view)),
        # On another scale than the page's, what today gives is not worked out anew.
        "today": {
            "t": today.threshold,
            "e": _limit(today.escalate_above),
            "own": own,
            "fixed": today.temperature != view.policy.temperature,
        },
        "recommended": {
            "t": opened.threshold,
            "e": _limit(opened.escalate_above),
            "cost": numbers.number(opened.saving.cost.value, 2),
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
        "sets": [_set(view, k) for k in range(len(view.sets))],
        "ids": [visible(view.shown_id(i)) for i in range(len(view.ids))],
        "gold": packed(view.gold + 1, 2),
        "groups": _groups(view.groups),
        "near": np.flatnonzero(flags(view)["near"]).tolist(),
        "suspects": _suspects(view),
        "texts": _texts(view),
    }


def packed(numbers: IntArray, digits: int) -> str:
    """Whole numbers from 0 on, each as so many digits of base 64."""
    values = np.asarray(numbers, dtype=np.int64)
    table = np.frombuffer(DIGITS.encode("ascii"), dtype=np.uint8)
    shifts = 6 * np.arange(digits - 1, -1, -1)
    return bytes(table[(values[:, None] >> shifts) & 63]).decode("ascii")


def _set(view: View, k: int) -> dict[str, object]:
    """Top label and codes of both scores of each ticket, and what intervals rest on.

    A ticket without an answer has the label 0, else they count from 1.
    """
    one = view.sets[k]
    n, tickets = len(view.ids), one.tickets
    top, score, second, gold = (np.zeros(n, dtype=np.int64) for _ in range(4))
    top[one.rows] = one.labels[tickets.top] + 1
    score[one.rows] = np.maximum(view.codes(k), 0)
    second[one.rows] = np.maximum(view.codes_above(tickets.second) + 1, 0)
    gold[one.rows] = np.maximum(view.codes_above(tickets.gold) + 1, 0)
    df = effective_groups(tickets.groups) - 1
    return {
        "name": visible(one.name),
        "style": one.style,
        "top": packed(top, 2),
        "score": packed(score, 3),
        "printed": _printed(view, k),
        "second": packed(second, 3),
        "gold": packed(gold, 3) if view.costs.missed is not None else "",
        "t": float(special.stdtrit(df, 0.5 + CONFIDENCE / 2)) if df >= 1 - 1e-9 else None,
        "unseen": _unseen(one),
        "failed": {view.place[f.ticket_id]: f.kind for f in one.table.failures},
    }


def _printed(view: View, k: int) -> dict[int, int]:
    """Hundredths of the scores that all digits round to another one than the code does."""
    one = view.sets[k]
    exact = [round(100 * float(f"{score:.2f}")) for score in one.tickets.score.tolist()]
    of_code = (view.codes(k) + 500) // 1000
    rows = zip(one.rows.tolist(), exact, of_code.tolist(), strict=True)
    return {row: all_digits for row, all_digits, code in rows if all_digits != code}


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


def _suspects(view: View) -> list[list[int]]:
    at = {name: i for i, name in enumerate(view.labels)}
    return [[view.place[s.ticket_id], at[s.suggested]] for s in view.results.suspects]


def _texts(view: View) -> dict[int, str]:
    """Texts by ticket: whole where somebody will read them, the beginning of others, 5,000 at most.

    Whole are those that a set gets wrong, near ties and label suspects. What stands in the list
    already is left out, unless it is empty: else nobody could tell an empty text from none.
    """
    texts = view.report.texts
    marks = flags(view)
    labelled = (view.gold != NO_ANSWER) & (view.gold < len(view.labels))
    wrong = labelled & ~(view.right(view.use) & view.right(view.new))
    whole = wrong | marks["near"] | marks["suspect"]
    listed = set(first_listed(view)[:STATIC])
    shown = {i for i in listed if texts.get(view.ids[i])}
    order = [i for i in view.order(view.use).tolist() if view.ids[i] in texts and i not in shown]
    chosen = sorted(order, key=lambda i: not whole[i])[:MOST_TEXTS]
    return {
        i: visible(texts[view.ids[i]] if whole[i] else kept(texts[view.ids[i]], KEPT))
        for i in sorted(chosen)
    }
