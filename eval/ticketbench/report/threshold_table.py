"""The threshold to set in words, and the table of settings that it is weighed against."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from ticketbench.measure.advice.rows import ThresholdRow
from ticketbench.measure.advice.threshold import ThresholdAdvice
from ticketbench.measure.recommendation import Recommendation
from ticketbench.report.policy_line import yaml_text
from ticketbench.report.words import numbers
from ticketbench.report.words.answers import cost_decimals, in_brackets
from ticketbench.report.words.setting import per_100, set_text, setting_text
from ticketbench.report.words.thresholds import right_of_100, unit_of, why_none_text
from ticketbench.report.words.verdict import Tone

HEADER = ("of 100 tickets", "alone", "wrong", "person", "a ticket costs")

_TONES: dict[str, Tone] = {"yes": "good", "no": "bad", "cannot tell": "neutral"}


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row below `HEADER`, as text.

    alone, wrong, person  of a hundred tickets; "<1" for what only rounds to none. Alone and person
                          sum to 100: a person reads what is escalated, too
    cost, interval        of a ticket; `tone` tells how it stands beside a person reading each
    mark                  what to do with it; empty but for the one to set
    """

    name: str
    alone: str
    wrong: str
    person: str
    cost: str
    interval: str
    tone: Tone
    mark: str


@dataclass(frozen=True, slots=True)
class LabelRow:
    """The own threshold of a label, a dash without one, and what is promised or why nothing is."""

    label: str
    threshold: str
    promise: str


def headline_text(found: ThresholdAdvice) -> str:
    """What to set and why, or why nothing is recommended. No last stop."""
    recommendation, row = found.recommendation, found.advised
    if recommendation.setting is None:
        # Where several lack answers, the set that was asked for is the one to tell of.
        own_first = sorted(found.sets, key=lambda one: one.rubric_set != found.rubric_set)
        return setting_text(recommendation, own_first).headline
    as_set = row is not None and "config" in row.roles
    said = set_text(recommendation, found.own, keep=as_set)
    if recommendation.kind == "review":
        return said
    if recommendation.kind == "promise":
        return f"{said}: the lowest that promises {right_of_100(recommendation.target)}"
    return f"{said}: least cost at your prices" if recommendation.prices_stated else said


def table_rows(found: ThresholdAdvice, *, by_set: bool = False) -> list[TableRow]:
    """The settings to weigh; `by_set` adds the one chosen for each other rubric set."""
    rows = list(found.rows)
    if by_set:
        rows += [row for row in found.by_set if row.setting.rubric_set != found.rubric_set]
    decimals = max((cost_decimals(row.setting.saving) for row in rows), default=2)
    return [_row(row, found, decimals) for row in rows]


def notes(found: ThresholdAdvice) -> list[str]:
    """What belongs to the table, a sentence each with its stop; none without a table."""
    recommendation = found.recommendation
    if recommendation.setting is None:
        return []
    said = [_prices(recommendation), _held_out(recommendation), _teams(found), _capacity(found)]
    if recommendation.target_stated:
        said.append(_target(found))
    if not recommendation.setting.routing.routed:
        said.insert(0, setting_text(recommendation, found.sets).of_100)
    if found.own.known != "every score":
        said.append("Nothing is escalated: that needs the score of every label")
    return [f"{one}." for one in said if one]


def _held_out(found: Recommendation) -> str:
    """Why the cost of what to set may be above that of a row beside it."""
    assert found.setting is not None
    if not found.setting.saving.held_out or not found.setting.routing.routed:
        return ""
    return "What to set is priced on tickets it was not chosen on, the others on these"


def policy_line(found: ThresholdAdvice) -> str:
    """The line of the config that sets it; empty where nothing is recommended."""
    nothing = found.recommendation.setting is None
    return "" if nothing else yaml_text(found.recommendation, found.own)


def label_rows(found: ThresholdAdvice) -> list[LabelRow]:
    """The threshold of each label that is promised for it, or why there is none."""
    own = found.own
    target, unit = own.settings.min_precision, unit_of(own)
    rows = []
    for one in found.label_thresholds:
        said = why_none_text(one.certificate, target=target, unit=unit)
        said = said.removesuffix(". Label more tickets")
        if one.promise:
            kept = f"{right_of_100(target)} promised"
            said = f"{kept}, tested on {numbers.count(one.certificate.n, unit or 'ticket')}"
        own_threshold = one.threshold if one.promise else math.nan
        rows.append(LabelRow(one.label, numbers.threshold(own_threshold), said))
    return rows


def label_note(found: ThresholdAdvice) -> str:
    """What the thresholds of labels rest on, or why none was looked for. With its stop."""
    settings, word = found.own.settings, found.own.settings.label_word
    if found.own.n_scored and not found.thresholds:
        return f"With so few tickets no {word} has a threshold of its own."
    if not found.label_thresholds:
        ask = f"--min-precision {settings.min_precision:g} asks for them"
        return f"No promise is made for {found.rubric_set}, so no {word} has one of its own: {ask}."
    sure = numbers.confidence(settings.confidence)
    if not any(one.promise for one in found.label_thresholds):
        return f"No {word} has a promise of its own yet: label more, and set one for all."
    if all(one.promise for one in found.label_thresholds):
        return f"These hold together with {sure} confidence."
    whole = next(t.threshold for t in found.thresholds if t.label_thresholds)
    rest = "routes nothing" if math.isnan(whole) else f"has {numbers.threshold(whole)}, unpromised"
    return f"These hold together with {sure} confidence; a {word} without one {rest}."


