"""What leaving out a label does, in words, and what the numbers rest on."""

from __future__ import annotations

from ticketbench.flow.rubrics.ablate import Ablation
from ticketbench.measure.rubrics.ablation import Before, LeftOut
from ticketbench.report.words import numbers

HEAD = ("left out", "others right", "change", "routed", "change")


def rests_on_text(found: Ablation) -> str:
    """Whether the numbers are what asking anew would give; nothing but what is known of it."""
    told = "Without a label the others keep the ratios of their scores"
    if found.scores_apart:
        return (
            f"{told}. {found.endpoint} scores each label by itself, so asking without it would "
            "answer the same, but for rounding."
        )
    return (
        f"Assumed: {told[0].lower()}{told[1:]}. Nothing was asked of {found.endpoint}, and where "
        "labels lean on each other it would answer otherwise: ask the set without the label before "
        "you rely on it."
    )


def title_text(found: Ablation) -> str:
    """What the table is about."""
    at = numbers.threshold(found.policy.threshold)
    tickets = numbers.count(found.n, "ticket")
    return f"{found.rubric_set} without one of its labels, {tickets}, routed at {at}"


def rows(found: Ablation) -> list[tuple[str, ...]]:
    """A row for each label, under HEAD: shares now and without it, and the change."""
    return [(one.label, *_before(one.accuracy), *_before(one.routed)) for one in found.labels]


def _before(of: Before) -> tuple[str, str]:
    now, without = (numbers.percent(one.value) for one in (of.now, of.without))
    return f"{now.rstrip('%')} to {without}", numbers.difference(of.change)


def goes_to_text(one: LeftOut) -> str:
    """How many tickets the others have, and where its own go without it."""
    others = f"others: {numbers.count(one.accuracy.now.n, 'ticket')}"
    if not one.n_own:
        return f"{others}; none of its own"
    listed = ", ".join(f"{to.label} {to.n:,}" for to in one.goes_to) or "no label"
    return f"{others}; its own {one.n_own:,}, {one.n_right:,} right now, go to {listed}"


def nothing_text(found: Ablation) -> str:
    """Tickets that say nothing without a label; empty where there are none."""
    told = [f"{one.n_nothing:,} without {one.label}" for one in found.labels if one.n_nothing]
    if not told:
        return ""
    return (
        "Left out of both sides, since every other score is zero and nothing is left to decide by: "
        f"{', '.join(told)}."
    )


NOTE = (
    "Others right: tickets of the other labels that are right, now and without the label. That can "
    "only rise, so a rise alone is no reason. The label's own tickets are in the routed share: "
    "without it they can only go out wrong."
)
