"""A threshold in words: what is promised, what it saves, and why there is none."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from ticketbench.core.policy import Policy
from ticketbench.core.types import Estimate, tells
from ticketbench.measure.thresholds.choose import FEWEST_TICKETS, ChosenThreshold
from ticketbench.measure.thresholds.levels import SMALLEST_SHARE
from ticketbench.report.words import numbers

if TYPE_CHECKING:
    from ticketbench.measure.evaluation import Measured
    from ticketbench.measure.thresholds.certificate import Certificate
    from ticketbench.measure.thresholds.saving import Saving

_ON_OTHERS = "On tickets it was not chosen on"


def told(evaluation: Measured) -> list[tuple[str, str]]:
    """Rule and text of every chosen threshold, but for one that repeats a text before."""
    rule_of: dict[str, str] = {}
    for chosen in evaluation.thresholds:
        text = threshold_text(chosen, evaluation.settings.policy, unit=unit_of(evaluation))
        rule_of.setdefault(text, chosen.rule.replace("_", " "))
    return [(rule, text) for text, rule in rule_of.items()]


def in_short_text(evaluation: Measured) -> str:
    """The threshold of every rule in one line, or why no threshold was chosen at all."""
    of = evaluation.rubric_set
    each = (
        f"{one.rule.replace('_', ' ')} "
        f"{numbers.threshold(one.threshold) if one.settled else 'none'}"
        for one in evaluation.thresholds
    )
    return none_chosen_text(evaluation) or f"{of}: {', '.join(each)}"


def none_chosen_text(evaluation: Measured) -> str:
    """Why no threshold was chosen at all; empty where some were."""
    if evaluation.thresholds:
        return ""
    if not tells(evaluation.known, "top score"):
        return "no threshold is chosen: the scores of the top labels are not known"
    n = numbers.count(evaluation.n_tickets, "ticket")
    return f"{n}: with fewer than {FEWEST_TICKETS} no threshold is chosen"


def unit_of(evaluation: Measured) -> str:
    """What ties tickets into groups, as a word; empty where every ticket stands alone."""
    tied = evaluation.n_groups < evaluation.n_scored
    return evaluation.settings.unit if tied else ""


def threshold_text(chosen: ChosenThreshold, policy: Policy | None = None, *, unit: str = "") -> str:
    """A chosen threshold, how to set it, what is promised, and what it saves.

    `policy` is the one of the config: what differs from it has to be set too. `unit` as in
    `unit_of`.
    """
    if not chosen.settled:
        return f"none: {_why_none(chosen, unit)}"
    if chosen.label_thresholds and not any(one.promise for one in chosen.label_thresholds):
        return "none: no label has tickets enough for a promise of its own"
    setting = f"{_setting(chosen, policy or Policy())} ({chosen.title})"
    if chosen.certificate is not None:
        return f"{setting}. {_with_promise(chosen, unit)}"
    judged = chosen.out_of_sample
    if judged is None or judged.n == 0:
        return f"{setting}; too few groups to judge it on others"
    if judged.routed == 0:
        return f"{setting}. {_ON_OTHERS}, it routes 0 of {judged.n}"
    right = judged.selective_precision
    missed = right.value < chosen.target
    saving = chosen.saving
    return (
        f"{setting}. {_ON_OTHERS}, it routes "
        f"{judged.routed} of {judged.n} ({numbers.percent(judged.coverage.value)}), "
        f"{numbers.estimate(right)} of them right"
        + (", short of the target" if missed else "")
        + f". {_saved(saving) if saving.held_out else saving_text(saving)}"
    )


def saving_text(saving: Saving) -> str:
    """What a setting saves or costs more than a person reading every ticket, and where."""
    if not saving.per_ticket.defined:
        return _saved(saving)
    where = f"{_ON_OTHERS[0].lower()}{_ON_OTHERS[1:]}" if saving.held_out else "on these tickets"
    return f"{_saved(saving)}, {where}"


def _saved(saving: Saving) -> str:
    of = saving.per_ticket
    if not of.defined:
        return "What it saves is not known"
    by_hand = f"(a person reading each costs {saving.by_hand:g})"
    if of.value < 0:
        more = Estimate(-of.value, -of.high, -of.low, of.n, of.method)
        return f"It costs {numbers.estimate(more, share=False)} a ticket more {by_hand}"
    return f"It saves {numbers.estimate(of, share=False)} a ticket {by_hand}"


def promise_text(found: Certificate, *, target: float, confidence: float, unit: str) -> str:
    """What a certificate promises, and how easily it could be an accident. No last stop."""
    share = numbers.confidence(target)
    if found.outlook != "certified":
        return no_promise_text(found, target=target, unit=unit)
    at = numbers.threshold(found.threshold)
    if math.isnan(found.reach):
        return f"{at} was promised by an earlier rule; run it again before you rely on it"
    if not found.firm:
        return (
            f"Threshold {at} passes for {share} right, but too thinly to promise: data this good "
            f"turn up in {accidents(found)} cases even if no threshold keeps it. Label more tickets"
        )
    counted = f", counted by ticket and by {unit}" if unit else ""
    return (
        f"We promise at least {share} right among routed tickets{counted}. This way of choosing "
        f"keeps its promise in {odds(confidence)} data sets like yours. If no threshold kept it, "
        f"data this good would still turn up in {accidents(found)} cases"
    )


def short_promise_text(found: Certificate, *, target: float, confidence: float, unit: str) -> str:
    """The same for everybody: one sentence without brackets, thresholds or tests. No last stop."""
    right = right_of_100(target)
    if found.firm:
        kept = f"kept in {odds(confidence)} data sets like yours"
        return f"Promised: {right} going out, {kept}"
    return f"Your target, {right}, {_short_reason(found, unit)}"


def right_of_100(target: float) -> str:
    """A target as "90 right of 100"."""
    return f"{numbers.confidence(target).rstrip('%')} right of 100"


def _short_reason(found: Certificate, unit: str) -> str:
    test = found.tested
    match found.outlook:
        case "certified":
            return "is met too thinly to promise: label more"
        case "no use":
            return "is out of reach for these rubrics"
        case "too few" if found.n_min:
            return f"needs at least {found.n_min:,} {unit or 'ticket'}s; here are {found.n:,}"
        case "not yet" if test is not None and test.errors <= test.most:
            return "is not promised yet: look at those who write most"
        case "no tickets":
            return "is not promised: no ticket is left to go out alone"
        case _:
            return "is not promised yet: label more"


def no_promise_text(found: Certificate, *, target: float, unit: str) -> str:
    """That a target is not promised, and what to do; the test it failed is told with its rule.

    No last stop.
    """
    test = found.tested
    more = found.outlook == "not yet" and test is not None and test.errors > test.most
    how = _not_promised(found, target=target, unit=unit)
    how = "cannot be promised yet: label more" if more else how
    return f"Your target, {numbers.confidence(target)} right, {how}"


def _not_promised(found: Certificate, *, target: float, unit: str) -> str:
    how = "is out of reach" if found.outlook == "no use" else "cannot be promised yet"
    return f"{how}: {why_none_text(found, target=target, unit=unit)}"


def accidents(found: Certificate) -> str:
    """How often data this good turn up where no threshold keeps the promise, as "2 of 100"."""
    if found.reach < 0.001:
        return "fewer than 1 of 1,000"
    return f"{math.ceil(100 * found.reach - 1e-9)} of 100"


def why_none_text(found: Certificate, *, target: float, unit: str) -> str:
    """Why nothing is certified, in words. No last stop."""
    if found.outlook == "no tickets":
        return "no ticket is left to route"
    if found.outlook == "no use":
        return (
            f"no threshold that routes {_share_in_words()} of your tickets or more is "
            f"{numbers.confidence(target)} right. Reword rubrics or aim lower"
        )
    if found.outlook == "too few" or found.tested is None:
        least = f"; it takes at least {found.n_min:,}" if found.n_min else ""
        few = numbers.count(found.n, unit or "ticket")
        verb = "is" if found.n == 1 else "are"
        return f"{few} {verb} too few to promise anything about new ones{least}"
    test = found.tested
    at = f"at threshold {numbers.threshold(test.threshold)}, {test.errors} of {test.selected}"
    of = f" (counting one a {unit})" if unit else ""
    are = "is" if test.errors == 1 else "are"
    if test.errors <= test.most:
        few = f"{at}{of} {are} wrong, few enough by {unit}"
        return f"{few}, but by ticket too many are: look at those who write most"
    may = f"at most {test.most} may be" if test.most > 0 else "none may be"
    return f"{at}{of} {are} wrong; {may}. Label more tickets"


def odds(confidence: float) -> str:
    """A confidence as "9 of 10"; never a certainty, which would be "1 of 1"."""
    exact = Fraction(repr(round(confidence, 12)))
    most = 1000
    while (of := exact.limit_denominator(most)) == 1 and exact < 1:
        most *= 10
    return f"{of.numerator:,} of {of.denominator:,}"


def _with_promise(chosen: ChosenThreshold, unit: str) -> str:
    found, routed = chosen.certificate, chosen.in_sample
    assert found is not None
    said = []
    if not math.isnan(chosen.threshold) and not chosen.label_thresholds:
        said.append(
            promise_text(found, target=chosen.target, confidence=chosen.confidence, unit=unit)
        )
    said.append(
        f"Here {routed.wrong:,} of {routed.routed:,} were wrong (about "
        f"{numbers.percent(chosen.share_wrong.value)}), and it routes "
        f"{numbers.estimate(routed.coverage)} of tickets"
    )
    return ". ".join((*said, saving_text(chosen.saving)))


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
    if chosen.escalate_above != policy.escalate_above:
        setting += f", policy.escalate_above {numbers.threshold(chosen.escalate_above)}"
    if chosen.temperature != policy.temperature:
        setting += f", policy.temperature {chosen.temperature:.2f}"
    if policy.label_thresholds and not own:
        setting += ", no policy.label_thresholds"
    return setting


def _why_none(chosen: ChosenThreshold, unit: str) -> str:
    target = f"{100 * chosen.target:g}% right among routed tickets"
    found = chosen.certificate
    if found is None:
        return f"no threshold has {target} here"
    return f"{target} {_not_promised(found, target=chosen.target, unit=unit)}"


def _share_in_words() -> str:
    return "a tenth" if SMALLEST_SHARE == 0.1 else numbers.percent(SMALLEST_SHARE, 0)
