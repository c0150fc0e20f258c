"""What a run would ask, why it is new, how long it would take and what it would cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Missing
from ticketbench.flow.steps.inputs import Inputs, read_inputs
from ticketbench.flow.steps.sources.answers import answer_source
from ticketbench.flow.steps.sources.batches import (
    NO_WISHES,
    BatchPlan,
    BatchWishes,
    planned_batches,
)
from ticketbench.flow.steps.sources.budget import price_of
from ticketbench.report.words.missing import missing_text

if TYPE_CHECKING:
    from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
    from ticketbench.edge.replay.every_ticket import Plan
    from ticketbench.edge.replay.longest import Longest
    from ticketbench.edge.replay.source import Mode


@dataclass(frozen=True, slots=True)
class Edit:
    """One label whose rubric is not the one that was answered; an empty text is no such label."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SetPlan:
    """One rubric set: where its answers would come from, and why some have to be asked.

    tickets = duplicates + recorded + cached + missing; a question that an earlier ticket or rubric
    set asks is a duplicate. `reason` says why some are missing, `reasons` counts them; `edits` are
    to the rubrics that most of them were answered for instead.
    """

    rubric_set: str
    tickets: int
    questions: int
    duplicates: int
    recorded: int
    cached: int
    missing: int
    reason: str = ""
    reasons: tuple[Missing, ...] = ()
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class EndpointPlan:
    """What one of several endpoints would be asked; its fields are as in `RunPlan`."""

    endpoint: str
    requests: int
    rechecks: int
    rate: str
    seconds: float
    tokens: float
    cost: float


@dataclass(frozen=True, slots=True)
class RunPlan:
    """A whole run before anything is sent. Several endpoints are asked at the same time.

    requests  what would be sent, more than one a question where every label is asked for by
              itself; none in strict replay, where what is missing fails
    rechecks  requests that would be sent again at the end, to see whether the model changed
    rate      at which they are sent; empty without one, and where several endpoints have theirs
    seconds  at the configured rate, of several endpoints at the one that takes longest; a lower
             bound where an endpoint is slower; NaN without a rate
    tokens   characters of the requests / `characters_per_token`; an estimate
    cost     tokens at the configured price, and what each request costs; NaN without a price
    key      which key would go to which host, in words; empty where none is sent
    endpoints  the same of each, where there are several: then the price stands there, and what is
               NaN of one is left out of the sums
    longest    the longest ticket beside what an endpoint reads of it, for each of which that is
               known
    batches    what of it would go into batches, endpoint by endpoint: these questions count among
               the requests and not in the time; those that wait in open batches in neither
    """

    rubric_sets: tuple[SetPlan, ...]
    requests: int
    rechecks: int
    rate: str
    seconds: float
    tokens: float
    characters_per_token: float
    price_per_million_tokens: float
    cost: float
    key: str = ""
    endpoints: tuple[EndpointPlan, ...] = ()
    longest: tuple[Longest, ...] = ()
    batches: tuple[BatchPlan, ...] = ()


def plan_run(
    config: Path,
    *,
    mode: Mode = "auto",
    overrides: Sequence[str] = (),
    wishes: BatchWishes = NO_WISHES,
) -> RunPlan:
    """What `run` would ask; nothing is sent or written."""
    inputs = read_inputs(config, overrides=overrides, search=False)
    return plan_of(inputs, inputs.rubric_sets, mode=mode, wishes=wishes)


