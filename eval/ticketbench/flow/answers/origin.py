"""How the answers of a run came: which models gave them, and of how much of each text.

What is wrong here is said before any figure: figures over two models describe neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

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
from ticketbench.report.masking.mask import masked_id
from ticketbench.report.words.numbers import count

if TYPE_CHECKING:
    from ticketbench.edge.replay.every_ticket import Replayed

_ALIASES = ("latest", "preview")
_MOST_NAMED = 3
_LEAST_MASS = 0.5


@dataclass(frozen=True, slots=True)
class OfSet:
    """How the answers of one rubric set came in order of its tickets, None where there is none; no
    ticket where no answer tells anything.

    recorded  the models that the recording names for this endpoint
    """

    rubric_set: str
    url: str
    ids: tuple[str, ...]
    told: tuple[Told | None, ...]
    recorded: frozenset[str]

    @property
    def models(self) -> dict[str, int]:
        """The number of tickets by the model that judged them, the commonest first."""
        named = (one.details.model for one in self.told if one is not None)
        return dict(Counter(model for model in named if model is not UNSET).most_common())

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
        return OfSet(rubrics.name, source.url, (), (), frozenset())
    ids = tuple(ticket.id for ticket in dataset.tickets)
    found = told_of_tickets(questions(dataset, rubrics, source.url), source)
    return OfSet(rubrics.name, source.url, ids, found, recorded or frozenset())


def models_by_set(origins: Iterable[OfSet]) -> dict[str, dict[str, int]]:
    """The models of every set whose answers name any, with the number of tickets."""
    return {one.rubric_set: one.models for one in origins if one.models}


def models_asked(origins: Iterable[OfSet]) -> dict[str, str]:
    """The model that each set was asked of, where its URL names one: an alias, or the version."""
    return {one.rubric_set: one.asked for one in origins if one.asked}


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
        of_model = [
            (ticket, told.recorded_at)
            for ticket, told in zip(origin.ids, origin.told, strict=True)
            if told is not None and told.details.model == model
        ]
        since = min(moment for _, moment in of_model).isoformat(timespec="minutes")
        first = masked_id(of_model[0][0])
        parts.append(f"{quoted(model)} {count(n, 'ticket')}, the first {first}, from {since}")
    yield Finding(
        code="TB309",
        severity="warning",
        title="several models gave these answers",
        evidence=f"{origin.rubric_set}: {'; '.join(parts)}",
        action="ask everything again: --mode refresh; a name with a version in the URL keeps it",
    )


def _cut_texts(origin: OfSet) -> Iterable[Finding]:
    pairs = zip(origin.ids, origin.told, strict=True)
    cut = [ticket for ticket, told in pairs if told is not None and _was_cut(told)]
    if cut:
        first = ", ".join(map(masked_id, cut[:_MOST_NAMED]))
        yield Finding(
            code="TB310",
            severity="warning",
            title="the endpoint judged a part of some texts alone",
            evidence=f"{origin.rubric_set}: {count(len(cut), 'ticket')}, the first: {first}",
            action="shorten long texts, or ask an endpoint that takes them whole",
        )


def _was_cut(told: Told) -> bool:
    usage = {} if told.details.usage is UNSET else told.details.usage
    return usage.get("truncated", 0) > 0 or usage.get("state_tokens_dropped", 0) > 0


def _small_mass(origin: OfSet) -> Iterable[Finding]:
    if not origin.url.startswith("chat+"):
        return
    wires = (one.details.wire for one in origin.told if one is not None)
    masses = [wire.mass for wire in wires if wire is not UNSET and wire.mass is not UNSET]
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
