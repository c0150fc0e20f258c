"""What of a run goes into batches, and what became of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.shapes.batch import NO_BATCHES, batches_url, is_id
from ticketbench.core.types import Finding
from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
from ticketbench.flow.steps.inputs import Inputs
from ticketbench.flow.steps.sources.budget import price_of
from ticketbench.report.words.numbers import count

if TYPE_CHECKING:
    from ticketbench.edge.batches.every_batch import Clock, Counts, EveryBatch
    from ticketbench.edge.batches.uploads import Setting, Wanted
    from ticketbench.edge.replay.many_questions import Progress
    from ticketbench.edge.replay.questions import Questions
    from ticketbench.edge.replay.source import Source, Sources


@dataclass(frozen=True, slots=True)
class BatchWishes:
    """What a run is told about batches.

    use     whether to upload what is missing; None: as the config says
    resume  ids of batches to read that this cache does not remember
    forget  whether open batches are forgotten, and their questions asked again
    """

    use: bool | None = None
    resume: tuple[str, ...] = ()
    forget: bool = False


NO_WISHES = BatchWishes()
"""As the config says."""


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What one endpoint would get in batches; `open` are those it has already, in words.

    cost     NaN without a price
    waiting  questions in open batches, which are not asked again, with so many characters
    """

    endpoint: str
    batches: int
    questions: int
    bytes: int
    cost: float
    waiting: int = 0
    waiting_characters: int = 0
    open: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Such as "1 batch of 500 questions, 120 kB to upload, cost about 0.02"."""
        size = max(1, round(self.bytes / 1000))
        upload = f"{size / 1000:.1f} MB" if size >= 1000 else f"{size} kB"
        cost = "" if math.isnan(self.cost) else f", cost about {self.cost:.2g}"
        of = f"of {count(self.questions, 'question')}"
        return f"{count(self.batches, 'batch', 'batches')} {of}, {upload} to upload{cost}"


@dataclass(frozen=True, slots=True)
class Batched:
    """Sources that know what batches brought, the counts of it, and how many questions failed."""

    sources: Sources
    counts: Counts | None = None
    failed: int = 0

    @property
    def in_numbers(self) -> dict[str, Any]:
        """For the manifest; empty where no batch was uploaded or read."""
        if self.counts is None:
            return {}
        return {"batches": {**asdict(self.counts), "failed": self.failed}}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """A warning where lines do not fit what was uploaded."""
        found = self.counts
        if found is None or not (found.strays or found.miscounted):
            return ()
        left_out = f"{count(found.strays, 'line')} of the output answered no question"
        sent = f"the endpoint counted {count(found.miscounted, 'line')} more or less than were sent"
        parts = [left_out] * bool(found.strays) + [sent] * bool(found.miscounted)
        return (
            Finding(
                code="TB313",
                severity="warning",
                title="a batch came back other than it was sent",
                evidence=f"{'; '.join(parts)}; every question of this run still has its own answer "
                "or counts as failed",
                action="ask a few again one by one: `ticketbench cache recheck CONFIG`",
            ),
        )


def in_batches(
    inputs: Inputs,
    sources: Sources,
    wishes: BatchWishes,
    *,
    tell: Callable[[str], None] | None = None,
    progress: Callable[[str], Progress | None] | None = None,
    clock: Clock | None = None,
) -> Batched:
    """Upload what is to go into batches, wait for it and for what earlier runs uploaded, and store
    the answers. Nothing at all where there is neither.

    Raises InputError for wishes that no endpoint can meet, EndpointError where a batch cannot be
    uploaded or read; a batch that is open stays so.
    """
    tell = tell or _silence
    batches = _uploaded(inputs, sources, wishes, tell, clock)
    if not batches:
        return Batched(sources)
    from ticketbench.edge.batches.every_batch import Clock, Counts
    from ticketbench.edge.batches.polls import wait_for

    with _telling_what_goes_on(batches, tell):
        wait_for(batches, clock=clock or Clock(), progress=progress("batch") if progress else None)
    of_url = {one.wanted.url: one.outcomes for one in batches}
    by_set = {
        name: replace(source, batched=of_url.get(source.url, {}))
        for name, source in sources.by_set.items()
    }
    outcomes = [outcome for one in batches for outcome in one.outcomes.values() if outcome]
    failed = sum(outcome.kind != "not_run" for outcome in outcomes)
    counts = sum((one.counts for one in batches), Counts())
    used = counts.uploaded or counts.taken_up
    return Batched(replace(sources, by_set=by_set), counts if used else None, failed)


def refuse_batches(wishes: BatchWishes) -> None:
    """Raise InputError for wishes of a run over tickets in parts, which are asked one by one."""
    wished = {
        "--batch": wishes.use,
        "--resume-batch": wishes.resume,
        "--forget-batch": wishes.forget,
    }
    for option, used in wished.items():
        if used:
            what = f"{option} goes with tickets in one file: in parts they are asked one by one"
            raise InputError(what, help=f"leave {option} out")


def planned_batches(inputs: Inputs, sources: Sources, wishes: BatchWishes) -> tuple[BatchPlan, ...]:
    """What `in_batches` would upload and wait for, endpoint by endpoint; nothing is sent."""
    plans = []
    for endpoint, one in _every_batch(inputs, sources, wishes, _silence, None).items():
        one.pending = [] if wishes.forget else one.open_ones()
        plans.append(_plan(endpoint, one, wishes))
    return tuple(plan for plan in plans if plan.batches or plan.open)


def _uploaded(
    inputs: Inputs,
    sources: Sources,
    wishes: BatchWishes,
    tell: Callable[[str], None],
    clock: Clock | None,
) -> Sequence[EveryBatch]:
    """The batches of each endpoint, those that were open taken up and what is missing uploaded."""
    every = _every_batch(inputs, sources, wishes, tell, clock)
    if not every:
        return ()
    from ticketbench.edge.batches.turn import own_turn

    missing = any(one.wanted.keys for one in every.values())
    with own_turn(sources.cache.path, tell) if missing else nullcontext():
        if missing:  # another run may have uploaded it before it was our turn
            every = _every_batch(inputs, sources, wishes, tell, clock)
        batches = tuple(every.values())
        with _telling_what_goes_on(batches, tell):
            for one in batches:
                one.take_up(named=wishes.resume, forget=wishes.forget)
            for endpoint, one in every.items():
                plan = _plan(endpoint, one, wishes)
                if plan.batches:
                    tell(plan.text)
                    one.upload(one.left())
    return batches


def _plan(endpoint: NamedEndpoint, batches: EveryBatch, wishes: BatchWishes) -> BatchPlan:
    """The batches that are pending, and what of the rest would be uploaded."""
    from ticketbench.edge.batches.uploads import Size, pays, size_of

    left, price = batches.left(), price_of(endpoint)
    body, asked = batches.wanted.body, frozenset(left)
    waiting = [key for key in batches.wanted.keys if key not in asked]
    does = not wishes.resume and pays(_setting(endpoint, wishes), len(left))
    size = size_of(left, body) if does else Size()

    def characters(keys: Sequence[str]) -> int:
        return sum(len(body(key).decode("utf-8")) for key in keys)

    cost = price.of(characters(left) if does else 0, requests=size.questions) if price else math.nan
    return BatchPlan(
        endpoint=endpoint.name,
        batches=size.batches,
        questions=size.questions,
        bytes=size.bytes,
        cost=cost,
        waiting=len(waiting),
        waiting_characters=characters(waiting),
        open=tuple(one.shown for one in batches.pending),
    )


def _every_batch(
    inputs: Inputs,
    sources: Sources,
    wishes: BatchWishes,
    tell: Callable[[str], None],
    clock: Clock | None,
) -> dict[NamedEndpoint, EveryBatch]:
    """The batches of each endpoint that has some, or may get some, for questions that have no
    answer; empty in strict replay.
    """
    _refuse_impossible(inputs, sources, wishes)
    noted = sources.cache.open_batches()
    urls = {one.url for one in noted}
    found: dict[NamedEndpoint, EveryBatch] = {}
    for endpoint in inputs.endpoints:
        source = _source_of(endpoint, inputs, sources)
        told = wishes.resume or _setting(endpoint, wishes) != "never" or source.url in urls
        server = source.batches() if told and source.mode != "replay" else None
        if server is None:
            continue
        from ticketbench.edge.batches.every_batch import Clock, EveryBatch

        found[endpoint] = EveryBatch(
            wanted=_wanted(inputs, sources, endpoint),
            noted=noted,
            server=server,
            cache=sources.cache,
            budget=source.budget,
            timeout_s=endpoint.settings.batch_timeout_s,
            clock=clock or Clock(),
            tell=tell,
        )
    return found


def _silence(words: str) -> None:
    """Where nobody listens."""


def _setting(endpoint: NamedEndpoint, wishes: BatchWishes) -> Setting:
    """What holds for an endpoint; without a batch API there is one answer."""
    if batches_url(endpoint.settings.url) is None:
        return "never"
    return {None: endpoint.settings.batch, True: "always", False: "never"}[wishes.use]


def _refuse_impossible(inputs: Inputs, sources: Sources, wishes: BatchWishes) -> None:
    """Raise InputError for wishes that no endpoint can meet, or that one of several has to."""
    able = [one for one in inputs.endpoints if batches_url(one.settings.url)]
    option = "--resume-batch" if wishes.resume else "--batch" if wishes.use else ""
    where = inputs.config.document.where((*inputs.endpoints[0].place, "url"))
    if option and not able:
        raise InputError(f"{option}: {NO_BATCHES}", where=where, help="leave the option out")
    if wishes.resume and len(able) > 1:
        what = "--resume-batch does not say of which endpoint the batch is"
        raise InputError(what, where=where, help="write a config with that endpoint alone")
    for one in wishes.resume:
        if not is_id(one):  # it becomes part of the URL that the key is sent to
            what = f"--resume-batch: {quoted(one)} is no id of a batch"
            raise InputError(what, help="write it as the endpoint named it, such as batch_6af94972")
    if wishes.resume and any(one.mode == "replay" for one in sources.by_set.values()):
        what = "--resume-batch: strict replay sends nothing"
        raise InputError(what, help="leave out --mode replay")


def _source_of(endpoint: NamedEndpoint, inputs: Inputs, sources: Sources) -> Source:
    sets = inputs.config.file.sets
    return next(sources.by_set[name] for name, one in sets.items() if one.endpoint == endpoint)


def _wanted(inputs: Inputs, sources: Sources, endpoint: NamedEndpoint) -> Wanted:
    """The questions of an endpoint, over all its sets, that have no answer; each once."""
    from ticketbench.edge.batches.uploads import Wanted
    from ticketbench.edge.replay.every_ticket import unanswered

    found: dict[str, tuple[Questions, int]] = {}
    for rubrics in inputs.rubric_sets:
        if inputs.endpoint_of(rubrics) == endpoint:
            asked, numbers = unanswered(inputs.dataset, rubrics, sources.of(rubrics))
            keys = asked.keys
            for number in numbers:
                found.setdefault(keys[number], (asked, number))

    def body(key: str) -> bytes:
        asked, number = found[key]
        return asked.body(number)

    return Wanted(_source_of(endpoint, inputs, sources).url, tuple(found), body)


@contextmanager
def _telling_what_goes_on(
    batches: Sequence[EveryBatch], tell: Callable[[str], None]
) -> Iterator[None]:
    """A run that is stopped says what goes on without it."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        for one in batches:
            for batch in one.pending:
                tell(f"{batch.shown}, goes on without this run: the same command takes it up")
        raise
