"""A verdict in words: the one place that turns an outcome into text and tone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from ticketbench.core.policy import Policy
from ticketbench.measure.calibration.bins import TemperatureReport
from ticketbench.measure.compare import Comparison
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.gates.rule import Demand, outcomes
from ticketbench.measure.pairs.change import GATE_CONFIDENCE
from ticketbench.measure.pairs.verdict import Verdict
from ticketbench.measure.results import RunResults
from ticketbench.measure.sample.label_errors import WithoutSuspects
from ticketbench.measure.thresholds.choose import ChosenThreshold
from ticketbench.measure.trained.classifier import TrainedClassifier
from ticketbench.measure.trained.learning_curve import TicketsNeeded
from ticketbench.report.words import numbers

_LEVEL = 0.05
_FEW_FOR_A_TEST = 200

Tone = Literal["good", "bad", "neutral", "unknown"]

_TONES: dict[str, Tone] = {
    "better": "good",
    "worse": "bad",
    "no relevant difference": "neutral",
    "cannot tell": "unknown",
}


@dataclass(frozen=True, slots=True)
class VerdictText:
    """Headline, the figures behind it, what to do next, and how it should look."""

    headline: str
    evidence: str
    action: str
    tone: Tone


def verdict_text(comparison: Comparison) -> VerdictText:
    """The verdict of a comparison in words."""
    verdict = comparison.verdict
    return VerdictText(
        headline=_headline(comparison),
        evidence=_evidence(comparison),
        action=_action(comparison, verdict),
        tone=_TONES[verdict.outcome],
    )


def _headline(comparison: Comparison) -> str:
    base, candidate = comparison.base, comparison.candidate
    return {
        "better": f"{candidate} is better than {base}",
        "worse": f"{candidate} is worse than {base}",
        "no relevant difference": f"no relevant difference between {candidate} and {base}",
        "cannot tell": f"cannot tell whether {candidate} is better than {base}",
    }[comparison.verdict.outcome]


def _evidence(comparison: Comparison) -> str:
    counts = comparison.contingency
    accuracy = next(d for d in comparison.differences if d.name == "accuracy")
    tickets = numbers.count(comparison.n_paired, "paired ticket")
    if comparison.n_groups < comparison.n_paired:
        tickets += f" in {numbers.count(comparison.n_groups, 'group')}"
    return (
        f"accuracy {numbers.percent(accuracy.base)} → {numbers.percent(accuracy.candidate)}, "
        f"{numbers.difference(comparison.verdict.difference)} points on {tickets}; "
        f"{counts.only_candidate} fixed, {counts.only_base} broken"
    )


def _action(comparison: Comparison, verdict: Verdict) -> str:
    if verdict.outcome == "cannot tell":
        if verdict.tickets_needed:
            return f"about {verdict.tickets_needed:,} labelled tickets would settle it"
        return "label more tickets"
    if verdict.outcome == "worse":
        return f"keep {comparison.base}; read the broken tickets"
    if verdict.outcome == "better":
        return f"use {comparison.candidate}; read the broken tickets first"
    margin = numbers.points(verdict.margin).lstrip("+")
    return f"the difference is within ±{margin} points: keep either"


def not_worse_text(comparison: Comparison, *, margin: float | None = None) -> str:
    """Whether the candidate may replace the base: what a primary gate on the accuracy would say."""
    change = comparison.change("accuracy").change
    allowed = comparison.verdict.margin if margin is None else margin
    points = numbers.points(allowed).lstrip("+")
    (outcome,) = outcomes([Demand(change, allowed, primary=True)])
    words = {
        "pass": f"is not worse than {comparison.base} by {points} points or more",
        "fail": f"fails a gate of {points} points against {comparison.base}",
        "inconclusive": f"may be worse than {comparison.base} by {points} points",
    }[outcome]
    ends = change.bounds(GATE_CONFIDENCE)
    bounds = f"one-sided 95% bounds {numbers.points(ends.low)} and {numbers.points(ends.high)}"
    return f"{comparison.candidate} {words} ({bounds})"


def without_suspects_text(comparison: Comparison, without: WithoutSuspects) -> str:
    """Whether a verdict rests on the tickets whose gold label looks wrong."""
    left_out = numbers.count(without.n_left_out, "ticket")
    pair = f"{comparison.candidate} against {comparison.base}"
    if without.flips:
        return (
            f"Without the {left_out} that either set contradicts most, the verdict on {pair} "
            f"flips from "
            f"“{without.outcome_all}” to “{without.outcome_without}”: read them before deciding"
        )
    return (
        f"Without the {left_out} that either set contradicts most, the verdict on {pair} stays "
        f"“{without.outcome_all}”"
    )


def threshold_text(chosen: ChosenThreshold, policy: Policy | None = None) -> str:
    """A chosen threshold, how to set it, and what it does on tickets it was not chosen on.

    `policy` is the one of the config: what differs from it has to be set too.
    """
    if math.isnan(chosen.threshold) and not _promised(chosen):
        return f"none: {_why_none(chosen)}"
    setting = f"{_setting(chosen, policy or Policy())} ({chosen.title})"
    judged = chosen.out_of_sample
    if judged.n == 0:
        return f"{setting}; too few groups to judge it on others"
    if judged.routed == 0:
        return f"{setting}: on tickets it was not chosen on, routes 0 of {judged.n}"
    right = judged.selective_precision
    missed = right.value < chosen.target
    return (
        f"{setting}: on tickets it was not chosen on, routes "
        f"{judged.routed} of {judged.n} ({numbers.percent(judged.coverage.value)}), "
        f"{numbers.estimate(right)} of them right" + (", short of the target" if missed else "")
    )


def told(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Rule and text of every chosen threshold, but for one that repeats the text before."""
    lines: list[tuple[str, str]] = []
    for chosen in evaluation.thresholds:
        text = threshold_text(chosen, evaluation.settings.policy)
        if not lines or lines[-1][1] != text:
            lines.append((chosen.rule.replace("_", " "), text))
    return lines


