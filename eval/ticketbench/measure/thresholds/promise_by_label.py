"""A threshold with a promise for each label, which all hold together."""

from __future__ import annotations

from dataclasses import replace

from ticketbench.measure.thresholds.certificate import certificate
from ticketbench.measure.thresholds.promise import certified
from ticketbench.measure.thresholds.rules import Asked, Choice, LabelThreshold, threshold_rule
from ticketbench.measure.thresholds.tickets import Tickets


@threshold_rule("certified_by_label", order=30)
def certified_by_label(tickets: Tickets, asked: Asked) -> Choice | None:
    """A certified threshold per top label, each at its part of what may go wrong (union bound).

    A label without a promise inherits the certified threshold for all labels and routes nothing
    where there is none; the policy lists only labels with a promise. None where nothing is
    promised.
    """
    whole = certified(tickets, asked)
    if whole is None or whole.certificate is None:
        return None
    labels = tuple(_of_label(tickets, asked, at, whole.certificate.threshold)
                   for at in range(len(tickets.labels)))  # fmt: skip
    own = tuple((found.label, found.threshold) for found in labels if found.promise)
    sure = f"{100 * asked.confidence:g}% confidence for all labels together"
    return Choice(
        policy=replace(whole.policy, label_thresholds=own),
        title=f"{100 * asked.min_precision:g}% right among those routed to each label, with {sure}",
        caveat="a label with too few tickets inherits the certified threshold, unpromised",
        target=asked.min_precision,
        certificate=whole.certificate,
        labels=labels,
    )


def _of_label(tickets: Tickets, asked: Asked, at: int, otherwise: float) -> LabelThreshold:
    found = certificate(
        tickets.rows(tickets.top == at),
        escalate_above=asked.certified_limit,
        risk=asked.risk,
        delta=asked.delta / len(tickets.labels),
        seed=asked.seed,
    )
    promise = found.outlook == "certified"
    return LabelThreshold(
        label=tickets.labels[at],
        threshold=found.threshold if promise else otherwise,
        promise=promise,
        certificate=found,
    )
