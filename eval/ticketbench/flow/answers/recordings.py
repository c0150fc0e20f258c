"""Recordings of a config's answers: written, read into its cache, merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.core.types import Dataset, Missing
from ticketbench.edge.redaction import refuse_key
from ticketbench.flow.steps.inputs import ConfigInputs, Inputs, PartInputs, either_inputs
from ticketbench.flow.steps.sources.answers import answer_source
from ticketbench.report.words.missing import missing_text

if TYPE_CHECKING:
    from ticketbench.core.rubrics import RubricSet
    from ticketbench.edge.answers.recording import Recording
    from ticketbench.edge.answers.refusals import Refusal
    from ticketbench.edge.answers.rows import Stored


_PARTS = 256
"""Where a folder is named and not how many: two million answers make parts of 3 MB unpacked."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Answers written to or read from a recording, `upgraded` of them from one of version 1, and
    `refused` questions that were moved as refused. `replaced` counts older answers that gave way:
    to later ones where a cache reads them, to what was written in the place of their recording.
    `parts` is the number of files of a recording in parts, 0 of one file and of what was read.
    """

    path: str
    answers: int
    replaced: int = 0
    upgraded: int = 0
    refused: int = 0
    parts: int = 0


def export_recording(
    config: Path,
    to: Path | None = None,
    *,
    n_parts: int | None = None,
    overrides: Sequence[str] = (),
) -> Moved:
    """Write the recording that this config needs: its tickets, rubric sets and endpoint.

    Tickets may lie in parts; the answers to all of them are held at once. A name that ends in .gz
    is packed, and what was refused is written as refused. With `n_parts`, 1, 16 or 256, it is a
    folder of so many files, and so it is where parts are already, or the config names a folder with
    a slash at its end.

    Raises IncompleteError when answers are missing: after writing what is there, unless that would
    take answers out of an older recording. Raises InputError when the file or folder is something
    else than a recording.
    """
    inputs = either_inputs(config, overrides=overrides, search=False)
    path = to or recording_of(inputs)
    older = _older(path)
    slash = to is None and str(inputs.config.file.recording).endswith("/")
    n_parts = _parts_at(path, n_parts, otherwise=_PARTS if slash else 0)
    kept = _kept(inputs)
    answers, refusals, missing = kept.answers, kept.refusals, kept.missing
    _refuse_key(answers, refusals)
    lost = older.keys() - answers.keys() - refusals.keys()
    if missing and lost:
        raise IncompleteError(
            f"{missing_text(missing)}; {len(lost)} of the older recording would be lost: it was "
            "left as it is",
            where=str(path),
            help=f"ask for the missing ones first: ticketbench run {config}; or write another "
            "file: --to",
        )
    _write(path, n_parts, answers, refusals)
    if missing:
        raise IncompleteError(
            f"{len(answers)} answers exported, {missing_text(missing)}",
            where=str(path),
            help=f"ask for them first: ticketbench run {config}",
        )
    upgraded = _n_of_version_1((inputs.recording,), answers)
    return Moved(str(path), len(answers), len(lost), upgraded, len(refusals), n_parts)


def _parts_at(path: Path, n_parts: int | None, *, otherwise: int) -> int:
    """How many parts to write at `path`, 0 for one file: those asked for, else as are there."""
    from ticketbench.edge.answers.recording import Recording

    if n_parts is None and not path.is_dir():
        return otherwise
    if n_parts is not None and path.exists() and not path.is_dir():
        help_ = "name a folder: with --to, and as the `recording` of the config"
        raise InputError(f"{path} is a file, and parts need a folder", help=help_)
    found = n_parts or Recording(path).n_parts or otherwise
    if not found:
        raise InputError(f"{path} is a folder", help="name a file, or write parts: --parts 256")
    return found


def _write(
    path: Path, n_parts: int, answers: Mapping[str, Stored], refusals: Mapping[str, Refusal]
) -> None:
    from ticketbench.edge.answers.parts.folder import write_parts
    from ticketbench.edge.answers.recording import recording_bytes, recording_parts
    from ticketbench.edge.files.atomic import write_file

    if n_parts:
        write_parts(path, recording_parts(n_parts, answers.items(), refusals.items()))
    else:
        write_file(path, recording_bytes(path, answers.items(), refusals.items()))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is stored for a config, by key, no key under both; and why answers are missing."""

    answers: dict[str, Stored]
    refusals: dict[str, Refusal]
    missing: list[Missing]


