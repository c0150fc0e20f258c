"""The answer cache of a config: what is in it, and its recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import EndpointError, IncompleteError, InputError
from ticketbench.flow.inputs import Inputs, answer_source, read_inputs

if TYPE_CHECKING:
    from ticketbench.edge.drift import Drift
    from ticketbench.edge.rows import Stored


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
        stored = len(source.cache.stored_keys())
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

    A name that ends in .gz is packed. Raises IncompleteError, after writing what is there, when
    answers are missing.
    """
    from ticketbench.edge.atomic import write_file
    from ticketbench.edge.recording import recording_bytes
    from ticketbench.edge.replay import plan, stored_answers

    inputs = read_inputs(config)
    path = to or _recording_of(inputs)
    answers: dict[str, Stored] = {}
    with answer_source(inputs, mode="replay") as source:
        missing = 0
        for rubrics in inputs.rubric_sets:
            answers |= stored_answers(inputs.dataset, rubrics, source)
            missing += plan(inputs.dataset, rubrics, source).missing
    write_file(path, recording_bytes(path, answers.items()))
    if missing:
        raise IncompleteError(
            f"{len(answers)} answers exported, {missing} are missing",
            where=str(path),
            help=f"ask for them first: ticketbench run {config}",
        )
    return Moved(str(path), len(answers), 0)


def import_recordings(config: Path, files: Sequence[Path] = (), *, newest: bool = False) -> Moved:
    """Load recordings into the config's cache, all or none; answers already there are replaced.

    Without files, the recording of the config. Raises InputError when they contradict each other,
    unless `newest`: then the later answer counts.
    """
    from ticketbench.edge.cache import AnswerCache
    from ticketbench.edge.recording import merged

    inputs = read_inputs(config)
    paths = tuple(files) or (_recording_of(inputs),)
    answers = merged(paths, newest=newest)
    with AnswerCache(inputs.config.cache_path) as cache:
        cache.save(answers)
    return Moved(", ".join(str(path) for path in paths), len(answers), 0)


def merge_recordings(files: Sequence[Path], to: Path, *, newest: bool = False) -> Moved:
    """Write one recording with the answers of several; the order of the files does not matter.

    Raises InputError when they contradict each other, unless `newest`.
    """
    from ticketbench.edge.atomic import write_file
    from ticketbench.edge.recording import merged, recording_bytes

    answers = merged(files, newest=newest)
    write_file(to, recording_bytes(to, answers.items()))
    return Moved(str(to), len(answers), 0)


@dataclass(frozen=True, slots=True)
class Pruned:
    """Answers of one cache file: how many are used by the given configs, how many are not."""

    cache: str
    kept: int
    removed: int


def prune(configs: Sequence[Path], *, dry_run: bool = False) -> tuple[Pruned, ...]:
    """Remove from each cache of `configs` the answers that none of them uses.

    With `dry_run` only counted. Raises MachineError when a cache cannot be written.
    """
    from ticketbench.edge.cache import AnswerCache
    from ticketbench.edge.memo import Memo
    from ticketbench.edge.questions import questions
    from ticketbench.edge.source import full_url

    used: dict[Path, set[str]] = {}
    for config in configs:
        inputs = read_inputs(config)
        keys = used.setdefault(inputs.config.cache_path, set())
        url = full_url(inputs.config.file.endpoint.url)
        for rubrics in inputs.rubric_sets:
            keys.update(questions(inputs.dataset, rubrics, url).keys)
    found = []
    for path, keys in used.items():
        with AnswerCache(path) as cache:
            stored = cache.stored_keys()
            unused = [key for key in stored if key not in keys]
            if unused and not dry_run:
                cache.delete(unused)
                Memo.beside(cache.path).forget()
        found.append(Pruned(str(path), len(stored) - len(unused), len(unused)))
    return tuple(found)


def recheck(config: Path, *, sample: int = 20) -> Drift:
    """Ask up to `sample` stored questions of each rubric set again; nothing is stored.

    They are spread evenly over the tickets. Raises IncompleteError when nothing is stored, and
    what the endpoint raises.
    """
    from ticketbench.edge.drift import Drift, drift
    from ticketbench.edge.questions import questions
    from ticketbench.edge.replay import stored_answers

    inputs = read_inputs(config)
    found = Drift()
    with answer_source(inputs) as source:
        for rubrics in inputs.rubric_sets:
            stored = stored_answers(inputs.dataset, rubrics, source)
            asked = questions(inputs.dataset, rubrics, source.url)
            numbers = [number for key, number in asked.position.items() if key in stored]
            step = max(1, len(numbers) // sample)
            keys = asked.keys
            known = {asked.body(i): stored[keys[i]].content for i in numbers[::step][:sample]}
            found += drift(
                known, rubrics.labels, lambda body: source.cache.ask_unstored(source.url, body)
            )
    if not found.asked:
        help_ = f"ask for them first: ticketbench run {config}"
        raise IncompleteError("no stored answers to check", where=str(config), help=help_)
    if found.unanswered == found.asked:
        where = inputs.config.file.endpoint.url
        help_ = "check the URL, the key and the server: ticketbench doctor --online"
        raise EndpointError("no question got a valid answer", where=where, help=help_)
    return found


def _recording_of(inputs: Inputs) -> Path:
    path = inputs.config.recording_path
    if path is None:
        raise InputError(
            f"{inputs.config.path} names no recording",
            help="add `recording: recordings/NAME.jsonl`, or give a file",
        )
    return path
