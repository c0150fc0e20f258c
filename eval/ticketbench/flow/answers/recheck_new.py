"""Were the answers that came since another commit really given? Some of them asked again."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.flow.answers.recheck import refuse_silence
from ticketbench.flow.answers.recordings import recording_of
from ticketbench.flow.steps.inputs import Inputs, read_inputs
from ticketbench.flow.steps.sources.answers import answer_source
from ticketbench.measure.sample.recheck import drawn, largest_share
from ticketbench.report.masking.texts import masked_id

if TYPE_CHECKING:
    from ticketbench.core.rubrics import RubricSet
    from ticketbench.edge.answers.recording import Recording
    from ticketbench.edge.replay.new_answers import NewAnswer
    from ticketbench.edge.replay.source import Source

_SEEDS = 2**32


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """A new answer that the endpoint gives otherwise: of which ticket, its id masked, and where it
    stands; both top labels, and the largest difference of a score.
    """

    rubric_set: str
    ticket_id: str
    key: str
    place: str
    before: str
    now: str
    difference: float


@dataclass(frozen=True, slots=True)
class NewInSet:
    """The new answers of one rubric set: how many there are, were asked for again, came out
    otherwise, and got no valid answer this time, which says nothing.

    `largest_share` of all new ones could come out otherwise, by a one-sided 95% bound; NaN where
    there are none.
    """

    rubric_set: str
    new: int
    asked: int
    changed: int
    unanswered: int
    largest_share: float


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What asking new answers again found; `others` by their difference, the largest first.

    `since` names the commit or folder, `elsewhere` counts new answers to no question of the config,
    and the same `seed` draws the same sample.
    """

    since: str
    recording: str
    rubric_sets: tuple[NewInSet, ...]
    elsewhere: int
    others: tuple[OtherAnswer, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class _Since:
    """The recording, what of it is new, and since when."""

    name: str
    path: Path
    recording: Recording
    keys: set[str]


def recheck_new(
    config: Path,
    *,
    since: str,
    sample: int = 20,
    seed: int | None = None,
    overrides: Sequence[str] = (),
    tell: Callable[[str], None] | None = None,
) -> Rechecked:
    """Ask up to `sample` questions of each rubric set again whose answers the recording has and the
    one at `since`, a commit or a folder, has not, or has otherwise; nothing is stored.

    Which ones is drawn at random. `tell` hears how many are asked, and which key goes where, before
    anything is sent; where nothing is new, nothing is. Raises InputError without a recording, now,
    or where it is the same file then, and what the endpoint raises.
    """
    inputs = read_inputs(config, overrides=overrides, search=False)
    new = _new_since(since, inputs)
    by_set = _by_set(inputs, new)
    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    chosen = {
        rubrics: [answers[i] for i in drawn(len(answers), sample, seed=seed)]
        for rubrics, answers in by_set.items()
    }
    found: list[tuple[NewInSet, list[OtherAnswer]]] = []
    if tell:
        tell(_plan(new.name, by_set, chosen))
    if any(chosen.values()):
        with answer_source(inputs, reads_only=True, tell=tell) as sources:
            found = [
                _asked(rubrics, len(by_set[rubrics]), answers, sources.of(rubrics), new.recording)
                for rubrics, answers in chosen.items()
            ]
    refuse_silence(inputs, {one.rubric_set: (one.asked, one.unanswered) for one, _ in found})
    known = {answer.key for answers in by_set.values() for answer in answers}
    others = (other for _, of_set in found for other in of_set)
    nothing = (NewInSet(rubrics.name, 0, 0, 0, 0, float("nan")) for rubrics in by_set)
    return Rechecked(
        since=new.name,
        recording=str(new.path),
        rubric_sets=tuple(one for one, _ in found) or tuple(nothing),
        elsewhere=len(new.keys - known),
        others=tuple(sorted(others, key=lambda o: (-o.difference, o.rubric_set, o.key))),
        seed=seed,
    )


def _new_since(since: str, inputs: Inputs) -> _Since:
    from ticketbench.edge.answers.recording import Recording, read_recording
    from ticketbench.edge.files.at_ref import files_at
    from ticketbench.edge.replay.new_answers import new_keys

    path = recording_of(inputs)
    now = read_recording(path)
    with files_at(since, near=inputs.config.path) as then:
        before = then.file_or_folder(path)
        if os.path.abspath(before) == os.path.abspath(path):
            what = f"{path} at {then.name} is the same file as now, so nothing in it is new"
            help_ = "keep the recording in the repository, or name another commit or folder"
            raise InputError(what, help=help_)
        return _Since(then.name, path, now, new_keys(now, Recording(before)))


def _by_set(inputs: Inputs, new: _Since) -> dict[RubricSet, list[NewAnswer]]:
    """The new answers that a replay of the config may take."""
    from ticketbench.edge.answers.recording import refuse_moved
    from ticketbench.edge.replay.new_answers import new_answers

    found = {}
    for rubrics in inputs.rubric_sets:
        url = inputs.url_of(rubrics)
        answers = new_answers(inputs.dataset, rubrics, url, new.recording, new.keys)
        refuse_moved(new.recording, (one.key for one in answers), url)
        found[rubrics] = answers
    return found


def _plan(
    since: str,
    by_set: dict[RubricSet, list[NewAnswer]],
    chosen: dict[RubricSet, list[NewAnswer]],
) -> str:
    n, asked = (sum(map(len, sets.values())) for sets in (by_set, chosen))
    return f"{n:,} new answers since {since}; {asked:,} questions are asked again"


def _asked(
    rubrics: RubricSet, n: int, chosen: list[NewAnswer], source: Source, recording: Recording
) -> tuple[NewInSet, list[OtherAnswer]]:
    from ticketbench.edge.replay.drift import ask_again

    others, unanswered = [], 0
    for one in chosen:
        again = ask_again(
            one.body,
            one.content,
            rubrics.labels,
            lambda body: source.cache.ask_unstored(source.url, body),
            noise=source.noise,
        )
        if again is None:
            unanswered += 1
        elif again.changed:
            tops = again.before.top_label, again.now.top_label
            ticket, place = masked_id(one.ticket_id), recording.place(one.key)
            others.append(
                OtherAnswer(rubrics.name, ticket, one.key, place, *tops, again.difference)
            )
    answered = len(chosen) - unanswered
    most = largest_share(len(others), answered, of=n)
    return NewInSet(rubrics.name, n, len(chosen), len(others), unanswered, most), others