def _kept(inputs: Inputs | PartInputs) -> _Kept:
    from ticketbench.edge.answers.recording_line import canonical_answer
    from ticketbench.edge.replay.every_ticket import plan, stored_answers, stored_refusals

    answers: dict[str, Stored] = {}
    refusals: dict[str, Refusal] = {}
    missing: Counter[str] = Counter()
    counted: set[str] = set()
    # Only a refresh is of certain tickets, and here nothing is asked.
    known = inputs if isinstance(inputs, Inputs) else inputs.read(fingerprint="")
    with answer_source(known, mode="replay") as opened:
        sources = opened.otherwise(absent=None)  # which it may well be before it is written
        for dataset, rubrics in _each(inputs):
            source = sources.of(rubrics)
            answers |= stored_answers(dataset, rubrics, source)
            refusals |= stored_refusals(dataset, rubrics, source, answers)
            for one in plan(dataset, rubrics, source, counted).why:
                missing[one.because] += one.n
    valid = {
        key: kept
        for key, kept in answers.items()
        if key not in refusals and canonical_answer(kept) is not None
    }
    return _Kept(valid, refusals, [Missing(n, because) for because, n in missing.items()])


def _each(inputs: Inputs | PartInputs) -> Iterator[tuple[Dataset, RubricSet]]:
    """Tickets with each rubric set; a part is let go before the next one is read."""
    for dataset in _datasets(inputs):
        yield from ((dataset, rubrics) for rubrics in inputs.rubric_sets)


def _datasets(inputs: Inputs | PartInputs) -> Iterator[Dataset]:
    """The tickets: all of one file, of parts some after the other."""
    from ticketbench.edge.parts.tickets import rows_of, some_tickets

    if isinstance(inputs, Inputs):
        yield inputs.dataset
        return
    labels = dict.fromkeys(label for one in inputs.rubric_sets for label in one.labels)
    rows = rows_of(inputs.parts, inputs.config.reading, tuple(labels))
    for part in inputs.parts.files:
        found = (some.loaded.dataset for some in some_tickets(part, rows))
        yield from (dataset for dataset in found if dataset.tickets)


def _older(path: Path) -> Mapping[str, Stored]:
    """The recording that is to be replaced; nothing else is ever replaced."""
    from ticketbench.edge.answers.recording import Recording

    older = Recording(path)
    try:
        len(older)
    except InputError as error:
        first = error.problems[0]
        what = f"{path} is there already and is no recording that can be read: {first.what}"
        help_ = f"write another file, or move this one away; {first.help}"
        raise InputError(what, where=first.where, help=help_) from None
    return older


def _n_of_version_1(recordings: Iterable[Recording], answers: Collection[str]) -> int:
    """How many of `answers` stand in a recording of version 1."""
    old = [recording for recording in recordings if recording.version == 1]
    return sum(any(key in one for one in old) for key in answers)


