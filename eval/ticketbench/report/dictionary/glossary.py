"""The words used in page, docs and terminal, each explained in a few plain words.

First those that a lead meets while deciding, then those of whoever checks the numbers;
docs/statistics.md prints the same sentences and has the formulas beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Word(NamedTuple):
    """A term as it is printed, and what it means in at most 40 words."""

    term: str
    explanation: str


DECIDE: Mapping[str, Word] = MappingProxyType(
    {
        "threshold": Word(
            "threshold",
            "The score that an answer needs for its ticket to go out alone. Scores run from 0 to "
            "1. A higher threshold lets fewer tickets out, and fewer of them wrong.",
        ),
        "escalation": Word(
            "escalation",
            "A ticket goes to two teams when two answers or more score above a limit. It has a "
            "price of its own; off means that it is not used.",
        ),
        "by-hand": Word(
            "by hand",
            "A person reads every ticket and nothing goes out alone. It costs the price of one "
            "reading a ticket.",
        ),
        "cost": Word(
            "cost a ticket",
            "The mean over all tickets. One that goes out right costs nothing, a wrong one, one "
            "that a person reads and an escalated one each have their price.",
        ),
        "right-alone": Word(
            "right alone",
            "Tickets that reach their own label without a person, of all tickets of that label.",
        ),
        "out-alone": Word(
            "goes out alone",
            "The best answer reaches the threshold, so the ticket goes where it says and no person "
            "looks first.",
        ),
        "to-a-person": Word(
            "to a person",
            "The best answer stays under the threshold, so a person reads the ticket and decides.",
        ),
        "how-sure": Word(
            "how sure",
            "The bar round a dot: where the number likely lies for other tickets like these, 19 "
            "times of 20. A long bar means that few tickets speak.",
        ),
        "mixed-up": Word(
            "mixed up",
            "Tickets of one label whose best answer is the other one, in both directions and "
            "whatever the threshold.",
        ),
        "broken": Word("broken", "The old rubrics had this ticket right, the new ones do not."),
        "fixed": Word("fixed", "The new rubrics have this ticket right, the old ones had not."),
        "near-tie": Word(
            "near tie",
            "The two best answers score almost alike, so a small change of words can turn the "
            "ticket.",
        ),
        "label-suspect": Word(
            "label suspect",
            "The answers contradict the label in your file so clearly that it may be wrong. Read "
            "the ticket again; nothing is left out by itself.",
        ),
        "rubric": Word(
            "rubric",
            "The question that is asked about a ticket for one label. A rubric set, or version, "
            "has one for each label.",
        ),
        "today": Word(
            "today",
            "What runs now: the rubric set, threshold and escalation that a change would replace.",
        ),
        "target": Word(
            "target",
            "How many of 100 tickets that go out alone you want right. It is promised only where "
            "new tickets like these would very likely keep it.",
        ),
        "hurt": Word(
            "hurt",
            "The label that loses most tickets which arrive without a person, if one surely does:"
            " more of them go to a person, or go wrong.",
        ),
        "fix-next": Word(
            "fix next",
            "The pair of labels of whose tickets most are mixed up. Sharpen the question of the "
            "one that takes too many.",
        ),
    }
)
"""The words of the page's first part, without a statistic's name."""

AUDIT: Mapping[str, Word] = MappingProxyType(
    {
        "gold": Word("gold", "The label in your file: what a right answer is compared with."),
        "none": Word("__none__", "Gold of a ticket that no label fits. No route of it is right."),
        "top-score": Word(
            "top score", "The highest score of a ticket; its label is the answer, the top label."
        ),
        "accuracy": Word(
            "accuracy",
            "The share of tickets whose top label is the gold label, whatever the threshold.",
        ),
        "recall": Word("recall", "Of the tickets of a label, the share that got it."),
        "precision": Word(
            "precision", "Of the tickets that got a label, the share it is right for."
        ),
        "macro-f1": Word(
            "macro-F1",
            "Recall and precision in one number, averaged over labels: a rare label counts as "
            "much as a frequent one.",
        ),
        "policy": Word(
            "policy", "The settings that decide on a ticket: threshold, escalation limit, fallback."
        ),
        "coverage": Word("coverage", "The share of tickets that are routed: they go out alone."),
        "selective-precision": Word(
            "right among routed", "Of the tickets that go out alone, the share that is right."
        ),
        "selective-risk": Word(
            "selective risk", "Of the tickets that go out alone, the share that is wrong."
        ),
        "auroc": Word(
            "AUROC",
            "How often a right ticket has a higher top score than a wrong one; 0.5 is chance.",
        ),
        "interval": Word(
            "interval",
            "The numbers in brackets. Of 100 samples like this one, 95 would give an interval "
            "that holds the true value.",
        ),
        "group": Word(
            "group",
            "Tickets of one customer or thread, or alike in their text. They say less than as "
            "many from strangers; every interval allows for that.",
        ),
        "paired": Word(
            "paired difference",
            "The change on the very same tickets. It is surer than two numbers seen side by side.",
        ),
        "verdict": Word(
            "verdict",
            "Better, worse, no relevant difference, or cannot tell: what the interval says.",
        ),
        "margin": Word("margin", "The largest loss, or difference, that would not matter to you."),
        "p": Word(
            "p", "How often chance alone would show at least this much. Small means hardly chance."
        ),
        "mcnemar": Word(
            "McNemar's test",
            "A test of fixed against broken tickets. It stands for reference and decides nothing: "
            "it ignores groups.",
        ),
        "holm": Word(
            "Holm",
            "A rule for many questions at once: each has to show more, so that luck in one of "
            "them is not taken for a finding.",
        ),
        "gate": Word("gate", "A condition that a change must meet before it is merged."),
        "calibration": Word(
            "calibration", "Whether scores mean what they say: of tickets at 0.8, 80 of 100 right."
        ),
        "ece": Word(
            "calibration error (ECE)",
            "How far scores and the share right lie apart on average. Chance alone lifts it above "
            "0.",
        ),
        "brier": Word("Brier score", "The mean squared error of the scores; lower is better."),
        "log-loss": Word(
            "log loss", "How badly sure answers miss; one very sure wrong answer costs much."
        ),
        "temperature": Word(
            "temperature", "One dial that makes all scores more or less sure; no answer changes."
        ),
        "recommendation": Word(
            "recommendation",
            "The one rubric set, threshold and escalation limit to use, or to keep people reading "
            "every ticket.",
        ),
        "saving": Word(
            "saving", "What a ticket costs less than when a person reads it; below 0 it costs more."
        ),
        "guarded": Word(
            "guarded", "A saving whose lower end leaves room for wrong routes not seen yet."
        ),
        "promise": Word(
            "promise",
            "On fresh tickets like these at least the target is right of those that go out alone. "
            "This way of choosing keeps it nine times of ten, or as often as you set.",
        ),
        "certificate": Word("certificate", "A promise together with the test that it rests on."),
        "reach": Word(
            "reach", "How often data this good would turn up if no threshold kept the promise."
        ),
        "firm": Word(
            "firm, thin",
            "Firm is a promise that is hardly to be had by accident; only such a one is "
            "recommended. Any other is thin.",
        ),
        "certified": Word(
            "certified",
            "The lowest threshold whose promise passes its test; none where nothing can be "
            "promised.",
        ),
        "cost-optimal": Word(
            "cost optimal",
            "The threshold at which a ticket costs least at your prices, judged on tickets it was"
            " not chosen on.",
        ),
        "descriptive": Word(
            "descriptive",
            "The lowest threshold that reaches the target on these very tickets; it promises "
            "nothing of others.",
        ),
        "held-out": Word(
            "out of sample", "Judged on tickets that took no part in choosing; else in sample."
        ),
        "slice": Word("slice", "Tickets that share something, such as a channel or a length."),
        "production-mix": Word(
            "mix of production",
            "How frequent each label is in your real queue, unlike in the file.",
        ),
        "baseline": Word("baseline", "The kept result that a change is compared with in CI."),
        "trained": Word(
            "trained classifier",
            "A model that learns from labelled tickets, where rubrics need none. It shows what "
            "labelling would buy.",
        ),
    }
)
"""The words of the page's second part."""

GLOSSARY: Mapping[str, Word] = MappingProxyType({**DECIDE, **AUDIT})
"""Every word by its id, in the order in which it is printed."""
