"""Why is there no stored answer to a question? The first reason that holds, in words.

Keys are hashes, so nothing can be read from a stored one; but what was asked in a slightly other
way is found by building that question again.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Failure
from ticketbench.edge.answers.parts.by_key import RecordedByKey
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.batches.uploads import custom_id
from ticketbench.edge.contract import key_function
from ticketbench.edge.redaction import shown_url

if TYPE_CHECKING:
    from ticketbench.edge.replay.questions import Questions
    from ticketbench.edge.replay.source import Source

_MOST_URLS_LOOKED_AT = 2_000
_MOST_LABELS_REORDERED = 6
"""720 orders of one question are built at once."""
_MOST_SETS = 20
_MOST_NAMED = 3

REFUSED = "the endpoint refused to judge them"

_key_of = lru_cache(maxsize=256)(key_function)


@dataclass(frozen=True, slots=True)
class Question:
    """What would be asked: the text (then the one in the file, if another), rubrics and URL."""

    texts: tuple[str, ...]
    rubrics: RubricSet
    url: str


@dataclass(frozen=True, slots=True)
class Stores:
    """What may explain a missing answer.

    keys     of all stored answers
    urls     that stored answers are of
    sets     rubric sets that were asked, by baseline, cache, report or config; nearest first
    absent   the recording that is named and not there
    strict   nothing will be asked: then an absent recording is the first reason, else the last
    """

    keys: Container[str]
    urls: tuple[str, ...]
    sets: tuple[RubricSet, ...]
    absent: Path | None
    strict: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why in words, and the rubrics that were answered instead, where they are the reason."""

    because: str
    answered: RubricSet | None = None


_WAITS = Reason("the question waits in a batch that is open")


def reasons(asked: Questions, numbers: Sequence[int], source: Source) -> dict[int, Reason]:
    """The reason of each missing question in `numbers`."""
    if not numbers:
        return {}
    tickets = [asked.dataset.tickets[asked.first[number]] for number in numbers]
    questions = [Question(ticket.texts, asked.rubrics, asked.url) for ticket in tickets]
    stores, batched, keys = _stores(questions, source), _in_open_batches(source), asked.keys
    return {
        n: _WAITS if custom_id(keys[n]) in batched else why_missing(one, stores)
        for n, one in zip(numbers, questions, strict=True)
    }


def why_missing(question: Question, stores: Stores) -> Reason:
    """The first that holds: the recording is not there (last where questions may be asked), answers
    of another URL, other line ends or outer blanks, another order of labels, other rubrics; else
    the question was never asked.
    """
    absent = Reason(f"{stores.absent} is not there") if stores.absent else None
    near = (_other_url, _other_text, _other_order, _other_rubrics)
    found = (reason for look in near if (reason := look(question, stores)))
    first = absent if stores.strict else None
    return first or next(found, None) or absent or Reason("the question was never asked")


def because(failure: Failure) -> str:
    """Why there is no answer, for people: what is wrong with each alone would be a long list.

    Other failures in the words they came with.
    """
    if failure.kind == "refused":
        return REFUSED
    return "the stored answer is not valid" if failure.kind == "contract" else failure.detail


def _other_url(question: Question, stores: Stores) -> Reason | None:
    for url in stores.urls:
        if url != question.url and _stored(question.texts, question.rubrics, url, stores):
            answered, asked = shown_url(url), shown_url(question.url)
            other = f"{asked} with another query" if answered == asked else answered
            return Reason(f"the stored answer is of {other}, not of {asked}")
    return None


def _other_text(question: Question, stores: Stores) -> Reason | None:
    from ticketbench.edge.inputs.tickets.one_row import with_line_feeds

    for text in _near_texts(question.texts[0]):
        if _stored((text,), question.rubrics, question.url, stores):
            same = with_line_feeds(text) == question.texts[0]
            what = "other line ends" if same else "other blanks around it"
            return Reason(f"the text was answered with {what}")
    return None


def _near_texts(text: str) -> Iterator[str]:
    for body in dict.fromkeys((text, text.strip())):
        for near in (body, f"{body}\n", f"{body} ", f" {body}"):
            yield from {near: 0, near.replace("\n", "\r\n"): 0, near.replace("\n", "\r"): 0}