def import_recordings(
    config: Path,
    files: Sequence[Path] = (),
    *,
    newest: bool = False,
    overrides: Sequence[str] = (),
) -> Moved:
    """Load recordings into the config's cache, all or none; none that hold the key.

    Without files, the recording of the config. Raises InputError when they contradict each other
    or the cache, unless `newest`: then the later answer counts. A refusal contradicts nothing: an
    answer stands, unless `newest` and the refusal is the later one.
    """
    from ticketbench.edge.answers.cache import AnswerCache
    from ticketbench.edge.answers.recording import merged_refusals, read_recording
    from ticketbench.edge.answers.recording_line import canonical_answer

    inputs = either_inputs(config, overrides=overrides, search=False)
    paths = tuple(files) or (recording_of(inputs),)
    recordings = {path: read_recording(path) for path in paths}
    _refuse_moved(inputs, recordings.values())
    answers, refusals = _both(recordings, newest=newest)
    _refuse_key(answers, refusals)
    names = ", ".join(str(path) for path in paths)
    with AnswerCache(inputs.config.cache_path) as cache:
        stored = cache.read(answers)[0]
        known = {key: kept for key, kept in stored.items() if canonical_answer(kept) is not None}
        changed = {k for k, kept in known.items() if canonical_answer(kept) != answers[k].content}
        if changed and not newest:
            raise InputError(
                f"{len(changed)} answers in {cache.path} are not those of {names}",
                help="take the later ones with --newest; nothing was changed",
            )
        later = {key for key in changed if answers[key].recorded_at > known[key].recorded_at}
        there = cache.read(refusals)[0]
        refusals = merged_refusals(recordings, answers | there, newest=newest)
        cache.save({k: v for k, v in answers.items() if k not in known or k in later}, refusals)
    return Moved(names, len(answers), len(later), refused=len(refusals))


def _refuse_moved(inputs: Inputs | PartInputs, recordings: Collection[Recording]) -> None:
    from ticketbench.edge.answers.recording import refuse_moved
    from ticketbench.edge.replay.questions import questions

    for dataset, rubrics in _each(inputs):
        url = inputs.url_of(rubrics)
        asked = questions(dataset, rubrics, url)
        for recording in recordings:
            refuse_moved(recording, (*asked.position, *asked.in_file), url)


def merge_recordings(
    files: Sequence[Path], to: Path, *, newest: bool = False, n_parts: int | None = None
) -> Moved:
    """Write one recording with the answers of several; the order of the files does not matter.
    With `n_parts`, 1, 16 or 256, it is a folder of so many, and so it is where parts are already.

    Raises InputError when they contradict each other, unless `newest`, and when `to` is something
    else than a recording, or one with the markers of a merge. A refusal contradicts nothing: an
    answer stands, unless `newest` and the refusal is the later one.
    """
    from ticketbench.edge.answers.parts.one_file import in_conflict
    from ticketbench.edge.answers.recording import read_recording

    older = {} if to.is_file() and in_conflict(to) else _older(to)
    n_parts = _parts_at(to, n_parts, otherwise=0)
    recordings = {path: read_recording(path) for path in files}
    answers, refusals = _both(recordings, newest=newest)
    _refuse_key(answers, refusals)
    upgraded = _n_of_version_1(recordings.values(), answers)
    lost = older.keys() - answers.keys() - refusals.keys()
    _write(to, n_parts, answers, refusals)
    return Moved(str(to), len(answers), len(lost), upgraded, len(refusals), n_parts)


def _both(
    recordings: Mapping[Path, Recording], *, newest: bool
) -> tuple[dict[str, Stored], dict[str, Refusal]]:
    """The answers and the refusals of several recordings; no question has both."""
    from ticketbench.edge.answers.recording import merged, merged_refusals

    answers = merged(recordings, newest=newest)
    refusals = merged_refusals(recordings, answers, newest=newest)
    return {key: kept for key, kept in answers.items() if key not in refusals}, refusals


def _refuse_key(answers: Mapping[str, Stored], refusals: Mapping[str, Refusal]) -> None:
    for url in {a.url for a in answers.values()} | {r.url for r in refusals.values()}:
        refuse_key(url, "the URL of a recorded answer")
    for name in {name for stored in answers.values() for name in stored.details.names()}:
        refuse_key(name, "a name in a recorded answer")


def recording_of(inputs: ConfigInputs) -> Path:
    """Where the recording of a config is. Raises InputError when it names none."""
    path = inputs.config.recording_path
    if path is None:
        raise InputError(
            f"{inputs.config.path} names no recording",
            help="add `recording: recordings/NAME.jsonl`, or give a file",
        )
    return path