def plan_of(
    inputs: Inputs,
    rubric_sets: Sequence[RubricSet],
    *,
    mode: Mode,
    wishes: BatchWishes | None = None,
) -> RunPlan:
    """What replaying some of the rubric sets would ask, without `wishes` one by one; nothing is
    sent or written.
    """
    from ticketbench.edge.replay.every_ticket import plan

    sets: list[SetPlan] = []
    counted: set[str] = set()
    asked: dict[str, list[Plan]] = {one.name: [] for one in inputs.endpoints}
    key: list[str] = []
    with answer_source(inputs, mode=mode, reads_only=True, tell=key.append) as sources:
        for rubrics in rubric_sets:
            found = plan(inputs.dataset, rubrics, sources.of(rubrics), counted)
            sets.append(_set_plan(inputs, rubrics, found, mode=mode))
            asked[inputs.endpoint_of(rubrics).name].append(found)
        batches = () if wishes is None else planned_batches(inputs, sources, wishes)
    sends, batched = mode != "replay", {one.endpoint: one for one in batches}
    of_each = [
        _endpoint_plan(one, asked[one.name] if sends else [], batched.get(one.name))
        for one in inputs.endpoints
    ]
    only = inputs.endpoints[0] if len(inputs.endpoints) == 1 else None
    price = price_of(only) if only else None
    return RunPlan(
        rubric_sets=tuple(sets),
        requests=sum(one.requests for one in of_each),
        rechecks=sum(one.rechecks for one in of_each),
        rate=of_each[0].rate if only else "",
        seconds=max((s for one in of_each if not math.isnan(s := one.seconds)), default=math.nan),
        tokens=sum(one.tokens for one in of_each),
        characters_per_token=only.settings.characters_per_token if only else math.nan,
        price_per_million_tokens=price.per_million_tokens if price else math.nan,
        cost=_known(one.cost for one in of_each),
        key="; ".join(key),
        endpoints=() if only else tuple(of_each),
        longest=_longest(inputs),
        batches=batches,
    )


def _longest(inputs: Inputs) -> tuple[Longest, ...]:
    from ticketbench.edge.replay.longest import longest

    of_each = (longest(inputs.dataset, inputs.sets_at(e), e) for e in inputs.endpoints)
    return tuple(filter(None, of_each))


def _endpoint_plan(
    endpoint: NamedEndpoint, asked: Sequence[Plan], batches: BatchPlan | None
) -> EndpointPlan:
    from ticketbench.edge.asking.pacing import Price
    from ticketbench.edge.endpoints import is_local

    settings, price = endpoint.settings, price_of(endpoint)
    waiting, uploaded = (batches.waiting, batches.questions) if batches else (0, 0)
    requests = sum(one.requests for one in asked) - waiting
    characters = sum(one.characters for one in asked)
    characters -= batches.waiting_characters if batches else 0
    per_second, local = settings.per_second, is_local(settings.url)
    return EndpointPlan(
        endpoint=endpoint.name,
        requests=requests,
        rechecks=0 if local else sum(map(_rechecks, asked)),
        rate=(settings.rate or "") if per_second else "",
        seconds=(requests - uploaded) / per_second if per_second else math.nan,
        tokens=Price(0.0, settings.characters_per_token).tokens(characters),
        cost=price.of(characters, requests=requests) if price else math.nan,
    )


def _rechecks(asked: Plan) -> int:
    """Requests of the questions of a set that a run asks again; all of a set take as many."""
    from ticketbench.edge.replay.drift import questions_to_check

    each = asked.requests // asked.missing if asked.missing else 0
    return each * questions_to_check(asked.missing)


def _known(values: Iterable[float]) -> float:
    """The sum of those that are known; NaN where none is."""
    known = [value for value in values if not math.isnan(value)]
    return sum(known) if known else math.nan


def _set_plan(inputs: Inputs, rubrics: RubricSet, found: Plan, *, mode: Mode) -> SetPlan:
    refreshed = "everything is asked again" if mode == "refresh" else ""
    return SetPlan(
        rubric_set=rubrics.name,
        tickets=len(inputs.dataset.tickets),
        questions=found.questions,
        duplicates=found.duplicates,
        recorded=found.recorded,
        cached=found.cached,
        missing=found.missing,
        reason=refreshed or (missing_text(found.reasons) if found.reasons else ""),
        reasons=found.reasons,
        edits=_edits(found.answered, rubrics) if found.answered else (),
    )


def _edits(answered: RubricSet, rubrics: RubricSet) -> tuple[Edit, ...]:
    before, now = ({r.label: r.text for r in one.rubrics} for one in (answered, rubrics))
    return tuple(
        Edit(label, before.get(label, ""), now.get(label, ""))
        for label in dict.fromkeys((*now, *before))
        if now.get(label) != before.get(label)
    )
