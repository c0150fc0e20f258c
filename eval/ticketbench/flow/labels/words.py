"""What labels so far say, in sentences without their last stop: for a support lead first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ticketbench.core.types import Estimate
from ticketbench.flow.data.words import chance_text, counted_reasons
from ticketbench.flow.labels.judge import Labelled
from ticketbench.flow.labels.next import Handed
from ticketbench.flow.labels.take import Taken
from ticketbench.measure.labelled.more import MoreLabels
from ticketbench.measure.labelled.targets import TARGETS
from ticketbench.measure.pairs.verdict import difference_of
from ticketbench.report.masking.texts import masked_id
from ticketbench.report.words import numbers
from ticketbench.report.words.losses import allowed_text

_BETTER: Mapping[str, tuple[str, str]] = {
    "accuracy": ("is right more often", "is right less often"),
    "wrongly_routed": ("sends fewer tickets out wrong", "sends more tickets out wrong"),
    "routed_right": ("sends more tickets out right", "sends fewer tickets out right"),
    "cost": ("costs less a ticket", "costs more a ticket"),
}
"""What a candidate does that is better, and one that is worse, by target."""

_GAIN: Mapping[str, str] = {
    "accuracy": "Right more often by",
    "wrongly_routed": "Fewer sent out wrong by",
    "routed_right": "More sent out right by",
    "cost": "Cheaper by",
}
"""What a gain of the candidate is, by target; one below 0 is a loss."""

_MOST_GAPS = 5


def agree_text(found: Labelled | Handed) -> str:
    """How many tickets a verdict speaks of, on how many a label matters, and what is left out."""
    tickets = numbers.count(found.n_agree + found.n_to_label, "ticket")
    left = ""
    if found.n_left_out:
        left = f"; not among them: {counted_reasons(found.left_out)}"
    return (
        f"Of {tickets} the label matters for {found.n_to_label:,}, where {found.base} and "
        f"{found.candidate} differ; for {found.n_agree:,} it cannot change the answer{left}"
    )


def headline(found: Labelled) -> str:
    """Which set is better, for whom, after how many labels; or that it cannot be told yet."""
    verdict = found.verdict
    better, worse = _BETTER[found.target]
    whom = _whom(found)
    match verdict.outcome:
        case "better":
            said = f"{whom} {found.candidate} {better}"
        case "worse":
            said = f"{whom} {found.candidate} {worse}"
        case "no relevant difference":
            margin = allowed_text(verdict.margin, share=_share(found))
            said = f"{whom} {found.base} and {found.candidate} differ by less than {margin}"
        case "cannot tell":
            said = f"Cannot tell yet whether {_lower(whom)} {found.candidate} {better}"
    return f"{said}: {_after(found)}"


def lines(found: Labelled) -> tuple[str, ...]:
    """What follows the headline, a sentence each."""
    said = [agree_text(found)]
    if found.verdict.n_labelled:
        said += [counted_text(found), gain_text(found)]
    if found.gaps:
        said.append(gaps_text(found.gaps))
    return (*said, *people_texts(found))


def more_lines(found: Labelled) -> tuple[str, ...]:
    """Whom it speaks of, whether a gate would pass, and what is known without any label."""
    free = (
        f"{title}: {base} by {found.base}, {candidate} by {found.candidate}"
        for title, base, candidate in share_rows(found)
    )
    return (whom_text(found), gate_text(found), *free)


def gain_text(found: Labelled) -> str:
    """By how much, on these tickets, and what that rests on."""
    verdict = found.verdict
    of = verdict.gain if verdict.about == "log" else _of_change(found)
    what = _GAIN[found.target]
    if not of.defined:
        return f"By how much: not known yet ({of.method})"
    if verdict.exact:
        value = numbers.signed(100 * of.value, 1) if _share(found) else numbers.signed(of.value)
        return f"{what} {value} {_unit(found)}, exactly: every label that matters is given"
    return f"{what} {numbers.difference(of, share=_share(found))} {_unit(found)} [95%]"


def counted_text(found: Labelled) -> str:
    """For whom the labels that count speak."""
    verdict = found.verdict
    labels = numbers.count(verdict.n_labelled, "label")
    return (
        f"Of {labels} {verdict.gained:,} speak for {found.candidate}, {verdict.lost:,} for "
        f"{found.base}, {verdict.neither:,} for neither"
    )


def taken_text(found: Taken) -> str:
    """What became of the rows of some sheets, and how much is labelled now."""
    parts = [f"{numbers.count(found.n_new, 'new label')}"]
    parts += [f"{found.n_replaced:,} corrected"] if found.n_replaced else []
    parts += [f"{found.n_same:,} given before, the same"] if found.n_same else []
    parts += [f"{found.n_blank:,} still blank"] if found.n_blank else []
    now = f"{found.n_labelled:,} of {found.n_to_label:,} tickets are labelled"
    return f"{', '.join(parts)}; {now}"


def gaps_text(gaps: Sequence[str]) -> str:
    """Which tickets were passed over, and what that means."""
    shown = ", ".join(map(masked_id, gaps[:_MOST_GAPS]))
    more = f" and {len(gaps) - _MOST_GAPS:,} more" if len(gaps) > _MOST_GAPS else ""
    return (
        f"Without a label: {shown}{more}. Labels behind the first of them wait until it has "
        "one, since who may skip may choose"
    )


def gate_text(found: Labelled) -> str:
    """Whether the candidate may take the place of the base."""
    verdict, margin = found.verdict, allowed_text(found.verdict.margin, share=_share(found))
    match verdict.gate:
        case "pass":
            said = f"does not lose {margin}: it may replace {found.base}"
        case "fail":
            said = f"loses more than {margin}: keep {found.base}"
        case "inconclusive":
            return f"Whether {found.candidate} loses {margin} cannot be told yet"
    return f"{found.candidate} {said}"


def whom_text(found: Labelled) -> str:
    """Whom the verdict speaks of, and whom not."""
    if found.verdict.about == "customers":
        n = numbers.count(found.verdict.n, "customer")
        return (
            f"It speaks of the average customer, from one ticket each of {n}: not of the average "
            "ticket, of which large customers have more"
        )
    if found.grouped_by:
        return (
            "It speaks of these tickets, whatever customers they come from; other customers may "
            f"be otherwise: {_other_tickets(found)}, or begin again with --customers"
        )
    return f"It speaks of these tickets; of others like these: {_other_tickets(found)}"


def share_rows(found: Labelled) -> list[tuple[str, str, str]]:
    """What is known without any label, exactly on these tickets: title, base and candidate."""
    return [
        (one.title, numbers.percent(one.base), numbers.percent(one.candidate))
        for one in found.shares
        if one.base or one.candidate
    ]


def people_texts(found: Labelled) -> Iterator[str]:
    """How far two people agree, and how far below that each set is; nothing for one person."""
    people = found.agreement
    if people is None:
        return
    share = numbers.percent(people.agreed.value, 0)
    who = "two people" if people.n_annotators == 2 else f"{people.n_annotators:,} people"
    yield (
        f"Where the sets differ, {who} agree on {share} of {people.n_double:,} "
        f"{numbers.interval(people.agreed)}; {chance_text(people)}"
    )
    for one in found.right:
        if one.right.defined:
            below = 100 * (people.agreed.value - one.right.value)
            than = f"{abs(below):.0f} points {'below' if below >= 0 else 'above'} that"
            yield f"{one.rubric_set} is right on {numbers.estimate(one.right)} there, {than}"
    if found.disputed:
        left = sum(not one.label for one in found.disputed)
        neither = f"; {left:,} without a majority count for no set" if left else ""
        yield f"They do not agree on {numbers.count(len(found.disputed), 'ticket')}{neither}"


def _whom(found: Labelled) -> str:
    if found.verdict.about == "customers":
        return "For the average customer"
    n = found.verdict.n
    return "On this ticket" if n == 1 else f"On these {numbers.count(n, 'ticket')}"


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _after(found: Labelled) -> str:
    verdict = found.verdict
    if verdict.settled:
        labels = numbers.count(verdict.after, "label")
        return f"settled after {labels}; you can stop" if verdict.after else "no label is needed"
    if not verdict.n_labelled:
        return "no label counts yet"
    return _more(found, found.more)


def _more(found: Labelled, more: MoreLabels | None) -> str:
    if more is None and _complete(found):
        return "all of its tickets are labelled"
    labels = numbers.count(found.verdict.n_labelled, "label")
    if more is None:
        return f"after {labels} it is too early to say how many more"
    if more.open > 0.5:
        return f"after {labels}; all {more.n_left:,} that are left may not settle it"
    return f"{numbers.about(more.about)} more labels after {labels} ({more.low:,} to {more.high:,})"


def _complete(found: Labelled) -> bool:
    """Whether every ticket that the verdict is about has its label."""
    return found.verdict.n_labelled == found.verdict.n_differ


def _of_change(found: Labelled) -> Estimate:
    """The gain on tickets like these, as it is printed."""
    change = found.verdict.change
    if _share(found):
        return difference_of(change)
    ends = change.bounds()
    return Estimate(change.value, ends.low, ends.high, change.n, change.method)


def _other_tickets(found: Labelled) -> str:
    of = _of_change(found)
    if not of.defined or not found.verdict.change.defined:
        return "not known yet"
    return f"{numbers.difference(of, share=_share(found))} {_unit(found)}"


def _share(found: Labelled) -> bool:
    return TARGETS[found.target].share


def _unit(found: Labelled) -> str:
    return "of 100 tickets" if _share(found) else "a ticket"
