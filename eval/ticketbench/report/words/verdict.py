"""A verdict in words: the one place that turns an outcome into text and tone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ticketbench.core.quotes import clipped
from ticketbench.measure.pairs.change import GATE_CONFIDENCE, MOST_NEEDED
from ticketbench.measure.pairs.verdict import Verdict, difference_of
from ticketbench.measure.statistics.intervals import CONFIDENCE
from ticketbench.report.words import numbers

if TYPE_CHECKING:
    from ticketbench.core.types import Estimate
    from ticketbench.measure.agreement.repeats import Repeats
    from ticketbench.measure.calibration.temperature import TemperatureReport
    from ticketbench.measure.compare import Comparison
    from ticketbench.measure.evaluation import Evaluation
    from ticketbench.measure.trained.classifier import TrainedClassifier
    from ticketbench.measure.trained.learning_curve import TicketsNeeded

CHANGED_LIST = "changed.csv"
"""The file of a report that lists the tickets on which exactly one set is right."""

_LEVEL = 0.05
_FEW_FOR_A_TEST = 200

Tone = Literal["good", "bad", "neutral", "unknown"]

TONES: dict[str, Tone] = {
    "better": "good",
    "worse": "bad",
    "no relevant difference": "neutral",
    "cannot tell": "unknown",
}


@dataclass(frozen=True, slots=True)
class VerdictText:
    """Headline, the figures behind it, what to do next, how it should look, and which labels it
    rests on; empty where it speaks of several sets.
    """

    headline: str
    evidence: str
    action: str
    tone: Tone
    rests_on: str = ""


def verdict_text(comparison: Comparison, *, today: str = "") -> VerdictText:
    """The verdict of a comparison in words, as of two sets alone; its action says which to use.

    `today` is the one of the two that runs, the base where nothing is said.
    """
    today = today or comparison.base
    use = {
        "better": comparison.candidate,
        "worse": comparison.base,
        "no relevant difference": today,
        "cannot tell": "",
    }[comparison.verdict.outcome]
    choice = f"{'keep' if use == today else 'use'} {use}; " if use else ""
    of_several = one_of_several_text(comparison)
    evidence = _evidence(comparison, seen_change(comparison.verdict))
    return replace(of_several, evidence=evidence, action=choice + of_several.action)


def one_of_several_text(comparison: Comparison) -> VerdictText:
    """The same without a word on which set to use, which several sets decide together.

    The level of the interval is named, which Holm's procedure makes another one from set to set.
    """
    return VerdictText(
        headline=_headline(comparison),
        evidence=_evidence(comparison, seen_change(comparison.verdict, several=True)),
        action=_action(comparison),
        tone=TONES[comparison.verdict.outcome],
    )


def _headline(comparison: Comparison) -> str:
    base, candidate = comparison.base, comparison.candidate
    return {
        "better": f"{candidate} is better than {base}",
        "worse": f"{candidate} is worse than {base}",
        "no relevant difference": f"no relevant difference between {candidate} and {base}",
        "cannot tell": f"cannot tell yet whether {candidate} is better than {base}",
    }[comparison.verdict.outcome]


def _evidence(comparison: Comparison, change: str) -> str:
    verdict, counts = comparison.verdict, comparison.contingency
    accuracy = comparison.change("accuracy")
    decided = verdict.outcome != "cannot tell" or math.isnan(verdict.difference.low)
    bounds = "" if decided else f"{numbers.between(verdict.difference)}: "
    return (
        f"{bounds}accuracy {numbers.percent(accuracy.base)} → "
        f"{numbers.percent(accuracy.candidate)}, {change} on "
        f"{_tickets_of(comparison)}; {counts.only_candidate} fixed, {counts.only_base} broken"
    )


def seen_change(verdict: Verdict, *, several: bool = False) -> str:
    """The change with the interval that decides, such as "+2.0 [-1.2, +5.2] points".

    Its level is named where it is not 95 %, and beside those of other sets (`several`).
    """
    shown = numbers.difference(verdict.difference, apart_from=limits(verdict))
    usual = verdict.confidence == CONFIDENCE and not several
    if usual or math.isnan(verdict.difference.low):
        return f"{shown} points"
    return f"{shown} points (at {numbers.confidence(verdict.confidence)}, as one of several)"


def limits(verdict: Verdict) -> tuple[float, ...]:
    """What an end of the interval must not look like: it would belie the verdict."""
    within = verdict.outcome == "no relevant difference"
    return (0.0, verdict.margin, -verdict.margin) if within else (0.0,)


def _tickets_of(comparison: Comparison) -> str:
    """How many tickets, and what their groups mean for the interval."""
    asked = comparison.n_asked
    tickets = numbers.count(comparison.n_paired, f"paired {'answer' if asked else 'ticket'}")
    tickets += f" of {numbers.count(asked, 'ticket')}" if asked else ""
    if comparison.n_groups == comparison.n_paired:
        return tickets
    changed = comparison.change("accuracy").change.n_changed
    return (
        f"{tickets} in {numbers.count(comparison.n_groups, 'group')}, {changed or 'none'} of these "
        "groups changed (other groups could differ; the interval allows for that)"
    )


def _action(comparison: Comparison) -> str:
    verdict = comparison.verdict
    if verdict.outcome == "cannot tell":
        return tickets_text([verdict], "would tell")
    if verdict.outcome == "no relevant difference":
        margin = numbers.margin(verdict.margin)
        return f"the difference is within ±{margin} points, so accuracy is no reason to change"
    if not comparison.listed:
        return "which tickets it breaks is counted, not listed"
    return "read the broken tickets" + (" first" if verdict.outcome == "better" else "")


def tickets_text(verdicts: Sequence[Verdict], what: str) -> str:
    """About how many fresh tickets would settle all of `verdicts`, or why no number would."""
    if any(math.isnan(verdict.difference.low) for verdict in verdicts):
        return "label more tickets, from more groups: there are too few for an interval"
    needed = [verdict.tickets_needed for verdict in verdicts]
    if not all(needed):
        return f"more than {MOST_NEEDED:,} fresh tickets {what}: decide by something else"
    return f"{numbers.about(max(needed))} fresh tickets {what}"


def not_worse_text(comparison: Comparison, *, margin: float | None = None) -> str:
    """Whether the candidate may replace the base: what a primary gate on the accuracy would say."""
    from ticketbench.measure.gates.rule import Demand, outcomes

    change = comparison.change("accuracy").change
    allowed = comparison.verdict.margin if margin is None else margin
    points = numbers.margin(allowed)
    (outcome,) = outcomes([Demand(change, allowed, primary=True)])
    words = {
        "pass": f"is not worse than {comparison.base} by {points} points or more",
        "fail": f"fails a gate of {points} points against {comparison.base}",
        "inconclusive": f"may be worse than {comparison.base} by {points} points",
    }[outcome]
    ends = difference_of(change, confidence=GATE_CONFIDENCE)
    bounds = numbers.two_points(ends.low, ends.high, apart_from=(0.0, -allowed))
    return f"{comparison.candidate} {words} (one-sided 95% bounds {bounds})"


def fragility_text(comparison: Comparison, *, listed: str = "") -> str:
    """What the verdict rests on, and how few wrong labels would make it another one.

    Sentences without the last stop. `listed` is the file that lists the tickets.
    """
    found = comparison.fragility
    if not found.n_changed:
        return "The verdict rests on no label: both sets are right on the same tickets"
    said = [f"The verdict rests on {numbers.count(found.n_changed, 'ticket')}"]
    if found.undo and found.exact:
        few = f"{found.undo:,} of them {'was' if found.undo == 1 else 'were'}"
        few = few if found.n_changed > 1 else "it was"
        said.append(f"If {few} labelled wrongly, the verdict would be “{found.outcome}”")
    elif found.undo:
        few = f"{numbers.count(found.undo, 'wrong label')} among them"
        few = few if found.n_changed > 1 else "A wrong label of it"
        few += ", or fewer," if found.undo > 1 else ""
        said.append(f"{few} could make it “{found.outcome}”")
    elif found.exact:
        labels = "their labels are" if found.n_changed > 1 else "its label is"
        said.append(f"Whatever {labels}, the verdict would stay “{found.outcome}”")
    else:
        wrong = "wrong labels among them were" if found.n_changed > 1 else "wrong label of it was"
        said.append(f"No {wrong} found that would change the verdict")
    if listed and comparison.listed:
        said.append(f"Check {'their labels' if found.n_changed > 1 else 'its label'}: {listed}")
    return ". ".join(said)


def losses_text(comparison: Comparison) -> str:
    """By how many lost tickets "not worse" holds; empty where it does not hold, or any would do."""
    losses = comparison.fragility.losses
    if not losses:
        return ""
    few = numbers.count(losses, "more lost ticket")
    points = numbers.margin(comparison.verdict.margin)
    return (
        f"It takes {'' if comparison.fragility.exact else 'at most '}{few} until "
        f"{comparison.candidate} may be worse than {comparison.base} by {points} points"
    )


def calibration_text(evaluation: Evaluation) -> str:
    """Whether the top scores of a rubric set mean what they say."""
    check = evaluation.calibration.check
    if check.n == 0:
        return "no scored tickets"
    said, right = _said_and_right(evaluation)
    figures = f"mean score {numbers.percent(said)}, right {numbers.percent(right)}"
    if not _miscalibrated(evaluation):
        little = " (few tickets show little)" if check.n_groups < _FEW_FOR_A_TEST else ""
        return f"no sign of miscalibration{little}; {figures}"
    return f"too {'confident' if said > right else 'cautious'}; {figures}"


def calibration_in_short_text(evaluation: Evaluation) -> str:
    """The same as "v2 is too sure by 0.11", which is the calibration error."""
    name, check = evaluation.provenance.rubric_set, evaluation.calibration.check
    if not _miscalibrated(evaluation):
        return f"no sign that {name} is off" if check.n else "no scored tickets"
    said, right = _said_and_right(evaluation)
    return (
        f"{name} is too {'sure' if said > right else 'careful'} by {numbers.number(check.ece, 2)}"
    )


def _miscalibrated(evaluation: Evaluation) -> bool:
    """Whether a test sees that the top scores do not mean what they say."""
    check = evaluation.calibration.check
    return check.ece_p < _LEVEL or (not math.isnan(check.ece_p) and check.spiegelhalter_p < _LEVEL)


def _said_and_right(evaluation: Evaluation) -> tuple[float, float]:
    """The mean top score, and the share right."""
    chapter, n = evaluation.calibration, evaluation.calibration.check.n
    said = sum(label.mean_score * label.n for label in chapter.by_label if label.n)
    return said / n, sum(b.right for b in chapter.histogram) / n


def temperature_text(report: TemperatureReport) -> str:
    """What one temperature for all tickets would change on tickets it was not fitted on."""
    from ticketbench.measure.calibration.temperature import FEWEST_GROUPS

    if math.isnan(report.temperature):
        return f"No temperature: with fewer than {FEWEST_GROUPS} independent tickets none is fitted"
    if math.isnan(report.ece_after):
        return f"Temperature {report.temperature:.2f}; too few groups to judge it on others"
    change = "lowers" if report.ece_after < report.ece_before else "does not lower"
    biased = f"; scores with {report.decimals} decimals bias it" if report.biased else ""
    return (
        f"Temperature {report.temperature:.2f} {change} the calibration error: "
        f"{report.ece_before:.3f} before, {report.ece_after:.3f} after; log loss "
        f"{numbers.number(report.log_loss_before)} before, "
        f"{numbers.number(report.log_loss_after)} after, on tickets it was not fitted on{biased}"
    )


def needed_text(baseline: TrainedClassifier, needed: TicketsNeeded) -> str:
    """How many labelled tickets a trained classifier needs to match a rubric set, with 95 %."""
    low, high = (_tickets(n, baseline) for n in (needed.low, needed.high))
    ends = f" (95%: {low} to {high})" if low != high else ""
    return f"{baseline.title} {needs_text(baseline, needed)}{ends}"


def needs_text(baseline: TrainedClassifier, needed: TicketsNeeded) -> str:
    """The same without its name and its interval: "needs about 47 labelled tickets to match v2"."""
    value = _tickets(needed.tickets, baseline)
    about = "" if value == _tickets(None, baseline) or value.endswith("fewer") else "about "
    return f"needs {about}{value} labelled tickets to match {needed.rubric_set}"


def _tickets(n: int | None, baseline: TrainedClassifier) -> str:
    """Two digits, as the curve knows no more, and nothing beyond its ends."""
    smallest, largest = baseline.curve[0].n, baseline.n_trained
    if n is None:
        return f"more than {largest:,}"
    if n <= smallest:
        return f"{smallest:,} or fewer"
    return f"{min(round(float(f'{n:.1e}')), largest):,}"


def accuracy_text(evaluation: Evaluation) -> str:
    """Accuracy of one rubric set with its interval and n."""
    accuracy = evaluation.metric("accuracy")
    return f"accuracy {numbers.estimate(accuracy)} on {numbers.count(accuracy.n, 'ticket')}"


_MOST_REPEATS = 5
"""Repeats that a sentence lists."""


def repeats_text(repeats: Repeats, accuracy: Estimate) -> tuple[str, str]:
    """How much is right, over all and by repeat; and how often the label of a ticket changes."""
    answers, tickets = (
        numbers.count(n, what)
        for n, what in ((repeats.n_answers, "answer"), (repeats.n_tickets, "ticket"))
    )
    shown = [
        f"{clipped(one.name)}: {numbers.percent(one.accuracy.value)}"
        for one in repeats.each[:_MOST_REPEATS]
    ]
    more = len(repeats.each) - _MOST_REPEATS
    listed = ", ".join([*shown, f"and {more} more"] if more > 0 else shown)
    right = f"{answers} of {tickets}: {numbers.estimate(accuracy)} right; by repeat {listed}"
    return right, changed_text(repeats)


def changed_text(repeats: Repeats) -> str:
    """The share of tickets whose label is another one in another repeat."""
    of = repeats.changed
    if not of.defined:
        return "no ticket has two answers, so nothing is known of changes between repeats"
    n = round(of.value * of.n)
    return (
        f"the label of {n:,} of {numbers.count(of.n, 'ticket')} changes between repeats "
        f"({numbers.estimate(of)})"
    )
