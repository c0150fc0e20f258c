"""What joining labels would do, in words: what is expected of it, and what that does not say."""

from __future__ import annotations

from collections.abc import Sequence

from ticketbench.core.quotes import clipped
from ticketbench.flow.rubrics.join import JoinablePairs, JoinedSet
from ticketbench.measure.rubrics.fewer_labels import FewerLabels, NoPath
from ticketbench.measure.rubrics.joined import IfAnyJoined, IfJoined
from ticketbench.report.words import numbers

PAIRS_HEAD = ("if joined, about", "right", "change", "between", "won", "lost")
STEPS_HEAD = ("labels", "right by top label", "goes out", "right of what does")

OFF_ON_AVERAGE, OFF_AT_MOST = 2, 6
"""Points between what is predicted and the joined question asked anew of minilm, over all pairs of
eight rubric sets (benchmarks/joined_asked.py, rounded up)."""

_ABOUT = (
    "About: the scores of both are added, in the answers that are there. Asked anew, minilm came "
    f"out {OFF_ON_AVERAGE} points apart on average and {OFF_AT_MOST} at most in our tests. It says "
    "nothing of a question in other words: that has to be asked."
)


def now_text(rubric_set: str, found: IfAnyJoined) -> str:
    """How often the set is right as it is."""
    right = numbers.estimate(found.accuracy)
    tickets = numbers.count(found.accuracy.n, "labelled ticket")
    return f"{rubric_set} is right in {right} of {tickets} now"


def pair_headline(found: JoinedSet) -> str:
    """What is expected of the joined set."""
    pair = found.pair
    names = f"{clipped(pair.first)} and {clipped(pair.second)}"
    change = numbers.difference(pair.change)
    right, n = numbers.estimate(pair.accuracy), numbers.count(pair.accuracy.n, "labelled ticket")
    return f"{names} if joined: about {right} of {n} right, {change} points against now"


def pair_notes(found: JoinedSet) -> tuple[str, ...]:
    """Where the change comes from, and what it does not say."""
    pair = found.pair
    name = clipped(found.name)
    between = numbers.count(pair.forgiven, "ticket")
    told = (
        f"{between} that one has and the other should have would be right as {name}: nobody tells "
        f"them apart any more, so this alone is no reason to join. "
        f"{pair.won:,} more would come from third labels, {pair.lost:,} that are right now would "
        "be lost to it."
    )
    return told, _ABOUT


def pair_rows(pairs: Sequence[IfJoined]) -> list[tuple[str, ...]]:
    """A row for each pair, under PAIRS_HEAD."""
    return [
        (
            f"{pair.first} + {pair.second}",
            numbers.estimate(pair.accuracy),
            numbers.difference(pair.change),
            f"{pair.forgiven:,}",
            f"{pair.won:,}",
            f"{pair.lost:,}",
        )
        for pair in pairs
    ]


def pairs_note(found: IfAnyJoined) -> str:
    """What the table of pairs says, and what not."""
    left = found.n_pairs - len(found.pairs)
    more = f" {left:,} of {found.n_pairs:,} pairs gain least and are left out." if left else ""
    return (
        "Between: tickets that the two take for each other. They count as right once both are "
        "one label, which nobody has to tell apart any more; so a gain alone is no reason. Won and "
        f"lost: tickets that third labels would give and lose. {_ABOUT}{more}"
    )


def steps_title(found: JoinablePairs) -> str:
    """What the table of fewer labels shows, or why there is none; without a last stop."""
    match found.fewer:
        case NoPath(why=why):
            return f"fewer labels: nothing is said, as {why}"
        case FewerLabels(min_precision=share):
            wanted = numbers.confidence(share)
            return f"fewer labels: what goes out alone where {wanted} of it is to be right"


def step_rows(path: FewerLabels) -> list[tuple[str, ...]]:
    """A row for each number of labels, under STEPS_HEAD."""
    return [
        (
            str(len(step.labels)),
            *map(numbers.estimate, (step.accuracy, step.routed, step.right)),
        )
        for step in path.steps
    ]


def step_texts(path: FewerLabels) -> list[str]:
    """What was joined last, for each row."""
    return [
        f"joined: {' + '.join(step.joined)}" if step.joined else "as it is" for step in path.steps
    ]


def steps_note(path: FewerLabels) -> str:
    """How the path was found, what it was judged on, and what it does not say."""
    return (
        "The pair is joined with which most passes the lowest threshold that keeps to this, by top "
        f"score alone; pairs and thresholds were chosen on {path.n_chosen:,} tickets and judged on "
        f"the other {path.n_judged:,}. A coarser answer is easier to get right: who stands behind "
        "a joined label has to sort what arrives. No threshold here is promised."
    )
