"""From an evaluation to a policy file: the setting that was recommended, or another said aloud."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.quotes import quoted, words
from ticketbench.core.types import Estimate, ScoreTable
from ticketbench.core.version import __version__
from ticketbench.edge.endpoints import is_local
from ticketbench.edge.redaction import refuse_key
from ticketbench.flow.production.prompts import read_prompts
from ticketbench.flow.steps.completeness import refuse_misses
from ticketbench.flow.steps.inputs import Inputs, read_inputs
from ticketbench.flow.steps.settings import settings_of, today_of
from ticketbench.flow.steps.sources.answers import answer_source
from ticketbench.flow.steps.tables import rubric_set, scored
from ticketbench.measure.advice.threshold import ThresholdAdvice, advice
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.production.profile import profile
from ticketbench.measure.recommendation import Kind as Recommended
from ticketbench.measure.routing.escalation import judge_escalation
from ticketbench.measure.routing.outcomes import RoutingSummary, summarise
from ticketbench.measure.thresholds.choose import FEWEST_TICKETS, ChosenThreshold
from ticketbench.production.policy_file import (
    Judged,
    PolicyFile,
    Promise,
    Reference,
    policy_bytes,
)
from ticketbench.report.threshold_table import headline_text
from ticketbench.report.words import numbers
from ticketbench.report.words.production import escalation_warning
from ticketbench.report.words.thresholds import unit_of, why_none_text

Kind = Literal["certified", "cost", "capacity", "config"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Where the rules of a policy come from: chosen by a rule, or as the config has them."""

REVIEW_DAYS = 180
FEWEST_GROUPS = 100
"""A temperature that was fitted to fewer is more noise than knowledge."""

_RULES = {"certified": "certified", "cost": "cost_optimal", "capacity": "capacity"}
_BY_DEFAULT: dict[Recommended, Kind] = {"promise": "certified", "money": "cost"}
_UNNAMED = "null"


@dataclass(frozen=True, slots=True)
class Exported:
    """The policy, where its rules come from, and what to know before it is used.

    judged   what its rules do to tickets, and in how many parts these were divided so that each was
             judged by rules chosen on the others; no `parts`: on those that they were chosen on
    escalated, escalations_right  tickets that it escalates, and the share of these that two labels
                                  or more fit; None where the dataset does not say that
    """

    kind: Kind
    policy: PolicyFile
    judged: RoutingSummary
    parts: int
    escalated: int
    escalations_right: Estimate | None
    warnings: tuple[str, ...]

    @property
    def content(self) -> bytes:
        """The file."""
        return policy_bytes(self.policy)


def export(
    config: Path,
    on: str,
    *,
    kind: Kind | None = None,
    prompts: Path | None = None,
    review_days: int = REVIEW_DAYS,
    drop_escalation: bool = False,
    overrides: Sequence[str] = (),
) -> Exported:
    """The policy for the rubric set `on` of `config`, from stored answers alone.

    Without `kind` it is the recommended setting. With `drop_escalation` everything is chosen,
    promised and counted as if nothing were ever escalated. The date is that of SOURCE_DATE_EPOCH,
    else now.
    Raises InputError where that is to keep people, nothing is to be had of that kind, the answers
    came from several models, or the file would hold a secret; and what `refuse_misses` raises.
    """
    if review_days < 1:
        raise InputError("a policy is reviewed a day after it is made, or later")
    inputs = read_inputs(config, overrides=overrides)
    rubrics = rubric_set(inputs, on)
    tables = scored(inputs, [one.name for one in inputs.rubric_sets])
    refuse_misses(list(tables.values()), 0, inputs)
    settings = settings_of(inputs)
    if drop_escalation:
        settings = _without_escalation(settings)
    found = advice(
        list(tables.values()),
        on,
        settings,
        today_of(inputs),
        certify=inputs.config.file.choose.certify or "",
    )
    kind = kind or _recommended(found)
    chosen = None if kind == "config" else _chosen(found, kind)
    table, rules = tables[on], _rules(settings.policy, rubrics.labels, chosen)
    _refuse_loose_temperature(rules, table)
    given = read_prompts(prompts, rubrics.labels) if prompts else {}
    promise = _promise(inputs, found, chosen)
    made = _created()
    models = _models(inputs, on)
    policy = PolicyFile(
        created=made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        tool=f"ticketbench {__version__}",
        rubric_set=rubrics,
        url=inputs.url_of(rubrics),
        model=next(iter(models)),
        policy=rules,
        prompts=given,
        promise=promise,
        reference=_reference(table, rules, models),
        review_by=(made + timedelta(days=review_days)).date().isoformat(),
    )
    _refuse_secrets(policy, inputs)
    return _exported(kind, policy, table, chosen, settings.costs)


