"""What a run says about its rubric sets: one recommendation, then each candidate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from ticketbench.report.words import numbers
from ticketbench.report.words.missing import missing_action
from ticketbench.report.words.verdict import (
    CHANGED_LIST,
    VerdictText,
    fragility_text,
    one_of_several_text,
    tickets_text,
    verdict_text,
)

if TYPE_CHECKING:
    from ticketbench.measure.evaluation import Evaluation
    from ticketbench.measure.results import RunResults
    from ticketbench.measure.standing import Standing


def verdict_texts(results: RunResults, *, listed: str = CHANGED_LIST) -> list[VerdictText]:
    """The verdicts of a run; the first one alone says which set to use. One set: none.

    `listed` is the file that lists the changed tickets.
    """
    compared, found = results.comparisons, results.recommendation
    if not compared:
        return []
    if len(compared) == 1:
        each = [verdict_text(compared[0], today=_today(results))]
    else:
        each = [one_of_several_text(comparison) for comparison in compared]
    each = [
        replace(words, rests_on=fragility_text(comparison, listed=listed))
        for words, comparison in zip(each, compared, strict=True)
    ]
    first, *others = each if len(each) == 1 else [_recommendation(results), *each]
    if rows := results.report.intake.rows_text:
        first = replace(first, evidence=f"{first.evidence}; on {rows}")
    if untied := results.dataset.untied:
        dropped = f"ties of {numbers.count(untied, 'ticket')} dropped (TB108)"
        first = replace(first, evidence=f"{first.evidence}; {dropped}")
    if found and found.kind == "incomplete":
        first = replace(first, action=missing_action(results.evaluations))
    return [first, *others]


def preferred(results: RunResults) -> Evaluation:
    """The set to use, whose threshold is told."""
    by_name = {e.provenance.rubric_set: e for e in results.evaluations}
    found = results.recommendation
    return by_name[found.rubric_set] if found else results.evaluations[0]


def lead_text(found: Standing) -> str:
    """Which of several sets no other one beats; of many the names come last, as they may be cut."""
    if not found.leaders:
        return f"none is found better than {found.pairs[0].base}"
    if len(found.leaders) == 1:
        return f"{found.leaders[0]} leads"
    return f"cannot be told apart: {', '.join(found.leaders)}"


def gain_text(found: Standing, name: str) -> str:
    """The gain of a candidate as "+2.5 [+0.4, +4.6]", an interval that holds for the best, too.

    Its end is "above 0" or "below 0" where the set is found better or worse at a later step of
    Holm's procedure, which asks for less than the interval does.
    """
    gain, base = found.gain(name), found.pairs[0].base
    seen, outcome = gain.seen, found.pair(base, name).outcome
    if outcome == "better" and not seen.low > 0:
        return f"{numbers.points(seen.value)} [above 0, {numbers.points(seen.high)}]"
    if outcome == "worse" and not seen.high < 0:
        return f"{numbers.points(seen.value)} [{numbers.points(seen.low)}, below 0]"
    return numbers.difference(seen)


def _recommendation(results: RunResults) -> VerdictText:
    found, base = results.standing, results.comparisons[0].base
    if not found.leaders:
        return _no_leader(results)
    evidence = _gains_text(found, found.leaders)
    if len(found.leaders) > 1:
        every = "both" if len(found.leaders) == 2 else "all"
        return VerdictText(
            f"{series(found.leaders)} are {every} better than {base}, and cannot be told apart",
            evidence,
            _choice(results),
            "good",
        )
    winner = found.leaders[0]
    n_better = sum(c.verdict.outcome == "better" for c in results.comparisons)
    headline = f"{winner} is better than {base}"
    if n_better > 1:
        headline = f"{winner} is the best of the {n_better} sets found better than {base}"
    return VerdictText(headline, evidence, _choice(results), "good")


def _choice(results: RunResults) -> str:
    """Which set to use where some lead: what runs today stays unless one of them beats it."""
    found, today = results.standing, _today(results)
    leaders, several = found.leaders, len(found.leaders) > 1
    advice = results.recommendation
    if advice and advice.rubric_set not in (*leaders, today):
        return f"use {advice.rubric_set}: it is found better than {today}, which runs today"
    if advice and advice.rubric_set not in leaders:
        are = "are" if several else "is"
        return f"keep {today}, which runs today: {series(leaders)} {are} not found better than it"
    if several and today in leaders:
        others = [name for name in leaders if name != today]
        return f"keep {today}: {series(others)} cannot be told apart from it{_apart(found)}"
    if several:
        return f"use {series(leaders, last='or')}: they cannot be told apart{_apart(found)}"
    verb = "keep" if leaders[0] == today else "use"
    return f"{verb} {leaders[0]}; read the broken tickets first"


def _today(results: RunResults) -> str:
    """The set that runs: the first one in results of before that was asked."""
    found = results.recommendation
    return found.today.rubric_set if found else results.evaluations[0].provenance.rubric_set


def _no_leader(results: RunResults) -> VerdictText:
    found, base = results.standing, results.comparisons[0].base
    seen = {gain.rubric_set: gain.seen.value for gain in found.gains}
    best = max(seen, key=lambda name: -math.inf if math.isnan(seen[name]) else seen[name])
    evidence = _gains_text(found, [best])
    open_ = [c for c in results.comparisons if c.verdict.outcome == "cannot tell"]
    if open_:
        names = series([c.candidate for c in open_], last="or")
        headline = f"cannot tell yet whether {names} is better than {base}"
        action = tickets_text([c.verdict for c in open_], "would tell")
        return VerdictText(headline, evidence, action, "unknown")
    worse = all(c.verdict.outcome == "worse" for c in results.comparisons)
    headline = f"no set is better than {base}"
    use = preferred(results).provenance.rubric_set
    action = f"{'keep' if use == _today(results) else 'use'} {use}"
    return VerdictText(headline, evidence, action, "bad" if worse else "neutral")


def _gains_text(found: Standing, names: Sequence[str]) -> str:
    """What was seen of the sets that look best, and what to expect of them."""
    k, of = len(found.gains), [found.gain(name) for name in names]
    seen = ", ".join(f"{name} {gain_text(found, name)}" for name in names)
    sure = numbers.confidence(of[0].confidence)
    text = f"{seen} points (at {sure}, which holds for the best of {k}, too)"
    if any(math.isnan(gain.expected) for gain in of):
        return f"{text}; the best of {k} looks better than it is, hence the wide interval"
    expected, best = (numbers.points(one) for one in (of[0].expected, of[0].seen.value))
    if expected == best:
        return f"{text}; expect about as much"
    return f"{text}; the best of {k} looks better than it is: expect about {expected}, not {best}"


def _apart(found: Standing) -> str:
    """How many tickets would tell the leaders apart, where some number would."""
    pairs = [found.pair(a, b) for a, b in combinations(found.leaders, 2)]
    open_ = [pair for pair in pairs if pair.tickets_needed]
    return f"; {tickets_text(open_, 'would')}" if open_ else ""


def series(names: Sequence[str], *, last: str = "and") -> str:
    """Such as "v2, v3 and v4"; names of one set or more."""
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