def label_line(found: ThresholdAdvice) -> str:
    """The line of the config that sets them; empty where none is promised."""
    own = {one.label: one.threshold for one in found.label_thresholds if one.promise}
    rule = next((t for t in found.thresholds if t.label_thresholds), None)
    if not own or rule is None:
        return ""
    whole = "1.01" if math.isnan(rule.threshold) else numbers.threshold(rule.threshold)
    limit = numbers.threshold(rule.escalate_above) if rule.escalate_above < 1 else "1"
    each = ", ".join(
        f"{json.dumps(label, ensure_ascii=False)}: {numbers.threshold(at)}"
        for label, at in own.items()
    )
    return f"policy: {{threshold: {whole}, escalate_above: {limit}, label_thresholds: {{{each}}}}}"


def _row(row: ThresholdRow, found: ThresholdAdvice, decimals: int) -> TableRow:
    setting = row.setting
    routing, saving = setting.routing, setting.saving
    right, wrong, *_ = per_100(routing, n_failed=row.n_failed)
    alone = right + wrong
    sure = saving.cost.low == saving.cost.high
    return TableRow(
        name=_name(row, found),
        alone=_part(alone, routing.routed),
        wrong=_part(wrong, routing.wrong),
        person=_part(100 - alone, routing.n + row.n_failed - routing.routed),
        cost=numbers.number(saving.cost.value, decimals),
        interval="" if sure else in_brackets(saving.cost, decimals).strip(),
        tone=_TONES[saving.pays],
        mark=_mark(row, found),
    )


def _part(of_100: int, exact: int) -> str:
    """A part of a hundred; never a zero that is none."""
    return "<1" if of_100 == 0 and exact else str(of_100)


def _name(row: ThresholdRow, found: ThresholdAdvice) -> str:
    setting, several = row.setting, len(found.sets) > 1
    if "person" in row.roles:
        return "all to a person"
    own = " and others" if setting.label_thresholds else ""
    at = f"{setting.rubric_set} at {numbers.threshold(setting.threshold)}{own}"
    if not setting.routing.routed and row.roles == ("chosen",):
        return f"{setting.rubric_set}, none alone"
    if "today" in row.roles:
        return f"today, {at}" if several else f"today, {at.removeprefix(setting.rubric_set + ' ')}"
    if "config" in row.roles:
        return f"{at}, as set"
    if row.roles == ("capacity",):
        return f"{at}, {_most_read(found)} read"
    cheapest = found.recommendation.kind == "review" and setting.rubric_set == found.rubric_set
    return f"{at}, cheapest" if cheapest else at


def _mark(row: ThresholdRow, found: ThresholdAdvice) -> str:
    if row is not found.advised:
        return ""
    return "keep this" if "config" in row.roles else "set this"


def _prices(found: Recommendation) -> str:
    costs = found.costs
    missed = "" if costs.missed is None else f", a missed one {costs.missed:g} more"
    each = (
        f"a wrong route {costs.misroute:g}, a reading {costs.review:g}, "
        f"an escalation {costs.escalate:g}{missed}"
    )
    if found.prices_stated:
        return f"Prices: {each}"
    return f"Example prices: {each}; give yours with --costs misroute=5,review=1"


def _teams(found: ThresholdAdvice) -> str:
    """How many of those to a person are read by two teams, where any are."""
    said = []
    for row in found.rows:
        *_, escalated = per_100(row.setting.routing, n_failed=row.n_failed)
        if row.setting.routing.escalated:
            n = _part(escalated, row.setting.routing.escalated)
            said.append(f"{n} for {_name(row, found)}")
    return f"To two teams, among those to a person: {'; '.join(said)}" if said else ""


def _most_read(found: ThresholdAdvice) -> str:
    """The share that people can read, of a hundred."""
    most = found.own.settings.most_reviewed
    return "" if most is None else f"{round(100 * most, 6):g}"


def _capacity(found: ThresholdAdvice) -> str:
    """Which threshold keeps to the people there are, and whether the one to set does."""
    row = next((one for one in found.rows if "capacity" in one.roles), None)
    if row is None or found.advised is None:
        return ""
    at, routing = row.setting, found.advised.setting.routing
    limit = f"escalating above {numbers.threshold(at.escalate_above)}"
    limit = limit if at.escalate_above < 1 else "without escalation"
    up_to = f"threshold {numbers.threshold(at.threshold)} or lower keeps to that, {limit}"
    _, _, read, _ = per_100(routing, n_failed=found.advised.n_failed)
    most = found.own.settings.most_reviewed
    assert most is not None
    keeps = routing.n == 0 or routing.reviewed / routing.n <= most
    this = f"what to set {'does so, too' if keeps else 'does not'}, with {read}"
    return f"People can read {_most_read(found)} of 100: {up_to}; {this}"


def _target(found: ThresholdAdvice) -> str:
    """What is promised in short, and the test that a promise failed."""
    recommendation = found.recommendation
    said = setting_text(recommendation, found.sets).target
    certificate = recommendation.promise
    test = certificate.tested if certificate else None
    if certificate is None or test is None or certificate.outlook != "not yet":
        return said
    if test.errors <= test.most:
        return said
    unit = unit_of(found.own)
    tested = f"{test.errors} of {numbers.count(test.selected, 'ticket')}"
    one_each = f", counting one a {unit}," if unit else ""
    are = "is" if test.errors == 1 else "are"
    may = f"at most {test.most}" if test.most > 0 else "none"
    at = numbers.threshold(test.threshold)
    return f"{said} ({tested}{one_each} at {at} or above {are} wrong; {may} may be)"
