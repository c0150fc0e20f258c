"""Rubrics in a line: what changed in one, and which two get in each other's way."""

from __future__ import annotations

from collections.abc import Callable

from ticketbench.core.quotes import clipped, some
from ticketbench.measure.rubrics.changes import RubricChange
from ticketbench.measure.rubrics.diagnosis import MOST_MIXED, Diagnosis, PairDiagnosis
from ticketbench.report.words import numbers
from ticketbench.report.words.numbers import DASH

MOSTLY = 0.5
"""A label surely wrong in more of its wins than this draws the tickets of others."""


NEAR_TIES = (
    "Near ties decide nothing: their number follows from how many labels there are and how sure "
    "the scores are"
)

MIXED = "mixed up: share of both labels' tickets that get the other label"
APART = (
    "told apart: how often, of one ticket of each, the first label's leans more to it; 0.5 is a "
    "coin, 1 always"
)


def marked(
    change: RubricChange,
    *,
    removed: Callable[[str], str] = lambda text: f"[-{text}-]",
    added: Callable[[str], str] = lambda text: f"{{+{text}+}}",
    plain: Callable[[str], str] = str,
) -> str:
    """The new text with the words that changed; blanks stay outside of the marks."""
    mark = {"same": plain, "removed": removed, "added": added}
    return "".join(_within(words.text, mark[words.kind]) for words in change.words)


def change_title(change: RubricChange, *, answered: bool = True) -> str:
    """Such as "billing: 3 fixed, 12 broken, 5 drawn from other labels"; without answers the label
    alone.
    """
    what = "" if change.before and change.after else (" (new)" if change.after else " (removed)")
    if not answered:
        return f"{change.label}{what}"
    counts = [
        f"{change.fixed:,} fixed",
        f"{change.broken:,} broken",
        *([f"{change.drawn:,} drawn from other labels"] if change.drawn else []),
        *([f"{change.left:,} left to other labels"] if change.left else []),
    ]
    return f"{change.label}{what}: {', '.join(counts)}"


def still_wrong_text(n: int, same: int) -> str:
    """How many tickets are wrong in both, and how many of them with the same label."""
    return f"{numbers.count(n, 'ticket')} still wrong, {same:,} with the same label"


def pairs_headline(found: Diagnosis) -> str:
    """How many pairs get in each other's way, of those that can be told."""
    of = numbers.count(len(found.pairs), "pair")
    if not found.pairs:
        return "too few tickets to tell of any two rubrics"
    if not found.flagged:
        return f"none of {of} of rubrics is found to get in each other's way"
    return f"{len(found.flagged):,} of {of} of rubrics get in each other's way"


def pair_text(pair: PairDiagnosis) -> str:
    """Such as "billing and account: 31 of 143 tickets mixed up (at least 16%), 29 to account".

    Where the scores alone flag it, how well they tell the two labels apart.
    """
    of = f"{pair.n_mixed:,} of {numbers.count(pair.n, 'ticket')} mixed up"
    said = f"{pair.first} and {pair.second}: {of}"
    if pair.mixed.low > MOST_MIXED:
        said += f" (at least {numbers.percent(pair.mixed.low, 0)})"
    elif pair.flagged:
        low = numbers.number(pair.apart.high, 2)
        said += f", told apart {numbers.number(pair.apart.value, 2)} (at most {low})"
    if pair.swallower:
        swallowed = pair.second if pair.swallower == pair.first else pair.first
        said += f"; {pair.swallower} swallows {swallowed}"
    return said


def pair_cells(pair: PairDiagnosis) -> tuple[str, str, str, str, str, str]:
    """One way and the other, the share mixed up, how well told apart, both high, near ties."""
    mixed, apart = pair.mixed, pair.apart
    return (
        f"{pair.first_as_second:,} / {pair.second_as_first:,} of {pair.n:,}",
        f"{100 * mixed.value:.0f}% [{100 * mixed.low:.0f}, {100 * mixed.high:.0f}]",
        f"{apart.value:.2f} [{apart.low:.2f}, {apart.high:.2f}]" if apart.defined else DASH,
        DASH if pair.both_high is None else f"{pair.both_high:,}",
        DASH if pair.near_ties is None else f"{pair.near_ties:,} of {pair.leading:,}",
        "yes" if pair.flagged else "",
    )


def pair_heads(escalate_above: float) -> tuple[str, str, str, str, str, str]:
    """What stands above `pair_cells`."""
    both = "both high" if escalate_above >= 1 else f"both > {numbers.threshold(escalate_above)}"
    return ("there / back", "mixed up", "told apart", both, "near ties", "in the way")


def label_texts(found: Diagnosis) -> list[str]:
    """A sentence each: labels that never win, those mostly wrong where they win, and too few."""
    said = []
    silent = [one.label for one in found.labels if one.never_wins]
    if silent:
        said.append(f"never the best answer: {some(silent)}")
    wrong = [
        f"{clipped(one.label)} {numbers.estimate(one.wrong_wins)}"
        for one in found.labels
        if one.wrong_wins.n and one.wrong_wins.low > MOSTLY
    ]
    if wrong:
        said.append(f"wrong more often than not where they win: {some(wrong)}")
    few = [f"{clipped(one.label)} ({one.n})" for one in found.too_few]
    if few:
        said.append(f"too few tickets to tell: {some(few)}")
    return said


def _within(text: str, mark: Callable[[str], str]) -> str:
    core = text.strip()
    if not core:
        return text
    at = text.index(core)
    return text[:at] + mark(core) + text[at + len(core) :]