def _promised(chosen: ChosenThreshold) -> list[str]:
    return [label.label for label in chosen.label_thresholds if label.promise]


def _setting(chosen: ChosenThreshold, policy: Policy) -> str:
    """The keys of the config to set; 1.01 is the threshold that routes nothing."""
    nothing = math.isnan(chosen.threshold)
    setting = f"policy.threshold {'1.01' if nothing else numbers.threshold(chosen.threshold)}"
    own = [
        f"{o.label} {numbers.threshold(o.threshold)}" for o in chosen.label_thresholds if o.promise
    ]
    if own:
        setting += f", policy.label_thresholds {', '.join(own)}"
    without = [o.label for o in chosen.label_thresholds if not o.promise]
    if without:
        setting += f"; no promise for {', '.join(without)}"
    if chosen.temperature != policy.temperature:
        setting += f", policy.temperature {chosen.temperature:.2f}"
    if policy.label_thresholds and not own:
        setting += ", no policy.label_thresholds"
    return setting


def _why_none(chosen: ChosenThreshold) -> str:
    target = f"{100 * chosen.target:g}% right among routed tickets"
    certificate = chosen.certificate
    if certificate is None:
        return f"no threshold has {target} here"
    what = f"{target} cannot be promised with {100 * chosen.confidence:g}% confidence"
    best = certificate.best
    if best is None:
        return f"{what}: no ticket to test"
    at = (
        f"{best.errors} of {best.selected} tickets at {numbers.threshold(best.threshold)} "
        "or above are wrong (one per group, without the escalated)"
    )
    if certificate.outlook == "too many errors":
        return f"{what}: {at}, and more tickets would not change that"
    blocked = "" if certificate.outlook != "stopped early" else ", but a stricter threshold fails"
    if not certificate.more_tickets:
        return f"{what}: {at}{blocked}, and more tickets there would not change that"
    more = numbers.count(certificate.more_tickets, "ticket")
    place = "at that one" if blocked else "up there"
    return f"{what}: {at}{blocked}; about {more} more {place} would settle it"


def calibration_text(evaluation: Evaluation) -> str:
    """Whether the top scores of a rubric set mean what they say."""
    chapter, check = evaluation.calibration, evaluation.calibration.check
    if check.n == 0:
        return "no scored tickets"
    said = sum(label.mean_score * label.n for label in chapter.by_label if label.n)
    said, right = said / check.n, sum(b.right for b in chapter.histogram) / check.n
    figures = f"mean score {numbers.percent(said)}, right {numbers.percent(right)}"
    if math.isnan(check.ece_p) or (check.ece_p >= _LEVEL and not check.spiegelhalter_p < _LEVEL):
        little = " (few tickets show little)" if check.n_groups < _FEW_FOR_A_TEST else ""
        return f"no sign of miscalibration{little}; {figures}"
    return f"too {'confident' if said > right else 'cautious'}; {figures}"


def temperature_text(report: TemperatureReport) -> str:
    """What one temperature for all tickets would change on tickets it was not fitted on."""
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
    value, low, high = (_tickets(n, baseline) for n in (needed.tickets, needed.low, needed.high))
    about = "" if value == _tickets(None, baseline) or value.endswith("fewer") else "about "
    ends = f" (95%: {low} to {high})" if low != high else ""
    matching = f"labelled tickets to match {needed.rubric_set}"
    return f"{baseline.title} needs {about}{value} {matching}{ends}"


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


def preferred(results: RunResults) -> Evaluation:
    """The rubric set the verdicts speak for: the best candidate found better, else the base."""
    better = {c.candidate for c in results.comparisons if c.verdict.outcome == "better"}
    winners = [e for e in results.evaluations if e.provenance.rubric_set in better]
    return max(winners, key=lambda e: e.metric("accuracy").value, default=results.evaluations[0])
