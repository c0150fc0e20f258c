"""The recording: answers as sorted JSON lines, fit for git. No text, no rubric, no header.

What was refused stands among them in lines of its own, and is no answer.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from msgspec import UNSET

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.answers.details import NO_DETAILS
from ticketbench.edge.answers.parts.layout import holds_nothing, part_name, parts_of, prefixes
from ticketbench.edge.answers.parts.one_file import (
    MEND,
    MOST_BYTES,
    MOST_LINES,
    SPLIT,
    Kept,
    RecordingFile,
    goes_before,
    moment,
    no_such_recording,
)
from ticketbench.edge.answers.recording_line import FIRST_LINE, recording_line, refusal_line
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.redaction import shown_url
from ticketbench.edge.tables.rows import problems_error


class Recording(Mapping[str, Stored]):
    """The answers in a recording by key: a file, or a folder of parts, each read when one of its
    keys is first looked at. Of parts as many are held as have the lines that one file may have.

    Looking raises what `read_recording` raises, of that part. No path, or one where nothing is
    yet, is an empty recording.
    """

    def __init__(self, path: Path | None) -> None:
        there = path is not None and path.exists() and not (path.is_dir() and holds_nothing(path))
        self._path = path if there else None
        self.absent = None if there else path
        """The file or folder that was named, where it is not there."""
        self._reading = threading.RLock()
        self._held: dict[str, Kept] = {}
        self._counts: dict[str, tuple[int, int]] = {}
        self._last: tuple[str, Kept] | None = None
        self._most_held = MOST_LINES
        self._tells = False
        self._models: set[tuple[str, str]] = set()

    @cached_property
    def _files(self) -> dict[str, RecordingFile]:
        """By what the keys in them begin with, in order; of one file that is nothing."""
        if self._path is None:
            return {}
        if not self._path.is_dir():
            return {"": RecordingFile(self._path)}
        return {prefix: RecordingFile(p, prefix) for prefix, p in parts_of(self._path).items()}

    @cached_property
    def n_parts(self) -> int:
        """1, 16 or 256 of a recording in parts; 0 of a file, and where nothing is."""
        return len(self._files) if self._path is not None and self._path.is_dir() else 0

    @cached_property
    def _n_digits(self) -> int:
        return len(next(iter(self._files), ""))

    @cached_property
    def digest(self) -> str:
        """sha256 of the file's bytes, of parts that of the list which `sha256sum *.jsonl.gz`
        prints; empty where nothing is. Raises InputError over 50 MB.
        """
        if not self.n_parts:
            return next((file.digest for file in self._files.values()), "")
        listed = hashlib.sha256()
        for file in self._files.values():
            listed.update(f"{file.digest}  {file.path.name}\n".encode())
            self._let_go(file)
        return listed.hexdigest()

    @cached_property
    def version(self) -> int:
        """1 or 2, by the first line; an empty file, none at all and parts, of which no others are
        read, are of the version now written.

        Raises InputError for a later one.
        """
        return 2 if self.n_parts else next((file.version for file in self._files.values()), 2)

    @property
    def refusals(self) -> Mapping[str, Refusal]:
        """The questions that were refused, by key; none of them has an answer here."""
        return _Refusals(self)

    def place(self, key: str) -> str:
        """`file:line` of the answer `key`; the file alone when it has none."""
        file = self._files.get(key[: self._n_digits])
        if file is None:
            return str(self._path)
        found = file.place(key)
        self._let_go(file)
        return found

    def by_part(self, keys: Iterable[str]) -> Iterator[Collection[str]]:
        """`keys` in groups of one part each, in order of parts, so that each part is read once."""
        if not self._n_digits:
            yield keys if isinstance(keys, Collection) else [*keys]
            return
        groups: dict[str, list[str]] = {}
        for key in keys:
            groups.setdefault(key[: self._n_digits], []).append(key)
        yield from (groups[prefix] for prefix in sorted(groups))

    def keep_all(self) -> None:
        """Read every part now, and hold all of them, since the files will be gone."""
        self.hold_at_most(sys.maxsize)
        for prefix in self._files:
            self.kept_beside(prefix)

    def hold_at_most(self, n_lines: int) -> None:
        """Hold the parts looked at last that have so many lines together, but one at least."""
        self._most_held = n_lines

    @property
    def n_held(self) -> int:
        """The number of lines in the parts that are held."""
        return sum(sum(self._counts[prefix]) for prefix in self._held)

    def kept_beside(self, key: str) -> Kept:
        """What the part of `key` says."""
        prefix = key[: self._n_digits]
        last = self._last
        if last is not None and last[0] == prefix:
            return last[1]
        with self._reading:
            file = self._files.get(prefix)
            if file is None:
                return Kept()
            kept = self._held.pop(prefix, None)
            if kept is None:
                kept = file.kept
                self._let_go(file)
                self._note(prefix, kept)
                self._make_room(sum(self._counts[prefix]))
            self._held[prefix] = kept
            self._last = prefix, kept
        return kept

    def _note(self, prefix: str, kept: Kept) -> None:
        """What is asked of all answers is known from reading each part once."""
        self._counts[prefix] = len(kept.answers), len(kept.refusals)
        for stored in kept.answers.values():
            if stored.details is not NO_DETAILS:
                self._tells = True
                if stored.details.model is not UNSET:
                    self._models.add((stored.url, stored.details.model))

    def each_part(self) -> Iterator[Kept]:
        """What each part says, in order; none is held when the next one is read, or the last is
        done with.
        """
        for prefix, file in self._files.items():
            yield self.kept_beside(prefix)
            self._held.pop(prefix, None)
            self._last = None
            file.let_go()

    def models(self, url: str) -> frozenset[str] | None:
        """The models that answers of `url` name; None where no answer of any tells how it came."""
        self.count()
        return frozenset(model for of, model in self._models if of == url) if self._tells else None

    def _make_room(self, n: int) -> None:
        """Hold fewer parts, those looked at last, so that `n` more lines may be held."""
        n += self.n_held
        while self._held and n > self._most_held:
            oldest = next(iter(self._held))
            n -= sum(self._counts[oldest])
            del self._held[oldest]

    def _let_go(self, file: RecordingFile) -> None:
        if self.n_parts:
            file.let_go()

    def count(self) -> tuple[int, int]:
        """The number of answers, and of refusals; reads what was not read before."""
        for prefix in self._files:
            if prefix not in self._counts:
                self.kept_beside(prefix)
        counts = self._counts.values()
        return sum(n for n, _ in counts), sum(n for _, n in counts)

    def prefixes(self) -> Iterable[str]:
        """What the keys of each part begin with, in order."""
        return self._files

    def __getitem__(self, key: str) -> Stored:
        return self.kept_beside(key).answers[key]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key in self.kept_beside(key).answers

    def __iter__(self) -> Iterator[str]:
        for prefix in self._files:
            yield from self.kept_beside(prefix).answers

    def __len__(self) -> int:
        return self.count()[0]

    def __bool__(self) -> bool:
        """Whether there is an answer; reads no further than the first."""
        return any(True for _ in self)


class _Refusals(Mapping[str, Refusal]):
    """The refusals of a recording, read as its answers are."""

    def __init__(self, recording: Recording) -> None:
        self._of = recording

    def __getitem__(self, key: str) -> Refusal:
        return self._of.kept_beside(key).refusals[key]

    def __iter__(self) -> Iterator[str]:
        for prefix in self._of.prefixes():
            yield from self._of.kept_beside(prefix).refusals

    def __len__(self) -> int:
        return self._of.count()[1]


def in_order(recording: Mapping[str, Stored], keys: Iterable[str]) -> Iterable[str]:
    """`keys` as they come; of a recording in parts those of one part after each other."""
    if isinstance(recording, Recording) and recording.n_parts > 1:
        return chain.from_iterable(recording.by_part(keys))
    return keys


def by_part(recording: Mapping[str, Stored], keys: Iterable[str]) -> Iterator[Collection[str]]:
    """`keys` in groups that one part of a recording answers, in order of parts; in one group where
    it is no recording in parts.
    """
    if isinstance(recording, Recording):
        yield from recording.by_part(keys)
    else:
        yield [*keys]


def recording_text(
    answers: Iterable[tuple[str, Stored]], refusals: Iterable[tuple[str, Refusal]] = ()
) -> str:
    """A whole recording of version 2, lines sorted by key; equal answers give equal bytes."""
    lines = [(key, recording_line(key, stored)) for key, stored in answers]
    lines += [(key, refusal_line(key, refusal)) for key, refusal in refusals]
    ordered = (line for _, line in sorted(lines, key=_key_of))
    return "".join(f"{line}\n" for line in (FIRST_LINE, *ordered))


def _key_of(pair: tuple[str, Any]) -> str:
    return pair[0]


def recording_bytes(
    path: Path,
    answers: Iterable[tuple[str, Stored]],
    refusals: Iterable[tuple[str, Refusal]] = (),
) -> bytes:
    """What a recording file called `path` holds: the text, packed when the name ends in .gz.

    Packed without name and time, so that equal answers give equal bytes.
    """
    text = recording_text(answers, refusals).encode("utf-8")
    if len(text) > MOST_BYTES:
        raise InputError(f"{path} would be larger than 50 MB, which no run reads", help=SPLIT)
    return gzip.compress(text, mtime=0) if path.suffix == ".gz" else text


def recording_parts(
    n_parts: int,
    answers: Iterable[tuple[str, Stored]],
    refusals: Iterable[tuple[str, Refusal]] = (),
) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every part of a recording in `n_parts`, 1, 16 or 256 of them, packed; one
    without answers too, or nobody would see that one is missing.
    """
    wanted = prefixes(n_parts)
    n_digits = len(wanted[0])
    answers_of: dict[str, list[tuple[str, Stored]]] = {prefix: [] for prefix in wanted}
    refusals_of: dict[str, list[tuple[str, Refusal]]] = {prefix: [] for prefix in wanted}
    for key, stored in answers:
        answers_of[key[:n_digits]].append((key, stored))
    for key, refusal in refusals:
        refusals_of[key[:n_digits]].append((key, refusal))
    for prefix in wanted:
        name = part_name(prefix)
        yield name, recording_bytes(Path(name), answers_of[prefix], refusals_of[prefix])