def _without_escalation(settings: Settings) -> Settings:
    """The same without an escalation limit, and without the price that lets a rule look for one."""
    return replace(
        settings,
        policy=replace(settings.policy, escalate_above=1.0),
        costs=replace(settings.costs, missed=None),
    )


def _recommended(found: ThresholdAdvice) -> Kind:
    """The kind of the recommended setting; raises InputError where none is to be set."""
    kind = _BY_DEFAULT.get(found.recommendation.kind)
    if kind is None:
        what = f"nothing to export: {headline_text(found)}"
        help_ = "to export what the config sets all the same, say so: --kind config"
        raise InputError(what, help=help_)
    return kind


def _chosen(found: ThresholdAdvice, kind: Kind) -> ChosenThreshold:
    """What the rule of a kind chose; raises InputError, which says why, where that is nothing."""
    if found.own.n_scored < FEWEST_TICKETS:
        what = f"no threshold is taken from {numbers.count(found.own.n_scored, 'ticket')}"
        help_ = f"label {FEWEST_TICKETS} or more, or set one yourself and say --kind config"
        raise InputError(what, help=help_)
    chosen = next((one for one in found.thresholds if one.rule == _RULES[kind]), None)
    if chosen is None:
        raise InputError(f"--kind {kind}: {_not_asked(kind, found.rubric_set)}")
    if chosen.certificate is not None and not chosen.settled:
        settings = found.own.settings
        why = why_none_text(
            chosen.certificate, target=settings.min_precision, unit=unit_of(found.own)
        )
        help_ = "what other kinds there are: 'ticketbench policy export --help'"
        raise InputError(f"--kind certified: no threshold has a promise: {why}", help=help_)
    if not chosen.settled:
        raise InputError(f"--kind {kind}: no threshold is to be had from these tickets")
    return chosen


def _not_asked(kind: Kind, name: str) -> str:
    if kind == "capacity":
        return "the config does not say how much people can read: `choose: {most_reviewed: 0.3}`"
    return (
        f"no promise was made for {quoted(name)}, which is what runs today; "
        f"`choose: {{certify: {name}}}` asks for one"
    )


def _rules(base: Policy, labels: Sequence[str], chosen: ChosenThreshold | None) -> Policy:
    """What decides; thresholds of single labels are those of the config alone."""
    if chosen is None:
        own = dict(base.label_thresholds)
        kept = tuple((label, own[label]) for label in labels if label in own)
        return replace(base, label_thresholds=kept)
    return replace(
        base,
        threshold=chosen.threshold,
        escalate_above=chosen.escalate_above,
        temperature=chosen.temperature,
        label_thresholds=(),
    )


def _refuse_loose_temperature(rules: Policy, table: ScoreTable) -> None:
    if rules.temperature != 1 and table.n_groups < FEWEST_GROUPS:
        raise InputError(
            f"a temperature of {rules.temperature:g} cannot be known from "
            f"{numbers.count(table.n_groups, 'independent ticket')}",
            where="policy.temperature",
            help=f"label {FEWEST_GROUPS} or more, or leave it at 1",
        )


