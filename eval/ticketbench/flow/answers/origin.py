"""How the answers of a run came: which models gave them, and of how much of each text.

What is wrong here is said before any figure: figures over two models describe neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from statistics import median
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from ticketbench.core.keys.host import has_shape
from ticketbench.core.quotes import listed, quoted
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.shapes.address import address
from ticketbench.core.types import Dataset, Finding
from ticketbench.edge.answers.recording import Recording
from ticketbench.edge.answers.rows import Told
from ticketbench.edge.endpoints import is_local
from ticketbench.edge.replay.models import told_of_tickets
from ticketbench.edge.replay.questions import questions
from ticketbench.edge.replay.source import Source, Sources
from ticketbench.report.masking.texts import masked_id
from ticketbench.report.words.numbers import count

if TYPE_CHECKING:
    from ticketbench.edge.replay.every_ticket import Replayed

_ALIASES = ("latest", "preview")
_MOST_NAMED = 3
_LEAST_MASS = 0.5


@dataclass(frozen=True, slots=True)
class Named:
    """A model: the number of tickets that it judged, the first of them, and when it began."""

    n: int
    first: str
    since: datetime

    def __add__(self, other: Named) -> Named:
        first, since = min(self.first, other.first), min(self.since, other.since)
        return Named(self.n + other.n, first, since)


@dataclass(frozen=True, slots=True)
class OfSet:
    """How the answers of one rubric set came; all of it is empty where no answer tells anything.

    recorded  the models that the recording names for this endpoint
    named     the models that judged tickets
    n_cut     tickets of which a part was judged alone, `cut` the first of them
    masses    tickets by how much of the answer their scores are
    """

    rubric_set: str
    url: str
    recorded: frozenset[str] = frozenset()
    named: Mapping[str, Named] = field(default_factory=dict)
    n_cut: int = 0
    cut: tuple[str, ...] = ()
    masses: Counter[float] = field(default_factory=Counter)

    def __add__(self, other: OfSet) -> OfSet:
        """With the answers to other tickets, of both of which the least ids come first."""
        named = dict(self.named)
        for model, one in other.named.items():
            named[model] = named[model] + one if model in named else one
        return OfSet(
            self.rubric_set,
            self.url,
            self.recorded,
            dict(sorted(named.items())),
            self.n_cut + other.n_cut,
            tuple(sorted((*self.cut, *other.cut)))[:_MOST_NAMED],
            self.masses + other.masses,
        )

    @property
    def models(self) -> dict[str, int]:
        """The number of tickets by the model that judged them, the commonest first."""
        counts = ((model, one.n) for model, one in self.named.items())
        return dict(sorted(counts, key=lambda pair: -pair[1]))

    @property
    def asked(self) -> str | None:
        """The model that the URL names; None where it names none."""
        return address(self.url).shape.model if has_shape(self.url) else None


def origins_of(
    dataset: Dataset,
    rubric_sets: Sequence[RubricSet],
    replayed: Sequence[Replayed],
    sources: Sources,
) -> list[OfSet]:
    """Where the answers of these sets, each with its replay, come from, but for those of an engine
    in this process, whose version stands in its URL.
    """
    return [
        _origin(dataset, rubrics, sources.of(rubrics), cached=found.tells)
        for rubrics, found in zip(rubric_sets, replayed, strict=True)
        if not is_local(sources.of(rubrics).url)
    ]


def _origin(dataset: Dataset, rubrics: RubricSet, source: Source, *, cached: bool) -> OfSet:
    recording = source.recording
    recorded = recording.models(source.url) if isinstance(recording, Recording) else None
    if not cached and recorded is None:
        return OfSet(rubrics.name, source.url)
    return _of_set(_each(dataset, rubrics, source), rubrics, source.url, recorded or frozenset())


def origins_in_parts(
    dataset: Dataset,
    replayed: Sequence[Replayed],
    rubric_sets: Sequence[RubricSet],
    sources: Sources,
    recorded: Mapping[str, frozenset[str] | None],
) -> tuple[OfSet, ...]:
    """The same of some tickets of a dataset in parts, to be added up, with what a recording of all
    says of each endpoint, by its URL. Masses are kept in steps of 1/1,000.
    """
    return tuple(
        _in_parts(dataset, rubrics, sources.of(rubrics), found, recorded)
        for rubrics, found in zip(rubric_sets, replayed, strict=True)
        if not is_local(sources.of(rubrics).url)
    )


def _in_parts(
    dataset: Dataset,
    rubrics: RubricSet,
    source: Source,
    found: Replayed,
    recorded: Mapping[str, frozenset[str] | None],
) -> OfSet:
    named = recorded[source.url]
    if not found.tells and named is None:
        return OfSet(rubrics.name, source.url)
    told = sorted(_each(dataset, rubrics, source), key=itemgetter(0))
    own = _of_set(told, rubrics, source.url, named or frozenset())
    masses = Counter[float]()
    for mass, n in own.masses.items():
        masses[round(mass, 3)] += n
    return replace(own, masses=masses)


def _each(dataset: Dataset, rubrics: RubricSet, source: Source) -> list[tuple[str, Told]]:
    """How the answer of each ticket that has one came."""
    found = told_of_tickets(questions(dataset, rubrics, source.url), source)
    pairs = zip(dataset.tickets, found, strict=True)
    return [(ticket.id, told) for ticket, told in pairs if told is not None]


def _of_set(
    each: Sequence[tuple[str, Told]], rubrics: RubricSet, url: str, recorded: frozenset[str]
) -> OfSet:
    named: dict[str, list[tuple[str, datetime]]] = {}
    for ticket, told in each:
        if told.details.model is not UNSET:
            named.setdefault(told.details.model, []).append((ticket, told.recorded_at))
    cut = [ticket for ticket, told in each if _was_cut(told)]
    wires = (told.details.wire for _, told in each)
    masses = (wire.mass for wire in wires if wire is not UNSET and wire.mass is not UNSET)
    return OfSet(
        rubrics.name,
        url,
        recorded,
        {m: Named(len(of), of[0][0], min(when for _, when in of)) for m, of in named.items()},
        len(cut),
        tuple(cut[:_MOST_NAMED]),
        Counter(masses) if url.startswith("chat+") else Counter(),
    )


def origins_in_numbers(origins: Sequence[OfSet]) -> dict[str, Any]:
    """For the manifest: the models of every set whose answers name any, with the number of tickets,
    and the model that each set was asked of, where its URL names one: an alias, or the version.
    """
    models = {one.rubric_set: one.models for one in origins if one.models}
    asked = {one.rubric_set: one.asked for one in origins if one.asked}
    return {
        **({"models": models} if models else {}),
        **({"models_asked": asked} if asked else {}),
    }


def origin_findings(origins: Sequence[OfSet]) -> tuple[Finding, ...]:
    """What is worth knowing: another model than the recording's first, then several models, a text
    that was cut, a prompt that does not suit the model, an alias.
    """
    each = (_other_model, _several_models, _cut_texts, _small_mass)
    found = [one for find in each for origin in origins for one in find(origin)]
    return (*found, *dict.fromkeys(one for origin in origins for one in _alias(origin)))


def _other_model(origin: OfSet) -> Iterable[Finding]:
    new = [model for model in origin.models if model not in origin.recorded]
    if origin.recorded and new:
        yield Finding(
            code="TB308",
            severity="warning",
            title="the model is another one than the recording's",
            evidence=f"{origin.rubric_set}: {listed(new)} answered, the recording names "
            f"{listed(sorted(origin.recorded))}",
            action="compare the two before you rely on a threshold that was chosen for the other",
        )


def _several_models(origin: OfSet) -> Iterable[Finding]:
    if len(origin.models) < 2:
        return
    parts = []
    for model, n in list(origin.models.items())[:_MOST_NAMED]:
        one = origin.named[model]
        since, first = one.since.isoformat(timespec="minutes"), masked_id(one.first)
        parts.append(f"{quoted(model)} {count(n, 'ticket')}, the first {first}, from {since}")
    yield Finding(
        code="TB309",
        severity="warning",
        title="several models gave these answers",
        evidence=f"{origin.rubric_set}: {'; '.join(parts)}",
        action="ask everything again: --mode refresh; a name with a version in the URL keeps it",
    )


def _cut_texts(origin: OfSet) -> Iterable[Finding]:
    if origin.n_cut:
        first = ", ".join(map(masked_id, origin.cut))
        yield Finding(
            code="TB310",
            severity="warning",
            title="the endpoint judged a part of some texts alone",
            evidence=f"{origin.rubric_set}: {count(origin.n_cut, 'ticket')}, the first: {first}",
            action="shorten long texts, or ask an endpoint that takes them whole",
        )


def _was_cut(told: Told) -> bool:
    usage = {} if told.details.usage is UNSET else told.details.usage
    return usage.get("truncated", 0) > 0 or usage.get("state_tokens_dropped", 0) > 0


def _small_mass(origin: OfSet) -> Iterable[Finding]:
    masses = [*origin.masses.elements()]
    if masses and median(masses) < _LEAST_MASS:
        yield Finding(
            code="TB311",
            severity="warning",
            title="the prompt does not suit this model",
            evidence=f"{origin.rubric_set}: half of the answers give the options together less "
            f"than {median(masses):.0%} of the first token".replace("%", " %"),
            action="take a model that follows instructions, or an endpoint of another shape",
        )


def _alias(origin: OfSet) -> Iterable[Finding]:
    asked = origin.asked
    if asked is None or not origin.models:
        return
    pinned = [model for model in _versions(origin.models) if model != asked]
    moving = any(word in asked for word in _ALIASES)
    if not (pinned or moving):
        return
    write = f"model={pinned[0]} in the URL keeps this version" if pinned else "no version is named"
    yield Finding(
        code="TB312",
        severity="note",
        title=f"{asked} is a name that moves on to other models",
        evidence=f"answered by {listed(pinned) if pinned else asked}",
        action=f"{write}; `cache recheck` tells whether it still answers alike",
    )


def _versions(models: Mapping[str, int]) -> list[str]:
    """The names without the fingerprint of the system that they ran on."""
    return list(dict.fromkeys(model.partition("@")[0] for model in models))
