"""Whole score matrices kept beside the cache, so that a second replay reads one small file.

Derived and disposable. A matrix is found only under the digest of everything it follows from, so
it can be missing but never stale: tickets, rubrics, endpoint, the bytes of the recording, and the
cache's token, which changes with every change of an answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ticketbench.core.errors import TicketbenchError
from ticketbench.core.rubrics import RubricSet, fingerprint
from ticketbench.core.types import Dataset, FloatArray
from ticketbench.edge.contract import KEY_VERSION
from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.files.links import written_at
from ticketbench.edge.files.reading import read_bytes

LAYOUT = "ticketbench-memo-2"
WORTH_FROM = 5_000
"""Tickets below which reading the answers is as quick."""

_MOST_KEPT = 16
_MOST_BYTES = 4_000_000_000
_DIGEST_BYTES = 32
_COUNTS = struct.Struct(">QQ?")


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """A complete score matrix, one row a ticket, how many questions came from where, and whether
    the cache may say of any of them how its answer came.
    """

    scores: FloatArray
    recorded: int
    cached: int
    tells: bool


@dataclass(frozen=True, slots=True)
class Memo:
    """The matrices in `folder`; `recording` is the digest of the recording file, or empty."""

    folder: Path
    recording: str

    @classmethod
    def beside(cls, cache: Path, recording: str = "") -> Memo:
        """The memo of a cache file."""
        return cls(cache.with_name(f"{cache.name}.memo"), recording)

    def key(self, dataset: Dataset, rubrics: RubricSet, url: str, state: str | None) -> str:
        """The name under which the matrix of these inputs is kept; `state` is the cache's token.

        Empty for a dataset too small to be worth it, and where the cache cannot tell its state.
        """
        if len(dataset.tickets) < WORTH_FROM or state is None:
            return ""
        parts = (LAYOUT, KEY_VERSION, url, self.recording, state)
        return fingerprint((*parts, dataset.fingerprint_in_file, rubrics.fingerprint))

    def load(self, key: str) -> Remembered | None:
        """What was kept under `key`; None when it is not there or a bit of it has changed."""
        if not key:
            return None
        try:
            content = read_bytes(self.folder / f"{key}.npy", most=_MOST_BYTES)
        except TicketbenchError:
            return None
        digest, rest = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(rest).digest() != digest:
            return None
        scores = np.load(io.BytesIO(rest[_COUNTS.size :]), allow_pickle=False)
        return Remembered(scores, *_COUNTS.unpack_from(rest))

    def save(self, key: str, remembered: Remembered) -> None:
        """Keep a matrix, and only the newest few; a folder that takes no file costs only time.

        An empty key keeps nothing.
        """
        if not key:
            return
        out = io.BytesIO()
        np.save(out, remembered.scores, allow_pickle=False)
        of = remembered
        rest = _COUNTS.pack(of.recorded, of.cached, of.tells) + out.getvalue()
        with contextlib.suppress(TicketbenchError, OSError):
            write_file(self.folder / f"{key}.npy", hashlib.sha256(rest).digest() + rest)
            self.forget(all_but=_MOST_KEPT)

    def forget(self, *, all_but: int = 0) -> None:
        """Remove the matrices, but for the newest few; InputError for a link out of the project."""
        folder = written_at(self.folder)
        kept = sorted(folder.glob("*.npy"), key=lambda file: file.lstat().st_mtime_ns)
        for old in kept[: max(0, len(kept) - all_but)]:
            old.unlink(missing_ok=True)
