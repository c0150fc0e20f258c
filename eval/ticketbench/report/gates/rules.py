"""In words: whose rules decided, and what the change that is judged alters of them."""

from __future__ import annotations

from dataclasses import replace

from ticketbench.measure.gates.results import GateReport, RuleChange, Rules
from ticketbench.report.gates.rows import counted_text
from ticketbench.report.gates.verdict import ids_text
from ticketbench.report.masking.texts import NO_TEXTS, Masking
from ticketbench.report.words import numbers


def decided_text(rules: Rules) -> str:
    """Whose rules decided, in a sentence; empty where they are those that stand now, too."""
    if rules.first:
        return (
            f"There are no gates for this config at {_flat(rules.name)}: it is judged by its own "
            "rules, this once."
        )
    if not rules.changes:
        return ""
    return f"Judged by the rules of {_flat(rules.name)}, which this change alters:"


def change_texts(rules: Rules, masked: Masking = NO_TEXTS) -> list[str]:
    """Each alteration, such as "margin of accuracy (v2): 0.02 -> 0.05"."""
    return [_flat(_change(one, masked)) for one in rules.changes]


def own_text(report: GateReport) -> str:
    """How the gates come out by the rules of now; empty where that was not judged."""
    if report.rules is None or not report.rules.own:
        return ""
    counted = counted_text(replace(report, results=report.rules.own))
    return f"By its own rules, which count from the merge on: {counted}"


def new_answers_text(rules: Rules) -> str:
    """How many answers nobody can compare with one of before; empty where the config judges itself.

    Such as "12 of 180 answers are new since main (1a2b3c4d5e6f)".
    """
    if rules.first:
        return ""
    answers = numbers.count(rules.n_answers, "answer")
    if not rules.n_new:
        return f"all {answers} were recorded at {_flat(rules.name)}"
    return f"{rules.n_new:,} of {answers} are new since {_flat(rules.name)}"


def _change(change: RuleChange, masked: Masking) -> str:
    if change.tickets:
        n = numbers.count(len(change.tickets), "ticket")
        return f"{change.what}: {n}: {ids_text(change.tickets, masked)}"
    if change.before and change.after:
        return f"{change.what}: {change.before} -> {change.after}"
    return f"{change.what}: " + (
        f"removed {change.before}" if change.before else f"added {change.after}"
    )


def _flat(text: str) -> str:
    """In one line, which begins with a word of ours, where a runner would look for commands."""
    return " ".join(text.split())