def read_recording(path: Path) -> Recording:
    """The answers in a recording (plain, packed as .gz, or a folder of parts) of version 1 or 2,
    every digest checked.

    Raises InputError that lists the first 20 bad lines, or says which limit a file exceeds:
    50 MB unpacked, 200,000 lines, 1 MB a line, 100 times its packed size. MachineError when it
    cannot be read.
    """
    found = Recording(path)
    if found.absent:
        raise no_such_recording(path)
    len(found)
    return found


def merged(recordings: Mapping[Path, Recording], *, newest: bool = False) -> dict[str, Stored]:
    """The answers of several recordings, whatever their order. Of equal ones the earliest is taken
    as it stands, its details too; of one asking, the line that tells more of it.

    Raises InputError when two recordings answer a question differently, unless `newest`: then the
    one recorded last is taken (at the same moment, the greater by its bytes).
    """
    answers: dict[str, Stored] = {}
    source: dict[str, Path] = {}
    problems: list[Problem] = []
    for path, recording in recordings.items():
        for key, stored in recording.items():
            known = answers.get(key)
            if known is not None and known.content != stored.content and not newest:
                what = f"{source[key]} and {path} answer the question {key[:12]}… differently"
                help_ = "take the later answer with --newest, or record again"
                problems.append(Problem(what, str(path), help_))
            elif known is None or goes_before(stored, known):
                answers[key], source[key] = stored, path
    if problems:
        raise problems_error(problems)
    return answers