def _other_order(question: Question, stores: Stores) -> Reason | None:
    for one in stores.sets:
        if _same_texts(one, question.rubrics) and _answered(question, one, stores):
            return Reason("the order of the labels is another one than was answered", one)
    return None


def _other_rubrics(question: Question, stores: Stores) -> Reason | None:
    for one in stores.sets:
        if not _same_texts(one, question.rubrics) and _answered(question, one, stores):
            return Reason(_difference(one, question.rubrics), one)
    return None


def _same_texts(one: RubricSet, other: RubricSet) -> bool:
    return set(one.rubrics) == set(other.rubrics)


def _answered(question: Question, rubrics: RubricSet, stores: Stores) -> bool:
    return _stored(question.texts, rubrics, question.url, stores)


def _stored(texts: Iterable[str], rubrics: RubricSet, url: str, stores: Stores) -> bool:
    key_of = _key_of(url, rubrics)
    return any(key_of(text) in stores.keys for text in texts)


def _difference(answered: RubricSet, now: RubricSet) -> str:
    before, after = ({r.label: r.text for r in one.rubrics} for one in (answered, now))
    if before.keys() != after.keys():
        new = [label for label in after if label not in before]
        gone = [label for label in before if label not in after]
        parts = [f"new: {_listed(new)}"] * bool(new) + [f"gone: {_listed(gone)}"] * bool(gone)
        return f"the labels are others than were answered ({'; '.join(parts)})"
    edited = [label for label in after if after[label] != before[label]]
    if len(edited) == 1:
        return f"the rubric of {edited[0]!r} is another one than was answered"
    return f"the rubrics of {_listed(edited)} are others than were answered"


def _listed(labels: Sequence[str]) -> str:
    shown = ", ".join(repr(label) for label in labels[:_MOST_NAMED])
    more = len(labels) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def _stores(questions: Sequence[Question], source: Source) -> Stores:
    """The stores behind `source`, for questions of one rubric set."""
    cached = source.cache.stored_keys()
    recorded, urls = _recorded(source.recording)
    keys = _Either(recorded, frozenset(cached))
    some = cached[:: 1 + len(cached) // _MOST_URLS_LOOKED_AT]  # keys are as good as random
    urls |= {stored.url for stored in source.cache.read(some)[0].values()}
    now = questions[0].rubrics
    known = {one.fingerprint: one for one in (*source.noted_rubrics(), *_cached_rubrics(source))}
    known.pop(now.fingerprint, None)
    nearest = sorted(known.values(), key=lambda one: -len(set(one.rubrics) & set(now.rubrics)))
    strict = source.mode == "replay"
    found = Stores(keys, tuple(sorted(urls)), tuple(nearest[:_MOST_SETS]), source.absent, strict)
    order = _answered_order(questions[0], found) if recorded or cached else None
    return replace(found, sets=(order, *found.sets)) if order else found


@dataclass(frozen=True, slots=True)
class _Either:
    """The keys in one of two stores."""

    one: Container[str]
    other: Container[str]

    def __contains__(self, key: object) -> bool:
        return key in self.one or key in self.other


def _recorded(recording: Mapping[str, Stored]) -> tuple[Collection[str], set[str]]:
    """The keys of a recording, and the URLs that its answers are of."""
    if isinstance(recording, RecordedByKey):
        return recording, {*recording.urls()}
    url_of = {key: stored.url for key, stored in recording.items()}
    return url_of.keys(), {*url_of.values()}


def _in_open_batches(source: Source) -> frozenset[str]:
    """The custom ids of what was uploaded to this endpoint and not read yet."""
    open_ones = (one for one in source.cache.open_batches() if one.url == source.url)
    return frozenset(name for one in open_ones for name in one.custom_ids)


def _cached_rubrics(source: Source) -> Iterator[RubricSet]:
    for texts in source.cache.rubrics():
        yield RubricSet("cached", tuple(Rubric(label, text) for label, text in texts.items()))


def _answered_order(question: Question, stores: Stores) -> RubricSet | None:
    """The rubrics in the order that was answered, where no store says which one that was."""
    rubrics = question.rubrics.rubrics
    if len(rubrics) > _MOST_LABELS_REORDERED:
        return None
    orders = (RubricSet("reordered", order) for order in permutations(rubrics))
    return next((one for one in orders if _answered(question, one, stores)), None)