def _promise(
    inputs: Inputs, found: ThresholdAdvice, chosen: ChosenThreshold | None
) -> Promise | None:
    """What the certificate holds, as a run prints it; None where there is none to rely on."""
    if chosen is None or chosen.certificate is None or not chosen.certificate.firm:
        return None
    seen, right = chosen.in_sample, chosen.in_sample.selective_precision
    digest = inputs.recording.digest
    return Promise(
        kind="certified",
        right_at_least=chosen.target,
        confidence=chosen.confidence,
        chosen_on=found.own.n_scored,
        groups=found.own.n_groups,
        judged=Judged(
            routed=seen.routed, of=seen.n, right=seen.right, low=right.low, high=right.high
        ),
        dataset=f"sha256:{inputs.dataset.fingerprint}",
        recording=f"sha256:{digest}" if digest else None,
    )


def _models(inputs: Inputs, on: str) -> dict[str | None, int]:
    """The one model that the answers name, or None, with how many tickets it answered.

    Raises InputError where there are several: a threshold for a mixture is one for neither.
    """
    from ticketbench.edge.replay.models import models

    with answer_source(inputs, mode="replay", reads_only=True) as sources:
        rubrics = rubric_set(inputs, on)
        counted = Counter(models(inputs.dataset, rubrics, sources.of(rubrics)))
    if len(counted) > 1:
        told = [f"{n} of {name or 'a model without a name'}" for name, n in counted.most_common()]
        raise InputError(
            f"the answers are of several models: {words(told)}",
            help=f"ask all anew: ticketbench run {inputs.config.path} --mode refresh",
        )
    return dict(counted)


def _reference(table: ScoreTable, rules: Policy, models: dict[str | None, int]) -> Reference:
    found = profile(table, rules)
    return Reference(
        n=found.n,
        top_score_quantiles=found.top_score_quantiles,
        top_labels=found.top_labels,
        outcomes=found.outcomes,
        confusion=found.confusion,
        model={name or _UNNAMED: n for name, n in models.items()},
    )


def _created() -> datetime:
    """When the file is made: by SOURCE_DATE_EPOCH, so that a build gives equal bytes, else now."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not given:
        return datetime.now(UTC)
    try:
        made = datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError):
        made = datetime.min.replace(tzinfo=UTC)
    if not 1970 <= made.year < 9000:  # some years before the last one, for the day of the review
        what = f"no number of seconds since 1970: {quoted(given)}"
        raise InputError(what, where="SOURCE_DATE_EPOCH")
    return made


def _refuse_secrets(policy: PolicyFile, inputs: Inputs) -> None:
    """What is written can be loaded, and holds no key that this machine knows."""
    content = policy_bytes(policy)
    endpoint = inputs.endpoint_of(policy.rubric_set)
    where = inputs.config.document.where((*endpoint.place, "url"))
    try:
        PolicyFile.load(content)
    except InputError as error:
        raise error.located(where) from None
    refuse_key(content.decode("utf-8"), "what the policy would hold")


def _exported(
    kind: Kind,
    policy: PolicyFile,
    table: ScoreTable,
    chosen: ChosenThreshold | None,
    costs: Costs,
) -> Exported:
    decided = policy.policy.decide(table.scores, table.labels)
    escalation = judge_escalation(table, decided)
    n = policy.reference.outcomes["escalate"]
    right = escalation.precision if escalation else None
    found = [escalation_warning(escalation, n) if policy.policy.escalate_above < 1 else ""]
    if is_local(policy.url):
        found.append(
            f"{policy.url} is an engine in this process: `ticketbench policy route` asks it, a "
            "router in a service cannot; for one, serve it ('ticketbench serve') and make the "
            "policy from answers of that server"
        )
    if chosen is not None and chosen.certificate is not None and policy.promise is None:
        found.append(
            "the promise is not firm: so few tickets can look as good by accident, so the file "
            "says none; label more"
        )
    judged, parts = summarise(table, decided, costs), 0
    if chosen is not None and chosen.out_of_sample is not None and chosen.out_of_sample.n:
        judged, parts = chosen.out_of_sample, chosen.n_folds
    return Exported(kind, policy, judged, parts, n, right, tuple(filter(None, found)))