def merged_refusals(
    recordings: Mapping[Path, Recording], answers: Mapping[str, Stored], *, newest: bool = False
) -> dict[str, Refusal]:
    """The refusals of several recordings, whatever their order, the last one of each question.

    One with an answer among `answers` is left out; with `newest` it stands where it came later.
    """
    found: dict[str, Refusal] = {}
    for recording in recordings.values():
        for key, refusal in recording.refusals.items():
            known, answer = found.get(key), answers.get(key)
            if answer is not None and not (newest and comes_after(refusal, answer)):
                continue
            if known is None or moment(known) < moment(refusal):
                found[key] = refusal
    return found


def comes_after(refusal: Refusal, answer: Stored) -> bool:
    """Whether a question was refused after it was answered; at the same moment, it was not."""
    return refusal.recorded_at > answer.recorded_at


def refuse_moved(recording: Mapping[str, Stored], keys: Iterable[str], url: str) -> None:
    """Raise InputError with file:line when an answer to one of `keys`, which are all of questions
    to `url`, says that it came from elsewhere: the line was altered; a refusal likewise. Version 1
    does not see that.
    """
    refusals = recording.refusals if isinstance(recording, Recording) else {}
    for key in in_order(recording, keys):
        stored = recording.get(key) or refusals.get(key)
        if stored is not None and stored.url != url:
            named, asked = shown_url(stored.url), shown_url(url)
            what = f"the line names {named}, but its key is of {asked}: it was altered"
            where = recording.place(key) if isinstance(recording, Recording) else ""
            raise InputError(what, where=where, help=MEND)
