"""The answer cache of a config: what is in it, and its recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.flow.inputs import Inputs, answer_source, read_inputs

if TYPE_CHECKING:
    from ticketbench.edge.cache import Stored


@dataclass(frozen=True, slots=True)
class SetInfo:
    """Where the answers of one rubric set are."""

    rubric_set: str
    questions: int
    recorded: int
    cached: int
    missing: int


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """The cache and recording of a config; `stored` counts all answers in the cache file."""

    cache: str
    bytes: int
    stored: int
    recording: str
    rubric_sets: tuple[SetInfo, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Answers written to or read from a recording."""

    path: str
    answers: int
    missing: int


def cache_info(config: Path) -> CacheInfo:
    """Count what is stored for the config; sends nothing."""
    from ticketbench.edge.replay import plan

    inputs = read_inputs(config)
    recording = inputs.config.recording_path
    with answer_source(inputs, mode="replay") as source:
        path = source.cache.path
        stored = sum(1 for _ in source.cache.stored_keys())
        plans = {r.name: plan(inputs.dataset, r, source) for r in inputs.rubric_sets}
    return CacheInfo(
        cache=str(path),
        bytes=path.stat().st_size if path.exists() else 0,
        stored=stored,
        recording=str(recording or ""),
        rubric_sets=tuple(
            SetInfo(name, p.questions, p.recorded, p.cached, p.missing) for name, p in plans.items()
        ),
    )


def export_recording(config: Path, to: Path | None = None) -> Moved:
    """Write the recording that this config needs: its tickets, rubric sets and endpoint.

    Raises IncompleteError, after writing what is there, when answers are missing.
    """
    from ticketbench.edge.recording import recording_text
    from ticketbench.edge.replay import plan, stored_answers
    from ticketbench.edge.store import write_file

    inputs = read_inputs(config)
    path = to or _recording_of(inputs)
    answers: dict[str, Stored] = {}
    with answer_source(inputs, mode="replay") as source:
        missing = 0
        for rubrics in inputs.rubric_sets:
            answers |= stored_answers(inputs.dataset, rubrics, source)
            missing += plan(inputs.dataset, rubrics, source).missing
    write_file(path, recording_text(answers.items()).encode("utf-8"))
    if missing:
        raise IncompleteError(
            f"{len(answers)} answers exported, {missing} are missing",
            where=str(path),
            help=f"ask for them first: ticketbench run {config}",
        )
    return Moved(str(path), len(answers), 0)


def import_recording(config: Path, source: Path | None = None) -> Moved:
    """Load a recording into the config's cache; answers already there are replaced."""
    from ticketbench.edge.cache import AnswerCache
    from ticketbench.edge.recording import read_recording

    inputs = read_inputs(config)
    path = source or _recording_of(inputs)
    answers = read_recording(path)
    with AnswerCache(inputs.config.cache_path) as cache:
        for key, stored in answers.items():
            cache.save(key, stored)
    return Moved(str(path), len(answers), 0)


def _recording_of(inputs: Inputs) -> Path:
    path = inputs.config.recording_path
    if path is None:
        raise InputError(
            f"{inputs.config.path} names no recording",
            help="add `recording: recordings/NAME.jsonl`, or give a file",
        )
    return path
